using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.PlaybookWork;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Runtime;
using Reeve.Testing.Gates;

namespace Reeve.Tests.PlaybookWork;

/// <summary>What people see of a plan that runs, and do with it by hand (EX-PB-7).</summary>
public sealed class RunDeskTests
{
    private static readonly Principal Ann = new(PrincipalKind.Person, "key:ann", "ann", ["operator"]);

    [Fact]
    public async Task An_instruction_that_a_person_did_lets_the_plan_come_to_its_end_and_twice_is_once()
    {
        DriveBench bench = new(DriveBench.Playbook("\"Ring the driver.\", " + DriveBench.Step("b", "resend")));
        ExceptionRow row = await bench.IngestAndDrive();
        RunView waits = await Desk(bench).ShowAsync(bench.Record.Tenant, row.Record.ExceptionId, DriveBench.Token);
        (waits.CurrentStep, waits.WaitsFor, waits.Run.State).ShouldBe((1, CourseWait.Person, RunState.Waiting));

        RunView done = await Desk(bench).CompleteAsync(bench.Record.Tenant, row.Record.ExceptionId, 1, Ann, "Rang twice.", DriveBench.Token);
        RunView again = await Desk(bench).CompleteAsync(bench.Record.Tenant, row.Record.ExceptionId, 1, Ann, "Rang twice.", DriveBench.Token);
        row = await bench.Drive(row);

        (done.Run.State, again.Run.Version).ShouldBe((RunState.Ready, done.Run.Version));
        (row.Record.ResolutionStatus, row.ResolvedAutomatically).ShouldBe((ResolutionStatus.Resolved, false));
        (await bench.Parts(row)).ShouldBe(["1/step SUCCESS", "2/step SUCCESS"]);
        bench.Events(row).ShouldContain("StepCompleted 1/step SUCCESS");
        (await Desk(bench).ShowAsync(bench.Record.Tenant, row.Record.ExceptionId, DriveBench.Token)).CurrentStep.ShouldBeNull();
    }

    [Fact]
    public async Task What_is_skipped_is_left_out_and_the_plan_goes_on()
    {
        DriveBench bench = new(DriveBench.Playbook("\"If it rains use resend.\", " + DriveBench.Step("b", "locate")));
        ExceptionRow row = await bench.IngestAndDrive();
        (await Desk(bench).ShowAsync(bench.Record.Tenant, row.Record.ExceptionId, DriveBench.Token)).CurrentStep.ShouldBe(1);

        ReeveException refused = await Should.ThrowAsync<ReeveException>(() => Desk(bench).SkipAsync(bench.Record.Tenant, row.Record.ExceptionId, 2, Ann, "", DriveBench.Token));

        refused.Error.Kind.ShouldBe(ErrorCatalogue.Runs.NotNext);
        bench.Gate.Made.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_gated_step_needs_its_approval_and_is_done_by_nobody_before()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "resend", ", \"requiresApproval\": true")));
        ExceptionRow row = await bench.IngestAndDrive();

        foreach (Func<Task<RunView>> said in (Func<Task<RunView>>[])
            [() => Desk(bench).CompleteAsync(bench.Record.Tenant, row.Record.ExceptionId, 1, Ann, "", DriveBench.Token), () => Desk(bench).SkipAsync(bench.Record.Tenant, row.Record.ExceptionId, 1, Ann, "", DriveBench.Token)])
        {
            (await Should.ThrowAsync<ReeveException>(said)).Error.Kind.ShouldBe(ErrorCatalogue.Runs.NeedsApproval);
        }

        (await bench.Parts(row)).ShouldBe(["1/step NEEDS_APPROVAL"]);
    }

    [Fact]
    public async Task A_sentence_that_says_what_success_is_is_confirmed_by_a_person_behind_the_steps()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "resend"), """, "successCriteria": ["The customer is content."]"""));
        ExceptionRow row = await bench.IngestAndDrive();
        RunView waits = await Desk(bench).ShowAsync(bench.Record.Tenant, row.Record.ExceptionId, DriveBench.Token);
        (waits.CurrentStep, waits.WaitsFor).ShouldBe((2, CourseWait.Criterion));

        await Desk(bench).CompleteAsync(bench.Record.Tenant, row.Record.ExceptionId, 2, Ann, "Asked.", DriveBench.Token);
        row = await bench.Drive(row);

        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Resolved);
    }

    [Fact]
    public async Task What_has_ended_or_never_began_says_so()
    {
        DriveBench bench = new(DriveBench.Playbook(DriveBench.Step("a", "resend")));
        bench.Gate.Answers = call => ScriptedGate.Failure(call);
        ExceptionRow row = await bench.IngestAndDrive();

        (await Should.ThrowAsync<ReeveException>(() => Desk(bench).CompleteAsync(bench.Record.Tenant, row.Record.ExceptionId, 1, Ann, "", DriveBench.Token))).Error.Kind.ShouldBe(ErrorCatalogue.Runs.Ended);
        (await Should.ThrowAsync<ReeveException>(() => Desk(bench).ShowAsync(bench.Record.Tenant, new ExceptionId("nobody"), DriveBench.Token))).Error.Kind.ShouldBe(ErrorCatalogue.Runs.None);
    }

    private static RunDesk Desk(DriveBench bench) => new(bench.Ports, new ThreadRuntime(bench.Record.Clock), NullLogger.Instance);
}
