using Reeve.Core.Decisions;
using Reeve.Core.PackDocuments;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.PackFiles;
using Reeve.Engine.Playbooks;
using Reeve.Tests.Architecture;

namespace Reeve.Tests.Playbooks;

/// <summary>The plans of the outside sample pack, whose steps are all words. Skipped where its files are not at hand.</summary>
public sealed class SamplePackTests
{
    private static readonly string Packs = Path.Combine(
        Environment.GetEnvironmentVariable("REEVE_SHARED") ?? Path.Combine(SourceTree.Root, "..", "shared"), "data", "packs");

    [Theory]
    [InlineData("MISMATCHED_TRADE_DETAILS", """{"orderId":"ORD-1"}""", ResolutionStatus.InProgress, """
        1.1 CALL getOrder {"orderId":"ORD-1"} SUCCESS
        1.2 CALL getExecutions {"orderId":"ORD-1"} SUCCESS
        2 INSTRUCTION SKIPPED
        3 CONFIRMATION NEEDS_APPROVAL
        4 CONFIRMATION openCase {"caseType":"FO_MO_TRADE_BREAK"} NEEDS_APPROVAL
        5 INSTRUCTION SKIPPED
        6 INSTRUCTION SKIPPED
        """)]
    [InlineData("FAILED_ALLOCATION", """{"orderId":"ORD-2"}""", ResolutionStatus.InProgress, """
        1 CALL getAllocations {"orderId":"ORD-2"} SUCCESS
        2 CALL repairAllocation {"orderId":"ORD-2"} SUCCESS
        3 INSTRUCTION SKIPPED
        4 CONFIRMATION openCase {"caseType":"ALLOCATION_FAIL"} NEEDS_APPROVAL
        """)]
    [InlineData("POSITION_BREAK", """{"accountId":"A-1","cusip":"C-1"}""", ResolutionStatus.InProgress, """
        1 INSTRUCTION SKIPPED
        2 INSTRUCTION SKIPPED
        3 CALL recalculatePosition {"accountId":"A-1","cusip":"C-1"} SUCCESS
        4 CONFIRMATION openCase {"caseType":"POSITION_BREAK"} NEEDS_APPROVAL
        """)]
    [InlineData("SETTLEMENT_FAIL", "{}", ResolutionStatus.InProgress, """
        1 CALL getSettlement {} NEEDS_APPROVAL
        2 INSTRUCTION SKIPPED
        3 CONFIRMATION triggerSettlementRetry {} NEEDS_APPROVAL
        4 CONFIRMATION openCase {"caseType":"SETTLEMENT_FAIL"} NEEDS_APPROVAL
        """)]
    [InlineData("REG_REPORT_REJECTED", """{"tradeId":17}""", ResolutionStatus.Escalated, """
        1 INSTRUCTION SKIPPED
        2 INSTRUCTION SKIPPED
        3 CALL regenerateRegReport {"tradeId":17} FAILED
        4 INSTRUCTION SKIPPED
        5 INSTRUCTION SKIPPED
        """)]
    public void Its_steps_become_the_calls_they_name(string type, string payload, ResolutionStatus projected, string expected)
    {
        BoundPolicy policy = Policy();
        ExceptionRecord record = Bench.Record(payload, type: type);

        Selection selection = new PlaybookSelector(policy).Select(record, Bench.Now);
        Plan plan = new PlaybookPlanner(policy).Plan(selection.Selected.ShouldNotBeNull(), record, Bench.Sees(record));

        selection.Selected.Id.Value.ShouldBe(type);
        plan.Errors.ShouldBeEmpty();
        plan.Warnings.ShouldBeEmpty();
        plan.Steps.Select(PlanText.Of).ShouldBe(expected.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        ProjectedOutcome.Of(plan).Status.ShouldBe(projected);
    }

    [Fact]
    public void A_type_without_playbook_gets_none() =>
        new PlaybookSelector(Policy()).Select(Bench.Record(type: "CASH_BREAK"), Bench.Now).Selected.ShouldBeNull();

    private static BoundPolicy Policy()
    {
        Assert.SkipUnless(Directory.Exists(Packs), $"{Packs} is not at hand; set REEVE_SHARED.");
        return PolicyBinder.Bind(
            DomainPackReader.Read(PackFileReader.Read(Path.Combine(Packs, "finance.sample.json"))).OrThrow(),
            TenantPolicyReader.Read(PackFileReader.Read(Path.Combine(Packs, "tenant_finance.sample.json"))).OrThrow()).OrThrow();
    }
}
