using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Runtime;
using Reeve.Engine.Simulation;

namespace Reeve.Commands.PackVerbs;

/// <summary><c>reeve packs test</c>: runs a domain pack's own test suites.</summary>
internal static class PacksTestCommand
{
    internal static Command Build(CommandContext context)
    {
        Argument<string> domain = new("domain") { Description = "The domain pack, JSON or YAML." };
        Argument<string?> policy = new("policy") { Description = "The tenant policy; without one, what the pack alone implies.", Arity = ArgumentArity.ZeroOrOne };
        Option<DateTimeOffset?> asOf = SharedOptions.AsOf();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("test", "Run every case of a domain pack's test suites through the pipeline; nothing is called.") { domain, policy, asOf, format };
        command.SetAction((call, cancellationToken) =>
            TestAsync(context, call.GetValue(domain)!, call.GetValue(policy), call.GetValue(asOf), call.GetValue(format), cancellationToken));
        return command;
    }

    private static async Task<int> TestAsync(
        CommandContext context, string domain, string? policy, DateTimeOffset? asOf, OutputFormat format, CancellationToken cancellationToken)
    {
        try
        {
            if (LoadedPacks.Load(context, domain, policy) is not { } bound)
            {
                return Terminal.Refused;
            }

            DateTimeOffset now = asOf ?? context.Clock.GetUtcNow();
            SeededIds ids = new($"{bound.TenantId}\n{now:O}");
            ExceptionPipeline pipeline = new(
                new ThreadRuntime(context.Clock), ids, new PipelineOptions(), context.Loggers.CreateLogger("Engine.Pipeline"));
            PackTestReport report = await new PackTests(pipeline, context.Clock).RunAsync(bound, new RunContext(new RunId(ids.Next(now)), now), cancellationToken);
            Print(context, report, format);
            return report.Failed == 0 ? Terminal.Done : Terminal.FailedCheck;
        }
        catch (ReeveException fault)
        {
            return Terminal.Refuse(context.Error, Terminal.Errors(fault));
        }
    }

    private static void Print(CommandContext context, PackTestReport report, OutputFormat format)
    {
        if (format == OutputFormat.Table)
        {
            PrintTable(context.Output, report);
            return;
        }

        using Stream output = Terminal.OutputStream(context);
        if (format == OutputFormat.Json)
        {
            using (Utf8JsonWriter writer = new(output, JsonText.Indented))
            {
                WriteReport(writer, report);
            }

            output.Write("\n"u8);
            return;
        }

        foreach (CaseReport test in report.Cases)
        {
            using (Utf8JsonWriter writer = new(output, JsonText.Compact))
            {
                WriteCase(writer, test);
            }

            output.Write("\n"u8);
        }
    }

    private static void PrintTable(TextWriter output, PackTestReport report)
    {
        foreach (CaseReport test in report.Cases)
        {
            output.WriteLine(Terminal.Clean($"{(test.Failures.Count == 0 ? "pass" : "FAIL")}  {test.SuiteId}/{test.CaseId}"));
            foreach (CaseCheck failure in test.Failures)
            {
                output.WriteLine(Terminal.Clean($"      {failure.Field}: expected {failure.Expected}, got {failure.Actual}"));
            }

            foreach (ReeveError error in test.Failures.Count == 0 ? [] : test.Result.Errors)
            {
                output.WriteLine(Terminal.Clean($"      {error}"));
            }
        }

        PrintCoverage(output, "types", report.Types);
        PrintCoverage(output, "approved playbooks", report.Playbooks);
        output.WriteLine($"{report.Passed} passed, {report.Failed} failed ({report.Duration.TotalMilliseconds:0} ms)");
    }

    private static void PrintCoverage(TextWriter output, string what, Coverage coverage) =>
        output.WriteLine(Terminal.Clean($"{coverage.Share * 100:0} % of {coverage.Total} {what} covered{(coverage.Missed.Count == 0 ? "" : "; not covered: " + string.Join(", ", coverage.Missed))}"));

    private static void WriteReport(Utf8JsonWriter writer, PackTestReport report)
    {
        writer.WriteStartObject();
        writer.WriteNumber("totalTests", report.Cases.Count);
        writer.WriteNumber("passedTests", report.Passed);
        writer.WriteNumber("failedTests", report.Failed);
        writer.WriteNumber("executionTimeSeconds", Math.Round(report.Duration.TotalSeconds, 4));
        writer.WriteNumber("typeCoverage", Math.Round(report.Types.Share, 4));
        writer.WriteNumber("playbookCoverage", Math.Round(report.Playbooks.Share, 4));
        writer.WriteStartArray("testResults");
        foreach (CaseReport test in report.Cases)
        {
            WriteCase(writer, test);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("errors");
        foreach (ReeveError error in report.Cases.SelectMany(test => test.Result.Errors))
        {
            writer.WriteStringValue(error.ToString());
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteCase(Utf8JsonWriter writer, CaseReport test)
    {
        writer.WriteStartObject();
        writer.WriteString("suiteId", test.SuiteId);
        writer.WriteString("caseId", test.CaseId);
        writer.WriteBoolean("passed", test.Failures.Count == 0);
        WriteChecks(writer, "checks", test.Checks);
        WriteChecks(writer, "failures", test.Failures);
        writer.WriteEndObject();
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
