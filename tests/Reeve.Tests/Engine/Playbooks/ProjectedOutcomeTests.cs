using Reeve.Core.Decisions;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks;

namespace Reeve.Tests.Playbooks;

/// <summary>EX-AGENT-RES-7 for plans that did not run.</summary>
public sealed class ProjectedOutcomeTests
{
    private static readonly PlaybookStep Good = Bench.Step("repair", """{"orderId":"O"}""");
    private static readonly PlaybookStep Bad = Bench.Step("repair", """{"orderId":1}""");
    private static readonly PlaybookStep Waiting = Good with { RequiresApproval = true };
    private static readonly PlaybookStep Instruction = Bench.Step("Compare the two");

    [Fact]
    public void A_plan_whose_steps_all_run_is_resolved() => Outcome([Good, Good]).Status.ShouldBe(ResolutionStatus.Resolved);

    [Fact]
    public void A_step_that_a_condition_skips_counts_as_done() =>
        Outcome([Good, Good with { Conditional = Condition("severity == 'LOW'") }]).Status.ShouldBe(ResolutionStatus.Resolved);

    [Fact]
    public void A_step_that_waits_leaves_it_in_progress() => Outcome([Good, Waiting]).Status.ShouldBe(ResolutionStatus.InProgress);

    [Fact]
    public void An_instruction_is_somebodys_work_and_leaves_it_in_progress() => Outcome([Good, Instruction]).Status.ShouldBe(ResolutionStatus.InProgress);

    [Fact]
    public void Nothing_to_do_resolves_nothing() => Outcome([]).Status.ShouldBe(ResolutionStatus.InProgress);

    [Fact]
    public void A_failure_escalates_even_beside_a_step_that_waits()
    {
        ProjectedOutcome outcome = Outcome([Waiting, Bad]);

        outcome.Status.ShouldBe(ResolutionStatus.Escalated);
        outcome.Reason.ShouldContain("'/orderId'");
    }

    [Fact]
    public void A_refused_plan_escalates() => Outcome([Bench.Step("call_tool", """{"tool_id":"nope"}""")]).Status.ShouldBe(ResolutionStatus.Escalated);

    [Theory]
    [InlineData("escalated", ResolutionStatus.Escalated)]
    [InlineData("analyzing", ResolutionStatus.InProgress)]
    [InlineData("open", ResolutionStatus.InProgress)]
    [InlineData("resolved", ResolutionStatus.Resolved)]
    public void A_playbook_that_ends_by_setting_another_status_is_not_resolved(string status, ResolutionStatus expected) =>
        Outcome([Good, Bench.Step("set_status", $$"""{"status":"{{status}}"}""")]).Status.ShouldBe(expected);

    [Fact]
    public void Setting_the_status_to_resolved_hides_no_step_that_waits() =>
        Outcome([Waiting, Bench.Step("set_status", """{"status":"resolved"}""")]).Status.ShouldBe(ResolutionStatus.InProgress);

    [Theory]
    [InlineData("severity == 'MEDIUM'", ResolutionStatus.Resolved, CriterionOutlook.Met)]
    [InlineData("severity == 'LOW'", ResolutionStatus.Escalated, CriterionOutlook.Unmet)]
    [InlineData("steps['1'].output.ok == true", ResolutionStatus.Resolved, CriterionOutlook.Assumed)]
    [InlineData("has(steps['1'].output.ok)", ResolutionStatus.Resolved, CriterionOutlook.Assumed)]
    [InlineData("missing > 3", ResolutionStatus.InProgress, CriterionOutlook.AwaitsPerson)]
    [InlineData("steps['9'].output.ok == true", ResolutionStatus.Escalated, CriterionOutlook.Unmet)]
    public void A_condition_over_outputs_is_assumed_and_any_other_is_judged(string condition, ResolutionStatus expected, CriterionOutlook outlook)
    {
        SuccessCriterion criterion = new() { Text = condition, Condition = Condition(condition) };

        PlanOf([Good], [criterion]).Criteria.ShouldHaveSingleItem().Outlook.ShouldBe(outlook);
        Outcome([Good], criterion).Status.ShouldBe(expected);
    }

    [Fact]
    public void An_assumption_is_stated() =>
        Outcome([Good], new SuccessCriterion { Text = "x", Condition = Condition("steps['1'].output.ok") }).Reason.ShouldContain("taken to be met");

    [Theory]
    [InlineData(false, ResolutionStatus.InProgress)]
    [InlineData(true, ResolutionStatus.Resolved)]
    public void A_sentence_waits_for_a_person_unless_the_tenant_accepts_sentences(bool accepts, ResolutionStatus expected) =>
        ProjectedOutcome.Of(PlanOf([Good], [new SuccessCriterion { Text = "All is well" }], accepts)).Status.ShouldBe(expected);

    [Theory]
    [InlineData("""{"orderId":"O"}""", ResolutionStatus.Resolved)]
    [InlineData("""{"orderId":1}""", ResolutionStatus.Escalated)]
    [InlineData("""{"orderId":"{steps.1.output.x}"}""", ResolutionStatus.Resolved)]
    public void A_criterion_that_calls_a_tool_is_tried_dry(string parameters, ResolutionStatus expected) => Outcome([Good], new SuccessCriterion
    {
        Text = "getOrder",
        Tool = new ToolName("getOrder"),
        Parameters = (ObjectMap)JsonText.Parse(parameters).AsMap(),
    }).Status.ShouldBe(expected);

    [Theory]
    [InlineData("getOrder(orderId)", ResolutionStatus.Resolved)]
    [InlineData("getOrder", ResolutionStatus.Resolved)]
    [InlineData("getOrder(nothing)", ResolutionStatus.InProgress)]
    public void A_criterion_written_as_a_call_is_bound_as_in_a_text(string text, ResolutionStatus expected) =>
        Outcome([Good], new SuccessCriterion { Text = text, Tool = new ToolName("getOrder") }).Status.ShouldBe(expected);

    [Fact]
    public void A_criterion_with_an_unknown_tool_refuses_the_plan() =>
        PlanOf([Good], [new SuccessCriterion { Text = "nope", Tool = new ToolName("nope") }]).IsRefused.ShouldBeTrue();

    private static ProjectedOutcome Outcome(PlaybookStep[] steps, params SuccessCriterion[] criteria) => ProjectedOutcome.Of(PlanOf(steps, criteria));

    private static Plan PlanOf(PlaybookStep[] steps, SuccessCriterion[] criteria, bool acceptsSentences = false)
    {
        Playbook playbook = Bench.Playbook("p", "CHILD", steps) with { SuccessCriteria = criteria };
        BoundPolicy policy = Bench.Policy(playbook);
        policy = policy with { Policy = policy.Policy with { AcceptTextCriteria = acceptsSentences } };
        return new PlaybookPlanner(policy).Plan(playbook, Bench.Record(), Bench.Sees(Bench.Record()));
    }

    private static Expression Condition(string text) => Expression.Compile(text, ExpressionMode.Condition);
}
