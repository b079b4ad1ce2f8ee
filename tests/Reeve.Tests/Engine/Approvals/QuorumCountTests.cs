using Reeve.Core.Policies;
using Reeve.Engine.Approvals;

namespace Reeve.Tests.Approvals;

public sealed class QuorumCountTests
{
    private static readonly QuorumPart[] TwoAndOne = [new(2, "operator"), new(1, "admin")];

    [Theory]
    [InlineData("operator,operator,admin", "")]
    [InlineData("admin,admin,admin", "")]
    [InlineData("admin,operator,operator", "")]
    [InlineData("operator,operator,operator", "1 of admin")]
    [InlineData("operator,admin", "1 of operator")]
    [InlineData("viewer,viewer,admin", "2 of operator")]
    [InlineData("", "2 of operator and 1 of admin")]
    public void People_take_the_places_they_can(string people, string missing) =>
        QuorumCount.Show(QuorumCount.Missing(TwoAndOne, People(people))).ShouldBe(missing);

    [Fact]
    public void Somebody_with_two_roles_is_seated_where_needed_and_once()
    {
        QuorumPart[] quorum = [new(1, "risk"), new(1, "legal")];
        IReadOnlyList<string> both = ["risk", "legal"];

        QuorumCount.Missing(quorum, [both]).ShouldHaveSingleItem().Count.ShouldBe(1);
        QuorumCount.Missing(quorum, [both, ["risk"]]).ShouldBeEmpty();
        QuorumCount.Missing(quorum, [["risk"], both]).ShouldBeEmpty();
    }

    [Fact]
    public void An_operator_is_no_admin() => QuorumCount.Asks([new QuorumPart(1, "admin")], ["operator"]).ShouldBeFalse();

    [Fact]
    public void Several_rules_ask_for_the_most_of_each_role() =>
        QuorumCount.Show(QuorumCount.Join([[new(1, "operator")], [new(2, "operator"), new(1, "admin")], []])).ShouldBe("2 of operator and 1 of admin");

    [Fact]
    public void A_rule_that_says_nothing_asks_for_one_operator() => QuorumCount.Show(QuorumCount.Join([[]])).ShouldBe("1 of operator");

    // Against trying every way to seat people.
    [Fact]
    public void Counting_agrees_with_trying_everything()
    {
        Random random = new(20261120);
        string[] roles = ["operator", "admin", "risk", "legal"];
        for (int i = 0; i < 3000; i++)
        {
            List<QuorumPart> quorum = [.. roles.Where(_ => random.Next(2) == 0).Select(role => new QuorumPart(random.Next(1, 3), role))];
            List<IReadOnlyList<string>> people = [.. Enumerable.Range(0, random.Next(6)).Select(_ => (IReadOnlyList<string>)[.. roles.Where(_ => random.Next(3) == 0)])];
            string[] places = [.. quorum.SelectMany(part => Enumerable.Repeat(part.Role, part.Count))];

            QuorumCount.Missing(quorum, people).Sum(part => part.Count).ShouldBe(places.Length - Best(0, places, people, []), $"round {i}");
        }
    }

    private static int Best(int place, string[] places, IReadOnlyList<IReadOnlyList<string>> people, HashSet<int> seated)
    {
        if (place == places.Length)
        {
            return 0;
        }

        int best = Best(place + 1, places, people, seated);
        for (int person = 0; person < people.Count; person++)
        {
            if (!seated.Contains(person) && (people[person].Contains(places[place]) || (places[place] == "operator" && people[person].Contains("admin"))))
            {
                best = Math.Max(best, 1 + Best(place + 1, places, people, [.. seated, person]));
            }
        }

        return best;
    }

    private static List<IReadOnlyList<string>> People(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(role => (IReadOnlyList<string>)[role])];
}
