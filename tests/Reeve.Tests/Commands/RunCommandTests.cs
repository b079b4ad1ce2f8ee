using System.Text;
using Reeve.Commands.Cel;
using Reeve.Commands.PackVerbs;
using Reeve.Commands;
using Reeve.Core.Values;

namespace Reeve.Tests.Commands;

public sealed class RunCommandTests : IDisposable
{
    private const string Items = """
        [{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"amount":12.50},
         {"exceptionType":"LOST","parcel":"P2","amount":"1,250,000"},
         {"rawPayload":{},"colour":"red"}]
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Json_is_the_whole_run_result_and_talk_goes_elsewhere()
    {
        (int exit, string output, string error) = await Run(Items, "-o", "json");

        exit.ShouldBe(0);
        MapValue result = JsonText.Parse(output).AsMap();
        result["tenantId"].AsString().ShouldBe("NORTH");
        result["results"].AsList().Count.ShouldBe(3);
        result["results"].AsList()[2].AsMap()["errors"].AsList()[0].AsMap()["code"].AsString().ShouldBe("INTAKE-002");
        error.ShouldContain("3 items: 2 decided, 0 repeated, 1 refused");
    }

    [Fact]
    public async Task A_table_says_why_for_each_exception()
    {
        (int exit, string output, _) = await Run(Items);

        exit.ShouldBe(0);
        output.ShouldContain("DELAYED  MEDIUM  ALLOW  hurry  IN_PROGRESS (plan reaches RESOLVED)");
        output.ShouldContain("LOST  CRITICAL  REQUIRE_APPROVAL  search  PENDING_APPROVAL");
        output.ShouldContain("dear gives REQUIRE_APPROVAL");
        output.ShouldContain("INTAKE-002: /colour");
    }

    [Fact]
    public async Task Lines_hold_one_result_each()
    {
        (_, string output, _) = await Run(Items, "-o", "jsonl");

        output.TrimEnd().Split('\n').Select(line => JsonText.Parse(line).AsMap()["status"].StringOrNull()).ShouldBe(["IN_PROGRESS", "PENDING_APPROVAL", null]);
    }

    [Fact]
    public async Task The_same_time_gives_the_same_bytes_whatever_the_workers()
    {
        await Run(Items, "--as-of", "2026-11-20T09:00:00Z", "--output", folder.File("one.json"), "--decisions", folder.File("one.jsonl"), "--workers", "1");
        await Run(Items, "--as-of", "2026-11-20T09:00:00Z", "--output", folder.File("two.json"), "--decisions", folder.File("two.jsonl"), "--workers", "8");

        File.ReadAllBytes(folder.File("two.json")).ShouldBe(File.ReadAllBytes(folder.File("one.json")));
        File.ReadAllBytes(folder.File("two.jsonl")).ShouldBe(File.ReadAllBytes(folder.File("one.jsonl")));
        File.ReadAllLines(folder.File("one.jsonl")).Length.ShouldBe(2, "what was refused has no decision");
    }

    [Fact]
    public async Task Nothing_accepted_is_refused_input()
    {
        (int exit, _, _) = await Run("""[{"rawPayload":1}]""");

        exit.ShouldBe(1);
    }

    [Fact]
    public async Task A_hostile_text_does_not_reach_the_terminal_as_a_command()
    {
        (_, string output, _) = await Run("""{"exceptionType":"\u001b[2Jgone\nDELAYED","parcel":"P"}""");

        output.ShouldNotContain("\u001b");
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run", "--workers", "0")]
    [InlineData("fly")]
    [InlineData("packs", "test")]
    public async Task Words_that_are_no_command_are_a_usage_error(params string[] words)
    {
        (int exit, string output, string error) = await Invoke(words);

        exit.ShouldBe(2);
        output.ShouldBeEmpty();
        error.ShouldContain("--help");
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named_with_the_next_step()
    {
        (int exit, _, string error) = await Invoke("run", "--domain-pack", folder.File("none.json"), "--tenant-policy", folder.File("none.json"), "--input", "-");

        exit.ShouldBe(1);
        error.ShouldContain("none.json");
        error.ShouldContain("Next:");
    }

    [Fact]
    public async Task All_that_is_wrong_with_both_packs_comes_at_once_each_with_its_file_and_place()
    {
        string domain = folder.File("bad.yaml");
        string policy = folder.File("bad.json");
        File.WriteAllText(domain, "a: [1\nb: 2");
        File.WriteAllText(policy, "{\n \"tenantId\": \"\"}");

        (int exit, _, string error) = await Invoke("run", "--domain-pack", domain, "--tenant-policy", policy, "--input", "-");

        exit.ShouldBe(1);
        error.ShouldContain($"{domain}:1:4: INPUT-004");
        error.ShouldContain($"{policy}:2:2: PACK-004: /tenantId");
    }

    [Fact]
    public async Task What_does_not_fit_the_domain_pack_is_told_with_its_line()
    {
        string domain = folder.File("domain.json");
        string policy = folder.File("policy.json");
        File.WriteAllText(domain, Make.Domain);
        File.WriteAllText(policy, "{\"tenantId\": \"T\",\n\"domainName\": \"Parcels\",\n\"approvedBusinessProcesses\": [\"none\"]}");

        (int exit, _, string error) = await Invoke("run", "--domain-pack", domain, "--tenant-policy", policy, "--input", "-");

        exit.ShouldBe(1);
        error.ShouldContain($"{policy}:3:31: PACK-014: /approvedBusinessProcesses/0");
    }

    [Fact]
    public async Task Test_suites_end_with_totals_and_a_failure_with_3()
    {
        string passing = Make.With(Make.Domain, "testSuites", """[{"input":{"exceptionType":"SCANNED"},"expectedOutput":{"severity":"LOW"}}]""");
        string failing = Make.With(Make.Domain, "testSuites", """[{"input":{"exceptionType":"SCANNED"},"expectedOutput":{"severity":"HIGH"}}]""");
        File.WriteAllText(folder.File("passing.json"), passing);
        File.WriteAllText(folder.File("failing.json"), failing);

        (int exit, string output, _) = await Invoke("packs", "test", folder.File("passing.json"));
        (int failed, string report, _) = await Invoke("packs", "test", folder.File("failing.json"), "-o", "json");

        exit.ShouldBe(0);
        output.ShouldContain("1 passed, 0 failed");
        failed.ShouldBe(3);
        JsonText.Parse(report).AsMap()["failedTests"].AsInt().ShouldBe(1);
    }

    [Fact]
    public async Task Packs_in_each_others_place_are_told_so_and_nothing_else()
    {
        await Run(Items);

        (int exit, _, string error) = await Invoke(
            "run", "--domain-pack", folder.File("policy.json"), "--tenant-policy", folder.File("domain.json"), "--input", folder.File("input.json"));

        exit.ShouldBe(1);
        error.ReplaceLineEndings("\n").TrimEnd().Split('\n').ShouldBe(
        [
            $"{folder.File("policy.json")}: PACK-021: It is a tenant policy; a domain pack belongs here. Next: Give the domain pack here, and the policy in its place.",
            $"{folder.File("domain.json")}: PACK-021: It is a domain pack; a tenant policy belongs here. Next: Give the policy here, and the domain pack in its place.",
        ]);
    }

    private Task<(int Exit, string Output, string Error)> Run(string input, params string[] more)
    {
        File.WriteAllText(folder.File("domain.json"), Make.Domain);
        File.WriteAllText(folder.File("policy.json"), Make.Policy);
        File.WriteAllText(folder.File("input.json"), input, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return Invoke(["run", "--domain-pack", folder.File("domain.json"), "--tenant-policy", folder.File("policy.json"), "--input", folder.File("input.json"), "--store", "none", .. more]);
    }

    private static async Task<(int Exit, string Output, string Error)> Invoke(params string[] words)
    {
        StringWriter output = new();
        StringWriter error = new();
        int exit = await CommandLine.InvokeAsync(Contexts.Of(output, error, words), TestContext.Current.CancellationToken);
        return (exit, output.ToString(), error.ToString());
    }
}
