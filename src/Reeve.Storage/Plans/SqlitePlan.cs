using System.Text.RegularExpressions;

namespace Reeve.Storage.Plans;

/// <summary>Reads what EXPLAIN QUERY PLAN says (https://www.sqlite.org/eqp.html). Pure.</summary>
internal static partial class SqlitePlan
{
    /// <summary>Used is an index that is searched, and not read from end to end; the table may not be read by itself.</summary>
    internal static PlanFinding Judge(ExpectedPlan expected, IReadOnlyList<string> steps)
    {
        string index = expected.IsKey ? $"(PRIMARY KEY|INDEX sqlite_autoindex_{expected.Table}_1)" : $"INDEX {expected.Index}";
        bool isSearched = steps.Any(step =>
            Regex.IsMatch(step, $@"^SEARCH (TABLE )?({expected.Table}\b|\w+ USING).*\b{index}\b", RegexOptions.None, Patience) && Conditions(step) >= expected.Columns);
        bool isRead = steps.Any(step => Scan().Match(step) is { Success: true } scan && scan.Groups["table"].Value == expected.Table);
        return new PlanFinding(expected, isSearched && !isRead ? PlanOutcome.Used : PlanOutcome.Unused, string.Join(" > ", steps));
    }

    // (tenant_id=? AND day=? AND hash=?)
    private static int Conditions(string step) => 1 + Regex.Count(step, " AND ", RegexOptions.None, Patience);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    [GeneratedRegex(@"^SCAN (TABLE )?(?<table>\w+)(?! .*USING)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Scan();
}
