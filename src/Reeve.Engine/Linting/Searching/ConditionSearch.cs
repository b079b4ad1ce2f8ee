using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Inquiries;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Linting.Searching;

/// <summary>
/// Tries conditions on every combination of values that can make a difference to them. The condition itself is evaluated, so
/// nothing here can disagree with what the pipeline makes of it. Where not everything can be tried, or it would take too
/// long, the answer is that nothing is known. Not thread-safe.
/// </summary>
internal sealed class ConditionSearch
{
    // For one question, and for all questions of one pack: some seconds.
    private const long MaxTrials = 100_000;
    private const long MaxTrialsInAll = 2_000_000;

    // Longer texts, and more paths, only cost time before they turn out to be too much.
    private const int MaxPaths = 16;
    private const int MaxLength = 8_000;

    private readonly Dictionary<Expression, ExpressionInquiry> inquiries = new(ReferenceEqualityComparer.Instance);
    private long left = MaxTrialsInAll;

    private enum Role
    {
        Data,
        Type,
        Severity,
    }

    /// <summary>What an expression asks of data; read once.</summary>
    internal ExpressionInquiry InquiryOf(Expression expression)
    {
        if (!inquiries.TryGetValue(expression, out ExpressionInquiry? inquiry))
        {
            inquiry = ExpressionInquiry.Of(expression);
            inquiries[expression] = inquiry;
        }

        return inquiry;
    }

    /// <summary>Whether a condition can hold, and whether it can fail, under any of some circumstances.</summary>
    internal SearchAnswer Try(Expression condition, IReadOnlyList<Circumstance> circumstances)
    {
        bool holds = false;
        bool fails = false;
        bool all = Each(InquiryOf(condition), condition.Text.Length, circumstances, data =>
        {
            Truth truth = condition.Test(data);
            holds |= truth.IsTrue;
            fails |= truth.Kind == TruthKind.False;
            return !(holds && fails);
        });
        return new SearchAnswer(all || (holds && fails), holds, fails);
    }

    /// <summary>Whether a condition can hold, as far as can be told: true when that is not known.</summary>
    internal bool MayHold(Expression condition, IReadOnlyList<Circumstance> circumstances)
    {
        bool holds = false;
        bool all = Each(InquiryOf(condition), condition.Text.Length, circumstances, data => !(holds |= condition.Test(data).IsTrue));
        return holds || !all;
    }

    /// <summary>Whether, for certain, one condition holds whenever another does.</summary>
    internal bool Covers(Expression covering, Expression covered, IReadOnlyList<Circumstance> circumstances)
    {
        // What one reads and the other does not can be anything, so that it is told apart by it; seldom is it otherwise.
        ExpressionInquiry wider = InquiryOf(covered);
        if (InquiryOf(covering).Paths.Any(path => RoleOf(path) == Role.Data && !wider.Paths.Any(other => other.Text == path.Text)))
        {
            return false;
        }

        bool escapes = false;
        ExpressionInquiry both = ExpressionInquiry.Of([covering, covered]);
        bool all = Each(both, covering.Text.Length + covered.Text.Length, circumstances, data => !(escapes |= covered.Test(data).IsTrue && !covering.Test(data).IsTrue));
        return all && !escapes;
    }

    // Calls back with each combination until told to stop; false when not all could be tried and nobody said stop.
    private bool Each(ExpressionInquiry inquiry, int length, IReadOnlyList<Circumstance> circumstances, Func<TrialData, bool> goesOn)
    {
        if (Plan(inquiry, length, circumstances, out Role[] roles, out List<(PathInquiry Path, Value?[] Values)> free) is not { } distinct)
        {
            return false;
        }

        TrialData data = new();
        int[] at = new int[free.Count];
        long cost = 1 + (length / 64);
        foreach (Circumstance circumstance in distinct)
        {
            Array.Clear(at);
            do
            {
                left -= cost;
                if (left < 0)
                {
                    return false;
                }

                Fill(data, inquiry, roles, circumstance, free, at);
                if (!goesOn(data))
                {
                    return true;
                }
            }
            while (Advance(at, free));
        }

        return true;
    }

    // Null when it cannot be exhausted.
    private List<Circumstance>? Plan(
        ExpressionInquiry inquiry, int length, IReadOnlyList<Circumstance> circumstances, out Role[] roles, out List<(PathInquiry Path, Value?[] Values)> free)
    {
        roles = [.. inquiry.Paths.Select(RoleOf)];
        free = [];
        if (inquiry.Paths.Count > MaxPaths || length > MaxLength || left < 0 || HasBrokenBranches(inquiry))
        {
            return null;
        }

        bool readsType = roles.Contains(Role.Type);
        bool readsSeverity = roles.Contains(Role.Severity);
        List<Circumstance> distinct = [.. circumstances
            .Select(known => new Circumstance(readsType ? known.Type : null, readsSeverity ? known.Severity : null)).Distinct()];
        long trials = distinct.Count;
        foreach (PathInquiry path in inquiry.Paths.Where(path => RoleOf(path) == Role.Data).OrderBy(path => path.Parts.Count))
        {
            if (Values(path) is not { } values || (trials *= values.Length) > MaxTrials)
            {
                return null;
            }

            free.Add((path, values));
        }

        return distinct;
    }

    private static Role RoleOf(PathInquiry path) => path.Parts is [{ Name: var name }]
        ? name switch { "exceptionType" => Role.Type, "severity" => Role.Severity, _ => Role.Data }
        : Role.Data;

    // A place that is a list to one path and an object to another cannot be made up.
    private static bool HasBrokenBranches(ExpressionInquiry inquiry)
    {
        foreach (PathInquiry path in inquiry.Paths)
        {
            for (int i = 1; i < path.Parts.Count; i++)
            {
                foreach (PathInquiry other in inquiry.Paths)
                {
                    if (other.Parts.Count > i && other.Parts[i].Kind != path.Parts[i].Kind && other.Parts.Take(i).SequenceEqual(path.Parts.Take(i)))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    // A record has its own fields only: exception.x is nothing unless x is one of them.
    private static Value?[]? Values(PathInquiry path) =>
        path.Parts is [{ Name: "exception" }, _, ..] ? [null] : path.Candidates?.ToArray();

    // The value beyond the last means: whatever leads on from here.
    private static bool Advance(int[] at, List<(PathInquiry Path, Value?[] Values)> free)
    {
        for (int i = 0; i < at.Length; i++)
        {
            int choices = free[i].Values.Length + (free[i].Path.LeadsOn ? 1 : 0);
            if (++at[i] < choices)
            {
                return true;
            }

            at[i] = 0;
        }

        return false;
    }

    private static void Fill(
        TrialData data, ExpressionInquiry inquiry, Role[] roles, Circumstance circumstance, List<(PathInquiry Path, Value?[] Values)> free, int[] at)
    {
        data.Clear();
        for (int i = 0; i < roles.Length; i++)
        {
            if (roles[i] != Role.Data)
            {
                string? known = roles[i] == Role.Type ? circumstance.Type : circumstance.Severity is { } severity ? Wire.Name(severity) : null;
                data.Put(inquiry.Paths[i].Parts, Value.Of(known));
            }
        }

        for (int i = 0; i < free.Count; i++)
        {
            (PathInquiry path, Value?[] values) = free[i];
            if (at[i] == values.Length)
            {
                data.Open(path.Parts);
            }
            else
            {
                data.Put(path.Parts, values[at[i]]);
            }
        }
    }
}
