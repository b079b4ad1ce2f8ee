using Reeve.Core.Errors;

namespace Reeve.Tests.Errors;

public sealed class ReeveErrorTests
{
    [Theory]
    [InlineData(null, "INPUT-002: Nothing is here.")]
    [InlineData("", "INPUT-002: Nothing is here.")]
    [InlineData("/items/0", "INPUT-002: /items/0: Nothing is here.")]
    public void The_whole_document_needs_no_pointer(string? subject, string expected) =>
        new ReeveError(ErrorCatalogue.Input.Empty, "Nothing is here.", subject).ToString().ShouldBe(expected);
}
