using Reeve.Core.Decisions;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks;

namespace Reeve.Tests.Playbooks;

/// <summary>Steps that set a status, and steps that may not run: what the steps after them start from.</summary>
public sealed class StatusStepTests
{
    [Theory]
    [InlineData("resolved,open,resolved", null)]
    [InlineData("escalated,resolved", null)]
    [InlineData("escalated,analyzing,open", null)]
    [InlineData("resolved,resolved", null)]
    [InlineData("escalated,open", "PLAN-005")]
    [InlineData("resolved,analyzing", "PLAN-005")]
    [InlineData("open,escalated,open", "PLAN-005")]
    public void A_status_may_follow_only_where_nothing_is_quietly_undone(string statuses, string? code)
    {
        Plan plan = PlanOf([.. statuses.Split(',').Select(status => Set(status))]);

        plan.Errors.Select(error => error.Code).ShouldBe(code is null ? [] : [code]);
    }

    [Fact]
    public void A_status_that_a_person_must_still_allow_changes_nothing_for_the_next_step() =>
        PlanOf(Set("resolved") with { RequiresApproval = true }, Set("escalated")).Errors.ShouldBeEmpty();

    [Fact]
    public void A_status_of_a_fallback_changes_nothing_for_the_next_step() =>
        PlanOf(Repair with { Fallback = Set("resolved") }, Set("escalated")).Errors.ShouldBeEmpty();

    [Fact]
    public void The_status_set_last_is_the_one_projected() =>
        ProjectedOutcome.Of(PlanOf(Repair, Set("open"), Set("resolved"))).Status.ShouldBe(ResolutionStatus.Resolved);

    [Fact]
    public void A_status_that_a_condition_skips_is_not_projected() =>
        ProjectedOutcome.Of(PlanOf(Repair, Set("escalated") with { Conditional = Condition("severity == 'LOW'") })).Status.ShouldBe(ResolutionStatus.Resolved);

    [Fact]
    public void A_step_that_a_condition_skips_is_not_rolled_back()
    {
        PlaybookStep step = Repair with
        {
            Conditional = Condition("severity == 'LOW'"),
            Rollback = new StepRollback(new ToolName("repair"), Parameters("""{"orderId":"O"}""")),
        };

        PlanOf(step).Steps.ShouldHaveSingleItem().Rollback.ShouldBeNull();
    }

    [Fact]
    public void A_step_that_a_condition_skips_will_have_no_output()
    {
        Plan plan = PlanOf(Repair with { Conditional = Condition("severity == 'LOW'") }, Repair with { Conditional = Condition("has(steps['1'].output.ok)") });

        plan.Steps.Select(step => step.Status).ShouldBe([StepStatus.Skipped, StepStatus.Skipped]);
    }

    [Theory]
    [InlineData("set_status", "set_status")] // a block wins over an allow
    [InlineData("", "notify")]
    [InlineData("set_status", "")]
    public void An_action_that_the_lists_forbid_fails_the_plan(string blocked, string allowed)
    {
        Playbook playbook = Bench.Playbook("p", "CHILD", Set("resolved"));
        Guardrails guardrails = new() { BlockLists = List(blocked), AllowLists = List(allowed) };
        BoundPolicy policy = Bench.Policy(playbook) with { Guardrails = guardrails };

        Plan plan = new PlaybookPlanner(policy).Plan(playbook, Bench.Record(), Bench.Sees(Bench.Record()));

        plan.Errors.ShouldHaveSingleItem().Code.ShouldBe("PLAN-002");
    }

    [Fact]
    public void A_playbook_with_an_action_outside_the_allow_list_is_rejected_and_the_next_is_taken()
    {
        BoundPolicy policy = Bench.Policy(Bench.Playbook("first", "CHILD", Set("resolved")) with { Priority = 1 }, Bench.Playbook("second", "CHILD", Bench.Step("add_comment", """{"text":"x"}""")));

        Selection selection = new PlaybookSelector(policy with { Guardrails = new Guardrails { AllowLists = List("add_comment") } }).Select(Bench.Record(), Bench.Now);

        selection.Selected!.Id.Value.ShouldBe("second");
        selection.Rejected.ShouldHaveSingleItem().Reason.ShouldBe("The action 'set_status' is not in allowLists.");
    }

    [Theory]
    [InlineData("""{"sla_deadline":"2026-01-05T12:30:00Z"}""", true)]
    [InlineData("""{"slaDeadline":"2026-01-05T14:00:00Z"}""", false)]
    [InlineData("""{"sla_deadline":"2026-01-05T14:00:00Z"}""", false)]
    public void A_deadline_may_stand_in_the_payload(string payload, bool applies)
    {
        Playbook playbook = Bench.Playbook("p", "CHILD") with { Match = new PlaybookMatch { SlaMinutesRemainingBelow = 60 } };

        Selection selection = new PlaybookSelector(Bench.Policy(playbook)).Select(Bench.Record(payload), Bench.Now);

        (selection.Selected is not null).ShouldBe(applies);
    }

    [Fact]
    public void A_type_named_in_the_conditions_is_as_specific_as_one_named_outside()
    {
        Playbook named = Bench.Playbook("named", "*") with { Match = new PlaybookMatch { ExceptionType = "CHILD" } };
        BoundPolicy policy = Bench.Policy(named, Bench.Playbook("parent", "PARENT"));

        new PlaybookSelector(policy).Select(Bench.Record(), Bench.Now).Selected!.Id.Value.ShouldBe("named");
    }

    [Fact]
    public void A_call_that_a_person_confirms_waits_even_if_its_arguments_are_wrong()
    {
        ExceptionRecord record = Bench.Record("""{"orderId":["O-1"]}""");
        Playbook playbook = Bench.Playbook("p", "CHILD", Bench.Step("If broken: repair(orderId)"));

        PlanStep step = new PlaybookPlanner(Bench.Policy(playbook)).Plan(playbook, record, Bench.Sees(record)).Steps.ShouldHaveSingleItem();

        (step.Kind, step.Status).ShouldBe((PlanStepKind.Confirmation, StepStatus.NeedsApproval));
        step.Reason.ShouldContain("input schema");
    }

    private static readonly PlaybookStep Repair = Bench.Step("repair", """{"orderId":"O"}""");

    private static PlaybookStep Set(string status) => Bench.Step("set_status", $$"""{"status":"{{status}}"}""");

    private static ToolList? List(string action) => action.Length == 0 ? null : new ToolList([], [action]);

    private static Expression Condition(string text) => Expression.Compile(text, ExpressionMode.Condition);

    private static ObjectMap Parameters(string json) => (ObjectMap)JsonText.Parse(json).AsMap();

    private static Plan PlanOf(params PlaybookStep[] steps)
    {
        Playbook playbook = Bench.Playbook("p", "CHILD", steps);
        return new PlaybookPlanner(Bench.Policy(playbook)).Plan(playbook, Bench.Record(), Bench.Sees(Bench.Record()));
    }
}
