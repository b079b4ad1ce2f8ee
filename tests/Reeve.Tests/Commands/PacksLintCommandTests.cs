using System.CommandLine;
using System.Text.Json.Nodes;
using Reeve.Commands.PackVerbs;
using Reeve.Tests.Architecture;
using Reeve.Tests.Linting;

namespace Reeve.Tests.Commands;

public sealed class PacksLintCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Shipped => [.. Directory.GetDirectories(Path.Combine(SourceTree.Root, "packs")).Order(StringComparer.Ordinal), Path.Combine(SourceTree.Root, "templates", "pack")];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Shipped))]
    public async Task A_shipped_pack_has_no_findings(string pack)
    {
        (int exit, string output, _) = await Run(pack);

        exit.ShouldBe(0, output);
    }

    [Fact]
    public async Task A_folder_is_looked_at_with_the_samples_in_it()
    {
        Save("domain.json", LintBench.Domain);
        Save("policy.json", LintBench.Policy);
        Save("exceptions.json", LintBench.Samples);

        (int exit, string output, string talk) = await Run(folder.Path);

        (exit, talk.Trim()).ShouldBe((0, $"Samples: {folder.File("exceptions.json")}: 2 read"));
        output.ReplaceLineEndings("\n").ShouldBe($"{folder.File("domain.json")}: no findings\n{folder.File("policy.json")}: no findings\n");
    }

    [Fact]
    public async Task Findings_have_file_line_column_code_path_and_next_step()
    {
        string domain = Save("domain.yaml", Yaml);

        (int exit, string output, string talk) = await Run(domain);

        exit.ShouldBe(3);
        output.ReplaceLineEndings("\n").Split('\n')[0].ShouldBe(
            $"{domain}:5:15: LINT-001 /severityRules/0/condition: The severity rule \"odd\" can never hold (weight > 5 && weight < 3). Next: Correct the condition, or remove what it is for.");
        output.ShouldContain($"{domain}: 2 findings");
        talk.ShouldContain("There are no samples");
    }

    [Fact]
    public async Task As_JSON_each_file_has_its_findings()
    {
        string domain = Save("domain.yaml", Yaml);

        (int exit, string output, _) = await Run(domain, "-o", "json");
        (_, string line, _) = await Run(domain, "-o", "jsonl");

        exit.ShouldBe(3);
        JsonNode file = JsonNode.Parse(output)!.AsArray().ShouldHaveSingleItem()!;
        JsonNode.DeepEquals(file, JsonNode.Parse(line)).ShouldBeTrue();
        (file["file"]!.ToString(), file["kind"]!.ToString(), (bool)file["clean"]!).ShouldBe((domain, "domain", false));
        JsonNode finding = file["findings"]!.AsArray()[0]!;
        (finding["code"]!.ToString(), finding["path"]!.ToString(), (int)finding["line"]!, (int)finding["column"]!).ShouldBe(("LINT-001", "/severityRules/0/condition", 5, 15));
        finding["nextStep"]!.ToString().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task What_is_ignored_is_not_told_and_does_not_count()
    {
        string domain = Save("domain.yaml", Yaml);

        (await Run(domain, "--ignore", "LINT-001")).Output.ShouldNotContain("LINT-001");
        (await Run(domain, "--ignore", "lint-001", "--ignore", "LINT-016")).Exit.ShouldBe(3);
        (await Run(domain, "--ignore", "LINT-001", "LINT-016", "LINT-017")).Exit.ShouldBe(0);
        (await Run(domain, "--ignore", "LINT-999")).Exit.ShouldNotBe(0);
    }

    [Fact]
    public async Task Samples_given_take_the_place_of_those_beside_and_those_the_place_of_tests()
    {
        string domain = Save("domain.json", Make.With(LintBench.WithRule("colour == 'red'"), "testSuites", """[{"suiteId":"s","cases":[{"caseId":"c","input":{"type":"LATE","colour":"red","parcel":"P","weight":3,"hours":5,"value":10,"stops":[]}}]}]"""));
        (await Run(domain)).Exit.ShouldBe(0);

        Save("exceptions.jsonl", LintBench.Samples.ReplaceLineEndings(" ").Replace("}]},", "}]}\n", StringComparison.Ordinal).Trim('[', ']'));
        (await Run(domain)).Output.ShouldContain("\"colour\", which no sample has");

        string given = Save("given.json", """{"colour":"red","parcel":"P","weight":3,"hours":5,"value":10}""");
        (await Run(domain, "--samples", given)).Exit.ShouldBe(0);
        (await Run(domain, "--samples", given, "--samples", folder.File("gone.json"))).Exit.ShouldBe(1);
    }

    [Fact]
    public async Task Samples_that_Intake_refuses_are_counted_with_the_first_reason()
    {
        string domain = Save("domain.json", LintBench.Domain.Replace("\"weight\": \"doc.weight\"", "\"weight\": \"doc.weight + 1\"", StringComparison.Ordinal));
        Save("policy.json", LintBench.Policy);
        Save("exceptions.jsonl", """
            {"type":"LATE","parcel":"P1","weight":3,"hours":5,"value":10,"gold":true}
            {"tenantId":"NORTH","rawPayload":{"type":"LATE","weight":3}}
            {"tenantId":"SOUTH","rawPayload":{"type":"LATE","weight":3}}
            {"type":"LATE","weight":"heavy"}
            {"type":

            """);

        (await Run(domain)).Talk.ShouldStartWith($"Samples: {folder.File("exceptions.jsonl")}: 5 read, 4 refused by Intake, first: INTAKE-");
        (await Run(folder.Path)).Talk.ShouldStartWith($"Samples: {folder.File("exceptions.jsonl")}: 5 read, 3 refused by Intake, first: INTAKE-");
        string south = Save("policy.south.json", LintBench.Policy.Replace("NORTH", "SOUTH", StringComparison.Ordinal));
        (await Run(folder.Path, "--samples", Save("heavy.json", """{"tenantId":"SOUTH","rawPayload":{"type":"LATE","weight":"heavy"}}"""))).Talk.ShouldContain("1 read, 1 refused by Intake, first: INTAKE-007 ");
        File.Delete(south);
        (await Run(folder.Path, "--samples", Save("south.json", """{"tenantId":"SOUTH","rawPayload":{"type":"LATE"}}"""))).Talk.ShouldEndWith($"INTAKE-005 /tenantId: The field names another tenant than this policy's, 'NORTH'.{Environment.NewLine}");
        (await Run(domain, "--samples", Save("given.json", """[{"type":"LATE","weight":"heavy"}]"""))).Talk.Trim()
            .ShouldStartWith($"Samples: {folder.File("given.json")}: 1 read, 1 refused by Intake, first: INTAKE-007 /intake/1/record/weight: ");
    }

    [Fact]
    public async Task A_policy_alone_is_looked_at_under_the_domain_pack_beside_it_of_which_nothing_is_told()
    {
        Save("domain.json", LintBench.WithRule("weight > 5 && weight < 3"));
        Save("exceptions.json", LintBench.Samples);
        string policy = Save("policy.json", Make.With(LintBench.Policy, "routingRules", """[{"id":"r","condition":"exceptionType == 'LOSST'","assignGroup":"g"}]"""));

        (int exit, string output, _) = await Run(policy);

        exit.ShouldBe(3);
        output.ShouldContain("LINT-003");
        output.ShouldNotContain("LINT-001");
    }

    [Fact]
    public async Task Packs_that_do_not_validate_are_refused()
    {
        (int exit, string output, string talk) = await Run(Save("domain.yaml", "domainName: Shop\nexceptionTypes: {A: {description: x, parentType: B}}\n"));

        (exit, output).ShouldBe((1, ""));
        talk.ShouldContain("PACK-010");
    }

    private const string Yaml = """
        domainName: Parcels
        exceptionTypes:
          LOST: {description: Lost.}
        severityRules:
          - {id: odd, condition:  weight > 5 && weight < 3, severity: HIGH}
        tools:
          find: {description: Finds it., returns: object}
        """;

    private string Save(string name, string text)
    {
        File.WriteAllText(folder.File(name), text);
        return folder.File(name);
    }

    private static async Task<(int Exit, string Output, string Talk)> Run(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter talk = new();
        int exit = await new RootCommand { PacksCommand.Build(Contexts.Of(output, talk)) }.Parse(["packs", "lint", .. arguments])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = talk }, TestContext.Current.CancellationToken);
        return (exit, output.ToString(), talk.ToString());
    }
}
