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
        Save("result.json", """{"tenantId":"NORTH","runId":"1","results":[]}""");

        var (exit, output, talk) = await Contexts.Invoke("packs", "test", folder.Path, "-o", "json");

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
        (await Contexts.Invoke("packs", "test", folder.File("domain.json"), "-o", "json")).Output.ShouldContain("\"tenantId\": \"PACK_TEST\"");
        (await Contexts.Invoke("packs", "test", folder.File("policy.south.yaml"), "-o", "json")).Output.ShouldContain("\"tenantId\": \"SOUTH\"");
    }

    [Fact]
    public async Task Several_policies_are_told_apart_and_summed()
    {
        var (exit, output, _) = await Contexts.Invoke("packs", "test", folder.File("policy.south.yaml"), folder.File("domain.json"), folder.File("policy.north.json"));

        exit.ShouldBe(0);
        output.ShouldContain($"SOUTH  {folder.File("policy.south.yaml")}");
        output.ShouldContain("50 % of 4 rules covered; not covered: detectionRules:");
        output.ShouldContain("Under 2 policies: 2 passed, 0 failed");
    }

    [Theory]
    [InlineData("test")]
    [InlineData("mutate")]
    [InlineData("lint")]
    [InlineData("results")]
    public async Task No_text_of_a_pack_makes_a_line_of_its_own_or_turns_one_around(string verb)
    {
        const string odd = """late\npass  core/forged\u202e\u2028\u200b""";
        Save("domain.json", Make.With(
            Make.With(Make.Domain, "testSuites", $$"""[{"suiteId":"core","cases":[{{Late.Replace("\"late\"", $"\"{odd}\"", StringComparison.Ordinal)}}]}]"""),
            "severityRules", $$"""[{"id":"{{odd}}","condition":"false","severity":"LOW"}]"""));
        Save("policy.south.yaml", $$"""{"tenantId":"SOUTH","domainName":"Parcels","testSuites":[{"suiteId":"own","cases":[{"caseId":"{{odd}}","input":{"exceptionType":"LOST"},"expectedPlaybookId":"{{odd}}"}]}]}""");
        Save("exceptions.jsonl", """{"exceptionType":"LOST","rawPayload":{}}""");

        var (_, output, talk) = await Contexts.Invoke("packs", verb, folder.Path);

        (output + talk).Split('\n').ShouldNotContain(line => line.StartsWith("pass  core/forged", StringComparison.Ordinal));
        (output + talk).ShouldNotContain('\u202e');
        (output + talk).ShouldNotContain('\u2028');
        (output + talk).ShouldNotContain('\u200b');
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

        var (exit, _, talk) = await Contexts.Invoke("packs", "test", folder.Path, "--threshold", threshold);

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

        (await Contexts.Invoke("packs", "test", folder.Path, "--threshold", "0")).Exit.ShouldBe(3);
        (await Contexts.Invoke("packs", "test", folder.Path)).Exit.ShouldBe(3);
    }

    [Theory]
    [InlineData("policy.west.yaml", "a: [1", "INPUT-004")]
    [InlineData("policy.west.json", "{", "INPUT-")]
    [InlineData("west.json", "{\"domainName\": \"Parcels\",", "INPUT-")]
    [InlineData("west.yaml", "{tenantId: WEST, domainName: Parcels, colour: red}", "PACK-001")]
    [InlineData("policy.west.json", "{\"tenantId\": \"WEST\", \"domainNam\": \"Parcels\"}", "PACK-001")]
    [InlineData("west.yaml", "{tenantId: WEST, domainName: Parcells}", "PACK-030")]
    [InlineData("west.yaml", "{domainName: Parcels, exceptionTypes: {A: {}}}", "PACK-007")]
    public async Task What_is_wrong_with_a_pack_in_the_folder_is_told(string name, string text, string code)
    {
        Save(name, text);

        var (exit, output, talk) = await Contexts.Invoke("packs", "test", folder.Path);

        (exit, output).ShouldBe((1, ""));
        talk.ShouldContain(code);
        talk.ShouldContain(folder.File(name));
    }

    [Fact]
    public async Task A_folder_without_packs_is_refused()
    {
        string empty = Directory.CreateDirectory(folder.File("empty")).FullName;
        File.WriteAllText(Path.Combine(empty, "exceptions.jsonl"), "{}");

        (await Contexts.Invoke("packs", "test", empty)).ShouldBe((1, "", $"INPUT-001: {empty}: The folder holds no pack. Next: Name a folder that holds a domain pack and policies, or the files themselves.{Environment.NewLine}"));
        (await Contexts.Invoke("packs", "validate", empty, folder.Path)).Output.ShouldContain("is valid");
    }

    [Fact]
    public async Task Validating_a_folder_tells_of_each_pack_in_it_once()
    {
        Save("exceptions.json", "[]");

        var (exit, output, _) = await Contexts.Invoke("packs", "validate", folder.Path, folder.File("domain.json"));

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

        var (exit, output, talk) = await Contexts.Invoke("packs", "test", folder.Path, other, "-o", "json");

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

        var (invalid, _, why) = await Contexts.Invoke("packs", "validate", folder.Path);
        var (failed, report, _) = await Contexts.Invoke("packs", "test", folder.Path);
        var (ran, _, _) = await Contexts.Invoke("run", "--domain-pack", folder.File("domain.json"), "--tenant-policy", policy, "--input", folder.File("input.json"), "--store", "none");

        (invalid, failed, ran).ShouldBe((1, 3, 0));
        why.ShouldContain($"{policy}:6:9: PACK-044 /testSuites/0/cases/0: ");
        report.ShouldContain("FAIL  core/gone");
    }

    [Fact]
    public async Task Suites_that_keep_their_own_time_are_named()
    {
        Save("domain.json", Make.With(Make.Domain, "testSuites", $$"""[{"suiteId":"core","asOf":"2026-01-01T00:00:00Z","cases":[{{Late}}]}]"""));

        (await Contexts.Invoke("packs", "test", folder.Path, "--as-of", "2026-11-20T00:00:00Z")).Talk.Trim().ShouldBe("--as-of is not for suites that have their own asOf: core.");
        (await Contexts.Invoke("packs", "test", folder.Path)).Talk.ShouldBeEmpty();
    }

    [Fact]
    public async Task Under_a_case_that_failed_stands_why_stage_by_stage()
    {
        Save("policy.south.yaml", """{"tenantId":"SOUTH","domainName":"Parcels","approvedBusinessProcesses":[]}""");

        var (exit, output, _) = await Contexts.Invoke("packs", "test", folder.Path);

        exit.ShouldBe(3);
        string[] lines = output.ReplaceLineEndings("\n").Split('\n');
        int failed = Array.IndexOf(lines, "FAIL  core/late");
        lines[failed + 1].ShouldBe("      expectedPlaybookId: expected hurry, got none");
        lines[failed + 2].ShouldStartWith("          intake: ");
        lines[(failed + 2)..].TakeWhile(line => line.StartsWith("          ", StringComparison.Ordinal)).ShouldContain(line => line.StartsWith("          policy: ", StringComparison.Ordinal));
        lines[Array.IndexOf(lines, "pass  core/late") + 1].ShouldEndWith("types covered; not covered: LOST, LOST_ABROAD, SCANNED");
    }

    [Fact]
    public async Task A_refused_case_says_the_error_and_what_never_ran()
    {
        Save("domain.json", WithCase("""{"caseId":"odd","input":{"rawPayload":{},"timestamp":"yesterday"},"expectedOutput":{"decision":"ALLOW"}}"""));

        (await Contexts.Invoke("packs", "test", folder.File("domain.json"))).Output.ReplaceLineEndings("\n")
            .ShouldContain("FAIL  core/odd\n      decision: expected \"ALLOW\", got none: Policy did not run\n          error: INTAKE-004: /timestamp: ");
    }

    [Fact]
    public async Task Reasons_that_data_wrote_stay_on_their_lines_and_are_not_more_than_twenty()
    {
        string odd = string.Join(',', Enumerable.Range(0, 30).Select(i => $$"""{"id":"r{{i}}","condition":"amount > 0","decision":"REQUIRE_APPROVAL","reason":"\u001b[31m because\npass  core/late {{i}}"}"""));
        Save("domain.json", Make.With(WithCase("""{"caseId":"late","input":{"exceptionType":"DELAYED","parcel":"P\u001b\nQ","hoursLate":100,"amount":1},"expectedPlaybookId":"search"}"""), "guardrails", $$"""{"rules":[{{odd}}]}"""));

        string[] lines = (await Contexts.Invoke("packs", "test", folder.File("domain.json"))).Output.ReplaceLineEndings("\n").Split('\n');

        lines[0].ShouldBe("FAIL  core/late");
        lines.ShouldAllBe(line => !line.Contains('\u001b') && !line.StartsWith("pass", StringComparison.Ordinal));
        string[] why = [.. lines.Skip(2).TakeWhile(line => line.StartsWith("          ", StringComparison.Ordinal))];
        why.Length.ShouldBe(21);
        why[^1].ShouldMatch("^          … [0-9]+ more$");
    }

    [Fact]
    public async Task As_JSON_failed_cases_and_only_those_have_evidence_and_errors()
    {
        Save("domain.json", WithCase(Late + """,{"caseId":"odd","input":{"rawPayload":{},"timestamp":"yesterday"}},{"caseId":"other","inputExceptionType":"LOST","expectedPlaybookId":"hurry"}"""));

        MapValue[] cases = [.. JsonText.Parse((await Contexts.Invoke("packs", "test", folder.File("domain.json"), "-o", "json")).Output).AsMap()["testResults"].AsList().Items.ToArray().Select(test => test.AsMap())];

        cases.Select(test => test["passed"].AsBool()).ShouldBe([true, false, false]);
        (cases[0].TryGet("evidence", out _), cases[0].TryGet("errors", out _)).ShouldBe((false, false));
        cases[1]["evidence"].AsList().Count.ShouldBe(0);
        cases[1]["errors"].AsList()[0].AsMap()["code"].AsString().ShouldBe("INTAKE-004");
        cases[2]["evidence"].AsList()[0].AsString().ShouldStartWith("intake: ");
        cases[2]["errors"].AsList().Count.ShouldBe(0);
    }

    private static string WithCase(string tests) => Make.With(Make.Domain, "testSuites", $$"""[{"suiteId":"core","cases":[{{tests}}]}]""");

    private void Save(string name, string text) => File.WriteAllText(folder.File(name), text);
}
