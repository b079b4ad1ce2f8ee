using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording;
using Reeve.Engine.Recording.Standings;
using Reeve.Tests.Agents;
using static Reeve.Tests.Recording.RecordBench;

namespace Reeve.Tests.Recording;

/// <summary>What a call for an exception must at least meet is read from its last decision, and is never less than the pipeline routed by.</summary>
public sealed class StandingReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PolicyVerdict.Allow, false, PolicyVerdict.Allow)]
    [InlineData(PolicyVerdict.Allow, true, PolicyVerdict.RequireApproval)]
    [InlineData(PolicyVerdict.RequireApproval, true, PolicyVerdict.RequireApproval)]
    [InlineData(PolicyVerdict.Block, false, PolicyVerdict.Block)]
    public async Task It_is_what_policy_said(PolicyVerdict verdict, bool isHumanRequired, PolicyVerdict expected)
    {
        Standing standing = await StandingAsync(new Adjusted(Stage.Policy, decision => Policy(decision, verdict, isHumanRequired)));

        standing.Verdict.ShouldBe(expected);
        (standing.Because.Length == 0).ShouldBe(expected == PolicyVerdict.Allow);
    }

    [Theory]
    [InlineData(Stage.SupervisorPolicy, "OK", PolicyVerdict.Allow)]
    [InlineData(Stage.SupervisorPolicy, "REQUIRE_APPROVAL", PolicyVerdict.RequireApproval)]
    [InlineData(Stage.SupervisorPolicy, "ESCALATE", PolicyVerdict.Block)]
    [InlineData(Stage.SupervisorResolution, "REQUIRE_APPROVAL", PolicyVerdict.RequireApproval)]
    [InlineData(Stage.SupervisorResolution, "ESCALATE", PolicyVerdict.Block)]
    public async Task Oversight_raises_it(Stage stage, string said, PolicyVerdict expected)
    {
        Standing standing = await StandingAsync(
            new Adjusted(Stage.Policy, decision => Policy(decision, PolicyVerdict.Allow, isHumanRequired: false)), new Adjusted(stage, decision => decision with { Decision = said, Evidence = ["Something is odd."] }));

        standing.Verdict.ShouldBe(expected);
        standing.Because.ShouldBe(expected == PolicyVerdict.Allow ? "" : $"{stage.Agent()} said {said}: Something is odd.");
    }

    [Fact]
    public async Task Oversight_lowers_nothing()
    {
        Standing standing = await StandingAsync(
            new Adjusted(Stage.Policy, decision => Policy(decision, PolicyVerdict.RequireApproval, isHumanRequired: true)), new Adjusted(Stage.SupervisorPolicy, decision => decision with { Decision = "OK" }));

        standing.Verdict.ShouldBe(PolicyVerdict.RequireApproval);
    }

    [Theory]
    [InlineData(null, PolicyVerdict.RequireApproval)]
    [InlineData("severityOverrides names it", PolicyVerdict.Allow)]
    public async Task CRITICAL_is_for_people_unless_a_rule_is_named(string? release, PolicyVerdict expected)
    {
        RecordBench bench = new() { Agents = With(new Adjusted(Stage.Policy, decision => Policy(decision, PolicyVerdict.Allow, isHumanRequired: false, release)), Adjusted.Lenient(Stage.SupervisorPolicy), Adjusted.Lenient(Stage.SupervisorResolution)) };
        ExceptionId id = (await bench.Run(Delayed))[0].ExceptionId!.Value;
        ExceptionRow row = await bench.Row(id);
        StandingReader reader = new(new Raised(bench.Store, Severity.Critical), bench.Store);

        (await reader.FindAsync(bench.Tenant, id, Token)).ShouldNotBeNull().Standing.Verdict.ShouldBe(expected);
        row.Record.Severity.ShouldNotBe(Severity.Critical, "the severity that counts is the one it has now");
    }

    [Fact]
    public async Task What_somebody_escalated_is_for_people()
    {
        Standing standing = await StandingAsync(new Adjusted(Stage.Triage, decision => decision with { NextStep = NextStep.Escalate }));

        standing.ShouldBe(Standing.Undecided, "policy never came to it");
        (await StandingAsync(new Adjusted(Stage.Policy, decision => Policy(decision, PolicyVerdict.Allow, isHumanRequired: false) with { NextStep = NextStep.Escalate }))).Verdict.ShouldBe(PolicyVerdict.RequireApproval);
    }

    [Fact]
    public async Task A_stage_that_failed_leaves_it_to_people()
    {
        Standing standing = await StandingAsync(
            new Adjusted(Stage.Policy, decision => Policy(decision, PolicyVerdict.Allow, isHumanRequired: false)), new Adjusted(Stage.Resolution, _ => throw new InvalidOperationException("broken")));

        standing.ShouldBe(new Standing(PolicyVerdict.RequireApproval, "A stage failed, so people must look."));
    }

    [Fact]
    public async Task What_an_earlier_round_said_does_not_count_any_more()
    {
        int rounds = 0;
        Standing standing = await StandingAsync(
            new Adjusted(Stage.Policy, decision => Policy(decision, PolicyVerdict.Allow, isHumanRequired: rounds == 0)),
            new Adjusted(Stage.SupervisorPolicy, decision => rounds++ == 0 ? decision with { NextStep = NextStep.Triage } : decision));

        (rounds, standing.Verdict).ShouldBe((2, PolicyVerdict.Allow));
    }

    [Fact]
    public async Task What_is_received_and_not_decided_is_for_people()
    {
        RecordBench bench = new() { Evidence = new CountingSource(), Options = new PipelineOptions { Commits = CommitMode.Stage } };
        bench.Ports = bench.Ports with { Committer = new DyingCommitter(bench.Store, at: 3, afterwards: true) };
        await Should.ThrowAsync<ProcessDied>(() => bench.Run("""{"exceptionId":"E1","exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"amount":12.5}"""));

        (await new StandingReader(bench.Store, bench.Store).FindAsync(bench.Tenant, new ExceptionId("E1"), Token)).ShouldNotBeNull()
            .Standing.ShouldBe(new Standing(PolicyVerdict.RequireApproval, "The exception is not decided yet."));
    }

    [Fact]
    public async Task Nobody_else_s_exception_is_found()
    {
        RecordBench bench = new();
        ExceptionId id = (await bench.Run(Delayed))[0].ExceptionId!.Value;

        (await new StandingReader(bench.Store, bench.Store).FindAsync(new TenantId("SOUTH"), id, Token)).ShouldBeNull();
        (await new StandingReader(bench.Store, bench.Store).FindAsync(bench.Tenant, new ExceptionId("nothing"), Token)).ShouldBeNull();
    }

    private static async Task<Standing> StandingAsync(params IStageAgent[] agents)
    {
        IEnumerable<IStageAgent> silent = new[] { Stage.SupervisorPolicy, Stage.SupervisorResolution }.Where(stage => agents.All(agent => agent.Stage != stage)).Select(Adjusted.Lenient);
        RecordBench bench = new() { Agents = With([.. agents, .. silent]) };
        ExceptionId id = (await bench.Run(Delayed))[0].ExceptionId!.Value;
        CaseStanding found = (await new StandingReader(bench.Store, bench.Store).FindAsync(bench.Tenant, id, Token)).ShouldNotBeNull();
        found.Row.Record.ExceptionId.ShouldBe(id);
        return found.Standing;
    }

    private static AgentDecision Policy(AgentDecision decision, PolicyVerdict verdict, bool isHumanRequired, string? release = null) => decision with
    {
        NextStep = NextStep.Resolution,
        Details = (StageDetails.Policy)decision.Details with { Verdict = verdict, HumanApprovalRequired = isHumanRequired, CriticalOverride = release },
    };

    /// <summary>Rows whose severity a person raised since they were decided.</summary>
    private sealed class Raised(IExceptionStore inner, Severity severity) : IExceptionStore
    {
        public async Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionId exception, CancellationToken cancellationToken) =>
            await inner.FindAsync(tenant, exception, cancellationToken) is { } row ? row with { Record = row.Record with { Severity = severity } } : null;

        public Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionKey key, CancellationToken cancellationToken) => inner.FindAsync(tenant, key, cancellationToken);

        public Task<IReadOnlyDictionary<ExceptionId, ExceptionKey>> KnownAsync(TenantId tenant, IReadOnlyCollection<ExceptionId> ids, CancellationToken cancellationToken) => inner.KnownAsync(tenant, ids, cancellationToken);

        public Task<IReadOnlyDictionary<DeliveryKey, ExceptionId>> DeliveredAsync(TenantId tenant, IReadOnlyCollection<DeliveryKey> deliveries, CancellationToken cancellationToken) =>
            inner.DeliveredAsync(tenant, deliveries, cancellationToken);

        public Task<ExceptionPage> ListAsync(TenantId tenant, ExceptionQuery query, CancellationToken cancellationToken) => inner.ListAsync(tenant, query, cancellationToken);
    }
}
