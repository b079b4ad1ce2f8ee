using System.CommandLine;
using Reeve.Commands.PackVerbs;
using Reeve.Core.Decisions;
using Reeve.Core.PackDocuments;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Intake;
using Reeve.Engine.PackFiles;
using Reeve.Engine.Pipeline;
using Reeve.Tests.Architecture;

namespace Reeve.Tests.Commands;

/// <summary>The packs that ship, and the one that new packs begin as: valid, covered, without a rule that no test misses, and true to their READMEs.</summary>
public sealed class ShippedPackTests
{
    private static readonly string Packs = Path.Combine(SourceTree.Root, "packs");

    public static TheoryData<string> Folders => [.. Directory.GetDirectories(Packs).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    public static TheoryData<string> FoldersAndTemplate => [.. Folders.Select(row => row.Data), "../templates/pack"];

    [Theory]
    [MemberData(nameof(FoldersAndTemplate))]
    public async Task A_pack_is_valid_without_a_warning(string pack)
    {
        (int exit, string output, string talk) = await InvokeAsync("validate", Path.Combine(Packs, pack));

        (exit, talk).ShouldBe((0, ""), output);
        output.TrimEnd().Split('\n').Length.ShouldBe(3, "one domain pack, a cautious policy and an automated one");
    }

    [Theory]
    [MemberData(nameof(FoldersAndTemplate))]
    public async Task Its_tests_pass_and_cover_everything_without_a_policy_and_under_each(string pack)
    {
        string folder = Path.Combine(Packs, pack);

        (int exit, string output, _) = await InvokeAsync("test", folder, "--threshold", "100");
        (int alone, string outputAlone, _) = await InvokeAsync("test", Path.Combine(folder, "domain.yaml"), "--threshold", "100");

        exit.ShouldBe(0, Failures(output));
        alone.ShouldBe(0, Failures(outputAlone));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Its_README_holds_what_comes_out(string pack)
    {
        string folder = Path.Combine(Packs, pack);
        string verb = Environment.GetEnvironmentVariable("REEVE_WRITE_DOCS") == "1" ? "--write" : "--check";

        (int exit, _, string talk) = await InvokeAsync("results", folder, verb, Path.Combine(folder, "README.md"));

        exit.ShouldBe(0, $"{talk} REEVE_WRITE_DOCS=1 ./test --fast writes it anew.");
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task It_has_fifty_samples_one_policy_that_runs_most_and_one_that_asks_more(string pack)
    {
        string folder = Path.Combine(Packs, pack);
        List<(int Alone, int Approved, int Decided)> counts = [];
        foreach (string policy in Directory.GetFiles(folder, "policy.*.yaml").Order(StringComparer.Ordinal))
        {
            List<ExceptionResult> decided = [.. (await RunAsync(folder, policy)).Where(result => result is { Status: not null, IsRepeat: false })];
            decided.Where(result => result.Exception!.Severity == Severity.Critical).ShouldAllBe(result => result.Of(Stage.Policy)!.Decision != "ALLOW");
            counts.Add((decided.Count(RunsAlone), decided.Count(HasApprovedProcess), decided.Count));
        }

        File.ReadLines(Path.Combine(folder, "exceptions.jsonl")).Count(line => line.Length > 0).ShouldBeGreaterThanOrEqualTo(50);
        counts.Count.ShouldBe(2);
        (int alone, int approved, int decidedThere) = counts.MaxBy(count => count.Alone);
        approved.ShouldBeGreaterThanOrEqualTo(decidedThere * 6 / 10);
        alone.ShouldBeGreaterThanOrEqualTo(2 * counts.Min(count => count.Alone));
    }

    private static bool RunsAlone(ExceptionResult result) => result.Status == ResolutionStatus.InProgress && Policy(result)?.SelectedPlaybookId is not null;

    private static bool HasApprovedProcess(ExceptionResult result) => Policy(result)?.Actionability == Actionability.ActionableApprovedProcess;

    private static StageDetails.Policy? Policy(ExceptionResult result) => result.Of(Stage.Policy)?.Details as StageDetails.Policy;

    private static async Task<List<ExceptionResult>> RunAsync(string folder, string policy)
    {
        BoundPolicy bound = PolicyBinder.Bind(
            DomainPackReader.Read(PackFileReader.Read(Path.Combine(folder, "domain.yaml"))).OrThrow(),
            TenantPolicyReader.Read(PackFileReader.Read(policy)).OrThrow()).OrThrow();
        List<ExceptionResult> results = [];
        await using FileStream input = File.OpenRead(Path.Combine(folder, "exceptions.jsonl"));
        await foreach (PassOutcome outcome in Make.Pipeline().RunAsync(
            BatchReader.ReadAsync(input, lines: true, TestContext.Current.CancellationToken), bound, Make.Run(new DateTimeOffset(2026, 11, 19, 15, 0, 0, TimeSpan.Zero)), TestContext.Current.CancellationToken))
        {
            results.Add(outcome.Result);
        }

        return results;
    }

    private static string Failures(string output) => string.Join('\n', output.Split('\n').Where(line => !line.StartsWith("pass", StringComparison.Ordinal)));

    private static async Task<(int Exit, string Output, string Talk)> InvokeAsync(params string[] arguments)
    {
        await using StringWriter output = new();
        await using StringWriter talk = new();
        RootCommand root = new() { PacksCommand.Build(Contexts.Of(output, talk)) };
        int exit = await root.Parse(["packs", .. arguments]).InvokeAsync(new InvocationConfiguration { Output = output, Error = talk }, TestContext.Current.CancellationToken);
        return (exit, output.ToString(), talk.ToString());
    }
}
