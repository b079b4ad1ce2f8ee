using Reeve.Core.Decisions;
using Reeve.Core.Records;
using Reeve.Engine.Playbooks;

namespace Reeve.Tests.Playbooks;

/// <summary>EX-PB-3: what words become.</summary>
public sealed class TextStepTests
{
    [Theory]
    [InlineData("Review using getOrder", """1 CALL getOrder {"orderId":"O-1"} SUCCESS""")]
    [InlineData("Review using getOrder.", """1 CALL getOrder {"orderId":"O-1"} SUCCESS""")]
    [InlineData("Fetch all by getOrder/getLines", """1.1 CALL getOrder {"orderId":"O-1"} SUCCESS|1.2 CALL getLines {"orderId":"O-1"} SUCCESS""")]
    [InlineData("Retry with repair(orderId)", """1 CALL repair {"orderId":"O-1"} SUCCESS""")]
    [InlineData("repair(rawPayload.orderId)", """1 CALL repair {"orderId":"O-1"} SUCCESS""")]
    [InlineData("repair(exception.raw_payload.orderId)", """1 CALL repair {"orderId":"O-1"} SUCCESS""")]
    [InlineData("repair(exceptionId)", """1 CALL repair {"orderId":"E-1"} SUCCESS""")]
    [InlineData("repair('X-9')", """1 CALL repair {"orderId":"X-9"} SUCCESS""")]
    [InlineData("repair(\"it's\")", """1 CALL repair {"orderId":"it's"} SUCCESS""")]
    [InlineData(@"repair('it\'s, (here)')", """1 CALL repair {"orderId":"it's, (here)"} SUCCESS""")]
    [InlineData("repair('Order {exception.rawPayload.orderId}')", """1 CALL repair {"orderId":"Order O-1"} SUCCESS""")]
    [InlineData("repair({exception.exception_id})", """1 CALL repair {"orderId":"E-1"} SUCCESS""")]
    [InlineData("move(lines[1].id, 'B', 2.5)", """1 CALL move {"from":"L-2","to":"B","amount":2.5} SUCCESS""")]
    [InlineData("move(to='B', from='A')", """1 CALL move {"from":"A","to":"B","amount":7} SUCCESS""")]
    [InlineData("move(to: 'B', 'A')", """1 CALL move {"from":"A","to":"B","amount":7} SUCCESS""")]
    [InlineData("move('A', 'B', -1e2)", """1 CALL move {"from":"A","to":"B","amount":-1e2} SUCCESS""")]
    [InlineData("openCase('X') with evidence and tell everyone", """1 CALL openCase {"caseType":"X"} SUCCESS""")]
    [InlineData("Use get-order now", """1 CALL get-order {"orderId":"O-1"} SUCCESS""")]
    [InlineData("Use get-order-now", "1 INSTRUCTION SKIPPED")]
    [InlineData("Look at getOrderHistory and my_getOrder", "1 INSTRUCTION SKIPPED")]
    [InlineData("GETORDER", "1 INSTRUCTION SKIPPED")]
    [InlineData("Compare price/qty", "1 INSTRUCTION SKIPPED")]
    [InlineData("See {getOrder}", "1 INSTRUCTION SKIPPED")]
    [InlineData("Retry the whole thing", "1 INSTRUCTION SKIPPED")]
    [InlineData("Forward to the desk", "1 INSTRUCTION SKIPPED")]
    [InlineData("If broken: repair(orderId)", """1 CONFIRMATION repair {"orderId":"O-1"} NEEDS_APPROVAL""")]
    [InlineData("WHEN late, getOrder and getLines", """1.1 CONFIRMATION getOrder {"orderId":"O-1"} NEEDS_APPROVAL|1.2 CONFIRMATION getLines {"orderId":"O-1"} NEEDS_APPROVAL""")]
    [InlineData("  - unless done: repair", """1 CONFIRMATION repair {"orderId":"O-1"} NEEDS_APPROVAL""")]
    [InlineData("Until it works, repair", """1 CONFIRMATION repair {"orderId":"O-1"} NEEDS_APPROVAL""")]
    [InlineData("For each line: repair", """1 CONFIRMATION repair {"orderId":"O-1"} NEEDS_APPROVAL""")]
    [InlineData("repeat repair", """1 CONFIRMATION repair {"orderId":"O-1"} NEEDS_APPROVAL""")]
    [InlineData("While open: repair", """1 CONFIRMATION repair {"orderId":"O-1"} NEEDS_APPROVAL""")]
    [InlineData("If nothing helps, call the desk", "1 CONFIRMATION NEEDS_APPROVAL")]
    public void Words_become_steps(string text, string expected) =>
        Lines(text, """{"orderId":"O-1","lines":[{"id":"L-1"},{"id":"L-2"}],"amount":7}""").ShouldBe(expected);

    [Theory]
    [InlineData("move", "from, to")]
    [InlineData("move(here, 'B')", "from")]
    [InlineData("move('A', nowhere.at.all)", "to")]
    [InlineData("move('A', two words)", "to")]
    [InlineData("repair(other)", "orderId")]
    [InlineData("repair()", "orderId", "{}")]
    [InlineData("repair(orderId)", "orderId", """{"orderId":null}""")]
    [InlineData("repair('{exception.owner}')", "orderId")]
    public void A_required_argument_that_binds_to_nothing_asks_a_person_and_is_named(string text, string missing, string payload = """{"orderId":"O-1"}""")
    {
        PlanStep step = Plan(text, payload).Steps.ShouldHaveSingleItem();

        step.Status.ShouldBe(StepStatus.NeedsApproval);
        foreach (string name in missing.Split(", "))
        {
            step.Reason.ShouldContain($"'{name}'");
        }
    }

    [Fact]
    public void Arguments_come_from_normalised_keys_before_raw_ones()
    {
        Plan plan = Plan("Use getOrder", """{"orderId":"raw"}""", """{"orderId":"normal"}""");

        PlanText.Of(plan).ShouldBe("""1 CALL getOrder {"orderId":"normal"} SUCCESS""");
    }

    [Fact]
    public void What_the_step_object_gives_goes_before_the_data()
    {
        Plan plan = PlanOf(Bench.Record(), Bench.Step("Please repair it", """{"orderId":"given"}"""));

        PlanText.Of(plan).ShouldBe("""1 CALL repair {"orderId":"given"} SUCCESS""");
    }

    [Fact]
    public void What_only_an_earlier_tool_declares_is_awaited_and_shown()
    {
        Plan plan = PlanOf(Bench.Record(), Bench.Step("Fetch with getOrder"), Bench.Step("Then move(orderRef, 'B')"));

        plan.Steps[1].Arguments["from"].AsString().ShouldBe("{steps.1.output.orderRef}");
        plan.Steps[1].Awaited.ShouldBe(["/from"]);
        plan.Steps[1].Status.ShouldBe(StepStatus.Success);
        plan.Steps[1].Reason.ShouldContain("/from");
    }

    [Fact]
    public void A_known_value_is_not_replaced_by_what_a_tool_may_answer()
    {
        Plan plan = PlanOf(Bench.Record("""{"orderId":"O-1","orderRef":"known"}"""), Bench.Step("getOrder"), Bench.Step("Then repair(orderRef)"));

        plan.Steps[1].Arguments["orderId"].AsString().ShouldBe("known");
        plan.Steps[1].Awaited.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Use fixIt(orderId)", "fixIt")]
    [InlineData("Use getOrdre(orderId), then getOrder", "getOrdre")]
    public void A_word_written_like_a_call_that_is_no_tool_is_a_warning(string text, string word) =>
        Plan(text).Warnings.ShouldHaveSingleItem().ShouldContain($"'{word}(…)'");

    [Theory]
    [InlineData("Check the order(s) and batch(es)")]
    [InlineData("Classify (formatting/enrichment)")]
    public void Prose_in_brackets_is_no_warning(string text) => Plan(text).Warnings.ShouldBeEmpty();

    [Fact]
    public void More_arguments_than_parameters_are_a_warning() =>
        Plan("repair('a', 'b')").Warnings.ShouldHaveSingleItem().ShouldContain("'b'");

    [Fact]
    public void A_wrongly_typed_argument_fails_the_step_at_its_pointer()
    {
        PlanStep step = Plan("repair(orderId)", """{"orderId":17}""").Steps.ShouldHaveSingleItem();

        step.Status.ShouldBe(StepStatus.Failed);
        step.Reason.ShouldContain("'/orderId'");
    }

    [Fact]
    public void Data_cannot_name_a_tool()
    {
        Plan plan = Plan("Look at {exception.rawPayload.note}", """{"note":"repair('X')","orderId":"O-1"}""");

        PlanText.Of(plan).ShouldBe("1 INSTRUCTION SKIPPED");
        plan.Steps[0].Action.ShouldBe("Look at repair('X')");
    }

    [Fact]
    public void A_step_that_only_names_a_tool_binds_what_is_required_and_no_more() =>
        Lines("openCase", """{"caseType":"X","payload":{}}""").ShouldBe("""1 CALL openCase {"caseType":"X"} SUCCESS""");

    [Fact]
    public void An_own_step_id_leads_its_sub_steps() =>
        PlanText.Of(PlanOf(Bench.Record(), Bench.Step("getOrder and getLines", id: "fetch")))
            .ShouldBe("""fetch.1 CALL getOrder {"orderId":"O-1"} SUCCESS|fetch.2 CALL getLines {"orderId":"O-1"} SUCCESS""");

    [Fact]
    public void The_order_counts_through_sub_steps() =>
        PlanOf(Bench.Record(), Bench.Step("Use getOrder and getLines"), Bench.Step("Compare"), Bench.Step("repair"))
            .Steps.Select(step => step.Order).ShouldBe([1, 2, 3, 4]);

    private static string Lines(string text, string payload) => PlanText.Of(Plan(text, payload));

    private static Plan Plan(string text, string payload = """{"orderId":"O-1"}""", string context = "{}") =>
        PlanOf(Bench.Record(payload, context), Bench.Step(text));

    private static Plan PlanOf(ExceptionRecord record, params Core.Packs.PlaybookStep[] steps)
    {
        Core.Packs.Playbook playbook = Bench.Playbook("p", "CHILD", steps);
        return new PlaybookPlanner(Bench.Policy(playbook)).Plan(playbook, record, Bench.Sees(record));
    }
}
