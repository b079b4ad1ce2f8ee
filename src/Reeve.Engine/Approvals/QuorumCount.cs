using Reeve.Core.Policies;

namespace Reeve.Engine.Approvals;

/// <summary>Counts people for a quorum (docs/decisions/0021): each person takes at most one place, where needed. Pure.</summary>
public static class QuorumCount
{
    /// <summary>What is asked where a rule says nothing.</summary>
    public static IReadOnlyList<QuorumPart> Default { get; } = [new QuorumPart(1, "operator")];

    /// <summary>What several rules ask together: of each role the most that one of them asks.</summary>
    public static IReadOnlyList<QuorumPart> Join(IEnumerable<IReadOnlyList<QuorumPart>> rules)
    {
        List<QuorumPart> joined = [];
        foreach (IReadOnlyList<QuorumPart> rule in rules)
        {
            // A role that one rule names twice is asked for with both numbers.
            foreach (IGrouping<string, QuorumPart> role in rule.GroupBy(part => part.Role, StringComparer.OrdinalIgnoreCase))
            {
                int count = role.Sum(part => part.Count);
                int known = joined.FindIndex(part => string.Equals(part.Role, role.Key, StringComparison.OrdinalIgnoreCase));
                if (known < 0)
                {
                    joined.Add(new QuorumPart(count, role.Key));
                }
                else if (joined[known].Count < count)
                {
                    joined[known] = joined[known] with { Count = count };
                }
            }
        }

        return joined.Count == 0 ? Default : joined;
    }

    /// <summary>Whether somebody with these roles can take a place.</summary>
    public static bool Asks(IReadOnlyList<QuorumPart> quorum, IReadOnlyList<string> roles) => quorum.Any(part => Has(roles, part.Role));

    /// <summary>The places that stay empty when as many as possible are taken; empty when the quorum is met.</summary>
    /// <param name="quorum">What is asked.</param>
    /// <param name="people">The roles of each person who approved.</param>
    public static IReadOnlyList<QuorumPart> Missing(IReadOnlyList<QuorumPart> quorum, IReadOnlyList<IReadOnlyList<string>> people)
    {
        List<string> places = [.. quorum.SelectMany(part => Enumerable.Repeat(part.Role, part.Count))];
        int[] takenBy = new int[places.Count];
        Array.Fill(takenBy, -1);
        for (int person = 0; person < people.Count; person++)
        {
            _ = Seat(person, places, people, takenBy, new bool[places.Count]);
        }

        return [.. places.Where((_, place) => takenBy[place] < 0).GroupBy(role => role, StringComparer.OrdinalIgnoreCase).Select(role => new QuorumPart(role.Count(), role.Key))];
    }

    /// <summary>As people write it: <c>2 of operator and 1 of admin</c>.</summary>
    public static string Show(IReadOnlyList<QuorumPart> quorum) => string.Join(" and ", quorum.Select(part => $"{part.Count} of {part.Role}"));

    // Kuhn's augmenting paths: whoever sits on a place moves on when there is another for them. https://en.wikipedia.org/wiki/Maximum_cardinality_matching
    private static bool Seat(int person, List<string> places, IReadOnlyList<IReadOnlyList<string>> people, int[] takenBy, bool[] tried)
    {
        // A place of one's own role first, so that what is missing is said as people expect it.
        foreach (int place in Enumerable.Range(0, places.Count).OrderByDescending(place => people[person].Contains(places[place], StringComparer.OrdinalIgnoreCase)))
        {
            if (tried[place] || !Has(people[person], places[place]))
            {
                continue;
            }

            tried[place] = true;
            if (takenBy[place] < 0 || Seat(takenBy[place], places, people, takenBy, tried))
            {
                takenBy[place] = person;
                return true;
            }
        }

        return false;
    }

    // What an operator may, an admin may, too (EX-SEC-3); other roles are themselves alone.
    private static bool Has(IReadOnlyList<string> roles, string wanted) =>
        roles.Any(role => string.Equals(role, wanted, StringComparison.OrdinalIgnoreCase)
            || (string.Equals(wanted, "operator", StringComparison.OrdinalIgnoreCase) && string.Equals(role, "admin", StringComparison.OrdinalIgnoreCase)));
}
