using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Playbooks.Driving;

namespace Reeve.Testing.Recording;

/// <summary>What every store of runs of playbooks does, with the committer that writes them.</summary>
public abstract class PlaybookRunStoreContract : RecordContract
{
    [Fact]
    public async Task A_run_that_is_assigned_is_nobody_s_and_due_and_comes_back_as_it_was_given()
    {
        await using RecordStores stores = await OpenAsync();
        PlaybookRun run = await AssignAsync(stores, "a", North);

        (await stores.Playbooks.FindAsync(North, run.Pass, Token)).ShouldBe(run);
        (await stores.Playbooks.FindAsync(South, run.Pass, Token)).ShouldBeNull();
        (await Due(stores)).ShouldBe([run]);
        (await stores.Playbooks.OwnedAsync(10, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pass_has_one_run()
    {
        await using RecordStores stores = await OpenAsync();
        PlaybookRun run = await AssignAsync(stores, "a", North);

        (await stores.Committer.CommitAsync([new PlaybookRunChange.Assigned(run with { Playbook = new PlaybookId("other") })], Token)).ShouldBeOfType<CommitOutcome.AlreadyThere>();
        (await stores.Playbooks.FindAsync(North, run.Pass, Token)).ShouldBe(run);
    }

    [Fact]
    public async Task Of_two_that_move_a_run_on_one_does_and_the_other_s_whole_outcome_is_dropped()
    {
        await using RecordStores stores = await OpenAsync();
        PlaybookRun run = await AssignAsync(stores, "a", North);
        PlaybookRun mine = run.In(RunState.Ready, "", At) with { Attempts = 1, StartedAt = At };

        (await Move(stores, mine, isMine: true)).ShouldBeOfType<CommitOutcome.Committed>();
        (await stores.Committer.CommitAsync([Moved(mine, isMine: true), Part(run, 1, PartKey.Step, PartStatus.Success)], Token)).ShouldBeOfType<CommitOutcome.MovedOn>();

        (await stores.Playbooks.FindAsync(North, run.Pass, Token)).ShouldBe(mine);
        (await stores.Playbooks.PartsAsync(North, run.Pass, Token)).ShouldBeEmpty();
        (await stores.Playbooks.OwnedAsync(10, Token)).ShouldBe([(North, run.Pass)]);
        (await Due(stores)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_set_free_has_its_attempt_back_and_whoever_had_it_cannot_go_on()
    {
        await using RecordStores stores = await OpenAsync();
        PlaybookRun run = await AssignAsync(stores, "a", North);
        PlaybookRun mine = run.In(RunState.Ready, "", At) with { Attempts = 1 };
        await Move(stores, mine, isMine: true);

        await stores.Playbooks.SetFreeAsync([(South, run.Pass), (North, run.Pass)], Token);
        await stores.Playbooks.SetFreeAsync([(North, run.Pass)], Token);

        PlaybookRun free = (await Due(stores)).ShouldHaveSingleItem();
        free.Attempts.ShouldBe(0);
        (await Move(stores, mine.In(RunState.Ended, "", At), isMine: false)).ShouldBeOfType<CommitOutcome.MovedOn>();
    }

    [Fact]
    public async Task Due_is_what_is_ready_or_paused_and_nobody_s_without_some_tenants()
    {
        await using RecordStores stores = await OpenAsync();
        PlaybookRun ready = await AssignAsync(stores, "a", North);
        PlaybookRun paused = await AssignAsync(stores, "b", South);
        PlaybookRun waiting = await AssignAsync(stores, "c", North, RunState.Waiting);
        PlaybookRun ended = await AssignAsync(stores, "d", North);
        PlaybookRun later = await AssignAsync(stores, "e", North);
        await Move(stores, paused.In(RunState.Paused, "held", At), isMine: false);
        await Move(stores, ended.In(RunState.Ended, "", At), isMine: false);
        await stores.Committer.CommitAsync([new PlaybookRunChange.Moved(later.In(RunState.Paused, "", At), IsMine: false, TimeSpan.FromHours(1))], Token);

        (await Due(stores)).Select(run => run.Pass).ShouldBe([ready.Pass, paused.Pass], ignoreOrder: true);
        (await Due(stores, South)).Select(run => run.Pass).ShouldBe([ready.Pass]);
        (await stores.Playbooks.DueAsync([], 1, Token)).Count.ShouldBe(1);
        (await stores.Playbooks.FindAsync(North, waiting.Pass, Token))!.State.ShouldBe(RunState.Waiting);
    }

    [Fact]
    public async Task A_part_is_kept_once_with_what_became_of_it_last()
    {
        await using RecordStores stores = await OpenAsync();
        PlaybookRun run = await AssignAsync(stores, "a", North);
        PlaybookRun second = run.In(RunState.Ready, "", At);
        ExecutionId execution = new(Guid.CreateVersion7(At));
        PartChange asked = Part(run, 1, PartKey.Step, PartStatus.NeedsApproval);
        await stores.Committer.CommitAsync([Moved(second, isMine: true), asked with { Part = asked.Part with { Execution = execution } }, Part(run, 1, "fallback:1", PartStatus.Left)], Token);
        await stores.Committer.CommitAsync([Moved(second.In(RunState.Ready, "", At), isMine: true), Part(run, 1, PartKey.Step, PartStatus.Success, "done by hand")], Token);

        IReadOnlyList<RecordedPart> parts = await stores.Playbooks.PartsAsync(North, run.Pass, Token);

        parts.Select(part => (part.Key.ToString(), part.Status, part.Note, part.Execution)).ShouldBe(
            [("1/fallback:1", PartStatus.Left, "", null), ("1/step", PartStatus.Success, "done by hand", execution)]);
        (await stores.Playbooks.PartsAsync(South, run.Pass, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_pass_of_the_exception_ends_every_other_run_of_it_and_no_other_s()
    {
        await using RecordStores stores = await OpenAsync();
        PlaybookRun driven = await AssignAsync(stores, "a", North);
        PlaybookRun other = await AssignAsync(stores, "b", North);
        await Move(stores, driven.In(RunState.Ready, "", At), isMine: true);

        await stores.Committer.CommitAsync([new PlaybookRunsSuperseded(South, other.Exception, driven.Pass, "anew", At)], Token);
        await stores.Committer.CommitAsync([new PlaybookRunsSuperseded(North, driven.Exception, other.Pass, "anew", At)], Token);

        PlaybookRun ended = (await stores.Playbooks.FindAsync(North, driven.Pass, Token)).ShouldNotBeNull();
        (ended.State, ended.Ruling, ended.Reason, ended.Version, ended.Attempts).ShouldBe((RunState.Ready, RunRuling.Superseded, "anew", 3, 0));
        (await stores.Playbooks.OwnedAsync(10, Token)).ShouldBeEmpty();
        (await Due(stores, North)).Select(run => run.Pass).ShouldBe([driven.Pass], "a ruling is seen to, whatever stops effects");
    }

    private static Task<IReadOnlyList<PlaybookRun>> Due(RecordStores stores, params TenantId[] except) => stores.Playbooks.DueAsync(except, 10, Token);

    private static PlaybookRunChange.Moved Moved(PlaybookRun next, bool isMine) => new(next, isMine, TimeSpan.Zero);

    private static Task<CommitOutcome> Move(RecordStores stores, PlaybookRun next, bool isMine) => stores.Committer.CommitAsync([Moved(next, isMine)], Token);

    private static PartChange Part(PlaybookRun run, int place, string part, PartStatus status, string note = "") => new(run.TenantId, run.Pass, new RecordedPart
    {
        Key = new PartKey(place, part),
        Step = new StepId("s"),
        Status = status,
        ByKind = PrincipalKind.Agent,
        ById = "agent:someone",
        At = At,
        Note = note,
    });

    private static async Task<PlaybookRun> AssignAsync(RecordStores stores, string id, TenantId tenant, RunState state = RunState.Ready)
    {
        ExceptionRow row = Row(id, tenant);
        PlaybookRun run = new()
        {
            TenantId = tenant,
            Pass = row.PassId,
            Exception = row.Key,
            RunId = row.RunId,
            Playbook = new PlaybookId("hurry"),
            PlaybookVersion = "1.0.0",
            State = state,
            Reason = "for some reason",
            Version = 1,
            UpdatedAt = At,
        };
        (await stores.Committer.CommitAsync([new ExceptionChange.Add(row, []), new PlaybookRunChange.Assigned(run)], Token)).ShouldBeOfType<CommitOutcome.Committed>();
        return run;
    }
}
