using System.Globalization;
using System.Text;
using Reeve.Core.Decisions;
using Reeve.Core.Records;
using Reeve.Core.Wording;
using Reeve.Engine.Simulation;
using Reeve.Engine.Simulation.Mutations;

namespace Reeve.Commands.PackResults;

/// <summary>Writes what came of a pack's samples and tests as Markdown: a table of counts, and a table of samples. Pure.</summary>
internal static class ResultsText
{
    /// <summary>The text, in lines that end with a line feed.</summary>
    /// <param name="asOf">The time at which the samples were judged.</param>
    /// <param name="samples">What came of them, by policy; every policy has the same samples.</param>
    internal static string Of(DateTimeOffset asOf, IReadOnlyList<PolicyResults> samples)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"Every sample under every policy, judged as of {asOf.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}. Nothing was called.\n\n");
        Counts(text, samples);
        text.Append('\n');
        Samples(text, samples);
        return text.ToString();
    }

    private static void Counts(StringBuilder text, IReadOnlyList<PolicyResults> samples)
    {
        Row(text, "", samples.Select(one => $"`{one.Policy.TenantId}`"));
        Row(text, "---", samples.Select(_ => "--:"));
        Count(text, "Samples", samples, one => one.Results.Count);
        Count(text, "refused, with the reason", samples, one => one.Refused);
        Count(text, "repeats of an earlier one, or closed by their source", samples, one => one.Repeated);
        Count(text, "**Decided**", samples, one => one.Decided.Count);
        Count(text, "run to their end alone", samples, one => one.ResolvedAlone);
        Count(text, "run, and a person ends them", samples, one => one.EndedByPeople);
        Count(text, "wait for an approval", samples, one => one.Asked);
        Count(text, "are left to people", samples, one => one.LeftToPeople);
        Count(text, "need nothing", samples, one => one.NeedNothing);
        Row(text, "have an approved process", samples.Select(one => $"{one.ApprovedPercent} %"));
        Row(text, "**Test cases** that pass", samples.Select(one => $"{one.Tests.Passed} of {one.Tests.Cases.Count}"));
        Row(text, "types they cover", samples.Select(one => Covered(one.Tests.Types)));
        Row(text, "approved playbooks they cover", samples.Select(one => Covered(one.Tests.Playbooks)));
        Row(text, "rules they cover", samples.Select(one => Covered(one.Tests.Rules)));
        Row(text, "guardrails they cover", samples.Select(one => Covered(one.Tests.Guardrails)));
        Row(text, "rules and guardrails whose removal they notice", samples.Select(one => Noticed(one.Mutations)));
    }

    private static string Covered(Coverage coverage) => $"{coverage.Total - coverage.Missed.Count} of {coverage.Total}";

    private static string Noticed(MutationReport mutations)
    {
        int caught = mutations.Count(MutantOutcome.Caught);
        return $"{caught} of {caught + mutations.Count(MutantOutcome.Survived)}";
    }

    private static void Count(StringBuilder text, string what, IReadOnlyList<PolicyResults> samples, Func<PolicyResults, int> count) =>
        Row(text, what, samples.Select(one => count(one).ToString(CultureInfo.InvariantCulture)));

    private static void Samples(StringBuilder text, IReadOnlyList<PolicyResults> samples)
    {
        text.Append("What each comes to: its severity, Policy's decision, the playbook, and where it stands once its plan has run; what asks a person first says so.\n\n");
        text.Append("| # | Type ");
        Row(text, null, samples.Select(one => $"`{one.Policy.TenantId}`"));
        text.Append("|--:|---");
        Row(text, null, samples.Select(_ => "---"));
        for (int i = 0; i < samples[0].Results.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {i} | {Cell(Kind(samples[0].Results[i]))} ");
            Row(text, null, samples.Select(one => Outcome(one.Results[i])));
        }
    }

    private static string Kind(ExceptionResult result) => result.IsRepeat ? (result.Status == ResolutionStatus.Resolved ? "(closed)" : "(repeat)")
        : result.Status is null ? "(refused)"
        : result.Exception?.ExceptionType?.Value ?? "(unknown)";

    private static string Outcome(ExceptionResult result)
    {
        if (result.Status is not { } status)
        {
            return result.Errors[0].Code;
        }

        if (result.IsRepeat)
        {
            return Wire.Name(status);
        }

        List<string> parts = [];
        if (result.Exception?.Severity is { } severity)
        {
            parts.Add(Wire.Name(severity));
        }

        if (result.Of(Stage.Policy) is { } policy)
        {
            parts.Add(policy.Decision);
        }

        // What waits for a person must not look like what runs alone.
        string playbook = PolicyResults.Playbook(result) is { } chosen ? $"{chosen} → " : "";
        string reaches = Wire.Name(PolicyResults.Reaches(result) ?? status);
        string outcome = status switch
        {
            ResolutionStatus.InProgress => reaches,
            ResolutionStatus.PendingApproval => $"{Wire.Name(status)}, then {reaches}",
            _ => Wire.Name(status),
        };
        return $"{string.Join(" · ", parts)}{(parts.Count > 0 ? " · " : "")}{playbook}{outcome}";
    }

    // Names are the pack's, and a pack may come from anywhere: they stay in their cell, and tell a terminal nothing.
    private static string Cell(string text) => Shown.Line(text).Replace("|", "\\|", StringComparison.Ordinal);

    private static void Row(StringBuilder text, string? first, IEnumerable<string> cells)
    {
        text.Append(first is null ? "" : $"| {first} ");
        foreach (string cell in cells)
        {
            text.Append("| ").Append(Cell(cell)).Append(' ');
        }

        text.Append("|\n");
    }
}
