using Reeve.Commands.Cel;
using Reeve.Commands.PackVerbs;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;

namespace Reeve.Tests.PackDocuments;

public sealed class BadDomainPackTests
{
    // What is changed in a good pack, to what, and the one error that must come of it, with its pointer when it differs.
    public static TheoryData<string, string, string, string?> Rules => new()
    {
        { "/domainName", "REMOVE", "PACK-003", "" },
        { "/domainName", "\"\"", "PACK-004", null },
        { "/domainName", "\"  \"", "PACK-004", null },
        { "/domainName", "7", "PACK-002", null },
        { "/colour", "1", "PACK-001", null },
        { "/domain_name", "\"Shop\"", "PACK-007", null },
        { "/version", "\"latest\"", "PACK-008", null },
        { "/version", "true", "PACK-002", null },
        { "/description", "[]", "PACK-002", null },
        { "/ontology", "[]", "PACK-002", null },
        { "/ontology/words", "{}", "PACK-001", null },
        { "/ontology/concepts/order/synonyms/0", "\"\"", "PACK-004", null },
        { "/entities/Order/attributes/orderId/required", "\"yes\"", "PACK-002", null },
        { "/entities/Order/relations/0/toEntity", "\"Nobody\"", "PACK-022", null },
        { "/entities/Order/relations/0/toEntity", "REMOVE", "PACK-003", "/entities/Order/relations/0" },
        { "/entities/Line/attributes", "{}", "PACK-001", null },
        { "/exceptionTypes", "{}", "PACK-009", null },
        { "/exceptionTypes", "[]", "PACK-002", null },
        { "/exceptionTypes/NOTE/parentType", "\"NOBODY\"", "PACK-010", null },
        { "/exceptionTypes/NOTE/parentType", "\"NOTE\"", "PACK-011", null },
        { "/exceptionTypes/NOTE/defaultSeverity", "\"SEVERE\"", "PACK-006", null },
        { "/exceptionTypes/NOTE/severity", "\"HIGH\"", "PACK-001", null },
        { "/exceptionTypes/NOTE/actionable", "\"no\"", "PACK-002", null },
        { "/exceptionTypes/NOTE/tags", "\"a\"", "PACK-002", null },
        { "/exceptionTypes/ORDER_LOST/detectionRules/0", "\"rawPayload.lost = true\"", "PACK-012", null },
        { "/exceptionTypes/ORDER_LOST/detectionRules/1", "\"$.lost[\"", "PACK-020", null },
        { "/exceptionTypes/ORDER_LATE/detectionRules/0/condition", "REMOVE", "PACK-003", "/exceptionTypes/ORDER_LATE/detectionRules/0" },
        { "/exceptionTypes/ORDER_LOST/severityRules/0/severity", "REMOVE", "PACK-003", "/exceptionTypes/ORDER_LOST/severityRules/0" },
        { "/severityRules/0/condition", "\"amount >\"", "PACK-012", null },
        { "/severityRules/0/condition", "\"\"", "PACK-004", null },
        { "/severityRules/0/severity", "\"URGENT\"", "PACK-006", null },
        { "/severityRules/0/priorityScore", "\"high\"", "PACK-002", null },
        { "/severityRules/0/if", "\"true\"", "PACK-007", null },
        { "/severityRules/1/id", "\"big\"", "PACK-016", null },
        { "/severityRules/-", "{\"condition\":\"true\"}", "PACK-003", "/severityRules/2" },
        { "/intake/0/when", "\"doc.\"", "PACK-012", null },
        { "/intake/0/record/amount", "\"item.total +\"", "PACK-012", null },
        { "/intake/0/record/exception_type", "\"item.other\"", "PACK-007", null },
        { "/intake/0/record/pipelineId", "\"item.run\"", "PACK-016", null },
        { "/intake/0/record/normalizedContext", "{\"normalizedAt\": \"item.at\"}", "PACK-016", "/intake/0/record/normalizedContext/normalizedAt" },
        { "/intake/0/states", "\"open\"", "PACK-001", null },
        { "/problemWindow", "\"soon\"", "PACK-008", null },
        { "/problemWindow", "\"2bd@nowhere\"", "PACK-019", null },
        { "/calendars/desk/zone", "\"Europe/Lodnon\"", "PACK-018", null },
        { "/calendars/desk/zone", "\"../../etc/passwd\"", "PACK-018", null },
        { "/calendars/desk/zone", "REMOVE", "PACK-003", "/calendars/desk" },
        { "/calendars/desk/weekend", "[\"caturday\"]", "PACK-006", "/calendars/desk/weekend/0" },
        { "/calendars/desk/weekend", "[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"]", "PACK-018", "/calendars/desk" },
        { "/calendars/desk/holidays/0", "\"2026-02-30\"", "PACK-008", null },
        { "/calendars/desk/cutoff", "\"25:00\"", "PACK-008", null },
        { "/tools/getOrder/description", "REMOVE", "PACK-003", "/tools/getOrder" },
        { "/tools/getOrder/name", "\"other\"", "PACK-007", null },
        { "/tools/getOrder/type", "\"telnet\"", "PACK-006", null },
        { "/tools/getOrder/endpoint", "\"\"", "PACK-004", null },
        { "/tools/getOrder/endpoint", "\"ftp://example.com/x\"", "PACK-008", null },
        { "/tools/getOrder/auth/type", "\"password\"", "PACK-006", null },
        { "/tools/getOrder/auth/secret", "\"hunter2\"", "PACK-024", null },
        { "/tools/getOrder/auth/tokenUrl", "\"https://a.example.com\"", "PACK-001", null },
        { "/tools/getOrder/parameters/orderId/type", "\"strng\"", "PACK-017", null },
        { "/tools/getOrder/parameters/orderId/shape", "1", "PACK-001", null },
        { "/tools/getOrder/inputSchema", "{\"type\":\"object\"}", "PACK-007", null },
        { "/tools/getOrder/effect", "\"delete\"", "PACK-006", null },
        { "/tools/getOrder/timeoutSeconds", "0", "PACK-005", null },
        { "/tools/getOrder/maxRetries", "-1", "PACK-005", null },
        { "/tools/getOrder/maxRetries", "1.5", "PACK-002", null },
        { "/tools/getOrder/version", "\"one\"", "PACK-008", null },
        { "/tools/getOrder/tenantScope", "\"everyone\"", "PACK-006", null },
        { "/tools/getOrder/command", "{\"argv\":[]}", "PACK-004", "/tools/getOrder/command/argv" },
        { "/tools/getOrder/mcp", "{\"tool\":\"x\"}", "PACK-003", "/tools/getOrder/mcp" },
        { "/tools/purge/email", "{\"subject\":\"x\"}", "PACK-003", null },
        { "/tools/refund/rollbackTool", "\"undo\"", "PACK-013", null },
        { "/tools/refund/plan", "\"preview\"", "PACK-013", null },
        { "/tools/refund/amount", "\"args.\"", "PACK-012", null },
        { "/tools/refund/allowHosts/0", "\"db.internal\"", "PACK-008", null },
        { "/tools/refund/idempotencyHeader", "\"a b\"", "PACK-008", null },
        { "/tools/refund/endpointConfig/method", "\"BREW\"", "PACK-006", null },
        { "/tools/misc", "[{\"name\":\"a\",\"description\":\"b\"}]", "PACK-002", null },
        { "/tools/dbQueries", "[{\"name\":\"getOrder\",\"description\":\"b\"}]", "PACK-016", "/tools/dbQueries/0/name" },
        { "/tools/apiActions", "[{\"description\":\"b\"}]", "PACK-003", "/tools/apiActions/0" },
        { "/playbooks/0/appliesTo/0", "\"NOBODY\"", "PACK-010", null },
        { "/playbooks/2/exceptionType", "\"SHOP_*\"", "PACK-010", null },
        { "/playbooks/1/conditions/match/exception_type", "\"X?\"", "PACK-010", null },
        { "/playbooks/1/conditions/match/severity_in/0", "\"worst\"", "PACK-006", null },
        { "/playbooks/1/conditions/match/colour", "\"red\"", "PACK-001", null },
        { "/playbooks/1/priority", "4", "PACK-007", null },
        { "/playbooks/1/conditions/priority", "\"high\"", "PACK-002", null },
        { "/playbooks/1/version", "\"newest\"", "PACK-008", null },
        { "/playbooks/1/approved", "\"true\"", "PACK-002", null },
        { "/playbooks/1/extends", "\"PB_NONE\"", "PACK-014", null },
        { "/playbooks/2/includes/0", "\"PB_NONE\"", "PACK-014", null },
        { "/playbooks/2/includes/0", "\"PB_ANY\"", "PACK-015", "/playbooks/2" },
        { "/playbooks/1/extends", "\"PB_LOST\"", "PACK-015", "/playbooks/1" },
        { "/playbooks/0/steps", "REMOVE", "PACK-003", "/playbooks/0" },
        { "/playbooks/0/steps/0/action", "REMOVE", "PACK-003", "/playbooks/0/steps/0" },
        { "/playbooks/0/steps/1", "7", "PACK-002", null },
        { "/playbooks/0/steps/1", "\"\"", "PACK-004", null },
        { "/playbooks/0/steps/0/when", "\"x\"", "PACK-001", null },
        { "/playbooks/1/steps/1/stepId", "\"refund\"", "PACK-016", "/playbooks/1/steps/1" },
        { "/playbooks/1/steps/0/parameters/tool_id", "\"refnd\"", "PACK-013", null },
        { "/playbooks/1/steps/0/parameters/tool_id", "\"{exception.tool}\"", "PACK-008", null },
        { "/playbooks/1/steps/0/parameters/tool_id", "REMOVE", "PACK-003", "/playbooks/1/steps/0/parameters" },
        { "/playbooks/1/steps/0/conditional", "\"amount <\"", "PACK-012", null },
        { "/playbooks/1/steps/0/rollback/tool", "\"undo\"", "PACK-013", null },
        { "/playbooks/1/steps/0/fallback/parameters/channel", "\"pigeon\"", "PACK-006", null },
        { "/playbooks/1/steps/1/parameters", "{}", "PACK-003", null },
        { "/playbooks/2/steps/0/params/status", "\"done\"", "PACK-006", null },
        { "/playbooks/1/successCriteria/3/tool", "\"undo\"", "PACK-013", null },
        { "/playbooks/1/successCriteria/-", "{\"note\":1}", "PACK-001", "/playbooks/1/successCriteria/4/note|PACK-003" },
        { "/playbooks/-", "{\"steps\":[\"x\"],\"conditions\":{\"domain\":\"Shop\"}}", "PACK-003", "/playbooks/3" },
        { "/playbooks/-", "{\"playbookId\":\"PB_BASE\",\"appliesTo\":[\"ORDER\"],\"steps\":[\"x\"]}", "PACK-016", "/playbooks/3" },
        { "/guardrails/humanApprovalThreshold", "1.01", "PACK-005", null },
        { "/guardrails/escalateIfConfidenceBelow", "-0.1", "PACK-005", null },
        { "/guardrails/maxAutoRetries", "-1", "PACK-005", null },
        { "/guardrails/noAutoActionIfSeverityIn/0", "\"AWFUL\"", "PACK-006", null },
        { "/guardrails/requireHumanApprovalFor/0", "\"NOBODY\"", "PACK-010", null },
        { "/guardrails/allowLists/tools", "[\"nothing\"]", "PACK-013", "/guardrails/allowLists/tools/0" },
        { "/guardrails/blockLists", "[\"nothing\"]", "PACK-013", "/guardrails/blockLists/0" },
        { "/guardrails/blockLists/actions/0", "\"delete_all\"", "PACK-006", null },
        { "/guardrails/severityGates/WORST", "{\"requireApproval\":true}", "PACK-006", null },
        { "/guardrails/severityGates/HIGH", "{}", "PACK-003", null },
        { "/guardrails/rules/0/decision", "\"ALLOW\"", "PACK-006", null },
        { "/guardrails/rules/0/condition", "\"amount\\n  >>\"", "PACK-012", null },
        { "/guardrails/humanApproval", "0.5", "PACK-001", null },
        { "/testSuites/0/cases/0/inputExceptionType", "\"NOBODY\"", "PACK-010", null },
        { "/testSuites/0/cases/0/input", "{}", "PACK-007", "/testSuites/0/cases/0/inputExceptionType" },
        { "/testSuites/0/cases/1/input", "REMOVE", "PACK-003", "/testSuites/0/cases/1" },
        { "/testSuites/0/cases/1/expectedOutput/severity", "\"TERRIBLE\"", "PACK-006", null },
        { "/testSuites/0/cases/1/expectedOutput/exceptionType", "\"NOBODY\"", "PACK-010", null },
        { "/testSuites/0/cases", "REMOVE", "PACK-003", "/testSuites/0" },
        { "/testSuites/0/asOf", "\"2026-01-31\"", "PACK-008", null },
        { "/testSuites/-", "{\"suiteId\":\"core\",\"cases\":[]}", "PACK-016", "/testSuites/1" },
        { "/examples", "{}", "PACK-002", null },
        { "/formats", "[]", "PACK-002", null },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Each_rule_refuses_its_own_bad_pack(string pointer, string value, string code, string? at)
    {
        var reading = PackTexts.ReadDomain(PackTexts.With(PackTexts.Domain, pointer, value));

        string[] expected = (at ?? pointer).Split('|');
        reading.Errors.Count.ShouldBe(expected.Length, PackTexts.Describe(reading.Errors));
        reading.Errors.ShouldContain(error => error.Code == code && error.Subject == expected[0], PackTexts.Describe(reading.Errors));
        reading.Errors.ShouldAllBe(error => error.Position != null && error.NextStep.Length > 0);
        reading.Pack.ShouldBeNull();
    }

    [Fact]
    public void All_errors_come_at_once_in_the_order_of_the_text_with_their_lines()
    {
        const string text = """
        {
          "domainName": "",
          "exceptionTypes": {
            "A": { "parentType": "B" }
          },
          "severityRules": [
            { "condition": "1 +", "severity": "HIGH" },
            { "condition": "true",
              "severity": "TALL" }
          ],
          "tooles": {}
        }
        """;

        var reading = PackTexts.ReadDomain(text);

        reading.Errors.Select(error => (error.Code, error.Position!.Value.Line, error.Position.Value.Column)).ShouldBe(
        [
            ("PACK-004", 2, 3), ("PACK-010", 4, 12), ("PACK-012", 7, 7), ("PACK-006", 9, 7), ("PACK-001", 11, 3),
        ]);
    }

    [Fact]
    public void An_unknown_field_says_what_was_probably_meant() =>
        PackTexts.ReadDomain(PackTexts.With(PackTexts.Domain, "/severtyRules", "[]")).Errors.ShouldHaveSingleItem().Message.ShouldContain("severityRules");

    [Fact]
    public void An_unknown_tool_says_what_was_probably_meant() =>
        PackTexts.ReadDomain(PackTexts.With(PackTexts.Domain, "/tools/refund/rollbackTool", "\"cancelRefnd\"")).Errors.ShouldHaveSingleItem().Message.ShouldContain("cancelRefund");

    [Fact]
    public void A_secret_is_never_repeated_in_an_error()
    {
        ReeveError error = PackTexts.ReadDomain(PackTexts.With(PackTexts.Domain, "/tools/getOrder/auth/secret", "\"hunter2\"")).Errors.ShouldHaveSingleItem();

        error.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public void An_expression_error_says_where_in_the_expression()
    {
        ReeveError error = PackTexts.ReadDomain(PackTexts.With(PackTexts.Domain, "/severityRules/0/condition", "\"amount > 1 &&\\n  )\"")).Errors.ShouldHaveSingleItem();

        error.Message.ShouldContain("line 2, column 3 of the expression");
    }

    [Fact]
    public void A_cycle_of_parents_is_noted_for_every_type_that_reaches_it()
    {
        var reading = PackTexts.ReadDomain("""{"domainName":"D","exceptionTypes":{"A":{"parentType":"B"},"B":{"parentType":"C"},"C":{"parentType":"B"}}}""");

        reading.Errors.Select(error => (error.Code, error.Subject)).ShouldBe(
            [("PACK-011", "/exceptionTypes/A/parentType"), ("PACK-011", "/exceptionTypes/B/parentType"), ("PACK-011", "/exceptionTypes/C/parentType")]);
    }

    [Fact]
    public void More_than_a_thousand_errors_are_counted_not_listed()
    {
        string rules = string.Join(",", Enumerable.Repeat("""{"x":1}""", 2_000));
        var reading = PackTexts.ReadDomain($$$"""{"domainName":"D","exceptionTypes":{"A":{}},"severityRules":[{{{rules}}}]}""");

        reading.Errors.Count.ShouldBe(1_001);
        reading.Errors.ShouldContain(error => error.Code == "PACK-025");
    }

    [Fact]
    public void A_playbook_without_a_type_is_doubted_unless_another_makes_use_of_it()
    {
        const string part = """{"playbookId":"PART","steps":["Tell the desk."]}""";

        PackTexts.ReadDomain(PackTexts.With(PackTexts.Domain, "/playbooks/-", part)).Warnings.ShouldHaveSingleItem().Subject.ShouldBe("/playbooks/3");
        PackTexts.ReadDomain(PackTexts.With(PackTexts.With(PackTexts.Domain, "/playbooks/-", part), "/playbooks/2/includes", """["PB_BASE","PART"]""")).Warnings.ShouldBeEmpty();
        PackTexts.ReadDomain(PackTexts.With(PackTexts.Domain, "/playbooks/-", """{"playbookId":"PART","extends":"PB_BASE","steps":["Tell the desk."]}""")).Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void A_text_step_with_a_bracketed_stranger_is_doubted()
    {
        var reading = PackTexts.ReadDomain(PackTexts.With(PackTexts.Domain, "/playbooks/0/steps/1", "\"Call getOrdre(orderId) for item(s)\""));

        reading.IsValid.ShouldBeTrue();
        ReeveError warning = reading.Warnings.ShouldHaveSingleItem();
        warning.Subject.ShouldBe("/playbooks/0/steps/1");
        warning.Message.ShouldContain("getOrder");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    public void What_is_no_object_is_no_pack(string text)
    {
        PackTexts.ReadDomain(text).Errors.ShouldHaveSingleItem().Code.ShouldBe("PACK-002");
        PackTexts.ReadTenant(text).Errors.ShouldHaveSingleItem().Code.ShouldBe("PACK-002");
        Should.Throw<ReeveException>(() => PackKinds.Of(PackTexts.Json(text))).Error.Code.ShouldBe("PACK-021");
    }

    [Fact]
    public void A_long_taxonomy_is_refused_before_it_costs_anything()
    {
        string types = string.Join(",", Enumerable.Range(0, 5_000).Select(i => $$"""  "T{{i}}":{"parentType":"T{{i + 1}}"}"""));
        var reading = PackTexts.ReadDomain($$$"""{"domainName":"D","exceptionTypes":{ {{{types}}},"T5000":{} } }""");

        reading.Errors.ShouldAllBe(error => error.Code == "PACK-011" || error.Code == "PACK-025");
    }

    [Fact]
    public void Playbooks_that_double_at_each_level_are_refused()
    {
        string playbooks = string.Join(",", Enumerable.Range(0, 31).Select(i =>
            $$"""{"playbookId":"P{{i}}","exceptionType":"A","includes":["P{{i + 1}}","P{{i + 1}}"],"steps":["x"]}"""));
        var reading = PackTexts.ReadDomain($$$"""{"domainName":"D","exceptionTypes":{"A":{} },"playbooks":[{{{playbooks}}},{"playbookId":"P31","exceptionType":"A","steps":["x"]}]}""");

        reading.Errors.ShouldNotBeEmpty();
        reading.Errors.ShouldAllBe(error => error.Code == "PACK-015");
    }
}
