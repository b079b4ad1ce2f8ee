using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Replay;
using Reeve.Testing.Gates;

namespace Reeve.Tests.PlaybookWork;

/// <summary>From a decided pass to effects, and what is on record of them (docs/decisions/0020).</summary>
public sealed class PlaybookDriverTests
{
    private const string Twice = """{"stepId": "find", "action": "locate", "parameters": {"parcel": "{exception.raw_payload.parcel}"}}, {"stepId": "again", "action": "resend", "parameters": {"parcel": "{exception.raw_payload.parcel}"}}""";

    [Fact]
    public async Task A_live_pass_ends_with_its_plan_and_without_feedback_and_the_run_is_on_record_in_its_commit()
    {
        DriveBench bench = new(DriveBench.Playbook(Twice));

        ExceptionRow row = await bench.Ingest();

        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.InProgress);
        bench.Record.EventsOf(row.Key).ShouldNotContain(item => item.Stage == "feedback");
        PlaybookRun run = await bench.Run(row);
        (run.State, run.Playbook.Value, run.Exception, run.IsAssisted).ShouldBe((RunState.Ready, "hurry", row.Key, false));
        LoggedEvent assigned = bench.Of(row, EventType.PlaybookAssigned).ShouldHaveSingleItem();
        assigned.Position.N.ShouldBe(bench.Record.EventsOf(row.Key).Single(item => item.Type == EventType.PipelineCompleted).Position.N);
        DriveBench.Body(assigned)["standing"].AsMap()["verdict"].AsString().ShouldBe("ALLOW");
        (await bench.Record.Replay(row.RunId)).ShouldHaveSingleItem().Verdict.ShouldBe(ReplayVerdict.Equal);
    }

    [Theory]
    [InlineData(AutomationMode.Shadow)]
    [InlineData(AutomationMode.DryRun)]
    public async Task Of_a_tenant_that_is_not_live_nothing_runs_and_feedback_follows_the_plan(AutomationMode mode)
    {
        DriveBench bench = new(DriveBench.Playbook(Twice), mode: mode);

        ExceptionRow row = await bench.Ingest();

        bench.Record.EventsOf(row.Key).ShouldContain(item => item.Stage == "feedback");
        (await bench.Record.Store.FindAsync(bench.Record.Tenant, row.PassId, DriveBench.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Every_step_done_resolves_the_exception_by_itself_with_feedback_last()
    {
        DriveBench bench = new(DriveBench.Playbook(Twice));

        ExceptionRow row = await bench.IngestAndDrive();

        (row.Record.ResolutionStatus, row.ResolvedAutomatically, row.ResolvedAt).ShouldBe((ResolutionStatus.Resolved, true, row.UpdatedAt));
        bench.Gate.Tools.ShouldBe(["locate", "resend"]);
        bench.Events(row).ShouldBe(["Assigned", "Started", "StepCompleted 1/step SUCCESS", "StepCompleted 2/step SUCCESS", "Completed RESOLVED"]);
        (await bench.Parts(row)).ShouldBe(["1/step SUCCESS", "2/step SUCCESS"]);
        ObjectMap end = DriveBench.Body(bench.Of(row, EventType.PlaybookCompleted).Single());
        end["resolvedAutomatically"].AsBool().ShouldBeTrue();
        end["feedback"].AsMap()["decision"].AsString().ShouldBe("FEEDBACK_CAPTURED");
        end["feedback"].AsMap()["details"].AsMap()["playbookMetrics"].AsMap()["completedSteps"].AsInt().ShouldBe(2);
        (await bench.Run(row)).State.ShouldBe(RunState.Ended);
        (await bench.Record.Replay(row.RunId)).ShouldHaveSingleItem().Verdict.ShouldBe(ReplayVerdict.Equal);
    }

    [Fact]
    public async Task A_call_says_whose_step_it_is_under_an_id_that_follows_from_pass_and_place()
    {
        DriveBench bench = new(DriveBench.Playbook(Twice));

        ExceptionRow row = await bench.IngestAndDrive();

        ToolCall call = bench.Gate.Made[1];
        call.Id.ShouldBe(Reeve.Engine.Tools.Executions.ExecutionIds.Of(row.PassId, 2, "step", 0));
        (call.Subject!.Key, call.Subject.Pass, call.Subject.Place, call.Subject.Step!.Value.Value, call.Subject.Part).ShouldBe((row.Key, row.PassId, 2, "again", StepPart.Step));
        (call.Authority.Floor, call.Authority.IsAutomatic).ShouldBe((PolicyVerdict.Allow, true));
        call.Arguments["parcel"].AsString().ShouldBe("P1");
    }

    [Fact]
    public async Task What_an_earlier_step_answered_is_filled_in_and_judged_by()
    {
        DriveBench bench = new(DriveBench.Playbook(
            DriveBench.Step("find", "locate") + ", "
            + """{"stepId": "again", "action": "resend", "parameters": {"parcel": "{steps.find.output.parcel}"}, "conditional": "steps.find.output.late == true"}, """
            + """{"stepId": "never", "action": "recall", "parameters": {"parcel": "x"}, "conditional": "steps.find.output.late == false"}"""));
        bench.Gate.Answers = call => ScriptedGate.Success(call, Value.Of(ObjectMap.Of(("parcel", Value.Of("P9")), ("late", Value.Of(true)))));

        ExceptionRow row = await bench.IngestAndDrive();

        bench.Gate.Made.Select(call => $"{call.Tool} {call.Arguments["parcel"].AsString()}").ShouldBe(["locate P1", "resend P9"]);
        (await bench.Parts(row)).ShouldBe(["1/step SUCCESS", "2/step SUCCESS", "3/step SKIPPED"]);
        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Resolved);
    }

    [Fact]
    public async Task A_step_that_fails_has_its_fallback_and_when_that_succeeds_the_plan_goes_on()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "resend", $$""", "fallback": {{DriveBench.Step("b", "recall")}}""") + ", " + DriveBench.Step("c", "locate")));
        bench.Gate.Answers = call => call.Tool.Value == "resend" ? ScriptedGate.Failure(call) : ScriptedGate.Success(call, Value.Null);

        ExceptionRow row = await bench.IngestAndDrive();

        bench.Gate.Tools.ShouldBe(["resend", "recall", "locate"]);
        (await bench.Parts(row)).ShouldBe(["1/fallback:1 SUCCESS", "1/step FAILED", "2/step SUCCESS"]);
        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Resolved);
    }

    [Fact]
    public async Task A_failure_undoes_what_was_done_backwards_and_escalates_naming_what_stands()
    {
        DriveBench bench = new(DriveBench.Playbook(
            DriveBench.Step("one", "resend") + ", " + """{"stepId": "two", "action": "refund", "parameters": {"parcel": "P1", "amount": 1}}, """ + DriveBench.Step("three", "resend") + ", " + DriveBench.Step("four", "resend")));
        bench.Gate.Answers = call => call.Subject!.Place == 4 ? ScriptedGate.Failure(call) : ScriptedGate.Success(call, Value.Null);

        ExceptionRow row = await bench.IngestAndDrive();

        bench.Gate.Made.Select(call => $"{call.Tool} {call.Subject!.Place} {Wire.Name(call.Subject.Part)}").ShouldBe(
            ["resend 1 STEP", "refund 2 STEP", "resend 3 STEP", "resend 4 STEP", "recall 3 ROLLBACK", "recall 1 ROLLBACK"]);
        (row.Record.ResolutionStatus, row.ResolvedAutomatically).ShouldBe((ResolutionStatus.Escalated, false));
        ObjectMap end = DriveBench.Body(bench.Of(row, EventType.PlaybookCompleted).Single());
        end["notUndone"].AsList().Items.ToArray().Select(item => item.AsString()).ShouldBe(["two"]);
        end["reason"].AsString().ShouldContain("'four'");
    }

    [Fact]
    public async Task What_happened_and_failed_has_no_fallback_and_is_undone_itself()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "resend", $$""", "fallback": {{DriveBench.Step("b", "locate")}}""")));
        bench.Gate.Answers = call => call.Tool.Value == "resend" ? ScriptedGate.Failure(call, happened: true) : ScriptedGate.Success(call, Value.Null);

        ExceptionRow row = await bench.IngestAndDrive();

        bench.Gate.Tools.ShouldBe(["resend", "recall"]);
        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Escalated);
    }

    [Fact]
    public async Task An_outcome_that_nobody_knows_calls_people_and_goes_on_as_they_find_out()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "resend") + ", " + DriveBench.Step("b", "locate")));
        bench.Gate.Answers = call => call.Tool.Value == "resend" ? ScriptedGate.Unknown(call) : ScriptedGate.Success(call, Value.Null);

        ExceptionRow row = await bench.IngestAndDrive();

        (row.Record.ResolutionStatus, (await bench.Run(row)).State).ShouldBe((ResolutionStatus.Escalated, RunState.Waiting));
        (await bench.Parts(row)).ShouldBe(["1/step UNKNOWN"]);
        bench.Gate.Tools.ShouldBe(["resend"]);

        await bench.Release(row);
        row = await bench.Drive(row);
        (await bench.Run(row)).State.ShouldBe(RunState.Waiting, "nobody has found out");

        ToolCall call = bench.Gate.Made[0];
        bench.Gate.Settle(call.Id, ScriptedGate.Success(call, Value.Null));
        await bench.Release(row);
        row = await bench.Drive(row);

        bench.Gate.Tools.ShouldBe(["resend", "locate"]);
        (row.Record.ResolutionStatus, row.ResolvedAutomatically).ShouldBe((ResolutionStatus.Resolved, false));
    }

    [Fact]
    public async Task A_hold_pauses_before_the_next_effect_and_the_plan_goes_on_where_it_was()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "resend") + ", " + DriveBench.Step("b", "recall")));
        bench.Gate.Answers = call =>
        {
            bench.Gate.Held = new ReeveError(ErrorCatalogue.Tools.OnHold, "Somebody stopped it.");
            return ScriptedGate.Success(call, Value.Null);
        };

        ExceptionRow row = await bench.IngestAndDrive();

        PlaybookRun paused = await bench.Run(row);
        (paused.State, paused.Attempts, paused.Reason).ShouldBe((RunState.Paused, 0, "Somebody stopped it."));
        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.InProgress);

        bench.Gate.Held = null;
        row = await bench.Drive(row);

        bench.Gate.Tools.ShouldBe(["resend", "recall"]);
        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Resolved);
    }

    [Fact]
    public async Task A_step_that_asks_for_approval_waits_and_runs_once_it_is_approved()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "locate") + ", " + DriveBench.Step("b", "resend", ", \"requiresApproval\": true")));

        ExceptionRow row = await bench.IngestAndDrive();

        (row.Record.ResolutionStatus, (await bench.Run(row)).State).ShouldBe((ResolutionStatus.PendingApproval, RunState.Waiting));
        (await bench.Parts(row)).ShouldBe(["1/step SUCCESS", "2/step NEEDS_APPROVAL"]);
        bench.Gate.Tools.ShouldBe(["locate"]);

        // Said to be approved, and no approval covers the call: the gate is the one that knows.
        await bench.Release(row, (new PartKey(2, PartKey.Step), PartStatus.Approved));
        row = await bench.Drive(row);
        (await bench.Parts(row)).ShouldBe(["1/step SUCCESS", "2/step NEEDS_APPROVAL"]);
        bench.Gate.Tools.ShouldBe(["locate"]);

        bench.Gate.Approved = call => call.Subject!.Place == 2;
        await bench.Release(row, (new PartKey(2, PartKey.Step), PartStatus.Approved));
        row = await bench.Drive(row);

        bench.Gate.Tools.ShouldBe(["locate", "resend"]);
        (row.Record.ResolutionStatus, row.ResolvedAutomatically).ShouldBe((ResolutionStatus.Resolved, false));
    }

    [Fact]
    public async Task A_plan_that_people_must_approve_waits_from_the_beginning()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "resend")), Make.With(Make.Policy, "humanApprovalRules", """[{"severity": "MEDIUM", "requireApproval": true}]"""));

        ExceptionRow row = await bench.Ingest();

        PlaybookRun run = await bench.Run(row);
        (row.Record.ResolutionStatus, run.State, run.Ruling).ShouldBe((ResolutionStatus.PendingApproval, RunState.Ready, RunRuling.Ask));
        run.Reason.ShouldNotBeEmpty();
        row = await bench.Drive(row);
        (row.Record.ResolutionStatus, (await bench.Run(row)).State).ShouldBe((ResolutionStatus.PendingApproval, RunState.Waiting));
        bench.Gate.Made.ShouldBeEmpty();
        DriveBench.Body(bench.Of(row, EventType.PlaybookAssigned).Single())["standing"].AsMap()["verdict"].AsString().ShouldBe("REQUIRE_APPROVAL");

        bench.Gate.Approved = static _ => true;
        await bench.Release(row);
        row = await bench.Drive(row);

        bench.Gate.Made.Single().Authority.Floor.ShouldBe(PolicyVerdict.RequireApproval);
        (row.Record.ResolutionStatus, row.ResolvedAutomatically).ShouldBe((ResolutionStatus.Resolved, false));
    }

    [Fact]
    public async Task Reeves_own_actions_change_the_exception_each_in_one_commit()
    {
        DriveBench bench = new(DriveBench.Playbook(
            """
            {"stepId": "who", "action": "assign_owner", "parameters": {"user_id": "ann"}},
            {"stepId": "tell", "action": "notify", "parameters": {"channel": "email", "message": "It is late."}},
            {"stepId": "say", "action": "add_comment", "parameters": {"text": "Sent again."}},
            {"stepId": "done", "action": "set_status", "parameters": {"status": "resolved"}}
            """));

        ExceptionRow row = await bench.IngestAndDrive();

        (row.Record.Owner, row.Record.ResolutionStatus).ShouldBe(("ann", ResolutionStatus.Resolved));
        bench.Gate.Made.ShouldBeEmpty();
        bench.Of(row, EventType.PlaybookStepCompleted).Select(item => JsonText.ToText(DriveBench.Body(item)["result"])).ShouldBe(
            ["""{"owner":"ann"}""", """{"requested":{"channel":"email","message":"It is late.","group":"DefaultOps"}}""", """{"comment":"Sent again."}""", """{"status":"RESOLVED"}"""]);
    }

    [Fact]
    public async Task An_instruction_is_left_to_people_and_the_exception_stays_in_progress()
    {
        DriveBench bench = new(DriveBench.Playbook("\"Ring the driver.\", " + DriveBench.Step("b", "resend")));

        ExceptionRow row = await bench.IngestAndDrive();

        (await bench.Parts(row)).ShouldBe(["1/step LEFT", "2/step SUCCESS"]);
        (row.Record.ResolutionStatus, (await bench.Run(row)).State).ShouldBe((ResolutionStatus.InProgress, RunState.Waiting));
        (await bench.Run(row)).Reason.ShouldContain("for a person to carry out");
    }

    [Fact]
    public async Task A_criterion_that_is_not_met_by_what_was_answered_escalates()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "locate"), """, "successCriteria": ["steps.a.output.found == true"]"""));
        bench.Gate.Answers = call => ScriptedGate.Success(call, Value.Of(ObjectMap.Of(("found", Value.Of(false)))));

        ExceptionRow row = await bench.IngestAndDrive();

        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Escalated);
        (await bench.Run(row)).Reason.ShouldContain("success criterion");
    }

    [Fact]
    public async Task A_close_by_the_source_in_the_middle_ends_the_run_before_the_next_step()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "resend") + ", " + DriveBench.Step("b", "recall")));
        ExceptionRow row = await bench.Ingest();
        bench.Gate.Before = async call =>
        {
            if (call.Tool.Value == "resend")
            {
                ExceptionRow now = await bench.Row(row);
                PassId other = new(Guid.CreateVersion7(bench.Record.Clock.GetUtcNow()));
                ExceptionRow closed = now with { Version = now.Version + 1, PassId = other, Record = now.Record with { ResolutionStatus = ResolutionStatus.Resolved } };
                await bench.Record.Store.CommitAsync(
                    [new Core.Changes.ExceptionChange.Update(closed, now.Version), new PlaybookRunsSuperseded(bench.Record.Tenant, row.Key, other, "Its source says that the problem is over.", bench.Record.Clock.GetUtcNow())],
                    DriveBench.Token);
            }
        };

        ExceptionRow after = await bench.Drive(row);

        bench.Gate.Tools.ShouldBe(["resend"]);
        after.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Resolved);
        (await bench.Run(row)).Ruling.ShouldBe(RunRuling.Superseded);

        await bench.Drive(row);
        PlaybookRun ended = await bench.Run(row);
        (ended.State, ended.Reason).ShouldBe((RunState.Ended, "Its source says that the problem is over."));
        bench.Gate.Tools.ShouldBe(["resend"]);
    }

    [Fact]
    public async Task A_person_who_edits_the_exception_meanwhile_is_neither_overwritten_nor_in_the_way()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "resend") + ", " + DriveBench.Step("b", "recall")));
        ExceptionRow row = await bench.Ingest();
        bench.Gate.Before = async call =>
        {
            if (call.Tool.Value == "resend" && (await bench.Row(row)) is { Record.Owner: not "bob" } now)
            {
                await bench.Record.Store.CommitAsync([new Core.Changes.ExceptionChange.Update(now with { Version = now.Version + 1, Record = now.Record with { Owner = "bob" } }, now.Version)], DriveBench.Token);
            }
        };

        ExceptionRow after = await bench.Drive(row);

        (after.Record.Owner, after.Record.ResolutionStatus).ShouldBe(("bob", ResolutionStatus.Resolved));
        bench.Gate.Tools.ShouldBe(["resend", "recall"]);
    }
}
