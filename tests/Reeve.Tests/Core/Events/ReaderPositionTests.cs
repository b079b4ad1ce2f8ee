using Reeve.Core.Errors;
using Reeve.Core.Events;

namespace Reeve.Tests.Events;

/// <summary>A position is one text, and the text one position.</summary>
public sealed class ReaderPositionTests
{
    [Theory]
    [InlineData("")]
    [InlineData("1:1")]
    [InlineData("1:881,2:12")]
    [InlineData("7:9223372036854775807,2147483647:1")]
    public void The_text_of_a_position_reads_back(string text) => ReaderPosition.Parse(text).ToString().ShouldBe(text);

    [Theory]
    [InlineData(",")]
    [InlineData("1")]
    [InlineData("1:")]
    [InlineData(":1")]
    [InlineData("1:0")]
    [InlineData("0:1")]
    [InlineData("-1:1")]
    [InlineData("+1:1")]
    [InlineData("01:1")]
    [InlineData("1:1,")]
    [InlineData("1:1,1:2")]
    [InlineData("2:1,1:1")]
    [InlineData("1:1, 2:1")]
    [InlineData("1:9223372036854775808")]
    [InlineData("2147483648:1")]
    [InlineData("1:1:1")]
    [InlineData("١:1")]
    public void Any_other_text_is_refused(string text) =>
        Should.Throw<ReeveException>(() => ReaderPosition.Parse(text)).Error.Kind.ShouldBe(ErrorCatalogue.Record.BadPosition);

    [Fact]
    public void A_position_covers_what_it_has_seen()
    {
        ReaderPosition position = ReaderPosition.Parse("1:5,3:2");

        position.Covers(ReaderPosition.Start).ShouldBeTrue();
        position.Covers(position).ShouldBeTrue();
        position.Covers(ReaderPosition.Parse("1:4,3:2")).ShouldBeTrue();
        position.Covers(ReaderPosition.Parse("1:6")).ShouldBeFalse();
        position.Covers(ReaderPosition.Parse("2:1")).ShouldBeFalse();
        position[2].ShouldBe(0);
        position.With(2, 9).With(1, 0).ShouldBe(ReaderPosition.Parse("2:9,3:2"));
    }
}
