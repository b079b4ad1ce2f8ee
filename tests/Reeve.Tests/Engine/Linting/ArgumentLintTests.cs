namespace Reeve.Tests.Linting;

/// <summary>Arguments that calls give and tools do not take, or tools require and calls leave out.</summary>
public sealed class ArgumentLintTests
{
    private const string Tools = """
        {"pay": {"description": "Pays.", "returns": "void", "rollbackTool": "unpay", "amount": "args.total", "currency": "'EUR'",
           "inputSchema": {"type": "object", "properties": {"parcel": {"type": "string"}, "total": {"type": "number"}, "lines": {"type": "array", "items": {"type": "object", "properties": {"price": {"type": "number"}}}}}, "required": ["parcel", "total"], "additionalProperties": false}},
         "unpay": {"description": "Takes it back.", "returns": "void", "inputSchema": {"type": "object", "properties": {"parcel": {"type": "string"}}, "required": ["parcel"]}}}
        """;

    [Theory]
    [InlineData("""{"action":"pay","parameters":{"parcel":"1","total":1,"totl":2}}""", "LINT-023 /playbooks/0/steps/0/parameters/totl")]
    [InlineData("""{"action":"pay","parameters":{"parcel":"1"}}""", "LINT-024 /playbooks/0/steps/0/parameters")]
    [InlineData("""{"action":"call_tool","parameters":{"tool_id":"pay","payload":{"parcel":"1","total":1,"note":"x"}}}""", "LINT-023 /playbooks/0/steps/0/parameters/payload/note")]
    [InlineData("""{"action":"invokeTool","params":{"toolId":"pay","payload_template":{"total":1}}}""", "LINT-024 /playbooks/0/steps/0/params/payload_template")]
    [InlineData("""{"action":"call_tool","parameters":{"tool_id":"pay"}}""", "LINT-024 /playbooks/0/steps/0/parameters")]
    [InlineData("""{"action":"notify","parameters":{"message":"m"},"fallback":{"action":"pay","parameters":{"total":1}}}""", "LINT-024 /playbooks/0/steps/0/fallback/parameters")]
    [InlineData("""{"action":"pay","parameters":{"parcel":"1","total":1},"rollback":{"tool":"unpay","parameters":{}}}""", "LINT-024 /playbooks/0/steps/0/rollback/parameters")]
    [InlineData("""{"action":"pay","parameters":{"parcel":"1","total":1},"rollback":{"tool":"unpay"}}""", "LINT-024 /playbooks/0/steps/0/rollback")]
    [InlineData("""{"action":"unpay","parameters":{"parcel":"1"},"rollback":{"tool":"pay","parameters":{"parcel":"1","total":1,"why":"x"}}}""", "LINT-023 /playbooks/0/steps/0/rollback/parameters/why")]
    public void A_call_that_the_input_schema_refuses_whatever_comes_is_found(string step, string finding) => Findings(step).ShouldBe([finding]);

    [Theory]
    [InlineData("""{"action":"pay","parameters":{"parcel":"{exception.raw_payload.parcel}","total":"{exception.raw_payload.value}"}}""")]
    [InlineData("""{"action":"pay"}""")] // bound by name
    [InlineData("""{"action":"pay","parameters":{}}""")] // so is this
    [InlineData("\"pay(parcel)\"")] // what a text leaves out is found by its name
    [InlineData("""{"action":"call_tool","parameters":{"tool_id":"pay","payload":"{exception.raw_payload}"}}""")] // known when it comes
    [InlineData("""{"action":"unpay","parameters":{"parcel":"1","note":"x"}}""")] // the schema is open
    [InlineData("""{"action":"notify","parameters":{"message":"m","total":1}}""")] // no call
    public void What_can_come_out_right_is_not(string step) => Findings(step).ShouldBeEmpty();

    [Fact]
    public void The_call_the_argument_and_what_was_meant_are_named()
    {
        Domain("""{"stepId":"settle","action":"notify","parameters":{"message":"m"},"fallback":{"action":"pay","parameters":{"parcel":"1","total":1,"line":[]}}}""").Messages()
            .ShouldBe(["The fallback of step \"settle\" of playbook \"search\" gives \"pay\" the argument \"line\", which it does not take. Did you mean \"lines\"?"]);
        Domain("""{"stepId":"settle","action":"pay","parameters":{"lines":[]}}""").Messages()
            .ShouldBe(["Step \"settle\" of playbook \"search\" leaves out \"parcel\" and \"total\", which \"pay\" requires."]);
    }

    [Fact]
    public void A_schema_that_takes_names_of_a_pattern_is_open() => LintBench.InDomain(
        Domain("""{"action":"pay","parameters":{"parcel":"1","total":1,"note-1":"x"}}""").Replace("\"additionalProperties\":false", "\"patternProperties\":{\"^note-\":{}},\"additionalProperties\":false", StringComparison.Ordinal),
        samples: null).ShouldBeEmpty();

    [Fact]
    public void A_criterion_that_calls_a_tool_is_a_call()
    {
        string domain = Domain("\"pay(parcel, total)\"", """[{"tool":"pay","parameters":{"parcel":"1"}},{"tool":"pay"},"pay(parcel)"]""");

        LintBench.InDomain(domain, samples: null).ShouldBe(["LINT-024 /playbooks/0/successCriteria/0/parameters"]);
    }

    [Fact]
    public void A_policys_own_playbook_and_one_that_is_only_there_to_be_included_are_looked_at()
    {
        const string playbook = """[{"playbookId":"mine","appliesTo":["LOST"],"conditions":{"priority":5},"steps":[{"action":"locate","parameters":{"parcle":"1"}}]}]""";

        LintBench.InPolicy(Make.With(LintBench.Policy, "customPlaybooks", playbook)).ShouldBe(["LINT-024 /customPlaybooks/0/steps/0/parameters"]);
        LintBench.InDomain(LintBench.Domain.Replace(
            "\"playbooks\": [", "\"playbooks\": [{\"playbookId\":\"part\",\"steps\":[{\"action\":\"locate\",\"parameters\":{\"parcle\":\"1\"}}]},", StringComparison.Ordinal)
            .Replace("\"playbookId\": \"hurry\"", "\"playbookId\": \"hurry\", \"includes\": [\"part\"]", StringComparison.Ordinal))
            .ShouldBe(["LINT-024 /playbooks/0/steps/0/parameters"]);
    }

    [Theory]
    [InlineData("args.amount", "LINT-023 /tools/pay/amount")]
    [InlineData("args['amount'] * 2.0", "LINT-023 /tools/pay/amount")]
    [InlineData("has(args.sum) ? args.sum : args.total", "LINT-023 /tools/pay/amount")]
    [InlineData("args.lines.map(l, l.cost)[0]", null)] // what is in a list is not followed
    [InlineData("args.lines[0].cost", "LINT-023 /tools/pay/amount")]
    [InlineData("args.lines[0].price", null)]
    [InlineData("args.total + 1.0", null)]
    [InlineData("amount", "LINT-023 /tools/pay/amount")]
    [InlineData("total", null)] // the argument, without args
    [InlineData("type(args.total) == int ? 1.0 : double(args.total)", null)]
    [InlineData("100", null)]
    public void An_amount_that_reads_what_the_tool_does_not_take_is_found(string amount, string? finding) =>
        LintBench.InDomain(Domain("\"pay(parcel)\"").Replace("args.total", amount, StringComparison.Ordinal), samples: null).ShouldBe(finding is null ? [] : [finding]);

    [Fact]
    public void A_currency_is_looked_at_and_a_tool_that_takes_anything_is_not()
    {
        string domain = Domain("\"pay(parcel)\"").Replace("'EUR'", "args.currency", StringComparison.Ordinal);

        LintBench.Lint(domain, samples: null).Domain.ShouldHaveSingleItem().Message
            .ShouldBe("The currency of \"pay\" reads \"args.currency\" of what the tool takes: it has no member \"currency\", only parcel, total, lines.");
        LintBench.InDomain(domain.Replace("\"additionalProperties\":false", "\"additionalProperties\":true", StringComparison.Ordinal), samples: null).ShouldBeEmpty();
    }

    private static string[] Findings(string step) => LintBench.InDomain(Domain(step), samples: null);

    private static string Domain(string step, string criteria = "[]") => Make.With(Make.With(LintBench.Domain, "tools", Tools[..^1] + """
        , "locate": {"description": "Finds it.", "returns": "void", "parameters": {"parcel": {"type": "string", "required": true}}}}
        """), "playbooks", $$"""
        [{"playbookId":"search","appliesTo":["LOST"],"steps":[{{step}}],"successCriteria":{{criteria}}},
         {"playbookId":"rest","appliesTo":["LATE"],"steps":["locate(parcel)","pay(parcel)","unpay(parcel)"]}]
        """);
}

/// <summary>Short for tests.</summary>
file static class Shortly
{
    internal static string[] Messages(this string domain) => [.. LintBench.Lint(domain, samples: null).Domain.Select(finding => finding.Message)];
}
