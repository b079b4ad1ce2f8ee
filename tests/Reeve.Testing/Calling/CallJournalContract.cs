using System.Text;
using System.Text.Json;
using Reeve.Core.Calls;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Executions;
using Reeve.Testing.Recording;

namespace Reeve.Testing.Calling;

/// <summary>What the record of calls promises, over every store.</summary>
public abstract class CallJournalContract
{
    private static readonly ObjectMap Paid = ObjectMap.Of(("paid", Value.Of(12L)));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<RecordStores> OpenAsync();

    [Fact]
    public async Task A_write_is_intended_before_it_is_sent_and_settled_after_and_asked_again_it_answers_the_same()
    {
        await using RecordStores stores = await OpenAsync();
        CallBench bench = new(stores);
        PreparedCall call = CallBench.Call("refund");

        Opening.Opened opened = await bench.OpenAsync(call);
        ToolExecution intended = (await bench.StoredAsync(call)).ShouldNotBeNull().Row;
        List<LoggedEvent> before = await bench.EventsAsync(call);
        ToolAnswer answer = await bench.SucceedAsync(call, opened, Value.Of(Paid));

        (intended.Status, intended.IsSettled, opened.IsAgain).ShouldBe((ExecutionStatus.Running, false, false));
        before.Select(item => item.Type).ShouldBe([EventType.ToolCallIntended]);
        ToolAnswer.Succeeded first = answer.ShouldBeOfType<ToolAnswer.Succeeded>();
        ToolAnswer.Succeeded again = (await new CallBench(stores).Journal.OpenAsync(call, isAwaited: true, Token)).ShouldBeOfType<Opening.Recorded>().Answer.ShouldBeOfType<ToolAnswer.Succeeded>();
        JsonText.ToText(again.Output).ShouldBe("""{"paid":12}""");
        (again.Execution, again.IsExact).ShouldBe((first.Execution, true));
        (await bench.EventsAsync(call)).Select(item => item.Type).ShouldBe([EventType.ToolCallIntended, EventType.ToolCallSettled]);
        (await bench.Journal.RecallAsync(call.Call.TenantId, call.Call.Id, call.Digest, Token)).ShouldBeOfType<Opening.Recorded>();
    }

    [Fact]
    public async Task One_id_is_one_call()
    {
        await using RecordStores stores = await OpenAsync();
        CallBench bench = new(stores);
        PreparedCall call = CallBench.Call("refund");
        PreparedCall other = CallBench.Prepared(CallBench.Call("refund", "P-2").Call with { Id = call.Call.Id });

        Opening.Opened opened = await bench.OpenAsync(call);
        (await Should.ThrowAsync<ReeveException>(bench.Journal.OpenAsync(other, true, Token))).Error.Code.ShouldBe("TOOL-031");
        await bench.SucceedAsync(call, opened, Value.Null);

        (await Should.ThrowAsync<ReeveException>(bench.Journal.OpenAsync(other, true, Token))).Error.Code.ShouldBe("TOOL-031");
        (await Should.ThrowAsync<ReeveException>(bench.Journal.RecallAsync(call.Call.TenantId, call.Call.Id, other.Digest, Token))).Error.Code.ShouldBe("TOOL-031");
    }

    [Fact]
    public async Task Who_asks_while_it_is_under_way_joins_here_and_is_told_so_elsewhere()
    {
        await using RecordStores stores = await OpenAsync();
        CallBench bench = new(stores);
        PreparedCall call = CallBench.Call("refund");
        Opening.Opened opened = await bench.OpenAsync(call);

        Opening.UnderWay here = (await bench.Journal.OpenAsync(call, true, Token)).ShouldBeOfType<Opening.UnderWay>();
        Opening.UnderWay elsewhere = (await new CallBench(stores).Journal.OpenAsync(call, true, Token)).ShouldBeOfType<Opening.UnderWay>();
        ToolAnswer answer = await bench.SucceedAsync(call, opened, Value.Of(Paid));

        (await here.Answer.ShouldNotBeNull()).ShouldBeSameAs(answer);
        elsewhere.Answer.ShouldBeNull();
    }

    [Fact]
    public async Task A_read_is_one_commit_at_its_end_and_is_made_again_where_the_record_keeps_less_than_it_answered()
    {
        await using RecordStores stores = await OpenAsync();
        CallBench bench = new(stores);
        PreparedCall plain = CallBench.Call("locate");
        PreparedCall secret = CallBench.Call("locate");

        Opening.Opened opened = await bench.OpenAsync(plain);
        (await bench.StoredAsync(plain)).ShouldBeNull();
        await bench.SucceedAsync(plain, opened, Value.Of(Paid));
        await bench.SucceedAsync(secret, await bench.OpenAsync(secret), Value.Of(ObjectMap.Of(("password", Value.Of("hunter2")))));

        (await bench.EventsAsync(plain)).Select(item => item.Type).ShouldBe([EventType.ToolCallSettled]);
        (await bench.Journal.OpenAsync(plain, true, Token)).ShouldBeOfType<Opening.Recorded>();
        Opening.Opened again = await bench.OpenAsync(secret);
        ToolAnswer.Succeeded answer = (await bench.SucceedAsync(secret, again, Value.Of(ObjectMap.Of(("password", Value.Of("hunter3")))))).ShouldBeOfType<ToolAnswer.Succeeded>();
        (again.Slot, answer.IsExact).ShouldBe((null, true));
        List<LoggedEvent> events = await bench.EventsAsync(secret);
        events.Select(item => item.Type).ShouldBe([EventType.ToolCallSettled, EventType.ToolCallSettled]);
        events.ShouldAllBe(item => !Text(item).Contains("hunter", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_dead_process_may_have_sent_is_sent_again_only_when_the_tool_knows_its_key()
    {
        await using RecordStores stores = await OpenAsync();
        CallBench dead = new(stores);
        CallBench heir = new(stores);
        PreparedCall known = CallBench.Call("resend");
        PreparedCall unknown = CallBench.Call("refund");
        await dead.OpenAsync(known);
        await dead.OpenAsync(unknown);
        await dead.LoseAsync(known);
        await dead.LoseAsync(unknown);

        Opening.Opened again = await heir.OpenAsync(known);
        ToolAnswer.Unknown asked = (await heir.Journal.OpenAsync(unknown, true, Token)).ShouldBeOfType<Opening.Recorded>().Answer.ShouldBeOfType<ToolAnswer.Unknown>();

        (again.IsAgain, again.Row.Takeovers, again.Row.Id).ShouldBe((true, 1, known.Call.Id));
        asked.Error.Code.ShouldBe("TOOL-024");
        (await heir.Desk.ListUnsettledAsync(known.Call.TenantId, 10, null, Token)).Rows.Select(row => row.Id).ShouldBe([unknown.Call.Id, known.Call.Id], ignoreOrder: true);
        await heir.SucceedAsync(known, again, Value.Of(Paid));
        (await heir.EventsAsync(known)).Select(item => item.Type).ShouldBe([EventType.ToolCallIntended, EventType.ToolCallIntended, EventType.ToolCallSettled]);
        (await heir.EventsAsync(unknown))[^1].ActorId.ShouldBe("system:recovery");
    }

    [Fact]
    public async Task What_was_under_way_before_a_restore_is_never_sent_again()
    {
        await using RecordStores stores = await OpenAsync();
        CallBench bench = new(stores);
        PreparedCall call = CallBench.Call("resend");
        PreparedCall kept = CallBench.Call("resend");
        PreparedCall read = CallBench.Call("locate");
        await bench.OpenAsync(call);
        await bench.LoseAsync(call);
        await bench.Journal.KeepBackAsync(kept, await bench.OpenAsync(kept), Stopped(), mayHaveRun: false, Token);
        await bench.OpenAsync(read, isAwaited: false);
        await bench.LoseAsync(read);

        CallBench restored = new(stores) { RestoredAt = DateTimeOffset.UtcNow.AddSeconds(1) };

        (await restored.Journal.OpenAsync(call, true, Token)).ShouldBeOfType<Opening.Recorded>().Answer.ShouldBeOfType<ToolAnswer.Unknown>();
        (await restored.Journal.OpenAsync(kept, true, Token)).ShouldBeOfType<Opening.Recorded>().Answer.ShouldBeOfType<ToolAnswer.Unknown>();
        (await restored.Journal.OpenAsync(read, true, Token)).ShouldBeOfType<Opening.Opened>();
    }

    [Fact]
    public async Task What_is_kept_back_was_sent_by_nobody_and_is_made_when_it_is_asked_for_again()
    {
        await using RecordStores stores = await OpenAsync();
        CallBench bench = new(stores);
        PreparedCall call = CallBench.Call("refund", longest: TimeSpan.FromHours(1));
        Opening.Opened opened = await bench.OpenAsync(call);
        Task<ToolAnswer> joined = ((Opening.UnderWay)await bench.Journal.OpenAsync(call, true, Token)).Answer.ShouldNotBeNull();

        ToolAnswer answer = await bench.Journal.KeepBackAsync(call, opened, Stopped(), mayHaveRun: false, Token);

        answer.ShouldBe(new ToolAnswer.KeptBack(Stopped()));
        (await joined).ShouldBe(answer);
        (await bench.StoredAsync(call)).ShouldNotBeNull().IsKeptBack.ShouldBeTrue();
        Opening.Opened again = await new CallBench(stores).OpenAsync(call);
        (again.IsAgain, again.Row.Takeovers).ShouldBe((false, 0));
    }

    [Fact]
    public async Task A_call_that_may_have_run_is_not_kept_back_as_unsent()
    {
        await using RecordStores stores = await OpenAsync();
        CallBench bench = new(stores);
        PreparedCall call = CallBench.Call("resend", longest: TimeSpan.FromHours(1));

        await bench.Journal.KeepBackAsync(call, await bench.OpenAsync(call), Stopped(), mayHaveRun: true, Token);

        StoredExecution stored = (await bench.StoredAsync(call)).ShouldNotBeNull();
        (stored.Slot, stored.IsKeptBack, stored.IsNobodys).ShouldBe((null, false, false));
        (await bench.Journal.OpenAsync(call, true, Token)).ShouldBeOfType<Opening.UnderWay>().Answer.ShouldBeNull();
    }

    [Fact]
    public async Task A_truth_that_comes_late_takes_the_place_of_what_nobody_knew()
    {
        await using RecordStores stores = await OpenAsync();
        CallBench slow = new(stores);
        PreparedCall call = CallBench.Call("refund");
        Opening.Opened opened = await slow.OpenAsync(call);
        await slow.LoseAsync(call);
        (await new CallBench(stores).Journal.OpenAsync(call, true, Token)).ShouldBeOfType<Opening.Recorded>().Answer.ShouldBeOfType<ToolAnswer.Unknown>();

        ToolAnswer answer = await slow.SucceedAsync(call, opened, Value.Of(Paid));

        answer.ShouldBeOfType<ToolAnswer.Succeeded>();
        ToolExecution row = (await slow.StoredAsync(call)).ShouldNotBeNull().Row;
        (row.Status, row.IsUnknown, row.ErrorCode).ShouldBe((ExecutionStatus.Succeeded, false, null));
        Body((await slow.EventsAsync(call))[^1]).GetProperty("late").GetBoolean().ShouldBeTrue();
        JsonText.ToText(((await new CallBench(stores).Journal.OpenAsync(call, true, Token)).ShouldBeOfType<Opening.Recorded>().Answer as ToolAnswer.Succeeded)!.Output).ShouldBe("""{"paid":12}"""); // not null: it succeeded
    }

    [Fact]
    public async Task Who_was_taken_over_from_settles_nothing_that_another_goes_on_with()
    {
        await using RecordStores stores = await OpenAsync();
        CallBench slow = new(stores);
        CallBench heir = new(stores);
        PreparedCall call = CallBench.Call("resend");
        Opening.Opened opened = await slow.OpenAsync(call);
        await slow.LoseAsync(call);
        Opening.Opened again = await heir.OpenAsync(call);

        (await Should.ThrowAsync<ReeveException>(slow.SucceedAsync(call, opened, Value.Of("slow")))).Error.Code.ShouldBe("TOOL-035");
        await heir.SucceedAsync(call, again, Value.Of("heir"));

        (await slow.SucceedAsync(call, opened, Value.Of("slow"))).ShouldBeOfType<ToolAnswer.Succeeded>().Output.AsString().ShouldBe("heir");
    }

    [Fact]
    public async Task A_person_who_looked_settles_what_nobody_knows_and_nothing_else()
    {
        await using RecordStores stores = await OpenAsync();
        CallBench bench = new(stores);
        PreparedCall call = CallBench.Call("refund");
        PreparedCall running = CallBench.Call("refund");
        await bench.Journal.SettleAsync(call, await bench.OpenAsync(call), new CallEnd.Unknown(new ReeveError(ErrorCatalogue.Tools.TimedOut, "No answer."), []), Token);
        await bench.OpenAsync(running);
        Principal person = new(PrincipalKind.Person, "key:9", "Ada", ["admin"]);

        (await Refusal(running.Call.Id, "It did.")).ShouldBe("TOOL-037");
        (await Refusal(call.Call.Id, " ")).ShouldBe("TOOL-036");
        (await Refusal(new ExecutionId(Guid.CreateVersion7()), "It did.")).ShouldBe("TOOL-033");
        ToolAnswer answer = await bench.Desk.SettleAsync(call.Call.TenantId, call.Call.Id, happened: true, "It is in their books.", person, Token);

        answer.ShouldBeOfType<ToolAnswer.Succeeded>().IsExact.ShouldBeFalse();
        (await Refusal(call.Call.Id, "It did not.")).ShouldBe("TOOL-037");
        ((await bench.Journal.OpenAsync(call, true, Token)).ShouldBeOfType<Opening.Recorded>().Answer as ToolAnswer.Succeeded).ShouldNotBeNull().IsExact.ShouldBeFalse();
        LoggedEvent said = (await bench.EventsAsync(call))[^1];
        (said.ActorId, Body(said).GetProperty("note").GetString(), Body(said).GetProperty("actor").GetProperty("owner").GetString()).ShouldBe(("key:9", "It is in their books.", "Ada"));

        async Task<string> Refusal(ExecutionId id, string note) =>
            (await Should.ThrowAsync<ReeveException>(bench.Desk.SettleAsync(call.Call.TenantId, id, happened: true, note, person, Token))).Error.Code;
    }

    [Fact]
    public async Task What_this_process_owns_and_does_not_have_in_memory_goes_at_the_second_sight()
    {
        await using RecordStores stores = await OpenAsync();
        CallBench gone = new(stores);
        CallBench bench = new(stores);
        PreparedCall lost = CallBench.Call("resend");
        PreparedCall mine = CallBench.Call("resend");
        await gone.OpenAsync(lost);
        await bench.OpenAsync(mine);

        // Another journal of the same node, so what the first had it does not have.
        ExecutionRecovery recovery = new(bench.Journal, stores.Executions, new NoGate(), (_, _, _, _) => Task.FromResult<Core.Policies.BoundPolicy?>(null), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        await recovery.SweepAsync(Token);
        (await bench.StoredAsync(lost)).ShouldNotBeNull().Slot.ShouldNotBeNull();
        await recovery.SweepAsync(Token);

        (await bench.StoredAsync(lost)).ShouldNotBeNull().IsNobodys.ShouldBeTrue();
        (await bench.StoredAsync(mine)).ShouldNotBeNull().Slot.ShouldNotBeNull();
    }

    [Fact]
    public async Task The_bodies_are_what_is_promised_without_secrets()
    {
        await using RecordStores stores = await OpenAsync();
        CallBench bench = new(stores);
        PreparedCall call = CallBench.Call("refund");
        call = CallBench.Prepared(call.Call with { Arguments = ObjectMap.Of(("parcel", Value.Of("P-1")), ("apiKey", Value.Of("hunter2"))) });
        Opening.Opened opened = await bench.OpenAsync(call);

        await bench.SucceedAsync(call, opened, Value.Of(new string('ö', ExecutionLimit)));

        List<LoggedEvent> events = await bench.EventsAsync(call);
        JsonElement intended = Body(events[0]);
        intended.EnumerateObject().Select(member => member.Name).ShouldBe(
            ["executionId", "tool", "toolVersion", "domain", "domainPack", "tenantPolicy", "target", "effect", "idempotent", "digest", "exceptionId", "stepId", "part", "goal", "chain", "arguments", "redacted", "checks", "floor", "because", "automatic", "approvalId", "actor"]);
        intended.GetProperty("arguments").GetRawText().ShouldBe("""{"parcel":"P-1","apiKey":"[REDACTED]"}""");
        intended.GetProperty("redacted").GetBoolean().ShouldBeTrue();
        intended.GetProperty("checks").GetRawText().ShouldBe("""[{"check":"VIOLATION","verdict":"ALLOW","code":null,"reason":"It was looked at."}]""");
        JsonElement settled = Body(events[1]);
        settled.EnumerateObject().Select(member => member.Name).ShouldBe(["executionId", "outcome", "happened", "output", "outputTruncated", "error", "attempts"]);
        string output = settled.GetProperty("output").GetString()!; // not null: it was cut to a text
        (output[0], output[1], output[^1], Encoding.UTF8.GetByteCount(output)).ShouldBe(('"', 'ö', 'ö', ExecutionLimit - 1));
        settled.GetProperty("attempts").GetRawText().ShouldBe("""[{"attempt":1,"at":"2026-11-20T09:00:00Z","ms":12,"result":"ANSWERED","code":null,"breaker":null}]""");
        ((await new CallBench(stores).Journal.OpenAsync(call, true, Token)).ShouldBeOfType<Opening.Recorded>().Answer as ToolAnswer.Succeeded).ShouldNotBeNull().IsExact.ShouldBeFalse();
    }

    [Fact]
    public async Task Calls_for_an_exception_stand_in_its_history_and_are_read_by_pass()
    {
        await using RecordStores stores = await OpenAsync();
        CallBench bench = new(stores);
        var row = RecordContract.Row("a");
        (await stores.Committer.CommitAsync([new Core.Changes.ExceptionChange.Add(row, []), RecordContract.Event(row)], Token)).ShouldBeOfType<Core.Ports.CommitOutcome.Committed>();
        CallSubject subject = new(row.Record.ExceptionId, row.Key, row.RunId, row.PassId, new StepId("1"), StepPart.Step) { Place = 1, RowVersion = row.Version };
        PreparedCall done = CallBench.Prepared(CallBench.Call("refund").Call with { Subject = subject });
        PreparedCall open = CallBench.Prepared(CallBench.Call("resend").Call with { Subject = subject with { Place = 2, Step = new StepId("2") } });
        await bench.SucceedAsync(done, await bench.OpenAsync(done), Value.Of(Paid));
        await bench.OpenAsync(open);

        IReadOnlyList<(ToolExecution Row, ToolAnswer? Answer)> found = await new CallBench(stores).Journal.OfPassAsync(row.Record.TenantId, row.Key, row.PassId, Token);

        found.Select(one => (one.Row.Place, one.Answer is ToolAnswer.Succeeded)).ShouldBe([(1, true), (2, false)], ignoreOrder: true);
        (await RecordContract.ListAsync(stores.Log.OfExceptionAsync(row.Record.TenantId, row.Key, Token))).Select(item => item.Type)
            .ShouldBe([EventType.StageCompleted, EventType.ToolCallIntended, EventType.ToolCallSettled, EventType.ToolCallIntended]);
    }

    private const int ExecutionLimit = 64 * 1024;

    private static ReeveError Stopped() => new(ErrorCatalogue.Tools.OnHold, "It is on hold.");

    private static string Text(LoggedEvent item) => Encoding.UTF8.GetString(item.Body!.Value.Span); // not null: nothing was erased

    private static JsonElement Body(LoggedEvent item) => JsonDocument.Parse(Text(item)).RootElement;

    private sealed class NoGate : Core.Ports.IToolGate
    {
        public Task<ToolAnswer> CallAsync(ToolCall call, CancellationToken cancellationToken) => throw new InvalidOperationException();

        public Task<Core.Ports.BegunCall> BeginAsync(ToolCall call, CancellationToken cancellationToken) => throw new InvalidOperationException();

        public ValueTask<GateDecision> JudgeAsync(ToolCall call, CancellationToken cancellationToken) => throw new InvalidOperationException();
    }
}
