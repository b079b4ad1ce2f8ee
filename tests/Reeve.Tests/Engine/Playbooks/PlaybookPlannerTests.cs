using Reeve.Core.Decisions;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks;

namespace Reeve.Tests.Playbooks;

/// <summary>EX-PB-5, EX-PB-6, EX-AGENT-RES-1, 5: structured steps, placeholders, gates, what fails a plan.</summary>
public sealed class PlaybookPlannerTests
{
    private const string Payload = """{"orderId":"O-1","n":7,"big":12.50,"flag":true,"obj":{"a":[1]},"none":null,"tricky":"{exception.tenantId}","empty":""}""";

    [Theory]
    [InlineData("repair", """{"orderId":"X"}""", """1 CALL repair {"orderId":"X"} SUCCESS""")]
    [InlineData("invokeTool", """{"tool_id":"repair","payload":{"orderId":"X"}}""", """1 CALL repair {"orderId":"X"} SUCCESS""")]
    [InlineData("call_tool", """{"toolId":"repair","payload_template":{"orderId":"{exception.raw_payload.orderId}"}}""", """1 CALL repair {"orderId":"O-1"} SUCCESS""")]
    [InlineData("callTool", """{"tool_id":"openCase","payload":{"caseType":"X","payload":"{exception.rawPayload.obj}"}}""", """1 CALL openCase {"caseType":"X","payload":{"a":[1]}} SUCCESS""")]
    [InlineData("notify", """{"channel":"email","subject":"S {exception.exception_id}","message":"{exception.rawPayload.obj}"}""", """1 ACTION notify {"channel":"email","subject":"S E-1","message":"{\"a\":[1]}","group":"DefaultOps"} SUCCESS""")]
    [InlineData("notify", """{"message":"{exception.missing}","group":"Desk","templateId":"t"}""", """1 ACTION notify {"message":"","group":"Desk","template_id":"t"} SUCCESS""")]
    [InlineData("assign_owner", """{"queue":"Q-{domain_pack.domain_name}"}""", """1 ACTION assign_owner {"queue":"Q-Orders"} SUCCESS""")]
    [InlineData("assignOwner", """{"userId":"u1"}""", """1 ACTION assign_owner {"user_id":"u1"} SUCCESS""")]
    [InlineData("set_status", """{"status":"analyzing"}""", """1 ACTION set_status {"status":"IN_PROGRESS"} SUCCESS""")]
    [InlineData("setStatus", """{"status":"Resolved"}""", """1 ACTION set_status {"status":"RESOLVED"} SUCCESS""")]
    [InlineData("add_comment", """{"text":"n={exception.rawPayload.n}, owner={exception.owner}."}""", """1 ACTION add_comment {"text":"n=7, owner=."} SUCCESS""")]
    [InlineData("addComment", """{"text_template":"{exception.rawPayload.big}"}""", """1 ACTION add_comment {"text_template":"12.50"} SUCCESS""")]
    public void Structured_steps_run_as_given(string action, string parameters, string expected)
    {
        Plan plan = PlanOf(Bench.Step(action, parameters));

        plan.Errors.ShouldBeEmpty();
        PlanText.Of(plan).ShouldBe(expected);
    }

    [Theory]
    [InlineData("{exception.exceptionId}", "\"E-1\"")]
    [InlineData("{ exception.exception_id }", "\"E-1\"")]
    [InlineData("{exception.severity}", "\"MEDIUM\"")]
    [InlineData("{exception.rawPayload.n}", "7")]
    [InlineData("{exception.rawPayload.big}", "12.50")]
    [InlineData("{exception.raw_payload.flag}", "true")]
    [InlineData("{exception.raw_payload.obj}", """{"a":[1]}""")]
    [InlineData("{exception.raw_payload.obj.a[0]}", "1")]
    [InlineData("{exception.raw_payload.obj.a.0}", "1")]
    [InlineData("{exception.normalized_context.k}", "\"v\"")]
    [InlineData("{exception.normalizedContext.k}", "\"v\"")]
    [InlineData("{exception.k}", "\"v\"")]
    [InlineData("{exception.n}", "7")]
    [InlineData("{domain_pack.domain_name}", "\"Orders\"")]
    [InlineData("{policy_pack.tenant_id}", "\"acme\"")]
    [InlineData("{policyPack.tenantId}", "\"acme\"")]
    [InlineData("{policy_pack.domain_name}", "\"Orders\"")]
    [InlineData("#{exception.n}", "\"#7\"")]
    [InlineData("{exception.n}{exception.flag}", "\"7true\"")]
    [InlineData("{exception.obj}!", "\"{\\\"a\\\":[1]}!\"")]
    [InlineData("{exception.tricky}", "\"{exception.tenantId}\"")]
    [InlineData("a {exception.tricky} b", "\"a {exception.tenantId} b\"")]
    [InlineData("{exception.empty}", "\"\"")]
    [InlineData("{\"json\": true}", "\"{\\\"json\\\": true}\"")]
    [InlineData("{orderId}", "\"{orderId}\"")]
    [InlineData("{{exception.n}", "\"{7\"")]
    [InlineData("{exception.n", "\"{exception.n\"")]
    public void A_placeholder_stands_for_data_once_and_alone_keeps_its_type(string template, string expected)
    {
        Plan plan = PlanOf(Call("openCase", ("caseType", Value.Of("X")), ("note", Value.Of(template))));

        JsonText.ToText(plan.Steps[0].Arguments["note"]).ShouldBe(expected);
        plan.Steps[0].Awaited.ShouldBeEmpty();
    }

    [Fact]
    public void Placeholders_are_filled_in_recursively()
    {
        Plan plan = PlanOf(Bench.Step("openCase", """{"caseType":"X","payload":{"a":["{exception.n}","{exception.missing}","n{exception.n}"],"b":{"c":"{exception.none}","d":1}}}"""));

        JsonText.ToText(plan.Steps[0].Arguments["payload"]).ShouldBe("""{"a":[7,"n7"],"b":{"d":1}}""");
    }

    [Fact]
    public void A_lone_placeholder_to_nothing_omits_the_argument()
    {
        Plan plan = PlanOf(Bench.Step("openCase", """{"caseType":"X","payload":"{exception.owner}"}"""));

        PlanText.Of(plan).ShouldBe("""1 CALL openCase {"caseType":"X"} SUCCESS""");
    }

    [Theory]
    [InlineData("repair", """{"orderId":"{exception.owner}"}""")]
    [InlineData("call_tool", """{"tool_id":"repair","payload":{"orderId":"{exception.owner}"}}""")]
    public void A_required_argument_that_stands_for_nothing_asks_a_person_and_is_named(string action, string parameters)
    {
        PlanStep step = PlanOf(Bench.Step(action, parameters)).Steps[0];

        step.Status.ShouldBe(StepStatus.NeedsApproval);
        step.Reason.ShouldContain("'orderId'");
    }

    [Fact]
    public void A_required_argument_that_was_never_written_breaks_the_schema()
    {
        PlanStep step = PlanOf(Bench.Step("move", """{"from":"A"}""")).Steps[0];

        step.Status.ShouldBe(StepStatus.Failed);
        step.Reason.ShouldContain("'to'");
    }

    [Theory]
    [InlineData("repair", """{"orderId":"no {exception.owner}"}""", "PLAN-003")]
    [InlineData("repair", """{"orderId":"{steps.later.output.x}"}""", "PLAN-003")]
    [InlineData("assign_owner", """{"queue":"Q-{exception.owner}"}""", "PLAN-003")]
    [InlineData("call_tool", """{"tool_id":"nope","payload":{}}""", "PLAN-001")]
    [InlineData("call_tool", """{"payload":{}}""", "PLAN-004")]
    [InlineData("call_tool", """{"tool_id":"{exception.rawPayload.orderId}"}""", "PLAN-004")]
    [InlineData("call_tool", """{"tool_id":"repair","payload":[1]}""", "PLAN-004")]
    [InlineData("notify", """{"channel":"pigeon","message":"x"}""", "PLAN-004")]
    [InlineData("assign_owner", "{}", "PLAN-004")]
    [InlineData("assign_owner", """{"user_id":"u","queue":"q"}""", "PLAN-004")]
    [InlineData("set_status", "{}", "PLAN-004")]
    [InlineData("set_status", """{"status":"done"}""", "PLAN-004")]
    [InlineData("set_status", """{"status":"PENDING_APPROVAL"}""", "PLAN-004")]
    [InlineData("add_comment", "{}", "PLAN-004")]
    public void A_bad_reference_fails_the_plan_before_anything_runs(string action, string parameters, string code)
    {
        Plan plan = PlanOf(Bench.Step(action, parameters));

        plan.IsRefused.ShouldBeTrue();
        plan.Errors.ShouldHaveSingleItem().Code.ShouldBe(code);
        plan.Errors[0].Subject.ShouldBe("playbook 'p', step '1'");
        plan.Errors[0].Message.ShouldNotContain("playbook 'p'");
        ProjectedOutcome.Of(plan).Status.ShouldBe(ResolutionStatus.Escalated);
    }

    [Theory]
    [InlineData("set_status", """{"status":"{exception.rawPayload.orderId}"}""")]
    [InlineData("notify", """{"channel":"{exception.rawPayload.orderId}","message":"x"}""")]
    [InlineData("assign_owner", """{"queue":"{exception.owner}"}""")]
    public void Data_that_makes_an_action_wrong_fails_the_step_alone(string action, string parameters)
    {
        Plan plan = PlanOf(Bench.Step(action, parameters));

        plan.IsRefused.ShouldBeFalse();
        plan.Steps[0].Status.ShouldBe(StepStatus.Failed);
    }

    [Fact]
    public void A_status_that_cannot_follow_fails_the_plan()
    {
        Plan plan = PlanOf(Bench.Step("set_status", """{"status":"resolved"}"""), Bench.Step("set_status", """{"status":"escalated"}"""));

        plan.Errors.ShouldHaveSingleItem().Code.ShouldBe("PLAN-005");
    }

    [Fact]
    public void An_output_of_an_earlier_step_stays_a_placeholder_and_is_not_validated()
    {
        Plan plan = PlanOf(Bench.Step("getOrder", """{"orderId":"O"}""", "fetch"), Bench.Step("move", """{"from":"A","to":"B","amount":"{steps.fetch.output.amount}"}"""));

        plan.Steps[1].Status.ShouldBe(StepStatus.Success);
        plan.Steps[1].Arguments["amount"].AsString().ShouldBe("{steps.fetch.output.amount}");
        plan.Steps[1].Awaited.ShouldBe(["/amount"]);
    }

    [Fact]
    public void Known_arguments_beside_an_awaited_one_are_still_validated()
    {
        Plan plan = PlanOf(Bench.Step("getOrder", """{"orderId":"O"}""", "fetch"), Bench.Step("move", """{"from":1,"to":"{steps.fetch.output.to}"}"""));

        plan.Steps[1].Status.ShouldBe(StepStatus.Failed);
        plan.Steps[1].Reason.ShouldContain("'/from'");
        plan.Steps[1].Reason.ShouldNotContain("'/to'");
    }

    [Fact]
    public void Data_that_looks_like_an_output_of_a_step_is_not_awaited()
    {
        ExceptionRecord record = Bench.Record("""{"orderId":"{steps.1.output.x}"}""");
        Plan plan = PlanOf(record, Bench.Step("getOrder", """{"orderId":"O"}"""), Bench.Step("repair", """{"orderId":"{exception.rawPayload.orderId}"}"""));

        plan.Steps[1].Awaited.ShouldBeEmpty();
        plan.Steps[1].Arguments["orderId"].AsString().ShouldBe("{steps.1.output.x}");
    }

    [Theory]
    [InlineData("severity == 'MEDIUM'", "SUCCESS")]
    [InlineData("severity == 'LOW'", "SKIPPED")]
    [InlineData("missing > 5", "NEEDS_APPROVAL")]
    [InlineData("severity == 'LOW' && missing > 5", "SKIPPED")]
    [InlineData("steps.fetch.output.ok == true", "NEEDS_APPROVAL")]
    [InlineData("steps.fetch.output.n > 3 || severity == 'MEDIUM'", "SUCCESS")]
    [InlineData("has(steps.fetch.output.error)", "NEEDS_APPROVAL")]
    [InlineData("steps.other.output.ok == true", "SKIPPED")]
    public void A_condition_decides_whether_the_step_runs(string condition, string expected)
    {
        Plan plan = PlanOf(
            Bench.Step("getOrder", """{"orderId":"O"}""", "fetch"),
            Bench.Step("If so: repair(orderId)") with { Conditional = Expression.Compile(condition, ExpressionMode.Condition) });

        Wire.Name(plan.Steps[1].Status).ShouldBe(expected);
        plan.Steps[1].Kind.ShouldBe(PlanStepKind.Call);
        plan.Steps[1].IsConditionFalse.ShouldBe(expected == "SKIPPED");
    }

    [Theory]
    [InlineData("steps.1.output.ok == true", "NEEDS_APPROVAL")]
    [InlineData("has(steps.1.output.ok)", "NEEDS_APPROVAL")]
    [InlineData("steps.2.1.output.ok == true || severity == 'MEDIUM'", "SUCCESS")]
    [InlineData("steps.2.2.output.ok == true", "NEEDS_APPROVAL")]
    [InlineData("steps.12.output.ok == true", "SKIPPED")]
    public void Steps_that_have_only_a_number_can_be_asked_about(string condition, string expected)
    {
        Plan plan = PlanOf(
            Bench.Step("getOrder", """{"orderId":"O"}"""),
            Bench.Step("Ask getOrder/getLines"),
            Bench.Step("repair", """{"orderId":"O"}""") with { Conditional = Expression.Compile(condition, ExpressionMode.Condition) });

        Wire.Name(plan.Steps[^1].Status).ShouldBe(expected);
    }

    [Theory]
    [InlineData("other.1 == 1")]
    [InlineData("steps.1e2.output == 1")]
    [InlineData("steps .1.x.2 == 1")]
    public void Only_numbers_of_steps_are_read_as_names(string condition) =>
        Should.Throw<Reeve.Core.Errors.ReeveException>(() => Expression.Compile(condition, ExpressionMode.Condition)).Error.Code.ShouldBe("EXPR-001");

    [Fact]
    public void An_unknown_condition_names_the_field() =>
        PlanOf(Bench.Step("repair") with { Conditional = Expression.Compile("amount > 5", ExpressionMode.Condition) })
            .Steps[0].Reason.ShouldContain("'amount'");

    [Fact]
    public void A_skipped_step_need_not_have_its_arguments()
    {
        Plan plan = PlanOf(Bench.Step("repair", """{"orderId":"x{exception.owner}"}""") with { Conditional = Expression.Compile("severity == 'LOW'", ExpressionMode.Condition) });

        plan.IsRefused.ShouldBeFalse();
        plan.Steps[0].Status.ShouldBe(StepStatus.Skipped);
    }

    [Fact]
    public void A_step_that_wants_approval_waits_and_planning_goes_on()
    {
        Plan plan = PlanOf(Bench.Step("repair", """{"orderId":"O"}""") with { RequiresApproval = true }, Bench.Step("getOrder", """{"orderId":"O"}"""));

        PlanText.Of(plan).ShouldBe("""1 CALL repair {"orderId":"O"} NEEDS_APPROVAL|2 CALL getOrder {"orderId":"O"} SUCCESS""");
        ProjectedOutcome.Of(plan).Status.ShouldBe(ResolutionStatus.InProgress);
    }

    [Fact]
    public void A_dry_run_is_marked_and_shaped_by_the_output_schema()
    {
        PlanStep step = PlanOf(Bench.Step("getOrder", """{"orderId":"O"}""")).Steps[0];

        step.DryRun!["dryRun"].ShouldBe(Value.True);
        step.DryRun["output"].AsMap()["orderRef"].Kind.ShouldBe(ValueKind.String);
        step.Effect.ShouldBe(ToolEffect.Read);
        step.ToolVersion.ShouldBe("1.0.0");
    }

    [Fact]
    public void Fallback_and_rollback_are_resolved_and_shown()
    {
        PlanStep step = PlanOf(Bench.Step("repair", """{"orderId":"O"}""", "fix") with
        {
            Fallback = Bench.Step("openCase('BROKEN')", id: "case"),
            Rollback = new StepRollback(new ToolName("move"), Parameters("""{"from":"{steps.fix.output.at}","to":"{exception.rawPayload.orderId}"}""")),
        }).Steps[0];

        PlanText.Of(step.Fallback.ShouldHaveSingleItem()).ShouldBe("""case CALL openCase {"caseType":"BROKEN"} SUCCESS""");
        JsonText.ToText(Value.Of(step.Rollback!.Arguments)).ShouldBe("""{"from":"{steps.fix.output.at}","to":"O-1"}""");
        step.Rollback.Awaited.ShouldBe(["/from"]);
    }

    [Theory]
    [InlineData("""{"from":"A"}""", "PLAN-004")]
    [InlineData("""{"from":"A","to":"x{exception.owner}"}""", "PLAN-003")]
    public void A_rollback_that_could_not_run_fails_the_plan(string parameters, string code) =>
        PlanOf(Bench.Step("repair", """{"orderId":"O"}""") with { Rollback = new StepRollback(new ToolName("move"), Parameters(parameters)) })
            .Errors.ShouldHaveSingleItem().Code.ShouldBe(code);

    [Fact]
    public void A_fallback_or_rollback_with_an_unknown_tool_fails_the_plan()
    {
        Plan plan = PlanOf(Bench.Step("repair", """{"orderId":"O"}""") with
        {
            Fallback = Bench.Step("call_tool", """{"tool_id":"nope"}"""),
            Rollback = new StepRollback(new ToolName("nope"), ObjectMap.Empty),
        });

        plan.Errors.Select(error => error.Code).ShouldBe(["PLAN-001", "PLAN-001"]);
        plan.Errors.Select(error => error.Subject).ShouldBe(["playbook 'p', step '1', rollback", "playbook 'p', step '1', fallback"]);
    }

    [Fact]
    public void Fallbacks_without_end_fail_the_plan()
    {
        PlaybookStep step = Bench.Step("repair", """{"orderId":"O"}""");
        for (int i = 0; i < 50; i++)
        {
            step = Bench.Step("repair", """{"orderId":"O"}""") with { Fallback = step };
        }

        PlanOf(step).Errors.ShouldHaveSingleItem().Code.ShouldBe("PLAN-006");
    }

    [Fact]
    public void What_a_fallback_would_answer_is_unknown_to_later_steps() =>
        PlanOf(
            Bench.Step("repair", """{"orderId":"O"}""") with { Fallback = Bench.Step("getOrder", """{"orderId":"O"}""", "other") },
            Bench.Step("repair", """{"orderId":"{steps.other.output.x}"}""")).Errors.ShouldHaveSingleItem().Code.ShouldBe("PLAN-003");

    [Theory]
    [InlineData("disabled", "PLAN-002")]
    [InlineData("blocked", "PLAN-002")]
    [InlineData("unapproved", "PLAN-002")]
    public void A_tool_that_is_not_allowed_fails_the_plan(string how, string code)
    {
        Playbook playbook = Bench.Playbook("p", "CHILD", Bench.Step("Use repair"));
        BoundPolicy policy = Bench.Policy(playbook);
        policy = how switch
        {
            "blocked" => policy with { Guardrails = new Guardrails { BlockLists = new ToolList(["repair"], []) } },
            "unapproved" => policy with { ApprovedTools = new HashSet<string>() },
            _ => policy with { Tools = new NamedList<ToolDefinition>([Bench.Tool("repair", "orderId:string") with { Enabled = false }], tool => tool.Name.Value) },
        };

        new PlaybookPlanner(policy).Plan(playbook, Bench.Record(), Bench.Sees(Bench.Record())).Errors.ShouldHaveSingleItem().Code.ShouldBe(code);
    }

    [Fact]
    public void A_deprecated_tool_is_a_warning()
    {
        Playbook playbook = Bench.Playbook("p", "CHILD", Bench.Step("Use repair"));
        BoundPolicy policy = Bench.Policy(playbook) with
        {
            Tools = new NamedList<ToolDefinition>([Bench.Tool("repair", "orderId:string") with { Deprecated = true }], tool => tool.Name.Value),
        };

        new PlaybookPlanner(policy).Plan(playbook, Bench.Record(), Bench.Sees(Bench.Record())).Warnings.ShouldHaveSingleItem().ShouldContain("deprecated");
    }

    [Fact]
    public void An_action_with_parameters_that_is_neither_action_nor_tool_is_a_warning() =>
        PlanOf(Bench.Step("getOrdre", """{"orderId":"O"}""")).Warnings.ShouldHaveSingleItem().ShouldContain("'getOrdre'");

    private static Plan PlanOf(params PlaybookStep[] steps) => PlanOf(Bench.Record(Payload, """{"k":"v"}"""), steps);

    private static Plan PlanOf(ExceptionRecord record, params PlaybookStep[] steps)
    {
        Playbook playbook = Bench.Playbook("p", "CHILD", steps);
        return new PlaybookPlanner(Bench.Policy(playbook)).Plan(playbook, record, Bench.Sees(record));
    }

    private static PlaybookStep Call(string tool, params (string Key, Value Value)[] arguments) =>
        Bench.Step(tool) with { Parameters = ObjectMap.Of(arguments) };

    private static ObjectMap Parameters(string json) => (ObjectMap)JsonText.Parse(json).AsMap();
}
