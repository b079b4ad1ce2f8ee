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

/// <summary>Processes that stop while they drive, and what the next one makes of it.</summary>
public sealed class StoppedDriverTests
{
    [Fact]
    public async Task A_process_that_is_told_to_stop_lets_the_run_go_before_the_next_part_and_another_goes_on()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "resend") + ", " + DriveBench.Step("b", "recall")));
        using CancellationTokenSource stopping = new();
        ExceptionRow row = await bench.Ingest();
        bench.Gate.Before = _ => stopping.CancelAsync();

        row = await bench.Drive(row, stopping.Token);

        bench.Gate.Tools.ShouldBe(["resend"]);
        (await bench.Run(row)).ShouldSatisfyAllConditions(run => run.State.ShouldBe(RunState.Ready), run => run.Attempts.ShouldBe(0));
        (await bench.Record.Store.DueAsync([], 10, DriveBench.Token)).Count.ShouldBe(1);

        row = await bench.Drive(row);
        bench.Gate.Tools.ShouldBe(["resend", "recall"]);
        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Resolved);
    }

    [Fact]
    public async Task Whenever_a_process_dies_the_next_goes_on_and_every_effect_is_made_once()
    {
        string playbook = DriveBench.Playbook(
            DriveBench.Step("a", "resend") + ", " + DriveBench.Step("b", "recall", $$""", "fallback": {{DriveBench.Step("c", "locate")}}""") + ", " + DriveBench.Step("d", "resend") + ", "
            + """{"stepId": "say", "action": "add_comment", "parameters": {"text": "Sent."}}""");
        int deaths = 0;
        for (int at = 1; at <= 7; at++)
        {
            foreach (bool afterwards in (bool[])[false, true])
            {
                DriveBench bench = new(playbook);
                bench.Gate.Answers = call => call.Tool.Value == "recall" ? ScriptedGate.Failure(call) : ScriptedGate.Success(call, Value.Null);
                ExceptionRow row = await bench.Ingest();
                Reeve.Engine.PlaybookWork.DrivePorts ports = bench.Ports;
                bench.Ports = ports with { Committer = new Recording.DyingCommitter(ports.Committer, at, afterwards) };
                await Should.ThrowAsync<Recording.ProcessDied>(() => bench.Drive(row));
                deaths++;
                bench.Record.Store.AbandonPlaybooks();
                bench.Ports = ports;

                if ((await bench.Run(row)).State != RunState.Ended)
                {
                    row = await bench.Drive(row);
                }

                row = await bench.Row(row);
                row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Resolved, $"commit {at}, after it: {afterwards}");
                bench.Gate.Tools.ShouldBe(["resend", "recall", "locate", "resend"], $"commit {at}, after it: {afterwards}");
                bench.Of(row, EventType.PlaybookStepCompleted).Count(item => DriveBench.Body(item)["result"].AsMap().TryGet("comment", out _)).ShouldBe(1);
            }
        }

        deaths.ShouldBe(14);
    }

    [Fact]
    public async Task A_run_that_killed_three_processes_is_not_driven_again_but_escalated()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "resend")));
        ExceptionRow row = await bench.Ingest();
        bench.Gate.Answers = _ => throw new Recording.ProcessDied();
        for (int i = 0; i < 3; i++)
        {
            await Should.ThrowAsync<Recording.ProcessDied>(() => bench.Drive(row));
            bench.Record.Store.AbandonPlaybooks();
        }

        row = await bench.Drive(row);

        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Escalated);
        (await bench.Run(row)).State.ShouldBe(RunState.Ended);
        DriveBench.Body(bench.Of(row, EventType.PlaybookCompleted).Single())["code"].AsString().ShouldBe("RUN-007");
    }

    [Fact]
    public async Task What_is_decided_otherwise_than_it_was_is_not_driven()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "resend")));
        ExceptionRow row = await bench.Ingest();
        bench.Record.Agents = Recording.RecordBench.With(new Recording.AskingAgent(Stage.Triage));

        row = await bench.Drive(row);

        bench.Gate.Made.ShouldBeEmpty();
        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Escalated);
        DriveBench.Body(bench.Of(row, EventType.PlaybookCompleted).Single())["code"].AsString().ShouldBe("RUN-009");
    }

    [Fact]
    public async Task A_secret_in_an_answer_is_kept_from_the_record_and_nothing_is_sent_on_from_what_is_left()
    {
        DriveBench bench = new(DriveBench.Playbook(
            """{"stepId": "a", "action": "resend", "parameters": {"parcel": "P1"}}, """ + DriveBench.Step("wait", "recall", ", \"requiresApproval\": true") + ", "
            + """{"stepId": "b", "action": "resend", "parameters": {"parcel": "{steps.a.output.id}"}}"""));
        bench.Gate.Answers = call => ScriptedGate.Success(call, Value.Of(ObjectMap.Of(("id", Value.Of("P7")), ("password", Value.Of("s3cr3t!")))));
        bench.Gate.Approved = static _ => true;
        ExceptionRow row = await bench.IngestAndDrive();
        bench.Of(row, EventType.PlaybookStepCompleted).ShouldNotContain(item => Recording.RecordBench.Text(item).Contains("s3cr3t"));

        await bench.Release(row, (new PartKey(2, PartKey.Step), PartStatus.Approved));
        row = await bench.Drive(row);

        bench.Gate.Tools.ShouldBe(["resend", "recall"]);
        (await bench.Run(row)).Reason.ShouldContain("lacks what it needs");
    }
}
