using System.Text;

namespace Reeve.IntegrationTests;

/// <summary>Packs that cannot be used: every error with file, line, column, code, path and next step; never a stack trace.</summary>
public sealed class BadPackTests : IDisposable
{
    private readonly RunFolder here = new();

    public void Dispose() => here.Dispose();

    [Theory]
    [InlineData("\"name\": \"Hurry it along\"", "\"name\": \"Hurry\", \"colour\": \"red\"", "/playbooks/0/colour")]
    [InlineData("\"defaultSeverity\": \"MEDIUM\"", "\"defaultSeverity\": \"URGENT\"", "/exceptionTypes/DELAYED/defaultSeverity")]
    [InlineData("\"defaultSeverity\": \"MEDIUM\"", "\"defaultSeverity\": 3", "/exceptionTypes/DELAYED/defaultSeverity")]
    [InlineData("\"humanApprovalThreshold\": 0.5", "\"humanApprovalThreshold\": 50", "/guardrails/humanApprovalThreshold")]
    [InlineData("\"description\": \"It is late.\"", "\"description\": \"It is late.\", \"parentType\": \"DELAYED_AT_BORDER\"", "/exceptionTypes/DELAYED")]
    [InlineData("\"description\": \"It is late.\"", "\"description\": \"It is late.\", \"parentType\": \"NOWHERE\"", "/exceptionTypes/DELAYED/parentType")]
    [InlineData("\"name\": \"Hurry it along\"", "\"extends\": \"hurry-abroad\"", "/playbooks/0")]
    [InlineData("\"includes\": [\"relabel\"]", "\"includes\": [\"send-back\"]", "/playbooks/2")]
    [InlineData("\"rollbackTool\": \"recall\"", "\"rollbackTool\": \"undo\"", "/tools/reroute/rollbackTool")]
    [InlineData("\"tool\": \"recall\"", "\"tool\": \"undo\"", "/playbooks/0/steps/1/rollback/tool")]
    [InlineData("hops >= 3", "hops >=", "/exceptionTypes/MISROUTED/severityRules/0/condition")]
    [InlineData("hops >= 3", "rawPayload.text.matches('(a{1000}){1000}')", "/exceptionTypes/MISROUTED/severityRules/0/condition")]
    [InlineData("hops >= 3", "rawPayload.text.matches('(?=a)b')", "/exceptionTypes/MISROUTED/severityRules/0/condition")]
    [InlineData("\"minLength\": 1", "\"minLength\": -1", "/tools/reroute/inputSchema")]
    [InlineData("\"zone\": \"Europe/London\"", "\"zone\": \"Europe/Nowhere\"", "/calendars/depot/zone")]
    public async Task A_mistake_is_named_with_its_place(string good, string bad, string path)
    {
        string text = File.ReadAllText(RunFolder.Domain);
        text.ShouldContain(good);
        string file = here.Write("domain.json", Replace(text, good, bad));

        Ended ended = (await ReeveProgram.RunAsync("packs", "validate", file)).ShouldRefuseWith("PACK-");

        string line = ended.Talk.Split('\n').First(line => line.Contains(path, StringComparison.Ordinal));
        line.ShouldMatch($@"^{System.Text.RegularExpressions.Regex.Escape(file)}:[1-9]\d*:[1-9]\d*: [A-Z]+-\d\d\d ");
        line.ShouldContain(" Next: ");
    }

    [Fact]
    public async Task All_mistakes_come_at_once()
    {
        string text = File.ReadAllText(RunFolder.Domain);
        text = Replace(text, "\"defaultSeverity\": \"MEDIUM\"", "\"defaultSeverity\": \"URGENT\"");
        text = Replace(text, "hops >= 3", "hops >=");
        text = Replace(text, "\"rollbackTool\": \"recall\"", "\"rollbackTool\": \"undo\"");

        Ended ended = (await ReeveProgram.RunAsync("packs", "validate", here.Write("domain.json", text))).ShouldRefuseWith("PACK-");

        ended.Talk.Split('\n').Count(line => line.Contains("Next: ", StringComparison.Ordinal)).ShouldBe(3);
        ended.Text.ShouldContain("3 errors");
    }

    [Theory]
    [InlineData("a.json", "", "INPUT-002")]
    [InlineData("a.yaml", "", "INPUT-002")]
    [InlineData("a.json", "{\"domainName\": \"A\",\n  \"exceptionTypes\": {]}", "INPUT-003", ":2:")]
    [InlineData("a.yaml", "domainName: A\nexceptionTypes:\n  LATE: {description: [}\n", "INPUT-004", ":3:")]
    [InlineData("a.yaml", "domainName: A\n\texceptionTypes: {}\n", "INPUT-004", ":1:")]
    [InlineData("a.yaml", "domainName: !!python/object:os.system x\n", "INPUT-004", ":1:")]
    [InlineData("a.json", "{\"domainName\": \"A\", \"domainName\": \"B\"}", "INPUT-006", ":1:")]
    [InlineData("a.yaml", "domainName: A\ndomainName: B\n", "INPUT-006", ":2:")]
    [InlineData("a.json", "{\"domainName\": \"A\\u0000\"}", "INPUT-009", ":1:")]
    [InlineData("a.json", "{\"domainName\": \"A\\ud800\"}", "INPUT-009", ":1:")]
    [InlineData("a.txt", "{}", "PACK-026")]
    [InlineData("a.json", "[]", "PACK-")]
    [InlineData("a.json", "null", "PACK-")]
    [InlineData("a.yaml", "just a text", "PACK-")]
    public async Task A_text_that_is_no_pack_is_refused_with_its_place(string name, string text, string code, string place = "")
    {
        string file = here.Write(name, text);

        Ended ended = (await ReeveProgram.RunAsync("packs", "validate", file)).ShouldRefuseWith(code);

        ended.Talk.ShouldContain(file + place);
    }

    [Fact]
    public async Task Bytes_depth_size_and_aliases_have_bounds()
    {
        string bytes = here.Write("bytes.json", [.. "{\"domainName\": \""u8, 0xC3, 0x28, .. "\"}"u8]);
        string yamlBytes = here.Write("bytes.yaml", [.. "domainName: "u8, 0xFF, (byte)'\n']);
        string deep = here.Write("deep.json", "{\"domainName\": " + new string('[', 200) + new string(']', 200) + "}");
        string deepYaml = here.Write("deep.yaml", "domainName: " + new string('[', 5_000) + new string(']', 5_000));
        string large = here.Write("large.json", "{\"domainName\": \"" + new string('a', 17_000_000) + "\"}");
        StringBuilder laughs = new("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++)
        {
            laughs.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}]\n");
        }

        string bomb = here.Write("bomb.yaml", laughs.ToString());

        (await ReeveProgram.RunAsync("packs", "validate", bytes)).ShouldRefuseWith("INPUT-005");
        (await ReeveProgram.RunAsync("packs", "validate", yamlBytes)).ShouldRefuseWith("INPUT-005");
        (await ReeveProgram.RunAsync("packs", "validate", deep)).ShouldRefuseWith("INPUT-007");
        (await ReeveProgram.RunAsync("packs", "validate", deepYaml)).ShouldRefuseWith("INPUT-007");
        (await ReeveProgram.RunAsync("packs", "validate", large)).ShouldRefuseWith("INPUT-008");
        (await ReeveProgram.RunAsync("packs", "validate", bomb)).ShouldRefuseWith("INPUT-");
    }

    [Fact]
    public async Task A_policy_that_does_not_fit_its_domain_pack_stops_the_run_before_the_input()
    {
        string policy = here.Write("policy.json", Replace(File.ReadAllText(RunFolder.Policy), "\"hurry-abroad\"", "\"hurry-home\""));

        Ended ended = await ReeveProgram.RunAsync("run", "--domain-pack", RunFolder.Domain, "--tenant-policy", policy, "--input", here.File("never-opened.json"));

        ended.ShouldRefuseWith("PACK-").Talk.ShouldContain("hurry-home");
        ended.Talk.ShouldContain("/approvedBusinessProcesses/");
    }

    [Theory]
    [InlineData("lists.range(1000).map(x, lists.range(1000).map(y, lists.range(1000).map(z, x * y * z)))", "EXPR-")]
    [InlineData("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a{1000}){1000}')", "EXPR-008")]
    [InlineData("'a'.matches('(a)\\\\1')", "EXPR-008")]
    [InlineData("'\\ud800'", "EXPR-")]
    public async Task An_expression_that_would_take_forever_is_refused_in_time(string expression, string code) =>
        (await ReeveProgram.RunAsync("expr", "eval", expression)).ShouldRefuseWith(code);

    [Fact]
    public async Task A_pattern_that_backtracks_elsewhere_answers_at_once() =>
        (await ReeveProgram.RunAsync("expr", "eval", $"'{new string('a', 500)}!'.matches('^(a+)+$')")).ShouldEndWith(0).Text.ShouldBe("false\n");

    [Fact]
    public async Task Endless_nesting_is_refused_and_not_recursed_into()
    {
        foreach (string expression in new[] { new string('(', 60_000), new string('!', 60_000) + "true", new string('[', 60_000), "a" + string.Concat(Enumerable.Repeat("?1:a", 10_000)) })
        {
            (await ReeveProgram.RunAsync("expr", "eval", expression)).ShouldRefuseWith("EXPR-");
        }
    }

    // The first occurrence only.
    private static string Replace(string text, string old, string with)
    {
        int at = text.IndexOf(old, StringComparison.Ordinal);
        return at < 0 ? throw new ArgumentException($"The pack does not hold {old}.") : text[..at] + with + text[(at + old.Length)..];
    }
}
