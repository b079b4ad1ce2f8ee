using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Wording;

namespace Reeve.Tests.Packs;

public sealed class PackWordsTests
{
    [Theory]
    [InlineData("ORDER_*", "ORDER_LATE", true)]
    [InlineData("ORDER_*", "ORDER", false)]
    [InlineData("*", "", true)]
    [InlineData("*LATE", "ORDER_LATE", true)]
    [InlineData("*A*B*", "xAyBz", true)]
    [InlineData("*A*B*", "xByAz", false)]
    [InlineData("O?DER", "ORDER", true)]
    [InlineData("O?DER", "ODER", false)]
    [InlineData("order", "ORDER", false)]
    [InlineData("a.c", "abc", false)]
    public void Patterns_know_two_wildcards(string pattern, string name, bool matches) => TypePattern.Matches(pattern, name).ShouldBe(matches);

    [Fact]
    public void A_pattern_of_many_stars_costs_no_more_than_its_length()
    {
        string pattern = string.Concat(Enumerable.Repeat("*a", 2_000)) + "b";

        TypePattern.Matches(pattern, new string('a', 4_000)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("1.2.3", "1.2.4", -1)]
    [InlineData("1.10.0", "1.9.9", 1)]
    [InlineData("v2", "2.0.0", 0)]
    [InlineData("1.0.0-rc.1", "1.0.0", -1)]
    [InlineData("1.0.0-rc.2", "1.0.0-rc.10", -1)]
    [InlineData("1.0.0-1", "1.0.0-a", -1)]
    [InlineData("1.0.0+a", "1.0.0+b", 0)]
    public void Versions_are_ordered(string left, string right, int order) =>
        Math.Sign(SemanticVersion.Read(left).CompareTo(SemanticVersion.Read(right))).ShouldBe(order);

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("1.2.3.4")]
    [InlineData("1..2")]
    [InlineData("1.2.")]
    [InlineData("-1")]
    [InlineData("1.0.0-")]
    [InlineData("99999999999")]
    public void What_is_no_version_is_not_read(string text) => SemanticVersion.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("severtyRules", "severityRules")]
    [InlineData("PLAYBOOKS", "playbooks")]
    [InlineData("plaboyoks", "playbooks")]
    [InlineData("x", null)]
    [InlineData("zzz", null)]
    public void A_mistyped_name_is_recognised(string word, string? meant) =>
        DidYouMean.For(word, ["tools", "severityRules", "playbooks"]).ShouldBe(meant);

    [Fact]
    public void Shown_names_are_short_and_move_no_cursor() =>
        Shown.Name("\u001b[31m" + new string('x', 100)).ShouldBe("\"\uFFFD[31m" + new string('x', 59) + "…\"");
}
