using System.Text.Json;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Simulation;
using Reeve.Engine.Simulation.Elements;

namespace Reeve.Commands.PackVerbs.Trying;

/// <summary>What the tests of one pair came to, and how that is printed.</summary>
internal sealed record TestedPair(GivenPair Given, PackTestReport Report)
{
    // Enough to see why; the whole is in -o json.
    private const int MaxReasons = 20;

    /// <summary>The four kinds, as people and programs call them.</summary>
    internal IReadOnlyList<(string Name, Coverage Coverage)> Kinds { get; } =
        [("types", Report.Types), ("playbooks", Report.Playbooks), ("rules", Report.Rules), ("guardrails", Report.Guardrails)];

    internal static void Print(CommandContext context, IReadOnlyList<TestedPair> tested, OutputFormat format)
    {
        if (format == OutputFormat.Table)
        {
            PrintTable(context.Output, tested);
            return;
        }

        using Stream output = Terminal.OutputStream(context);
        if (format == OutputFormat.Json)
        {
            using (Utf8JsonWriter writer = new(output, JsonText.Indented))
            {
                WriteAll(writer, tested);
            }

            output.Write("\n"u8);
            return;
        }

        foreach ((TestedPair pair, CaseReport test) in Cases(tested))
        {
            using (Utf8JsonWriter writer = new(output, JsonText.Compact))
            {
                pair.WriteCase(writer, test);
            }

            output.Write("\n"u8);
        }
    }

    /// <summary>One line about one kind.</summary>
    internal static string Describe(string kind, Coverage coverage)
    {
        string what = kind == "playbooks" ? "approved playbooks" : kind;
        string missed = coverage.Missed.Count == 0 ? "" : "; not covered: " + string.Join(", ", coverage.Missed.Select(Name));
        return Shown.Line($"{PercentOption.Shown(coverage.Share)} % of {coverage.Total} {what} covered{missed}");
    }

    // A rule's id may occur twice; its place does not.
    private static string Name(PackElement element) =>
        element.Kind is ElementKind.Type or ElementKind.Playbook ? element.Id : $"{element.Id} ({element.Pointer})";

    private static IEnumerable<(TestedPair Pair, CaseReport Test)> Cases(IEnumerable<TestedPair> tested) =>
        tested.SelectMany(pair => pair.Report.Cases.Select(test => (pair, test)));

    private static void PrintTable(TextWriter output, IReadOnlyList<TestedPair> tested)
    {
        foreach (TestedPair pair in tested)
        {
            if (tested.Count > 1)
            {
                output.WriteLine(Shown.Line($"{pair.Report.TenantId}  {pair.Given.PolicyFile ?? $"{pair.Given.DomainFile} alone"}"));
            }

            foreach (CaseReport test in pair.Report.Cases)
            {
                PrintCase(output, test);
            }

            foreach ((string kind, Coverage coverage) in pair.Kinds)
            {
                output.WriteLine(Describe(kind, coverage));
            }

            output.WriteLine($"{pair.Report.Passed} passed, {pair.Report.Failed} failed ({pair.Report.Duration.TotalMilliseconds:0} ms)");
            if (tested.Count > 1)
            {
                output.WriteLine();
            }
        }

        if (tested.Count > 1)
        {
            output.WriteLine($"Under {tested.Count} policies: {tested.Sum(pair => pair.Report.Passed)} passed, {tested.Sum(pair => pair.Report.Failed)} failed");
        }
    }

    private static void PrintCase(TextWriter output, CaseReport test)
    {
        Line(output, $"{(test.Failures.Count == 0 ? "pass" : "FAIL")}  {test.SuiteId}/{test.CaseId}");
        foreach (CaseCheck failure in test.Failures)
        {
            Line(output, $"      {failure.Field}: expected {failure.Expected}, got {failure.Actual}");
        }

        // Errors first: they must not be what is left out.
        string[] why = test.Failures.Count == 0 ? [] : [.. test.Result.Errors.Select(error => $"error: {error}"), .. test.Result.Evidence];
        foreach (string reason in why.Take(MaxReasons))
        {
            Line(output, $"          {reason}");
        }

        if (why.Length > MaxReasons)
        {
            output.WriteLine($"          … {why.Length - MaxReasons} more");
        }
    }

    private static void Line(TextWriter output, string text) => output.WriteLine(Shown.Line(text));

    // At the top what all policies come to together; with one policy that is what it comes to.
    private static void WriteAll(Utf8JsonWriter writer, IReadOnlyList<TestedPair> tested)
    {
        writer.WriteStartObject();
        WriteCounts(writer, [.. tested.Select(pair => pair.Report)]);
        writer.WriteNumber("executionTimeSeconds", Math.Round(tested.Sum(pair => pair.Report.Duration.TotalSeconds), 4));
        writer.WriteNumber("typeCoverage", Share(tested, report => report.Types));
        writer.WriteNumber("playbookCoverage", Share(tested, report => report.Playbooks));
        writer.WriteNumber("ruleCoverage", Share(tested, report => report.Rules));
        writer.WriteNumber("guardrailCoverage", Share(tested, report => report.Guardrails));
        writer.WriteStartArray("testResults");
        foreach ((TestedPair pair, CaseReport test) in Cases(tested))
        {
            pair.WriteCase(writer, test);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("errors");
        foreach (ReeveError error in Cases(tested).SelectMany(one => one.Test.Result.Errors))
        {
            writer.WriteStringValue(error.ToString());
        }

        writer.WriteEndArray();
        writer.WriteStartArray("policies");
        foreach (TestedPair pair in tested)
        {
            pair.WritePolicy(writer);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter writer, IReadOnlyList<PackTestReport> reports)
    {
        writer.WriteNumber("totalTests", reports.Sum(report => report.Cases.Count));
        writer.WriteNumber("passedTests", reports.Sum(report => report.Passed));
        writer.WriteNumber("failedTests", reports.Sum(report => report.Failed));
    }

    private static double Share(IReadOnlyList<TestedPair> tested, Func<PackTestReport, Coverage> kind)
    {
        int total = tested.Sum(pair => kind(pair.Report).Total);
        return total == 0 ? 1 : Math.Round(tested.Sum(pair => kind(pair.Report).Covered) / (double)total, 4);
    }

    private void WritePolicy(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("tenantId", Report.TenantId.Value);
        writer.WriteString("domainName", Given.Bound.Domain.Name.Value);
        writer.WriteString("domainFile", Given.DomainFile);
        writer.WriteString("policyFile", Given.PolicyFile);
        WriteCounts(writer, [Report]);
        writer.WriteStartObject("coverage");
        foreach ((string kind, Coverage coverage) in Kinds)
        {
            writer.WriteStartObject(kind);
            writer.WriteNumber("total", coverage.Total);
            writer.WriteNumber("covered", coverage.Covered);
            writer.WriteStartArray("missed");
            foreach (PackElement element in coverage.Missed)
            {
                writer.WriteStartObject();
                writer.WriteString("id", element.Id);
                writer.WriteString("section", element.Section);
                writer.WriteString("document", Wire.Name(element.Document).ToLowerInvariant());
                writer.WriteString("pointer", element.Pointer);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteCase(Utf8JsonWriter writer, CaseReport test)
    {
        writer.WriteStartObject();
        writer.WriteString("tenantId", Report.TenantId.Value);
        writer.WriteString("suiteId", test.SuiteId);
        writer.WriteString("caseId", test.CaseId);
        writer.WriteBoolean("passed", test.Failures.Count == 0);
        WriteChecks(writer, "checks", test.Checks);
        WriteChecks(writer, "failures", test.Failures);
        if (test.Failures.Count > 0)
        {
            WriteReasons(writer, test.Result);
        }

        writer.WriteEndObject();
    }

    private static void WriteReasons(Utf8JsonWriter writer, ExceptionResult result)
    {
        writer.WriteStartArray("evidence");
        foreach (string reason in result.Evidence)
        {
            writer.WriteStringValue(reason);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("errors");
        foreach (ReeveError error in result.Errors)
        {
            ExceptionResult.Write(writer, error);
        }

        writer.WriteEndArray();
    }

    private static void WriteChecks(Utf8JsonWriter writer, string name, IReadOnlyList<CaseCheck> checks)
    {
        writer.WriteStartArray(name);
        foreach (CaseCheck check in checks)
        {
            writer.WriteStartObject();
            writer.WriteString("field", check.Field);
            writer.WriteString("expected", check.Expected);
            writer.WriteString("actual", check.Actual);
            writer.WriteBoolean("met", check.Met);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
