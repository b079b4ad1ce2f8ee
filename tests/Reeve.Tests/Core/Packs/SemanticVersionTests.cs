using Reeve.Core.Packs;

namespace Reeve.Tests.Packs;

public sealed class SemanticVersionTests
{
    // SemVer 2.0.0, section 11, and what is read leniently.
    [Fact]
    public void Versions_are_ordered_by_precedence()
    {
        string[] ascending =
        [
            "not a version", "0.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
            "1.0.0-rc.1", "1.0.0", "1.0.1", "v1.2", "1.10.0", "2", "10.0.0",
        ];
        for (int i = 0; i < ascending.Length; i++)
        {
            for (int j = 0; j < ascending.Length; j++)
            {
                Math.Sign(SemanticVersion.Read(ascending[i]).CompareTo(SemanticVersion.Read(ascending[j]))).ShouldBe(Math.Sign(i.CompareTo(j)), $"{ascending[i]} and {ascending[j]}");
            }
        }
    }

    [Theory]
    [InlineData("1.0.0", "1.0.0+build.5")]
    [InlineData("1", "1.0.0")]
    public void What_precedence_ignores_is_equal(string one, string other) =>
        SemanticVersion.Read(one).CompareTo(SemanticVersion.Read(other)).ShouldBe(0);
}
