using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Executions;
using Reeve.Testing.Calling;
using Reeve.Testing.Recording;
using Reeve.Testing.Stores;

namespace Reeve.Tests.Engine.Tools.Executions;

public sealed class MemoryCallJournalTests : CallJournalContract
{
    protected override Task<RecordStores> OpenAsync() => Task.FromResult(RecordStores.InMemory());
}

public sealed class MemoryToolRowsTests : ToolRowsContract
{
    protected override Task<ToolRowStores> OpenAsync() => Task.FromResult(ToolRowStores.InMemory());
}

/// <summary>What needs a clock that a test moves, or a store that fails.</summary>
public sealed class ExecutionJournalTests
{
    private readonly FakeTime clock = new();
    private readonly MemoryStore store;
    private readonly CallBench bench;
    private readonly CallBench heir;

    public ExecutionJournalTests()
    {
        store = new MemoryStore(clock);
        bench = new CallBench(RecordStores.InMemory(store), clock);
        heir = new CallBench(bench.Stores, clock);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, "step", 0, "7d937f49-7091-87c2-8d48-1df1c04f11e9")]
    [InlineData(1, "step", 1, "37ba2c3e-cc0f-834b-9be7-bdbdd47a1975")]
    [InlineData(12, "fallback:1", 0, "669ec7f3-7a7f-8e89-adf2-3ab28c4a6fc0")]
    [InlineData(1, "rollback", 0, "28c899eb-d3dc-88e8-8588-e0a390ac4906")]
    [InlineData(3, "criterion:ö", 0, "34ac9582-a19b-8018-9a6f-593634b59a04")]
    public void An_id_follows_from_the_place_in_a_plan(int place, string part, int round, string id)
    {
        PassId pass = new(new Guid("019a9f3e-7c00-7000-8000-000000000001"));

        ExecutionIds.Of(pass, place, part, round).ToString().ShouldBe(id);
    }

    [Fact]
    public async Task A_key_that_is_older_than_a_day_is_not_sent_again()
    {
        PreparedCall call = CallBench.Call("resend");
        await bench.OpenAsync(call);
        await bench.LoseAsync(call);
        clock.Advance(ExecutionJournal.KeyLifetime + TimeSpan.FromSeconds(1));

        (await new CallBench(bench.Stores, clock).Journal.OpenAsync(call, true, Token)).ShouldBeOfType<Opening.Recorded>().Answer.ShouldBeOfType<ToolAnswer.Unknown>();
    }

    [Fact]
    public async Task What_is_not_safe_yet_is_under_way_until_lease_and_attempts_are_over()
    {
        PreparedCall call = CallBench.Call("resend", longest: TimeSpan.FromSeconds(60));
        await bench.OpenAsync(call);
        await bench.LoseAsync(call);
        clock.Advance(TimeSpan.FromSeconds(89));
        (await heir.Journal.OpenAsync(call, true, Token)).ShouldBeOfType<Opening.UnderWay>();
        clock.Advance(TimeSpan.FromSeconds(1));

        (await heir.Journal.OpenAsync(call, true, Token)).ShouldBeOfType<Opening.Opened>();
    }

    [Fact]
    public async Task An_end_is_written_when_the_store_is_back()
    {
        PreparedCall call = CallBench.Call("refund");
        Opening.Opened opened = await bench.OpenAsync(call);
        int refused = 0;
        store.Fault = _ => refused++ < 2 ? new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "Away.")) : null;

        Task<ToolAnswer> settling = bench.SucceedAsync(call, opened, Value.Null);
        clock.Advance(TimeSpan.FromMilliseconds(200));
        settling.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromMilliseconds(400));

        (await settling).ShouldBeOfType<ToolAnswer.Succeeded>();
        refused.ShouldBe(3);
        (await bench.StoredAsync(call)).ShouldNotBeNull().Row.Status.ShouldBe(ExecutionStatus.Succeeded);
    }

    [Fact]
    public async Task A_slot_that_may_be_lost_sends_nothing_but_reads()
    {
        Opening.Opened write = await bench.OpenAsync(CallBench.Call("resend"));
        Opening.Opened read = await bench.OpenAsync(CallBench.Call("locate"));
        bench.Journal.MaySend(write).ShouldBeNull();

        bench.IsFreshNow = false;

        bench.Journal.MaySend(write).ShouldNotBeNull().Code.ShouldBe("STORE-009");
        bench.Journal.MaySend(read).ShouldBeNull();
    }

    [Fact]
    public async Task What_the_approval_uses_up_goes_with_the_intention_and_what_was_withdrawn_covers_nothing()
    {
        bool isThere = true;
        store.Handle<UsedUp>(_ => isThere ? null : new CommitOutcome.MovedOn(), _ => isThere = false);
        PreparedCall first = Approved(CallBench.Call("refund", "P-1"));
        PreparedCall second = Approved(CallBench.Call("refund", "P-2"));

        Opening.Opened opened = await bench.OpenAsync(first);
        Opening withdrawn = await bench.Journal.OpenAsync(second, true, Token);

        opened.Row.Approval.ShouldBe(first.Approval!.Id); // not null: it was given above
        withdrawn.ShouldBeOfType<Opening.Withdrawn>();
        (await bench.StoredAsync(second)).ShouldBeNull();

        static PreparedCall Approved(PreparedCall call) => call with { Approval = new CallApproval(Guid.CreateVersion7(), Make.Now) { Changes = [new UsedUp(call.Call.TenantId)] } };
    }

    [Fact]
    public async Task An_intention_of_which_nobody_knows_whether_it_is_in_was_sent_by_nobody()
    {
        PreparedCall call = CallBench.Call("refund", longest: TimeSpan.FromHours(1));
        await bench.OpenAsync(call);
        store.Fault = _ => new ReeveException(new ReeveError(ErrorCatalogue.Record.OutcomeUnknown, "Cut off."));
        (await Should.ThrowAsync<ReeveException>(heir.Journal.OpenAsync(call, true, Token))).Error.Code.ShouldBe("REC-006");
        store.Fault = null;
        ExecutionRecovery recovery = Recovery(new GateDouble(heir));

        await recovery.SweepAsync(Token);
        await recovery.SweepAsync(Token);

        (await bench.StoredAsync(call)).ShouldNotBeNull().IsKeptBack.ShouldBeTrue();
    }

    [Fact]
    public async Task Draining_begins_nothing_and_waits_for_what_is_under_way_as_long_as_it_may()
    {
        PreparedCall call = CallBench.Call("refund");
        Opening.Opened opened = await bench.OpenAsync(call);

        Task draining = bench.Journal.DrainAsync(TimeSpan.FromSeconds(5));
        (await Should.ThrowAsync<ReeveException>(bench.Journal.OpenAsync(CallBench.Call("refund"), true, Token))).Error.Code.ShouldBe("REC-007");
        draining.IsCompleted.ShouldBeFalse();
        await bench.SucceedAsync(call, opened, Value.Null);
        await draining;

        CallBench stuck = new(bench.Stores, clock);
        await stuck.OpenAsync(CallBench.Call("resend"));
        Task cut = stuck.Journal.DrainAsync(TimeSpan.FromSeconds(5));
        clock.Advance(TimeSpan.FromSeconds(5));
        await cut;
    }

    [Fact]
    public async Task Recovery_makes_the_same_call_again_by_the_right_that_is_on_record()
    {
        PreparedCall call = CallBench.Call("resend");
        await bench.OpenAsync(call, isAwaited: false);
        await bench.LoseAsync(call);
        GateDouble gate = new(heir);

        (await Recovery(gate).LookAsync(Token)).ShouldBe(1);

        ToolCall made = gate.Made.ShouldHaveSingleItem();
        (made.Id, made.Tool, made.Goal, JsonText.ToText(Value.Of(made.Arguments))).ShouldBe((call.Call.Id, call.Call.Tool, call.Call.Goal, """{"parcel":"P-1"}"""));
        (made.Authority.Floor, made.Authority.Actor.Id, made.Authority.Actor.Owner, made.Authority.Actor.Roles.Single(), made.Authority.Chain.Single().Kind)
            .ShouldBe((PolicyVerdict.Allow, "key:1", "Zoë", "operator", CallFrameKind.Person));
        (await bench.StoredAsync(call)).ShouldNotBeNull().Row.Status.ShouldBe(ExecutionStatus.Succeeded);
        (await Recovery(gate).LookAsync(Token)).ShouldBe(0);
    }

    [Fact]
    public async Task Recovery_waits_while_the_gate_refuses_for_the_time_being_and_gives_up_when_for_good()
    {
        PreparedCall call = CallBench.Call("resend");
        await bench.OpenAsync(call);
        await bench.LoseAsync(call);
        GateDouble gate = new(heir) { Refusal = new ReeveError(ErrorCatalogue.Tools.OnHold, "On hold.") };

        (await Recovery(gate).LookAsync(Token)).ShouldBe(0);
        (await bench.StoredAsync(call)).ShouldNotBeNull().Row.IsSettled.ShouldBeFalse();
        gate.Refusal = new ReeveError(ErrorCatalogue.Tools.Disabled, "Off.");
        (await Recovery(gate).LookAsync(Token)).ShouldBe(1);

        gate.Made.ShouldBeEmpty();
        (await bench.StoredAsync(call)).ShouldNotBeNull().Row.IsUnknown.ShouldBeTrue();
    }

    [Theory]
    [InlineData("refund", "parcel", true)]
    [InlineData("resend", "password", true)]
    [InlineData("locate", "password", false)]
    public async Task Recovery_settles_what_may_not_be_sent_again(string tool, string argument, bool isUnknown)
    {
        PreparedCall call = CallBench.Prepared(CallBench.Call(tool).Call with { Arguments = ObjectMap.Of((argument, Value.Of("hunter2"))) });
        await bench.OpenAsync(call, isAwaited: false);
        await bench.LoseAsync(call);
        GateDouble gate = new(heir);

        (await Recovery(gate).LookAsync(Token)).ShouldBe(1);

        gate.Made.ShouldBeEmpty();
        ToolExecution row = (await bench.StoredAsync(call)).ShouldNotBeNull().Row;
        (row.Status, row.IsUnknown, row.ErrorCode).ShouldBe((ExecutionStatus.Failed, isUnknown, "TOOL-024"));
    }

    [Fact]
    public async Task Recovery_leaves_steps_and_what_was_kept_back_to_whoever_asked_for_them()
    {
        CallSubject subject = new(new ExceptionId("a"), new ExceptionKey(Guid.CreateVersion7()), null, new PassId(Guid.CreateVersion7()), new StepId("1"), StepPart.Step) { Place = 1 };
        PreparedCall step = CallBench.Prepared(CallBench.Call("resend").Call with { Subject = subject });
        PreparedCall kept = CallBench.Call("resend");
        await bench.OpenAsync(step);
        await bench.LoseAsync(step);
        await bench.Journal.KeepBackAsync(kept, await bench.OpenAsync(kept), new ReeveError(ErrorCatalogue.Tools.OnHold, "On hold."), mayHaveRun: false, Token);

        (await Recovery(new GateDouble(heir)).LookAsync(Token)).ShouldBe(0);
    }

    [Fact]
    public async Task A_refusal_is_recorded_with_its_code()
    {
        PreparedCall call = CallBench.Call("refund");
        GateDecision decision = new([new GateReason(GateCheck.Enabled, PolicyVerdict.Block, "It is off.", new ReeveError(ErrorCatalogue.Tools.Disabled, "It is off."))]);

        ToolAnswer.Refused refused = await bench.Journal.RefuseAsync(new CallRecord { Call = call.Call }, decision, Token);

        refused.Error.Code.ShouldBe("TOOL-002");
        LoggedEvent said = (await bench.EventsAsync(call)).ShouldHaveSingleItem();
        said.Type.ShouldBe(EventType.ToolCallRefused);
        System.Text.Encoding.UTF8.GetString(said.Body!.Value.Span).ShouldEndWith(",\"code\":\"TOOL-002\"}"); // not null: nothing was erased
    }

    private ExecutionRecovery Recovery(IToolGate gate) => new(
        heir.Journal, heir.Stores.Executions, gate, (_, domain, policy, _) => Task.FromResult(
            domain == CallBench.Policy.Domain.ContentHash && policy == CallBench.Policy.Policy.ContentHash ? CallBench.Policy : null), clock, NullLogger.Instance);

    private sealed record UsedUp(TenantId Tenant) : Change
    {
        public override TenantId TenantId => Tenant;
    }

    // As the gate, without its checks: what is opened succeeds.
    private sealed class GateDouble(CallBench bench) : IToolGate
    {
        internal List<ToolCall> Made { get; } = [];

        internal ReeveError? Refusal { get; set; }

        public async Task<BegunCall> BeginAsync(ToolCall call, CancellationToken cancellationToken)
        {
            PreparedCall prepared = CallBench.Prepared(call);
            Opening opening = await bench.Journal.OpenAsync(prepared, isAwaited: true, cancellationToken);
            if (opening is not Opening.Opened opened)
            {
                return new BegunCall(null, Task.FromResult(((Opening.Recorded)opening).Answer));
            }

            Made.Add(call);
            ToolAnswer answer = await bench.SucceedAsync(prepared, opened, Value.Null);
            return new BegunCall(opened.Row, Task.FromResult(answer));
        }

        public Task<ToolAnswer> CallAsync(ToolCall call, CancellationToken cancellationToken) => throw new InvalidOperationException();

        public ValueTask<GateDecision> JudgeAsync(ToolCall call, CancellationToken cancellationToken) => ValueTask.FromResult(new GateDecision(
            Refusal is { } refusal ? [new GateReason(GateCheck.Hold, PolicyVerdict.Block, refusal.Message, refusal)] : []));
    }
}
