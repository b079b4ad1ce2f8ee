using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Executions;
using Reeve.Engine.Tools.Gating;
using Reeve.Engine.Tools.Kinds;

namespace Reeve.Tests.Tools.Gating;

/// <summary>Who asks, asks twice, goes away, or stops the process.</summary>
public sealed class CallLifeTests
{
    private readonly GateBench bench = new();

    [Fact]
    public async Task Asked_again_it_answers_from_the_record()
    {
        ToolCall call = bench.Call();
        ToolAnswer first = await bench.CallAsync(call);

        (await bench.CallAsync(call)).ShouldBe(first);

        bench.Kind.Sent.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_done_is_answered_from_the_record_whatever_the_checks_say_now()
    {
        ToolCall call = bench.Call();
        ToolAnswer first = await bench.CallAsync(call);
        bench.IsHeld = true;

        (await bench.CallAsync(call)).ShouldBe(first);

        bench.Journal.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_id_is_not_two_calls()
    {
        ToolCall call = bench.Call();
        await bench.CallAsync(call);

        ReeveException fault = await Should.ThrowAsync<ReeveException>(() => bench.CallAsync(call with { Arguments = ObjectMap.Of(("parcel", Value.Of("P-2"))) }));

        fault.Error.Code.ShouldBe("TOOL-031");
    }

    [Fact]
    public async Task Asked_twice_at_the_same_time_it_is_made_once_and_both_are_answered()
    {
        (Func<bool> ends, Task begun) = Halt();
        ToolCall call = bench.Call();
        Task<ToolAnswer> first = bench.CallAsync(call);
        await begun;
        Task<ToolAnswer> second = bench.CallAsync(call);

        ends();

        (await second).ShouldBe(await first);
        bench.Kind.Sent.ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_gives_up_before_it_is_intended_leaves_nothing()
    {
        using CancellationTokenSource gone = new();
        await gone.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => bench.Gate.CallAsync(bench.Call(), gone.Token));

        bench.Journal.Log.ShouldBeEmpty();
        bench.Kind.Attempts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_gives_up_after_does_not_take_a_change_along()
    {
        using CancellationTokenSource gone = new();
        bench.Journal.OnOpened = gone.Cancel;
        bench.Kind.Then(ScriptedKind.NotRun());

        (await bench.Gate.CallAsync(bench.Call(), gone.Token)).ShouldBeOfType<ToolAnswer.Succeeded>();

        bench.Journal.Log.ShouldBe(["intended", "settled Succeeded"]);
    }

    [Fact]
    public async Task A_read_is_given_up_between_its_attempts_but_not_while_it_is_on_its_way()
    {
        using CancellationTokenSource gone = new();
        bench.Kind.Then(async (attempt, token) =>
        {
            AttemptResult result = await bench.Kind.SendAsync(attempt, ScriptedKind.NotRun(), token);
            await gone.CancelAsync();
            token.IsCancellationRequested.ShouldBeFalse();
            return result;
        });

        await Should.ThrowAsync<OperationCanceledException>(() => bench.Gate.CallAsync(bench.Call("locate"), gone.Token));

        bench.Kind.Sent.ShouldBe(1);
        bench.Journal.Log.ShouldBe(["opened", "left"]);
    }

    [Fact]
    public async Task A_call_that_is_begun_answers_when_it_is_on_record()
    {
        (Func<bool> ends, Task begun) = Halt();

        BegunCall call = await bench.Gate.BeginAsync(bench.Call(), GateBench.Token);

        call.Execution.ShouldNotBeNull();
        call.Answer.IsCompleted.ShouldBeFalse();
        await begun;
        ends();
        (await call.Answer).ShouldBeOfType<ToolAnswer.Succeeded>();
    }

    [Fact]
    public async Task A_call_that_is_begun_and_refused_has_ended()
    {
        bench.IsHeld = true;

        BegunCall call = await bench.Gate.BeginAsync(bench.Call(), GateBench.Token);

        call.Execution.ShouldBeNull();
        (await call.Answer).ShouldBeOfType<ToolAnswer.Refused>();
    }

    [Fact]
    public async Task Closing_waits_for_what_is_under_way_and_begins_nothing_new()
    {
        (Func<bool> ends, Task begun) = Halt();
        Task<ToolAnswer> running = bench.CallAsync(bench.Call());
        await begun;

        Task closing = bench.Gate.DisposeAsync().AsTask();

        closing.IsCompleted.ShouldBeFalse();
        (await Should.ThrowAsync<ReeveException>(() => bench.CallAsync(bench.Call()))).Error.Code.ShouldBe("REC-007");
        ends();
        await closing;
        (await running).ShouldBeOfType<ToolAnswer.Succeeded>();
    }

    [Fact]
    public async Task Closing_waits_no_longer_than_it_may()
    {
        (Func<bool> ends, Task begun) = Halt();
        Task<ToolAnswer> running = bench.CallAsync(bench.Call());
        await begun;

        Task closing = bench.Gate.DisposeAsync().AsTask();
        bench.Clock.Advance(bench.Options.DrainsWithin);

        await closing;
        running.IsCompleted.ShouldBeFalse();
        ends();
        await running;
    }

    [Fact]
    public async Task An_approval_that_is_used_up_meanwhile_has_the_call_judged_again()
    {
        bench.Journal.MovesOn = 1;

        (await bench.CallAsync(bench.Call())).ShouldBeOfType<ToolAnswer.Succeeded>();
    }

    [Fact]
    public async Task It_is_not_judged_again_for_ever()
    {
        bench.Journal.MovesOn = 100;

        (await Should.ThrowAsync<ReeveException>(() => bench.CallAsync(bench.Call()))).Error.Code.ShouldBe("TOOL-035");

        bench.Kind.Sent.ShouldBe(0);
    }

    [Fact]
    public async Task Judging_takes_and_records_nothing()
    {
        Saying check = new(GateCheck.Quota, PolicyVerdict.Allow);
        bench.Checks.Add(check);
        bench.Options = new ToolGateOptions { CallsPerTenant = 1 };

        for (int i = 0; i < 3; i++)
        {
            (await bench.Gate.JudgeAsync(bench.Call(), GateBench.Token)).Verdict.ShouldBe(PolicyVerdict.Allow);
        }

        check.Trials.ShouldBe([true, true, true]);
        bench.Journal.Log.ShouldBeEmpty();
        await bench.CallAsync(bench.Call());
        check.Trials[^1].ShouldBeFalse();
    }

    [Fact]
    public async Task A_dry_run_is_validated_and_calls_and_records_nothing()
    {
        bench.IsHeld = true;
        bench.Mode = AutomationMode.Shadow;

        ToolAnswer.Dry dry = (await bench.CallAsync(bench.Call(authority: GateBench.Plan(PolicyVerdict.RequireApproval)) with { IsDryRun = true })).ShouldBeOfType<ToolAnswer.Dry>();

        dry.Answer["dryRun"].ShouldBe(Value.True);
        dry.Answer["output"].AsMap().TryGet("id", out _).ShouldBeTrue();
        dry.Decision.Reasons.Where(reason => reason.Error is not null).Select(reason => reason.Error!.Code).ShouldBe(["TOOL-008", "TOOL-014"]);
        bench.Journal.Log.ShouldBeEmpty();
        bench.Kind.Attempts.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("draft")]
    [InlineData("move")]
    public async Task A_tool_that_cannot_be_called_is_tried_dry_all_the_same(string tool)
    {
        ToolCall call = bench.Call(tool) with { IsDryRun = true, Arguments = tool == "move" ? ObjectMap.Empty : GateBench.Arguments };

        (await bench.CallAsync(call)).ShouldBeOfType<ToolAnswer.Dry>().Decision.Decisive!.Check.ShouldBe(GateCheck.Input);
    }

    [Fact]
    public async Task Bad_arguments_and_a_missing_tool_refuse_a_dry_run_whatever_else_speaks_against_it()
    {
        bench.IsSwitchedOff = true;

        (await bench.CallAsync(bench.Call() with { IsDryRun = true, Arguments = ObjectMap.Empty })).ShouldBeOfType<ToolAnswer.Refused>().Error.Code.ShouldBe("TOOL-013");
        (await bench.CallAsync(bench.Call("vanish") with { IsDryRun = true })).ShouldBeOfType<ToolAnswer.Refused>().Error.Code.ShouldBe("TOOL-001");

        bench.Journal.Log.ShouldBeEmpty();
    }

    // The next attempt waits until it is told to go on.
    private (Func<bool> Ends, Task Begun) Halt()
    {
        TaskCompletionSource ends = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Kind.Then(async (attempt, token) =>
        {
            begun.SetResult();
            await ends.Task;
            return await bench.Kind.SendAsync(attempt, new AttemptResult.Answered(ScriptedKind.Good), token);
        });
        return (ends.TrySetResult, begun.Task);
    }
}
