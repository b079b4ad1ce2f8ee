using Reeve.Core.Packs;
using Reeve.Core.Records;

namespace Reeve.Engine.Playbooks;

/// <summary>
/// How specifically a playbook names a type (EX-MODEL-11): 0 its own name, 1 its parent's, 2 the parent's parent's and so on,
/// then a pattern with <c>?</c>, then one with <c>*</c>. A lower rank is more specific.
/// </summary>
public static class TypeRank
{
    private const int QuestionMark = int.MaxValue - 1;
    private const int Star = int.MaxValue;

    /// <summary>Whether a rank came from an exact name.</summary>
    internal static bool IsExact(int rank) => rank < QuestionMark;

    /// <summary>The rank; null if the playbook is not for the type.</summary>
    /// <param name="playbook">The playbook.</param>
    /// <param name="lineage">The type, its parent, and so on to the root.</param>
    public static int? Of(Playbook playbook, IReadOnlyList<ExceptionTypeName> lineage)
    {
        // No type named at all: it is there for others to include. What has conditions alone was read as "*".
        int? rank = null;
        foreach (string pattern in playbook.AppliesTo)
        {
            rank = Lower(rank, Of(pattern, lineage));
        }

        if (rank is null || playbook.Match.ExceptionType is not { } matched)
        {
            return rank;
        }

        return Of(matched, lineage) is { } second ? Math.Min(rank.Value, second) : null;
    }

    private static int? Of(string pattern, IReadOnlyList<ExceptionTypeName> lineage)
    {
        if (!TypePattern.IsPattern(pattern))
        {
            for (int i = 0; i < lineage.Count; i++)
            {
                if (lineage[i].Value == pattern)
                {
                    return i;
                }
            }

            return null;
        }

        if (!TypePattern.Matches(pattern, lineage[0].Value))
        {
            return null;
        }

        return pattern.Contains('*', StringComparison.Ordinal) ? Star : QuestionMark;
    }

    private static int? Lower(int? left, int? right) => left is { } one && right is { } other ? Math.Min(one, other) : left ?? right;
}
