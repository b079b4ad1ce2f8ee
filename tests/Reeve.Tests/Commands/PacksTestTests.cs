using Reeve.Commands;
using Reeve.Core.Values;

namespace Reeve.Tests.Commands;

/// <summary><c>reeve packs test</c> over files and folders, and <c>validate</c> where it reads the same way.</summary>
public sealed class PacksTestTests : IDisposable
{
    private const string Late = """{"caseId":"late","input":{"exceptionType":"DELAYED","parcel":"P","hoursLate":100,"amount":1},"expectedPlaybookId":"hurry"}""";

    private readonly TemporaryFolder folder = new();

    public PacksTestTests()
    {
        Save("domain.json", Make.With(Make.Domain, "testSuites", $$"""[{"suiteId":"core","cases":[{{Late}}]}]"""));
        Save("policy.north.json", Make.Policy);
        Save("policy.south.yaml", """{"tenantId":"SOUTH","domainName":"Parcels","approvedBusinessProcesses":[],"testSuites":[{"suiteId":"core","cases":[{"caseId":"late","expectedPlaybookId":null}]}]}""");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_folder_stands_for_its_domain_pack_and_every_policy_for_it()
    {
        Save("exception.json", """{"tenantId":"NORTH","exceptionType":"DELAYED","rawPayload":{}}""");
        Save("exceptions.json", """[{"exceptionType":"DELAYED"}]""");
        Save("exceptions.jsonl", "{}\n{");
        Save("broken.json", "{\"parcel\":");
        Save("settings.yaml", "colour: red");

        var (exit, output, talk) = await Invoke("packs", "test", folder.Path, "-o", "json");

        (exit, talk).ShouldBe((0, ""));
        MapValue report = JsonText.Parse(output).AsMap();
        (report["totalTests"].AsInt(), report["passedTests"].AsInt(), report["failedTests"].AsInt()).ShouldBe((2, 2, 0));
        report["testResults"].AsList().Items.ToArray().Select(test => test.AsMap()["tenantId"].AsString()).ShouldBe(["NORTH", "SOUTH"]);
        MapValue south = report["policies"].AsList()[1].AsMap();
        south["policyFile"].AsString().ShouldBe(folder.File("policy.south.yaml"));
        south["coverage"].AsMap()["playbooks"].ShouldBe(JsonText.Parse("""{"total":0,"covered":0,"missed":[]}"""));
        south["coverage"].AsMap()["guardrails"].ShouldBe(JsonText.Parse("""{"total":1,"covered":0,"missed":[{"id":"dear","section":"rules","document":"domain","pointer":"/guardrails/rules/0"}]}"""));
        report["typeCoverage"].AsDouble().ShouldBe(0.25);
        report["ruleCoverage"].AsDouble().ShouldBe(0.5);
    }

    [Fact]
    public async Task A_domain_pack_alone_is_tested_with_what_it_implies_and_a_policy_alone_with_the_pack_beside_it()
    {
        (await Invoke("packs", "test", folder.File("domain.json"), "-o", "json")).Output.ShouldContain("\"tenantId\": \"PACK_TEST\"");
        (await Invoke("packs", "test", folder.File("policy.south.yaml"), "-o", "json")).Output.ShouldContain("\"tenantId\": \"SOUTH\"");
    }

    [Fact]
    public async Task Several_policies_are_told_apart_and_summed()
    {
        var (exit, output, _) = await Invoke("packs", "test", folder.File("policy.south.yaml"), folder.File("domain.json"), folder.File("policy.north.json"));

        exit.ShouldBe(0);
        output.ShouldContain($"SOUTH  {folder.File("policy.south.yaml")}");
        output.ShouldContain("50 % of 4 rules covered; not covered: detectionRules:");
        output.ShouldContain("Under 2 policies: 2 passed, 0 failed");
    }

    [Theory]
    [InlineData("25", 0)]
    [InlineData("25.1", 3)]
    [InlineData("100", 3)]
    [InlineData("0", 0)]
    [InlineData("101", 2)]
    [InlineData("-1", 2)]
    [InlineData("all", 2)]
    public async Task A_threshold_asks_that_share_of_each_kind_under_each_policy(string threshold, int expected)
    {
        Save("domain.json", Make.With(Make.With(Make.Domain, "testSuites", $$"""[{"suiteId":"core","cases":[{{Late}}]}]"""), "guardrails", "{}"));

        var (exit, _, talk) = await Invoke("packs", "test", folder.Path, "--threshold", threshold);

        exit.ShouldBe(expected, talk);
        if (expected == 3)
        {
            talk.ShouldContain($"Under NORTH 25 % of 4 types covered; not covered: LOST, LOST_ABROAD, SCANNED; {threshold} % is asked.");
            talk.ShouldContain("Under SOUTH");
        }
    }

    [Fact]
    public async Task A_case_that_fails_fails_the_command_whatever_is_covered()
    {
        Save("policy.south.yaml", """{"tenantId":"SOUTH","domainName":"Parcels","approvedBusinessProcesses":[]}""");

        (await Invoke("packs", "test", folder.Path, "--threshold", "0")).Exit.ShouldBe(3);
        (await Invoke("packs", "test", folder.Path)).Exit.ShouldBe(3);
    }

    [Theory]
    [InlineData("policy.west.yaml", "a: [1", "INPUT-004")]
    [InlineData("policy.west.json", "{", "INPUT-")]
    [InlineData("west.json", "{\"domainName\": \"Parcels\",", "INPUT-")]
    [InlineData("west.yaml", "{tenantId: WEST, domainName: Parcels, colour: red}", "PACK-001")]
    [InlineData("west.yaml", "{tenantId: WEST, domainName: Parcells}", "PACK-030")]
    [InlineData("west.yaml", "{domainName: Parcels, exceptionTypes: {A: {}}}", "PACK-007")]
    public async Task What_is_wrong_with_a_pack_in_the_folder_is_told(string name, string text, string code)
    {
        Save(name, text);

        var (exit, output, talk) = await Invoke("packs", "test", folder.Path);

        (exit, output).ShouldBe((1, ""));
        talk.ShouldContain(code);
        talk.ShouldContain(folder.File(name));
    }

    [Fact]
    public async Task A_folder_without_packs_is_refused()
    {
        string empty = Directory.CreateDirectory(folder.File("empty")).FullName;
        File.WriteAllText(Path.Combine(empty, "exceptions.jsonl"), "{}");

        (await Invoke("packs", "test", empty)).ShouldBe((1, "", $"INPUT-001: {empty}: The folder holds no pack. Next: Name a folder that holds a domain pack and policies, or the files themselves.{Environment.NewLine}"));
        (await Invoke("packs", "validate", empty, folder.Path)).Output.ShouldContain("is valid");
    }

    [Fact]
    public async Task Validating_a_folder_tells_of_each_pack_in_it_once()
    {
        Save("exceptions.json", "[]");

        var (exit, output, _) = await Invoke("packs", "validate", folder.Path, folder.File("domain.json"));

        exit.ShouldBe(0);
        output.ReplaceLineEndings("\n").TrimEnd().Split('\n').Select(line => line.Split(": ")[0])
            .ShouldBe([folder.File("domain.json"), folder.File("policy.north.json"), folder.File("policy.south.yaml")]);
    }

    [Fact]
    public async Task Policies_of_a_folder_belong_to_the_domain_pack_in_it()
    {
        string other = Directory.CreateDirectory(folder.File("other")).FullName;
        File.WriteAllText(Path.Combine(other, "domain.json"), Make.With(Make.Domain, "testSuites", "[]"));
        File.WriteAllText(Path.Combine(other, "policy.json"), """{"tenantId":"EAST"}""");

        var (exit, output, talk) = await Invoke("packs", "test", folder.Path, other, "-o", "json");

        (exit, talk).ShouldBe((0, ""));
        JsonText.Parse(output).AsMap()["policies"].AsList().Items.ToArray().Select(policy => $"{policy.AsMap()["tenantId"]}{policy.AsMap()["totalTests"]}")
            .ShouldBe(["\"NORTH\"1", "\"SOUTH\"1", "\"EAST\"0"]);
    }

    [Fact]
    public async Task A_test_that_restates_nothing_is_told_by_validate_fails_the_test_and_stops_no_run()
    {
        string policy = folder.File("policy.south.yaml");
        Save("policy.south.yaml", "tenantId: SOUTH\ndomainName: Parcels\ntestSuites:\n  - suiteId: core\n    cases:\n      - {caseId: gone, expectedPlaybookId: null}\n");
        Save("input.json", Late);

        var (invalid, _, why) = await Invoke("packs", "validate", folder.Path);
        var (failed, report, _) = await Invoke("packs", "test", folder.Path);
        var (ran, _, _) = await Invoke("run", "--domain-pack", folder.File("domain.json"), "--tenant-policy", policy, "--input", folder.File("input.json"), "--store", "none");

        (invalid, failed, ran).ShouldBe((1, 3, 0));
        why.ShouldContain($"{policy}:6:9: PACK-044 /testSuites/0/cases/0: ");
        report.ShouldContain("FAIL  core/gone");
    }

    [Fact]
    public async Task Suites_that_keep_their_own_time_are_named()
    {
        Save("domain.json", Make.With(Make.Domain, "testSuites", $$"""[{"suiteId":"core","asOf":"2026-01-01T00:00:00Z","cases":[{{Late}}]}]"""));

        (await Invoke("packs", "test", folder.Path, "--as-of", "2026-11-20T00:00:00Z")).Talk.Trim().ShouldBe("--as-of is not for suites that have their own asOf: core.");
        (await Invoke("packs", "test", folder.Path)).Talk.ShouldBeEmpty();
    }

    private void Save(string name, string text) => File.WriteAllText(folder.File(name), text);

    private static async Task<(int Exit, string Output, string Talk)> Invoke(params string[] words)
    {
        StringWriter output = new();
        StringWriter talk = new();
        int exit = await CommandLine.InvokeAsync(Contexts.Of(output, talk, words), TestContext.Current.CancellationToken);
        return (exit, output.ToString(), talk.ToString());
    }
}
