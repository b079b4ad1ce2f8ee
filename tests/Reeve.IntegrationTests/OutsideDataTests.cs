using System.Globalization;
using System.Text.RegularExpressions;
using Reeve.Core.Values;

namespace Reeve.IntegrationTests;

/// <summary>Outside packs and conformance suites, as their owners wrote them. Skipped where they are not at hand.</summary>
public sealed partial class OutsideDataTests : IDisposable
{
    private static readonly string Shared = Environment.GetEnvironmentVariable("REEVE_SHARED") ?? Path.Combine(RunFolder.Root, "..", "shared");

    private readonly RunFolder here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public async Task The_finance_sample_runs_unchanged()
    {
        string input = here.Write("in.jsonl", string.Join('\n', new[] { "MISMATCHED_TRADE_DETAILS", "FAILED_ALLOCATION", "POSITION_BREAK", "SETTLEMENT_FAIL", "REG_REPORT_REJECTED" }
            .Select(type => $$$"""{"exceptionType":"{{{type}}}","rawPayload":{"orderId":"O-1","tradeId":"T-1","accountId":"A","cusip":"C"}}""")));

        Ended ended = await ReeveProgram.RunAsync(
            "run", "--domain-pack", Data("packs/finance.sample.json"), "--tenant-policy", Data("packs/tenant_finance.sample.json"), "--input", input, "-o", "json", "--store", "none");

        IReadOnlyList<MapValue> results = RunResults.Read(ended.ShouldEndWith(0).Output);
        MapValue[] policies = [.. results.Select(result => result["stages"].AsMap()["policy"].AsMap()["details"].AsMap())];
        policies.Count(policy => policy["actionability"].AsString() == "ACTIONABLE_APPROVED_PROCESS").ShouldBeGreaterThanOrEqualTo(4);
        results[2]["exception"].AsMap()["severity"].AsString().ShouldBe("CRITICAL");
        results[2]["status"].AsString().ShouldBe("PENDING_APPROVAL");
        policies[2]["decision"].AsString().ShouldBe("REQUIRE_APPROVAL");
    }

    [Fact]
    public async Task The_case_that_contradicts_its_own_pack_is_reported_as_failed()
    {
        Ended ended = (await ReeveProgram.RunAsync("packs", "test", Data("packs/finance.sample.json"), Data("packs/tenant_finance.sample.json"))).ShouldEndWith(3);

        ended.Text.ShouldContain("severity: expected \"HIGH\", got \"MEDIUM\"");
        ended.Text.ShouldContain("1 passed, 1 failed");
    }

    [Fact]
    public async Task Cel_passes_995_of_its_core_cases()
    {
        Ended ended = await ReeveProgram.RunAsync("expr", "test", "--input", Data("cel/core.jsonl"), "--report", here.File("report.jsonl"));

        int[] counts = Counts(ended);
        counts[0].ShouldBeGreaterThanOrEqualTo(995);
        ended.ShouldEndWith(counts[1] == 0 ? 0 : 3);
        File.ReadLines(here.File("report.jsonl")).Count().ShouldBe(997);
    }

    [Fact]
    public async Task Json_schema_passes_97_of_a_hundred_cases_that_it_does_not_refuse()
    {
        Ended ended = await ReeveProgram.RunAsync("schema", "test", "--input", Data("json-schema/draft2020-12.jsonl"));

        int[] counts = Counts(ended);
        (counts[0] / (double)(counts[0] + counts[1])).ShouldBeGreaterThanOrEqualTo(0.97);
        counts[2].ShouldBeLessThan(counts[0] / 5);
        ended.ShouldEndWith(counts[1] == 0 ? 0 : 3);
    }

    private static int[] Counts(Ended ended) => [.. Number().Matches(ended.Lines[^1]).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture))];

    private static string Data(string name)
    {
        string path = Path.Combine(Shared, "data", name);
        Assert.SkipUnless(File.Exists(path), $"{path} is not at hand; set REEVE_SHARED.");
        return path;
    }

    [GeneratedRegex("[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Number();
}
