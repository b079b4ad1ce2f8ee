using System.CommandLine;
using System.Text.Json.Nodes;
using Reeve.Commands.Cel;
using Reeve.Commands.PackVerbs;
using Reeve.Commands;
using Reeve.Tests.PackDocuments;

namespace Reeve.Tests.Commands;

public sealed class PacksCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Save(string name, string text)
    {
        File.WriteAllText(folder.File(name), text);
        return folder.File(name);
    }

    private static (int Exit, string Output, string Talk) Run(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter talk = new();
        int exit = new RootCommand { PacksCommand.Build(Contexts.Of(output, talk)) }.Parse(["packs", .. arguments]).Invoke(new InvocationConfiguration { Output = output, Error = talk });
        return (exit, output.ToString(), talk.ToString());
    }

    [Fact]
    public void Good_packs_give_one_line_each()
    {
        string domain = Save("domain.json", PackTexts.Domain);
        string tenant = Save("policy.t1.json", PackTexts.Tenant);

        var (exit, output, _) = Run("validate", tenant, domain);

        exit.ShouldBe(0);
        string[] lines = output.ReplaceLineEndings("\n").TrimEnd().Split('\n');
        lines.Length.ShouldBe(2);
        lines[0].ShouldBe($"{tenant}: tenant policy T1 for Shop is valid: 2 of 4 playbooks approved");
        lines[1].ShouldBe($"{domain}: domain pack Shop 2.1.0 is valid: 4 types, 4 tools, 3 playbooks");
    }

    [Fact]
    public void A_policy_alone_finds_its_domain_pack_in_its_folder()
    {
        Save("shop.yaml", PackTexts.Domain);
        Save("broken.json", "{");

        Run("validate", Save("policy.json", PackTexts.Tenant)).Exit.ShouldBe(0);
    }

    [Theory]
    [InlineData("\"domainName\"", "\"domainNam\"")]
    [InlineData("{", "")]
    public void A_policy_is_not_blamed_for_a_domain_pack_with_errors(string good, string bad)
    {
        int at = PackTexts.Domain.IndexOf(good, StringComparison.Ordinal);
        string domain = Save("domain.json", PackTexts.Domain.Remove(at, good.Length).Insert(at, bad));
        string tenant = Save("policy.json", PackTexts.Tenant);

        var (exit, output, talk) = Run("validate", domain, tenant);

        exit.ShouldBe(1);
        talk.ReplaceLineEndings("\n").TrimEnd().Split('\n').ShouldAllBe(line => line.StartsWith(domain));
        output.ShouldContain($"{tenant}: tenant policy T1 was not checked: a domain pack has errors");
    }

    [Fact]
    public void A_policy_without_any_domain_pack_is_refused()
    {
        string tenant = Save("policy.json", PackTexts.Tenant);

        var (exit, _, talk) = Run("validate", tenant);

        exit.ShouldBe(1);
        talk.ShouldStartWith($"{tenant}:6:3: PACK-031 /domainName: ");
    }

    [Fact]
    public void A_policy_without_its_tenant_is_still_read_as_a_policy()
    {
        var (exit, _, talk) = Run("validate", Save("policy.json", """{"domainName":"Shop","approvedBusinessProcesses":[]}"""));

        exit.ShouldBe(1);
        talk.ShouldContain("PACK-003 /: The field \"tenantId\" is missing.");
        talk.ShouldNotContain("exceptionTypes");
    }

    [Fact]
    public void Every_error_is_a_line_with_file_place_code_path_reason_and_next_step()
    {
        string bad = Save("bad.json", "{\n  \"domainName\": \"\",\n  \"exceptionTypes\": { \"A\": { \"parentType\": \"B\" } },\n  \"tols\": {}\n}");

        var (exit, output, talk) = Run("validate", bad);

        exit.ShouldBe(1);
        output.Trim().ShouldBe($"{bad}: domain pack with 3 errors");
        talk.ReplaceLineEndings("\n").TrimEnd().Split('\n').ShouldBe(
        [
            $"{bad}:2:3: PACK-004 /domainName: The text is empty. Next: Give a text, or leave the field out.",
            $"{bad}:3:30: PACK-010 /exceptionTypes/A/parentType: There is no exception type \"B\". Next: Declare it under exceptionTypes, or name one that is declared.",
            $"{bad}:4:3: PACK-001 /tols: There is no field \"tols\" here. Did you mean \"tools\"? Next: Correct its name or remove it; docs/packs.md lists the fields.",
        ]);
    }

    [Fact]
    public void One_bad_file_does_not_keep_the_others_from_being_checked()
    {
        var (exit, output, talk) = Run("validate", folder.File("none.yaml"), Save("x.yaml", "a: [1"), Save("domain.json", PackTexts.Domain), Save("other.json", "{\"a\":1}"));

        exit.ShouldBe(1);
        output.ReplaceLineEndings("\n").TrimEnd().Split('\n').Length.ShouldBe(4);
        talk.ShouldContain("INPUT-001");
        talk.ShouldContain("INPUT-004");
        talk.ShouldContain("PACK-021");
        output.ShouldContain("is valid");
    }

    [Fact]
    public void Reports_come_as_JSON_when_asked()
    {
        var (_, json, _) = Run("validate", "-o", "json", Save("bad.yaml", "domainName: D\nexceptionTypes: {A: {}}\nfoo: 1\n"));
        var (_, lines, _) = Run("validate", "-o", "jsonl", Save("good.json", PackTexts.Domain));

        JsonNode report = JsonNode.Parse(json)!.AsArray().ShouldHaveSingleItem()!;
        ((bool)report["valid"]!).ShouldBeFalse();
        ((int)report["errors"]![0]!["line"]!).ShouldBe(3);
        ((string)report["errors"]![0]!["path"]!).ShouldBe("/foo");
        ((bool)JsonNode.Parse(lines.Trim())!["valid"]!).ShouldBeTrue();
    }

    [Fact]
    public void Showing_a_pair_says_what_is_in_force()
    {
        string domain = Save("domain.json", PackTexts.Domain);
        string tenant = Save("policy.json", PackTexts.Tenant);

        var (exit, json, _) = Run("show", domain, tenant, "-o", "json");
        var (_, table, _) = Run("show", domain, tenant);

        exit.ShouldBe(0);
        JsonNode shown = JsonNode.Parse(json)!;
        ((double)shown["guardrails"]!["humanApprovalThreshold"]!).ShouldBe(0.9);
        ((bool)shown["approvals"]!["derived"]!).ShouldBeFalse();
        shown["tools"]!.AsArray().Single(tool => (string)tool!["name"]! == "purge")!["reason"]!.GetValue<string>().ShouldBe("The tool 'purge' is in blockLists.");
        table.ShouldContain("PB_LOST 1.2.0 from domain, for ORDER_LOST  approved");
        table.ShouldContain("Guardrails in force");
    }

    [Fact]
    public void A_derived_list_is_shown_as_derived()
    {
        string domain = Save("domain.json", PackTexts.Domain);
        string tenant = Save("policy.json", """{"tenantId":"T","domainName":"Shop"}""");

        ((bool)JsonNode.Parse(Run("show", domain, tenant, "-o", "json").Output)!["approvals"]!["derived"]!).ShouldBeTrue();
        Run("show", domain, tenant).Output.ShouldContain("derived");
    }

    [Fact]
    public void Showing_a_domain_pack_alone_or_a_policy_alone_works()
    {
        string domain = Save("domain.json", PackTexts.Domain);
        string tenant = Save("policy.json", PackTexts.Tenant);

        Run("show", domain).Output.ShouldStartWith("Domain Shop 2.1.0");
        Run("show", tenant).Output.ShouldContain("Tenant T1");
    }

    [Fact]
    public void Of_two_packs_of_one_kind_none_is_shown()
    {
        string first = Save("first.json", PackTexts.Domain);
        string second = Save("second.json", PackTexts.Domain);

        var (exit, output, talk) = Run("show", first, second);

        (exit, output).ShouldBe((1, ""));
        talk.ShouldContain($"PACK-007: {second}: ");
    }

    [Fact]
    public void Showing_a_bad_pack_prints_its_errors()
    {
        var (exit, output, talk) = Run("show", Save("bad.json", "{\"domainName\":\"D\",\"exceptionTypes\":{}}"));

        (exit, output).ShouldBe((1, ""));
        talk.ShouldContain("PACK-009");
    }

    [Fact]
    public void Nothing_from_a_pack_moves_the_terminals_cursor()
    {
        string evil = Save("evil.json", """{"domainName":"D\u001b[2J","exceptionTypes":{"A\u001b[31m":{}}}""");

        Run("show", evil).Output.ShouldNotContain("\u001b");
        Run("validate", evil).Output.ShouldNotContain("\u001b");
    }
}
