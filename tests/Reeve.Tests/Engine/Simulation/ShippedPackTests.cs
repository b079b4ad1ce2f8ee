using System.Text;
using Reeve.Core.Decisions;
using Reeve.Core.PackDocuments;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Intake;
using Reeve.Engine.PackFiles;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Simulation;
using Reeve.Tests.Architecture;

namespace Reeve.Tests.Simulation;

/// <summary>The packs that ship: their suites pass, and what their READMEs say of them is what comes out.</summary>
public sealed class ShippedPackTests
{
    public static TheoryData<string, string, DateTimeOffset> Packs => new()
    {
        { "finance", "policy.calder-point.yaml", new DateTimeOffset(2026, 11, 19, 15, 0, 0, TimeSpan.Zero) },
        { "it-alerts", "policy.meridian.yaml", new DateTimeOffset(2026, 9, 15, 9, 0, 0, TimeSpan.Zero) },
    };

    [Theory]
    [MemberData(nameof(Packs))]
    public async Task Every_case_passes_and_every_type_and_approved_playbook_is_covered(string pack, string policy, DateTimeOffset now)
    {
        PackTestReport report = await new PackTests(Make.Pipeline(), new FakeTime(now)).RunAsync(Load(pack, policy), Make.Run(now), TestContext.Current.CancellationToken);

        report.Cases.Where(test => test.Failures.Count > 0).Select(test => $"{test.SuiteId}/{test.CaseId}: {string.Join(", ", test.Failures)}").ShouldBeEmpty();
        report.Types.Missed.ShouldBeEmpty();
        report.Playbooks.Missed.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Packs))]
    public async Task Most_samples_have_an_approved_process_and_nothing_critical_acts_by_itself(string pack, string policy, DateTimeOffset now)
    {
        List<ExceptionResult> decided = [.. (await Run(pack, policy, now)).Where(result => result is { Status: not null, IsRepeat: false })];

        decided.Count.ShouldBeGreaterThanOrEqualTo(30);
        decided.Count(result => Policy(result)?.Actionability == Actionability.ActionableApprovedProcess).ShouldBeGreaterThanOrEqualTo(decided.Count * 8 / 10);
        decided.Where(result => result.Exception!.Severity == Severity.Critical).ShouldAllBe(result => result.Of(Stage.Policy)!.Decision != "ALLOW");
        decided.Where(result => result.Exception!.ExceptionType?.Value == "POSITION_BREAK").ShouldAllBe(result => result.Exception!.Severity == Severity.Critical);
    }

    [Theory]
    [MemberData(nameof(Packs))]
    public async Task The_committed_results_are_what_comes_out(string pack, string policy, DateTimeOffset now)
    {
        List<ExceptionResult> results = await Run(pack, policy, now);

        CommittedDocument.ShouldBeCurrent($"packs/{pack}/RESULTS.md", Render(pack, policy, now, results));
    }

    private static BoundPolicy Load(string pack, string policy) => PolicyBinder.Bind(
        DomainPackReader.Read(PackFileReader.Read(PathOf(pack, "domain.yaml"))).OrThrow(),
        TenantPolicyReader.Read(PackFileReader.Read(PathOf(pack, policy))).OrThrow()).OrThrow();

    private static async Task<List<ExceptionResult>> Run(string pack, string policy, DateTimeOffset now)
    {
        List<ExceptionResult> results = [];
        await using FileStream input = File.OpenRead(PathOf(pack, "exceptions.jsonl"));
        await foreach (PassOutcome outcome in Make.Pipeline().RunAsync(
            BatchReader.ReadAsync(input, lines: true, TestContext.Current.CancellationToken), Load(pack, policy), Make.Run(now), TestContext.Current.CancellationToken))
        {
            results.Add(outcome.Result);
        }

        return results;
    }

    private static string Render(string pack, string policy, DateTimeOffset now, List<ExceptionResult> results)
    {
        StringBuilder page = new();
        List<ExceptionResult> decided = [.. results.Where(result => result is { Status: not null, IsRepeat: false })];
        page.Append($"# What comes of the samples\n\nGenerated: every exception of `exceptions.jsonl` under `{policy}`, judged as of {now:yyyy-MM-dd'T'HH:mm:ss'Z'}. Nothing was called; the last\ncolumn is the status that the plan would reach. A test keeps this page true.\n\n");
        page.Append($"{results.Count} items: {decided.Count} decided, {results.Count(result => result.IsRepeat)} repeats of an earlier one or closed by their source, {results.Count(result => result.Status is null)} refused.\n");
        page.Append($"{decided.Count(result => Policy(result)?.Actionability == Actionability.ActionableApprovedProcess) * 100 / decided.Count} % have an approved process.\n\n");
        page.Append("| # | Type | Severity | Policy | Playbook | Status | Its plan reaches |\n|--:|---|---|---|---|---|---|\n");
        for (int i = 0; i < results.Count; i++)
        {
            ExceptionResult result = results[i];
            string type = result.IsRepeat ? "(repeat)" : result.Status is null ? "(refused)" : result.Exception!.ExceptionType?.Value ?? "(unknown)";
            ResolutionStatus? reaches = (result.Of(Stage.Resolution)?.Details as StageDetails.Resolution)?.ProjectedStatus;
            page.Append($"| {i} | {type} | {Name(result.Exception?.Severity)} | {result.Of(Stage.Policy)?.Decision} | {Policy(result)?.SelectedPlaybookId} | {(result.Status is { } status ? Wire.Name(status) : result.Errors[0].Code)} | {Name(reaches)} |\n");
        }

        return page.ToString();
    }

    private static StageDetails.Policy? Policy(ExceptionResult result) => result.Of(Stage.Policy)?.Details as StageDetails.Policy;

    private static string Name<T>(T? value)
        where T : struct, Enum => value is { } known ? Wire.Name(known) : "";

    private static string PathOf(string pack, string file) => Path.Combine(SourceTree.Root, "packs", pack, file);
}
