using System.Text;
using Reeve.Core.PackDocuments;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Simulation.Elements;
using Reeve.Engine.Simulation.Mutations;

namespace Reeve.Commands.PackVerbs.Trying;

/// <summary>What came of taking the rules and guardrails of one pair out, and how that is printed.</summary>
internal sealed record MutatedPair(GivenPair Given, MutationReport Report)
{
    internal static void Print(CommandContext context, IReadOnlyList<MutatedPair> mutated, OutputFormat format)
    {
        IEnumerable<ObjectMap> rows = mutated.SelectMany(pair => pair.Report.Mutants.Select(pair.Row));
        switch (format)
        {
            case OutputFormat.Json:
                Listing.WriteIndented(context.Output, Value.Of(ObjectMap.Of(
                [
                    .. Counts([.. mutated.Select(pair => pair.Report)]),
                    ("executionTimeSeconds", Value.Of(Math.Round(mutated.Sum(pair => pair.Report.Duration.TotalSeconds), 4))),
                    ("policies", List(mutated.Select(pair => pair.Summary()))),
                    ("mutants", List(rows)),
                ])));
                break;
            case OutputFormat.Jsonl:
                Listing.Print(context, format, [.. rows]);
                break;
            default:
                foreach (MutatedPair pair in mutated.Where(pair => pair.Report.Unchanged.Failed == 0))
                {
                    pair.PrintTable(context);
                }

                break;
        }
    }

    private void PrintTable(CommandContext context)
    {
        TextWriter output = context.Output;
        Listing.Print(context, OutputFormat.Table, [.. Report.Mutants.Select(Row)], "outcome", "id", "file", "pointer", "case");
        foreach (Mutant survivor in Report.Mutants.Where(mutant => mutant.Outcome == MutantOutcome.Survived))
        {
            output.WriteLine(Shown.Line($"Nobody would miss {survivor.Element.Id} ({survivor.Element.Pointer}). {Advice(survivor.Element)}"));
        }

        StringBuilder line = new($"{Report.Unchanged.TenantId}: {Report.Count(MutantOutcome.Caught)} caught, {Report.Count(MutantOutcome.Survived)} survived");
        int refused = Report.Count(MutantOutcome.Refused);
        line.Append(refused == 0 ? "" : $", {refused} refused as packs").Append($"; {PercentOption.Shown(Report.Share)} % noticed ({Report.Duration.TotalSeconds:0.0} s)");
        output.WriteLine(Shown.Line(line.ToString()));
    }

    private ObjectMap Row(Mutant mutant) => ObjectMap.Of(
        ("tenantId", Value.Of(Report.Unchanged.TenantId.Value)),
        ("outcome", Value.Of(Wire.Name(mutant.Outcome).ToLowerInvariant())),
        ("section", Value.Of(mutant.Element.Section)),
        ("id", Value.Of(mutant.Element.Id)),
        ("document", Value.Of(Wire.Name(mutant.Element.Document).ToLowerInvariant())),
        ("file", Value.Of(mutant.Element.Document == PackKind.Domain ? Given.DomainFile : Given.PolicyFile)),
        ("pointer", Value.Of(mutant.Element.Pointer)),
        ("case", Value.Of(mutant.Case)),
        ("error", Value.Of(mutant.Error?.ToString())),
        ("advice", Value.Of(mutant.Outcome == MutantOutcome.Survived ? Advice(mutant.Element) : null)));

    private ObjectMap Summary() => ObjectMap.Of(
    [
        ("tenantId", Value.Of(Report.Unchanged.TenantId.Value)),
        ("domainFile", Value.Of(Given.DomainFile)),
        ("policyFile", Value.Of(Given.PolicyFile)),
        ("failedTests", Value.Of((long)Report.Unchanged.Failed)),
        .. Counts([Report]),
    ]);

    private static (string, Value)[] Counts(IReadOnlyList<MutationReport> reports)
    {
        long caught = reports.Sum(report => report.Count(MutantOutcome.Caught));
        long survived = reports.Sum(report => report.Count(MutantOutcome.Survived));
        return
        [
            ("total", Value.Of((long)reports.Sum(report => report.Mutants.Count))),
            ("caught", Value.Of(caught)),
            ("survived", Value.Of(survived)),
            ("refused", Value.Of((long)reports.Sum(report => report.Count(MutantOutcome.Refused)))),
            ("share", reports.Any(report => report.Unchanged.Failed > 0) ? Value.Null : Value.Of(caught + survived == 0 ? 1 : Math.Round(caught / (double)(caught + survived), 4))),
        ];
    }

    // What kind of case would notice.
    private static string Advice(PackElement element) => element.Section switch
    {
        "severityRules" => "A case in which it holds, and neither another rule nor the default gives its severity, would: expect severity, or matchedRules as a list.",
        "detectionRules" => "A case without exceptionType that it alone recognises would: expect exceptionType. Or expect detectedRules as a list.",
        "humanApprovalRules" => "A case in which it holds would: expect violatedRules as a list, or appliedRules where it asks for no approval.",
        "routingRules" => "A case that it alone routes would: expect assignGroup.",
        "severityOverrides" => "A case of the type would, to which Triage gives another severity: expect severity, or originalSeverity.",
        "agingThresholds" => "A case older than it would, in a suite with asOf: expect assignGroup.",
        "allowLists" or "blockLists" => $"A case that expects guardrails with the entry under {element.Section} would.",
        "maxAutoRetries" => "A case that expects maxAutoRetries would.",
        "severityGates" => "A case of that severity would: expect violatedRules as a list, or appliedRules where the gate is open.",
        _ => "A case in which it speaks would: expect violatedRules as a list.",
    };

    private static Value List(IEnumerable<ObjectMap> rows) => Value.Of(new ListValue([.. rows.Select(row => Value.Of(row))]));
}
