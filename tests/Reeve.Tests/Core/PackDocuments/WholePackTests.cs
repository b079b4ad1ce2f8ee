using Reeve.Commands.Cel;
using Reeve.Commands.PackVerbs;
using Reeve.Core.Calendars;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Tests.PackDocuments;

public sealed class WholePackTests
{
    [Fact]
    public void A_pack_with_every_field_is_read_without_a_word()
    {
        var reading = PackTexts.ReadDomain(PackTexts.Domain);

        PackTexts.Describe(reading.Errors).ShouldBe("");
        PackTexts.Describe(reading.Warnings).ShouldBe("");
    }

    [Fact]
    public void A_policy_with_every_field_is_read_and_bound()
    {
        var policy = PackTexts.ReadTenant(PackTexts.Tenant);
        var bound = PackTexts.Bind(PackTexts.Tenant);

        PackTexts.Describe(policy.Errors).ShouldBe("");
        PackTexts.Describe(policy.Warnings).ShouldBe("");
        PackTexts.Describe(bound.Errors).ShouldBe("");
    }

    [Fact]
    public void The_other_spelling_reads_as_the_same_pack()
    {
        DomainPack camel = PackTexts.DomainPack();
        var reading = PackTexts.ReadDomain(PackTexts.Snake(PackTexts.Domain));

        PackTexts.Describe(reading.Errors).ShouldBe("");
        DomainPack snake = reading.OrThrow();
        Facts(snake).ShouldBe(Facts(camel));
    }

    [Fact]
    public void The_other_spelling_reads_as_the_same_policy()
    {
        BoundPolicy camel = PackTexts.Bind(PackTexts.Tenant).OrThrow();
        var bound = PackTexts.Bind(PackTexts.Snake(PackTexts.Tenant), PackTexts.Snake(PackTexts.Domain));

        PackTexts.Describe(bound.Errors).ShouldBe("");
        Facts(bound.OrThrow()).ShouldBe(Facts(camel));
    }

    [Fact]
    public void Types_inherit_from_the_nearest_ancestor()
    {
        ExceptionType late = PackTexts.DomainPack().ExceptionTypes.Find("ORDER_LATE")!;

        late.DefaultSeverity.ShouldBe(Severity.Low);
        late.Lineage.Select(name => name.Value).ShouldBe(["ORDER_LATE", "ORDER"]);
    }

    [Fact]
    public void A_rule_is_cited_by_its_id_or_its_section_and_condition()
    {
        DomainPack pack = PackTexts.DomainPack();

        pack.SeverityRules[0].Id.Value.ShouldBe("big");
        // printf 'amount > 10' | sha256sum
        pack.SeverityRules[1].Id.Value.ShouldBe("severityRules:" + Sha8("amount > 10"));
        pack.ExceptionTypes.Find("ORDER_LATE")!.DetectionRules[0].Id.Value.ShouldBe("late");
        pack.ExceptionTypes.Find("ORDER_LOST")!.DetectionRules[1].Id.Value.ShouldBe("detectionRules:" + Sha8("$.lost"));
    }

    [Theory]
    [InlineData("""[{"severity":"CRITICAL","requireApproval":true}]""", "humanApprovalRules:CRITICAL")]
    [InlineData("""[{"exceptionType":"ORDER","requireApproval":true}]""", "humanApprovalRules:ORDER")]
    [InlineData("""[{"exceptionType":"ORDER","severity":"low","requireApproval":true}]""", "humanApprovalRules:LOW/ORDER")]
    [InlineData("""[{"id":"mine","severity":"CRITICAL","requireApproval":true}]""", "mine")]
    public void An_approval_rule_is_cited_by_what_it_is_about(string rules, string expected) =>
        PackTexts.ReadTenant(PackTexts.With(PackTexts.Tenant, "/humanApprovalRules", rules)).OrThrow().HumanApprovalRules[0].Id.Value.ShouldBe(expected);

    [Fact]
    public void Detection_rules_are_CEL_or_JSONPath()
    {
        IReadOnlyList<DetectionRule> rules = PackTexts.DomainPack().ExceptionTypes.Find("ORDER_LOST")!.DetectionRules;

        rules[0].Condition.ShouldNotBeNull();
        rules[1].Path.ShouldNotBeNull();
        rules[1].Condition.ShouldBeNull();
    }

    [Fact]
    public void Tools_know_their_parameters_in_order()
    {
        DomainPack pack = PackTexts.DomainPack();

        pack.Tools.Find("refund")!.Parameters.ShouldBe(
        [
            new ToolParameter("orderId", "string", true), new ToolParameter("lines", "array", true), new ToolParameter("note", "string", false),
        ]);
        pack.Tools.Find("cancelRefund")!.Parameters.ShouldBe([new ToolParameter("orderId", "string", true)]);
        pack.Tools.Find("purge")!.Parameters.ShouldBeEmpty();
    }

    [Fact]
    public void Test_cases_become_raw_exceptions()
    {
        IReadOnlyList<TestCase> cases = PackTexts.DomainPack().TestSuites.ShouldHaveSingleItem().Cases;

        cases[0].Input.ShouldBe(JsonText.Parse("""{"exceptionType":"ORDER_LATE","rawPayload":{}}"""));
        cases[0].ExpectedPlaybookId.ShouldBe(new PlaybookId("PB_ANY"));
        cases[1].ExpectsNoPlaybook.ShouldBeTrue();
        cases[1].CaseId.ShouldBe("2");
    }

    [Theory]
    [InlineData("""[{"input":{"exceptionType":"ORDER"},"expectedOutput":{"severity":"LOW"}}]""", "default", "1")]
    [InlineData("""[{"suiteId":"s","cases":[{"caseId":"c","inputExceptionType":"ORDER"}]}]""", "s", "c")]
    public void Test_suites_may_be_flat(string suites, string suite, string name)
    {
        DomainPack pack = PackTexts.ReadDomain(PackTexts.With(PackTexts.Domain, "/testSuites", suites)).OrThrow();

        TestSuite only = pack.TestSuites.ShouldHaveSingleItem();
        only.SuiteId.ShouldBe(suite);
        only.Cases.ShouldHaveSingleItem().CaseId.ShouldBe(name);
    }

    [Theory]
    [InlineData("""{"conditions":{"match":{"severity_in":["high"],"policyTags":["a"]},"priority":3}}""")]
    [InlineData("""{"conditions":{"severity_in":["HIGH"],"policy_tags":["a"],"priority":3}}""")]
    [InlineData("""{"severityIn":["High"],"policy_tags":["a"],"priority":3}""")]
    public void Match_keys_may_sit_at_any_of_three_places(string part)
    {
        string playbook = """{"playbookId":"P","exceptionType":"ORDER","steps":["Look."],""" + part[1..];
        Playbook read = PackTexts.ReadDomain(PackTexts.With(PackTexts.Domain, "/playbooks/-", playbook)).OrThrow().Playbooks[^1];

        read.Match.Severities.ShouldBe([Severity.High]);
        read.Match.PolicyTags.ShouldBe(["a"]);
        read.Priority.ShouldBe(3);
    }

    [Theory]
    [InlineData("""{"exceptionType":"ORDER","steps":["x"]}""", "ORDER", "ORDER")]
    [InlineData("""{"name":"Named","appliesTo":["ORDER"],"steps":["x"]}""", "Named", "ORDER")]
    [InlineData("""{"appliesTo":["ORDER"],"steps":["x"]}""", "ORDER", "ORDER")]
    [InlineData("""{"playbookId":7,"conditions":{"match":{"domain":"Shop"}},"steps":["x"]}""", "7", "*")]
    [InlineData("""{"conditions":{"match":{"exception_type":"ORDER_*"}},"steps":["x"]}""", "ORDER_*", "*")]
    public void A_playbook_without_id_has_one_all_the_same(string playbook, string id, string appliesTo)
    {
        Playbook read = PackTexts.ReadDomain(PackTexts.With(PackTexts.Domain, "/playbooks/-", playbook)).OrThrow().Playbooks[^1];

        read.Id.Value.ShouldBe(id);
        read.AppliesTo.ShouldBe([appliesTo]);
    }

    [Fact]
    public void Steps_with_an_order_are_put_into_it()
    {
        string playbook = """{"playbookId":"P","exceptionType":"ORDER","steps":[{"step_order":2,"action_type":"b"},{"step_order":1,"action_type":"a"}]}""";
        Playbook read = PackTexts.ReadDomain(PackTexts.With(PackTexts.Domain, "/playbooks/-", playbook)).OrThrow().Playbooks[^1];

        read.Steps.Select(step => $"{step.Id}{step.Action}").ShouldBe(["1a", "2b"]);
    }

    [Fact]
    public void Intake_may_be_an_object_with_its_window()
    {
        string json = PackTexts.With(PackTexts.With(PackTexts.Domain, "/problemWindow", "REMOVE"), "/intake",
            """{"problem_window":"1h","mappings":[{"record":{"exception_type":"doc.a","colour":"doc.b","normalizedContext":{"size":"doc.c"}},"state":"close"}]}""");
        DomainPack pack = PackTexts.ReadDomain(json).OrThrow();

        pack.ProblemWindow.ShouldBe(new PackDuration(1, DurationUnit.Hours));
        pack.Intake.ShouldHaveSingleItem().Fields.Select(field => field.Name).ShouldBe(["exceptionType", "colour", "size"]);
        pack.Intake[0].State!.Text.ShouldBe("'close'");
    }

    [Fact]
    public void Ignored_words_are_warned_of()
    {
        var reading = PackTexts.ReadDomain(PackTexts.With(PackTexts.Domain, "/guardrails/autoActionAllowedOnlyForApprovedPlaybooks", "false"));

        reading.IsValid.ShouldBeTrue();
        reading.Warnings.ShouldHaveSingleItem().Subject.ShouldBe("/guardrails/autoActionAllowedOnlyForApprovedPlaybooks");
    }

    private static string Sha8(string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)))[..8];

    private static string Facts(DomainPack pack) => string.Join("\n",
        pack.Name, pack.Version, pack.Description, pack.ProblemWindow,
        string.Join(";", pack.Entities.Select(entity => $"{entity.Name}:{string.Join(",", entity.Attributes)}:{string.Join(",", entity.Relations)}")),
        string.Join(";", pack.Intake.Select(mapping => $"{mapping.When?.Text}{mapping.Each?.Text}{string.Join(",", mapping.Fields.Select(field => field.Name + field.Source.Text))}{mapping.ExternalId?.Text}{mapping.State?.Text}")),
        string.Join(";", pack.ExceptionTypes.Select(type => $"{type.Name}{type.Parent}{type.DefaultSeverity}{type.Actionable}{string.Join(",", type.Tags)}{string.Join(",", type.DetectionRules.Select(rule => rule.Id))}{Rules(type.SeverityRules)}")),
        Rules(pack.SeverityRules),
        Tools(pack.Tools),
        string.Join(";", pack.Playbooks.Select(Facts)),
        Facts(pack.Guardrails),
        string.Join(";", pack.TestSuites.Select(suite => suite.SuiteId + string.Join(",", suite.Cases.Select(test => $"{test.CaseId}{test.Input}{test.ExpectedPlaybookId}{test.ExpectsNoPlaybook}")))));

    private static string Facts(BoundPolicy bound) => string.Join("\n",
        bound.TenantId, bound.Policy.TenantName, bound.Policy.Environment, bound.Policy.EscalationQueue, bound.ApprovalsDerived, bound.TenantGivesNoAutoAction,
        string.Join(",", bound.ApprovedProcesses.Order()), string.Join(",", bound.ApprovedTools.Order()),
        string.Join(",", bound.Policy.SeverityOverrides), string.Join(",", bound.Policy.AgingThresholds), string.Join(",", bound.Policy.ToolOverrides),
        string.Join(",", bound.Policy.RoutingRules.Select(rule => $"{rule.Id}{rule.Condition.Text}{rule.AssignGroup}")),
        string.Join(",", bound.Policy.HumanApprovalRules.Select(rule => $"{rule.Id}{rule.Severity}{rule.ExceptionType}{rule.Condition?.Text}{rule.RequireApproval}{string.Join("+", rule.Quorum)}{rule.Within}")),
        bound.Policy.AcceptTextCriteria, Tools(bound.Tools), string.Join(";", bound.Playbooks.Select(Facts)), Facts(bound.Guardrails));

    private static string Facts(Playbook playbook) =>
        $"{playbook.Id}|{playbook.Name}|{playbook.Version}|{playbook.Approved}|{string.Join(",", playbook.AppliesTo)}|{playbook.Extends}|{string.Join(",", playbook.Includes)}|{playbook.Priority}|"
        + $"{playbook.Match.Domain}{playbook.Match.ExceptionType}{string.Join(",", playbook.Match.Severities)}{playbook.Match.SlaMinutesRemainingBelow}{string.Join(",", playbook.Match.PolicyTags)}|"
        + string.Join(",", playbook.Steps.Select(step => $"{step.Id}{step.Name}{step.Action}{step.Parameters.Count}{step.Conditional?.Text}{step.Fallback?.Action}{step.Rollback?.Tool}{step.RequiresApproval}{step.Description}"))
        + string.Join(",", playbook.SuccessCriteria.Select(criterion => $"{criterion.Text}{criterion.Condition?.Text}{criterion.Tool}"));

    private static string Facts(Guardrails guardrails) =>
        $"{Names(guardrails.AllowLists)}|{Names(guardrails.BlockLists)}|{guardrails.HumanApprovalThreshold}|{guardrails.EscalateIfConfidenceBelow}|{guardrails.MaxAutoRetries}|"
        + $"{string.Join(",", guardrails.NoAutoActionIfSeverityIn ?? [])}|{string.Join(",", guardrails.RequireHumanApprovalFor ?? [])}|{string.Join(",", guardrails.SeverityGates ?? [])}|"
        + string.Join(",", guardrails.Rules.Select(rule => $"{rule.Id}{rule.Condition.Text}{rule.Decision}{rule.Reason}"));

    private static string Names(ToolList? list) => list is null ? "" : string.Join(",", list.Tools) + "/" + string.Join(",", list.Actions);

    private static string Rules(IEnumerable<SeverityRule> rules) => string.Join(",", rules.Select(rule => $"{rule.Id}{rule.Condition.Text}{rule.Severity}{rule.PriorityScore}"));

    private static string Tools(IEnumerable<ToolDefinition> tools) => string.Join("\n", tools.Select(tool =>
        $"{tool.Name}|{tool.Description}|{tool.Kind}|{tool.Type}|{string.Join(",", tool.Parameters)}|{tool.Returns}|{tool.Endpoint}|{Value.Of(tool.Binding)}|{tool.Version}|{tool.Timeout}|{tool.MaxRetries}|"
        + $"{tool.RollbackTool}|{tool.Idempotent}|{tool.Enabled}|{tool.Deprecated}|{tool.IsGlobal}|{tool.Effect}|{tool.Amount?.Text}|{tool.Currency?.Text}|{tool.Plan}|{tool.IdempotencyHeader}"));
}
