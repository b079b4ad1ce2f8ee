using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Attempts;
using Reeve.Engine.Tools.Breakers;
using Reeve.Engine.Tools.Executions;
using Reeve.Engine.Tools.Kinds;

namespace Reeve.Tests.Tools.Gating;

/// <summary>A call that is let through: attempts, pauses, time, and what ends on record.</summary>
public sealed class SendingTests
{
    private static readonly AttemptResult Bad = new AttemptResult.Answered(Value.Of(ObjectMap.Of(("other", Value.True))));

    private readonly GateBench bench = new();

    [Fact]
    public async Task A_change_is_intended_before_it_is_sent_and_settled_after()
    {
        int sentWhenIntended = -1;
        bench.Journal.OnOpened = () => sentWhenIntended = bench.Kind.Sent;
        ToolCall call = bench.Call();

        ToolAnswer.Succeeded answer = (await bench.CallAsync(call)).ShouldBeOfType<ToolAnswer.Succeeded>();

        answer.Output.ShouldBe(ScriptedKind.Good);
        sentWhenIntended.ShouldBe(0);
        bench.Journal.Log.ShouldBe(["intended", "settled Succeeded"]);
        Attempt attempt = bench.Kind.Attempts.ShouldHaveSingleItem();
        attempt.IdempotencyKey.ShouldBe(call.Id.ToString());
        attempt.Arguments.ShouldBe(call.Arguments);
        PreparedCall prepared = bench.Journal.Opened.ShouldHaveSingleItem();
        prepared.Digest.ShouldBe(bench.DigestOf(call));
        prepared.Target.ShouldBe("POST https://parcels.example/resend");
        prepared.Longest.ShouldBe(CallSender.Longest(TimeSpan.FromSeconds(30), 3));
    }

    [Fact]
    public async Task What_did_not_run_is_tried_again_with_the_same_key()
    {
        bench.Kind.Then(ScriptedKind.NotRun(), ScriptedKind.NotRun());
        ToolCall call = bench.Call();

        (await bench.CallAsync(call)).ShouldBeOfType<ToolAnswer.Succeeded>();

        bench.Kind.Attempts.Select(attempt => (attempt.Number, attempt.IdempotencyKey)).ShouldBe([(1, call.Id.ToString()), (2, call.Id.ToString()), (3, call.Id.ToString())]);
        bench.Journal.Ends.ShouldHaveSingleItem().Attempts.Select(attempt => (attempt.Number, attempt.Result, attempt.Code))
            .ShouldBe([(1, AttemptOutcome.NotRun, "TOOL-022"), (2, AttemptOutcome.NotRun, "TOOL-022"), (3, AttemptOutcome.Answered, null)]);
    }

    [Fact]
    public async Task Retries_end()
    {
        bench.Kind.Then([.. Enumerable.Repeat(ScriptedKind.NotRun(), 4)]);

        ToolAnswer.Failed failed = (await bench.CallAsync(bench.Call())).ShouldBeOfType<ToolAnswer.Failed>();

        failed.Error.Code.ShouldBe("TOOL-022");
        failed.Happened.ShouldBeFalse();
        bench.Kind.Attempts.Count.ShouldBe(4);
    }

    [Fact]
    public async Task What_nobody_asked_for_is_tried_no_more_often_than_the_guardrails_let()
    {
        bench.Active = Make.Bound(GateBench.Domain, """{"tenantId": "NORTH", "domainName": "Parcels", "customGuardrails": {"maxAutoRetries": 1}}""");
        bench.Kind.Then([.. Enumerable.Repeat(ScriptedKind.NotRun(), 6)]);

        await bench.CallAsync(bench.Call(authority: GateBench.Plan()));
        bench.Kind.Attempts.Count.ShouldBe(2);
        await bench.CallAsync(bench.Call("cancel"));

        bench.Kind.Attempts.Count.ShouldBe(6);
    }

    [Fact]
    public async Task The_pause_is_as_long_as_the_tool_asks()
    {
        bench.Kind.Then(ScriptedKind.NotRun(TimeSpan.FromSeconds(17)));

        (await bench.PassTimeAsync(bench.Call())).ShouldBeOfType<ToolAnswer.Succeeded>();

        (bench.Clock.GetUtcNow() - Make.Now).ShouldBe(TimeSpan.FromSeconds(17));
    }

    [Fact]
    public async Task Pauses_are_drawn_by_chance_and_grow()
    {
        bench.Chance = 0.5;
        bench.Kind.Then(ScriptedKind.NotRun(), ScriptedKind.NotRun(), ScriptedKind.NotRun());

        (await bench.PassTimeAsync(bench.Call())).ShouldBeOfType<ToolAnswer.Succeeded>();

        (bench.Clock.GetUtcNow() - Make.Now).ShouldBe(TimeSpan.FromMilliseconds(100 + 200 + 400));
    }

    [Fact]
    public async Task A_write_whose_outcome_is_unclear_is_never_repeated()
    {
        bench.Kind.Then(ScriptedKind.Unclear());

        ToolAnswer.Unknown unknown = (await bench.CallAsync(bench.Call())).ShouldBeOfType<ToolAnswer.Unknown>();

        unknown.Error.Code.ShouldBe("TOOL-024");
        bench.Kind.Sent.ShouldBe(1);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("locate")]
    public async Task An_idempotent_write_and_a_read_are_repeated(string tool)
    {
        bench.Kind.Then(ScriptedKind.Unclear());

        (await bench.CallAsync(bench.Call(tool))).ShouldBeOfType<ToolAnswer.Succeeded>();

        bench.Kind.Sent.ShouldBe(2);
    }

    [Fact]
    public async Task Once_an_attempt_was_unclear_a_refusal_does_not_make_it_known()
    {
        bench.Kind.Then(ScriptedKind.Unclear(), ScriptedKind.Refused());

        (await bench.CallAsync(bench.Call("cancel"))).ShouldBeOfType<ToolAnswer.Unknown>();
    }

    [Fact]
    public async Task What_a_dead_process_may_have_sent_stays_unknown_when_it_cannot_be_reached()
    {
        bench.Journal.IsAgain = true;
        bench.Kind.Then([.. Enumerable.Repeat(ScriptedKind.NotRun(), 4)]);

        (await bench.CallAsync(bench.Call("cancel"))).ShouldBeOfType<ToolAnswer.Unknown>();
    }

    [Theory]
    [InlineData("resend", true)]
    [InlineData("cancel", true)]
    public async Task A_change_that_answers_nonsense_happened_and_failed_and_is_never_repeated(string tool, bool happened)
    {
        bench.Kind.Then(Bad);

        ToolAnswer.Failed failed = (await bench.CallAsync(bench.Call(tool))).ShouldBeOfType<ToolAnswer.Failed>();

        failed.Happened.ShouldBe(happened);
        failed.Error.Code.ShouldBe("TOOL-023");
        failed.Error.Message.ShouldContain("'/'");
        bench.Kind.Sent.ShouldBe(1);
    }

    [Fact]
    public async Task A_read_that_answers_nonsense_is_repeated_and_then_failed_without_effect()
    {
        bench.Kind.Then(Bad, Bad, Bad, Bad);

        ToolAnswer.Failed failed = (await bench.CallAsync(bench.Call("locate"))).ShouldBeOfType<ToolAnswer.Failed>();

        failed.Happened.ShouldBeFalse();
        bench.Kind.Sent.ShouldBe(4);
    }

    [Fact]
    public async Task A_refusal_of_the_tool_is_final()
    {
        bench.Kind.Then(ScriptedKind.Refused());

        ToolAnswer.Failed failed = (await bench.CallAsync(bench.Call("cancel"))).ShouldBeOfType<ToolAnswer.Failed>();

        failed.Error.Code.ShouldBe("TOOL-020");
        failed.Happened.ShouldBeFalse();
        ((CallEnd.Failed)bench.Journal.Ends[0]).Output.ShouldBe(Value.Of("no"));
    }

    [Fact]
    public async Task Time_that_runs_out_after_sending_leaves_the_outcome_unknown_even_when_the_kind_throws()
    {
        bench.Kind.Then(async (attempt, token) =>
        {
            await bench.Kind.SendAsync(attempt, Bad, token);
            await Task.Delay(Timeout.InfiniteTimeSpan, bench.Clock, token);
            return Bad;
        });

        (await bench.PassTimeAsync(bench.Call())).ShouldBeOfType<ToolAnswer.Unknown>();

        (bench.Clock.GetUtcNow() - Make.Now).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(30));
        bench.Journal.Ends.ShouldHaveSingleItem().Attempts.ShouldHaveSingleItem().Code.ShouldBe("TOOL-018");
    }

    [Fact]
    public async Task A_kind_that_never_lets_go_is_given_up_and_sends_nothing_after()
    {
        TaskCompletionSource wakes = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<AttemptResult>? late = null;
        for (int i = 0; i < 4; i++)
        {
            bench.Kind.Then((attempt, _) =>
            {
                late = LateAsync(attempt);
                return new ValueTask<AttemptResult>(late);
            });
        }

        (await bench.PassTimeAsync(bench.Call())).ShouldBeOfType<ToolAnswer.Failed>().Error.Code.ShouldBe("TOOL-017");
        wakes.SetResult();
        (await late!).ShouldBeOfType<AttemptResult.NotRun>();

        bench.Kind.Sent.ShouldBe(0);

        async Task<AttemptResult> LateAsync(Attempt attempt)
        {
            await wakes.Task;
            return await bench.Kind.SendAsync(attempt, Bad, CancellationToken.None);
        }
    }

    [Theory]
    [InlineData(false, "TOOL-017")]
    [InlineData(true, "TOOL-019")]
    public async Task A_kind_that_throws_is_judged_by_whether_it_had_sent(bool isSent, string code)
    {
        for (int i = 0; i < 4; i++)
        {
            bench.Kind.Then(async (attempt, token) =>
            {
                if (isSent)
                {
                    await bench.Kind.SendAsync(attempt, Bad, token);
                }

                throw new InvalidOperationException("A bug.");
            });
        }

        ToolAnswer answer = await bench.CallAsync(bench.Call());

        (answer is ToolAnswer.Unknown).ShouldBe(isSent);
        bench.Journal.Ends.ShouldHaveSingleItem().Attempts[0].Code.ShouldBe(code);
    }

    [Fact]
    public async Task Five_failures_open_the_breaker_which_ends_the_call_and_refuses_the_next()
    {
        bench.Kind.Then([.. Enumerable.Repeat(ScriptedKind.NotRun(), 8)]);

        await bench.CallAsync(bench.Call());
        await bench.CallAsync(bench.Call());
        ToolAnswer third = await bench.CallAsync(bench.Call());

        bench.Kind.Attempts.Count.ShouldBe(5);
        bench.Journal.Ends[1].Attempts.ShouldHaveSingleItem().Breaker.ShouldBe(BreakerState.Open);
        third.ShouldBeOfType<ToolAnswer.Refused>().Error.Code.ShouldBe("TOOL-012");
    }

    [Fact]
    public async Task What_is_refused_gives_back_the_probe()
    {
        BreakerKey key = new(GateBench.North, new DomainName("Parcels"), new ToolName("resend"));
        bench.Rows.Apply(new BreakerChange(key, new Breaker(key, BreakerState.Open, Make.Now - BreakerRules.OpenFor)));
        bench.IsHeld = true;
        (await bench.CallAsync(bench.Call())).ShouldBeOfType<ToolAnswer.Refused>().Error.Code.ShouldBe("TOOL-014");

        bench.IsHeld = false;

        (await bench.CallAsync(bench.Call())).ShouldBeOfType<ToolAnswer.Succeeded>();
    }

    [Theory]
    [InlineData("hold", "TOOL-014")]
    [InlineData("mode", "TOOL-032")]
    [InlineData("switch", "TOOL-002")]
    [InlineData("breaker", "TOOL-012")]
    [InlineData("broken", "TOOL-026")]
    public async Task What_stops_effects_between_intention_and_first_byte_keeps_the_call_back(string what, string code)
    {
        bench.Journal.OnOpened = () => Stop(what);
        ToolCall call = bench.Call(authority: GateBench.Plan());

        (await bench.CallAsync(call)).ShouldBeOfType<ToolAnswer.KeptBack>().Error.Code.ShouldBe(code);

        bench.Kind.Sent.ShouldBe(0);
        bench.Kind.Attempts.Count.ShouldBe(1);
        bench.Journal.Log.ShouldBe(["intended", $"kept back {code}"]);
        (what == "breaker" || (await bench.Breakers.AskAsync(new BreakerKey(GateBench.North, new DomainName("Parcels"), call.Tool), GateBench.Token)) == BreakerState.Closed).ShouldBeTrue();
    }

    [Fact]
    public async Task What_was_kept_back_is_made_under_the_same_id_once_it_may()
    {
        bench.Journal.OnOpened = () => bench.IsHeld = true;
        ToolCall call = bench.Call();
        await bench.CallAsync(call);
        bench.Journal.OnOpened = null;
        (await bench.CallAsync(call)).ShouldBeOfType<ToolAnswer.Refused>();

        bench.IsHeld = false;

        (await bench.CallAsync(call)).ShouldBeOfType<ToolAnswer.Succeeded>();
        bench.Kind.Sent.ShouldBe(1);
    }

    [Fact]
    public async Task A_hold_between_two_attempts_stops_the_second()
    {
        bench.Kind.Then(async (attempt, token) =>
        {
            AttemptResult result = await bench.Kind.SendAsync(attempt, ScriptedKind.NotRun(), token);
            bench.IsHeld = true;
            return result;
        });

        (await bench.CallAsync(bench.Call())).ShouldBeOfType<ToolAnswer.KeptBack>();

        bench.Kind.Sent.ShouldBe(1);
    }

    [Fact]
    public async Task What_may_have_run_and_is_stopped_by_a_hold_before_its_repetition_is_not_called_unsent()
    {
        bench.Kind.Then(async (attempt, token) =>
        {
            AttemptResult result = await bench.Kind.SendAsync(attempt, ScriptedKind.Unclear(), token);
            bench.IsHeld = true;
            return result;
        });

        await bench.CallAsync(bench.Call("cancel"));

        bench.Journal.Log.ShouldBe(["intended", "kept back TOOL-014, may have run"]);
        bench.Kind.Sent.ShouldBe(1);
    }

    [Fact]
    public async Task A_slot_that_may_be_lost_sends_nothing()
    {
        bench.Journal.Stale = new ReeveError(ErrorCatalogue.Storage.SlotLost, "Lost.");

        (await bench.CallAsync(bench.Call())).ShouldBeOfType<ToolAnswer.KeptBack>();

        bench.Journal.Log.ShouldBe(["intended", $"kept back {ErrorCatalogue.Storage.SlotLost.Code}"]);
        bench.Kind.Sent.ShouldBe(0);
    }

    [Fact]
    public async Task Nothing_is_sent_when_the_intention_cannot_be_recorded()
    {
        bench.Journal.OpenFault = new ReeveException(new ReeveError(ErrorCatalogue.Storage.SlotLost, "Gone."));

        await Should.ThrowAsync<ReeveException>(() => bench.CallAsync(bench.Call()));

        bench.Kind.Attempts.ShouldBeEmpty();
    }

    private void Stop(string what)
    {
        BreakerKey key = new(GateBench.North, new DomainName("Parcels"), new ToolName("resend"));
        switch (what)
        {
            case "hold":
                bench.IsHeld = true;
                break;
            case "mode":
                bench.Mode = AutomationMode.Shadow;
                break;
            case "switch":
                bench.IsSwitchedOff = true;
                break;
            case "broken":
                bench.Broken.Add("hold");
                break;
            default:
                OpenBreaker(key);
                break;
        }
    }

    private void OpenBreaker(BreakerKey key)
    {
        for (int i = 0; i < BreakerRules.BadToOpen; i++)
        {
            BreakerPass pass = bench.Breakers.EnterAsync(key, GateBench.Token).AsTask().GetAwaiter().GetResult()!;
            pass.ReportAsync(ToolSign.Bad).GetAwaiter().GetResult();
        }
    }
}
