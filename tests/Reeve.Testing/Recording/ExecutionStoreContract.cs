using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Recording;
using Reeve.Engine.Tools.Executions;
using Reeve.Governance.Audit;

namespace Reeve.Testing.Recording;

/// <summary>What every store of executions does, and the way to write into it.</summary>
public abstract class ExecutionStoreContract : RecordContract
{
    // So long ago that it is safe at once, whatever the lease.
    private static readonly TimeSpan Over = TimeSpan.FromDays(-1);
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public async Task An_intended_execution_comes_back_as_it_was_and_is_owned_by_the_commit_that_has_it()
    {
        await using RecordStores stores = await OpenAsync();
        ToolExecution row = Execution(1) with { Exception = Key(7), Run = SomeRun, Pass = new PassId(Guid.CreateVersion7(At)), Place = 3, Step = new StepId("größe"), Part = StepPart.Fallback, Approval = Guid.CreateVersion7(At) };

        CommitOutcome.Committed made = await MustCommitAsync(stores, new ExecutionChange.Intended(row, Long), Said(row));

        StoredExecution found = (await stores.Executions.FindAsync(North, row.Id, Token)).ShouldNotBeNull();
        found.Row.ShouldBe(row);
        (found.Slot, found.N, found.IsKeptBack, found.IsSafe, found.IsNobodys).ShouldBe((made.Slot, made.N, false, false, false));
        (await stores.Executions.FindAsync(South, row.Id, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task One_id_is_entered_once_and_the_other_outcome_writes_nothing()
    {
        await using RecordStores stores = await OpenAsync();
        ToolExecution row = Execution(1);
        await MustCommitAsync(stores, new ExecutionChange.Intended(row, Long), Said(row));

        (await stores.Committer.CommitAsync([new ExecutionChange.Intended(row with { Tool = new ToolName("other") }, Long), Said(row)], Token)).ShouldBe(new CommitOutcome.AlreadyThere(null));
        (await stores.Committer.CommitAsync([new ExecutionChange.Recorded(Ended(row)), Said(row)], Token)).ShouldBe(new CommitOutcome.AlreadyThere(null));

        (await stores.Executions.FindAsync(North, row.Id, Token)).ShouldNotBeNull().Row.ShouldBe(row);
        (await ListAsync(stores.Log.OfRunAsync(North, new RunId(row.Id.Value), Token))).Count.ShouldBe(1);
        await MustCommitAsync(stores, new ExecutionChange.Intended(row with { TenantId = South }, Long), Said(row with { TenantId = South }));
    }

    [Fact]
    public async Task Many_at_once_are_all_entered_and_all_settled()
    {
        await using RecordStores stores = await OpenAsync();
        ToolExecution[] rows = [.. Enumerable.Range(1, 60).Select(Execution)];

        CommitOutcome[] made = await Task.WhenAll(rows.Select(row => stores.Committer.CommitAsync([new ExecutionChange.Intended(row, Long), Said(row)], Token)));
        made.ShouldAllBe(outcome => outcome is CommitOutcome.Committed);
        CommitOutcome[] again = await Task.WhenAll(rows.Select((row, i) => i % 3 == 0
            ? stores.Committer.CommitAsync([new ExecutionChange.Intended(row, Long), Said(row)], Token)
            : stores.Committer.CommitAsync([new ExecutionChange.Settled(Ended(row), Owned(made[i])), Said(row)], Token)));

        for (int i = 0; i < rows.Length; i++)
        {
            bool isRepeat = i % 3 == 0;
            again[i].GetType().ShouldBe(isRepeat ? typeof(CommitOutcome.AlreadyThere) : typeof(CommitOutcome.Committed));
            (await stores.Executions.FindAsync(North, rows[i].Id, Token)).ShouldNotBeNull().Row.ShouldBe(isRepeat ? rows[i] : Ended(rows[i]));
        }
    }

    [Fact]
    public async Task Only_the_commit_that_owns_it_settles_it_and_only_once()
    {
        await using RecordStores stores = await OpenAsync();
        ToolExecution row = Execution(1);
        CommitOutcome.Committed made = await MustCommitAsync(stores, new ExecutionChange.Intended(row, Long), Said(row));

        await MustMoveOnAsync(stores, new ExecutionChange.Settled(Ended(row), new SettledFrom.Owned(made.Slot, made.N + 1)));
        await MustMoveOnAsync(stores, new ExecutionChange.Settled(Ended(row), new SettledFrom.Owned(made.Slot + 7, made.N)));
        await MustMoveOnAsync(stores, new ExecutionChange.Settled(Ended(row), new SettledFrom.Abandoned()));
        await MustMoveOnAsync(stores, new ExecutionChange.Settled(Ended(row), new SettledFrom.Unknown()));
        await MustCommitAsync(stores, new ExecutionChange.Settled(Ended(row), Owned(made)), Said(row));
        await MustMoveOnAsync(stores, new ExecutionChange.Settled(Ended(row), Owned(made)));

        (await stores.Executions.FindAsync(North, row.Id, Token)).ShouldNotBeNull().Row.ShouldBe(Ended(row));
    }

    [Fact]
    public async Task What_is_kept_back_is_nobodys_at_once_and_going_on_takes_over_from_nobody()
    {
        await using RecordStores stores = await OpenAsync();
        ToolExecution row = Execution(1);
        CommitOutcome.Committed made = await MustCommitAsync(stores, new ExecutionChange.Intended(row, Long), Said(row));

        await MustCommitAsync(stores, new ExecutionChange.Freed(North, row.Id, Owned(made), IsUnsent: true));
        StoredExecution kept = (await stores.Executions.FindAsync(North, row.Id, Token)).ShouldNotBeNull();
        CommitOutcome.Committed claimed = await MustCommitAsync(stores, new ExecutionChange.Claimed(kept.Row, Long), Said(row));

        (kept.Slot, kept.IsKeptBack, kept.IsNobodys, kept.Row.Status).ShouldBe((null, true, true, ExecutionStatus.Requested));
        (await stores.Executions.AbandonedAsync(10, Token)).ShouldBeEmpty();
        StoredExecution found = (await stores.Executions.FindAsync(North, row.Id, Token)).ShouldNotBeNull();
        (found.Slot, found.N, found.Row.Takeovers, found.Row.Status).ShouldBe((claimed.Slot, claimed.N, 0, ExecutionStatus.Running));
    }

    [Fact]
    public async Task What_may_have_been_sent_is_claimed_when_it_is_safe_by_one_and_counts_as_taken_over()
    {
        await using RecordStores stores = await OpenAsync();
        ToolExecution early = Execution(1);
        ToolExecution row = Execution(2);
        CommitOutcome.Committed made = await MustCommitAsync(stores, new ExecutionChange.Intended(early, Long), Said(early));
        await MustCommitAsync(stores, new ExecutionChange.Freed(North, early.Id, Owned(made), IsUnsent: false));
        made = await MustCommitAsync(stores, new ExecutionChange.Intended(row, Over), Said(row));
        await MustMoveOnAsync(stores, new ExecutionChange.Claimed(row, Long));
        await MustCommitAsync(stores, new ExecutionChange.Freed(North, row.Id, Owned(made), IsUnsent: false));

        (await stores.Executions.AbandonedAsync(10, Token)).ShouldBe([row]);
        await MustMoveOnAsync(stores, new ExecutionChange.Claimed(early, Long));
        await MustCommitAsync(stores, new ExecutionChange.Claimed(row, Over), Said(row));
        await MustMoveOnAsync(stores, new ExecutionChange.Claimed(row, Long));
        await MustMoveOnAsync(stores, new ExecutionChange.Settled(Ended(row), Owned(made)));

        StoredExecution found = (await stores.Executions.FindAsync(North, row.Id, Token)).ShouldNotBeNull();
        (found.Row.Takeovers, found.IsSafe, found.IsNobodys).ShouldBe((1, true, false));
    }

    [Fact]
    public async Task Whoever_had_it_may_still_say_how_it_ended_while_nobody_has_claimed_it()
    {
        await using RecordStores stores = await OpenAsync();
        ToolExecution row = Execution(1);
        CommitOutcome.Committed made = await MustCommitAsync(stores, new ExecutionChange.Intended(row, Over), Said(row));
        await MustCommitAsync(stores, new ExecutionChange.Freed(North, row.Id, Owned(made), IsUnsent: false));

        await MustCommitAsync(stores, new ExecutionChange.Settled(Ended(row), Owned(made)), Said(row));

        (await stores.Executions.FindAsync(North, row.Id, Token)).ShouldNotBeNull().Row.ShouldBe(Ended(row));
    }

    [Fact]
    public async Task An_unknown_end_gives_way_to_a_known_one_once()
    {
        await using RecordStores stores = await OpenAsync();
        ToolExecution row = Execution(1);
        ToolExecution unknown = row with { Status = ExecutionStatus.Failed, IsUnknown = true, ErrorCode = "TOOL-024", SettledAt = At };
        CommitOutcome.Committed made = await MustCommitAsync(stores, new ExecutionChange.Intended(row, Over), Said(row));
        await MustCommitAsync(stores, new ExecutionChange.Freed(North, row.Id, Owned(made), IsUnsent: false));

        await MustCommitAsync(stores, new ExecutionChange.Settled(unknown, new SettledFrom.Abandoned()), Said(row));
        (await stores.Executions.ListAsync(North, new ExecutionFilter { IsOpen = true }, null, 10, Token)).ShouldBe([unknown]);
        await MustCommitAsync(stores, new ExecutionChange.Settled(Ended(row), new SettledFrom.Unknown()), Said(row));
        await MustMoveOnAsync(stores, new ExecutionChange.Settled(Ended(row), new SettledFrom.Unknown()));

        (await stores.Executions.FindAsync(North, row.Id, Token)).ShouldNotBeNull().Row.ShouldBe(Ended(row));
        (await stores.Executions.ListAsync(North, new ExecutionFilter { IsOpen = true }, null, 10, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_list_is_filtered_newest_first_and_paged_without_gap_or_repeat()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionKey key = Key(7);
        ToolExecution[] rows =
        [
            .. Enumerable.Range(1, 9).Select(i => Execution(i) with
            {
                RequestedAt = At.AddSeconds(i / 3),
                Tool = new ToolName(i % 2 == 0 ? "even" : "odd"),
                Exception = i % 3 == 0 ? key : null,
                ActorId = i < 5 ? "key:a" : "key:b",
            }),
        ];
        foreach (ToolExecution row in rows)
        {
            await MustCommitAsync(stores, row.ActorId == "key:a" ? new ExecutionChange.Recorded(Ended(row)) : new ExecutionChange.Intended(row, Long), Said(row));
        }

        List<ToolExecution> all = [];
        ExecutionPlace? place = null;
        for (IReadOnlyList<ToolExecution> page = await PageAsync(new ExecutionFilter()); page.Count > 0; page = await PageAsync(new ExecutionFilter()))
        {
            all.AddRange(page);
            place = new ExecutionPlace(page[^1].RequestedAt, page[^1].Id);
        }

        place = null;
        all.Select(row => row.Id).ShouldBe(rows.OrderByDescending(row => row.RequestedAt).ThenByDescending(row => row.Id.ToString(), StringComparer.Ordinal).Select(row => row.Id));
        (await Ids(new ExecutionFilter { Tool = new ToolName("even") })).ShouldBe([8, 6, 4, 2]);
        (await Ids(new ExecutionFilter { Exception = key })).ShouldBe([9, 6, 3]);
        (await Ids(new ExecutionFilter { Exception = key, Tool = new ToolName("odd"), Status = ExecutionStatus.Running })).ShouldBe([9]);
        (await Ids(new ExecutionFilter { Status = ExecutionStatus.Succeeded, ActorId = "key:a" })).ShouldBe([4, 3, 2, 1]);
        (await Ids(new ExecutionFilter { IsOpen = true, ActorId = "key:a" })).ShouldBeEmpty();
        (await Ids(new ExecutionFilter { IsOpen = true, Tool = new ToolName("odd"), Exception = key })).ShouldBe([9]);
        (await stores.Executions.ListAsync(South, new ExecutionFilter(), null, 10, Token)).ShouldBeEmpty();
        ToolExecution first = (await stores.Executions.ListAsync(North, new ExecutionFilter(), null, 1, Token)).Single();
        (await Ids(new ExecutionFilter { Domain = first.Domain, ActorKind = first.ActorKind })).ShouldBe(await Ids(new ExecutionFilter()));
        (await Ids(new ExecutionFilter { Domain = new DomainName(first.Domain.Value + "x") })).ShouldBeEmpty();
        (await Ids(new ExecutionFilter { Tool = new ToolName("even"), ActorKind = Enum.GetValues<PrincipalKind>().First(kind => kind != first.ActorKind) })).ShouldBeEmpty();
        foreach (ExecutionFilter filter in (ExecutionFilter[])[new() { Domain = first.Domain }, new() { Tool = new ToolName("even") }, new() { Exception = key }, new() { IsOpen = true }, new() { ActorId = "key:a" }])
        {
            int length = (await Ids(filter)).Length;
            (await stores.Executions.CountAsync(North, filter, 100, Token)).ShouldBe(length);
            (await stores.Executions.CountAsync(North, filter, 1, Token)).ShouldBe(Math.Min(length, 1));
            (await stores.Executions.CountAsync(South, filter, 100, Token)).ShouldBe(0);
        }
        (await stores.Executions.OfExceptionAsync(North, key, Token)).Select(row => Number(row.Id)).ShouldBe([3, 6, 9]);

        async Task<IReadOnlyList<ToolExecution>> PageAsync(ExecutionFilter filter) => await stores.Executions.ListAsync(North, filter, place, 2, Token);

        async Task<int[]> Ids(ExecutionFilter filter) => [.. (await stores.Executions.ListAsync(North, filter, null, 50, Token)).Select(row => Number(row.Id))];
    }

    [Fact]
    public async Task The_same_effect_is_found_unless_it_failed_or_was_undone_since()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionKey key = Key(7);
        PassId pass = new(Guid.CreateVersion7(At));
        ToolExecution done = Execution(1) with { Exception = key, Pass = pass, Place = 1, Step = new StepId("1"), Part = StepPart.Step };
        ToolExecution failed = Execution(2) with { Exception = key, Pass = pass, Place = 2, Step = new StepId("2"), Part = StepPart.Step };
        ToolExecution unknown = Execution(3) with { Exception = key, Pass = pass, Place = 3, Step = new StepId("3"), Part = StepPart.Step };
        ToolExecution read = Execution(4) with { Exception = key, Effect = ToolEffect.Read };
        ToolExecution other = Execution(5) with { Exception = key, Content = new CallDigest(new string('c', 64)) };
        ToolExecution undo = Execution(6) with { Exception = key, Pass = pass, Place = 1, Step = new StepId("1"), Part = StepPart.Rollback, Content = other.Content };
        foreach (ToolExecution row in (ToolExecution[])[Ended(done), Ended(failed) with { Status = ExecutionStatus.Failed, ErrorCode = "TOOL-020" }, Ended(unknown) with { Status = ExecutionStatus.Failed, IsUnknown = true, ErrorCode = "TOOL-024" }, Ended(read), Ended(other)])
        {
            await MustCommitAsync(stores, new ExecutionChange.Recorded(row), Said(row));
        }

        (await stores.Executions.SameContentAsync(North, key, done.Content, Token)).Select(row => Number(row.Id)).ShouldBe([1, 3]);
        await MustCommitAsync(stores, new ExecutionChange.Recorded(Ended(undo)), Said(undo));

        (await stores.Executions.SameContentAsync(North, key, done.Content, Token)).Select(row => Number(row.Id)).ShouldBe([3]);
        (await stores.Executions.SameContentAsync(North, Key(8), done.Content, Token)).ShouldBeEmpty();
        (await stores.Executions.SameContentAsync(South, key, done.Content, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_this_process_makes_is_listed_until_it_is_settled_or_let_go_of()
    {
        await using RecordStores stores = await OpenAsync();
        ToolExecution[] rows = [.. Enumerable.Range(1, 3).Select(Execution)];
        List<CommitOutcome.Committed> made = [];
        foreach (ToolExecution row in rows)
        {
            made.Add(await MustCommitAsync(stores, new ExecutionChange.Intended(row, Long), Said(row)));
        }

        await MustCommitAsync(stores, new ExecutionChange.Settled(Ended(rows[0]), Owned(made[0])), Said(rows[0]));
        await MustCommitAsync(stores, new ExecutionChange.Freed(North, rows[1].Id, Owned(made[1]), IsUnsent: false));

        StoredExecution left = (await stores.Executions.OwnedAsync(10, Token)).ShouldHaveSingleItem();
        (left.Row, left.Slot, left.N).ShouldBe((rows[2], made[2].Slot, made[2].N));
    }

    [Fact]
    public async Task An_exception_with_a_call_under_way_is_not_erased_and_then_its_digests_are()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow exception = await AddAsync(stores, Row("a"));
        ToolExecution row = Execution(1) with { Exception = exception.Key };
        CommitOutcome.Committed made = await MustCommitAsync(stores, new ExecutionChange.Intended(row, Long), Event(exception));
        ErasureDesk desk = new(stores.Log, stores.Committer, TimeProvider.System);
        Principal me = new(PrincipalKind.Person, "local:me", "me", []);

        (await Should.ThrowAsync<Core.Errors.ReeveException>(desk.EraseAsync(North, exception.Key, ErasureReason.Request, me, Token))).Error.Code.ShouldBe("AUDIT-003");
        (await ListAsync(stores.Log.OfExceptionAsync(North, exception.Key, Token))).ShouldAllBe(item => item.Body != null);
        await MustCommitAsync(stores, new ExecutionChange.Settled(Ended(row), Owned(made)), Event(exception));
        await desk.EraseAsync(North, exception.Key, ErasureReason.Request, me, Token);

        ToolExecution found = (await stores.Executions.FindAsync(North, row.Id, Token)).ShouldNotBeNull().Row;
        (found.Digest.Hex, found.Content.Hex, found.Exception).ShouldBe(("", "", exception.Key));
    }

    public static ToolExecution Execution(int number) => new()
    {
        TenantId = North,
        Id = new ExecutionId(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1])),
        Domain = new DomainName("Parcels"),
        Tool = new ToolName("refund"),
        ToolVersion = "1.2.3",
        Effect = ToolEffect.Write,
        IsIdempotent = true,
        Digest = new CallDigest(new string('a', 64)),
        Content = new CallDigest(new string('b', 64)),
        ActorKind = PrincipalKind.Service,
        ActorId = "key:1",
        Status = ExecutionStatus.Running,
        RequestedAt = At,
    };

    public static SettledFrom.Owned Owned(CommitOutcome made) => made is CommitOutcome.Committed done ? new SettledFrom.Owned(done.Slot, done.N) : throw new InvalidOperationException();

    public static ToolExecution Ended(ToolExecution row) => row with { Status = ExecutionStatus.Succeeded, Attempts = 2, SettledAt = At.AddSeconds(5) };

    /// <summary>An event that goes with a change of an execution of no exception.</summary>
    public static Change.Append Said(ToolExecution row) => Note(row.TenantId, run: new RunId(row.Id.Value));

    private static async Task MustMoveOnAsync(RecordStores stores, ExecutionChange change) =>
        (await stores.Committer.CommitAsync([change, Note(North)], Token)).ShouldBeOfType<CommitOutcome.MovedOn>();

    private static ExceptionKey Key(int number) => new(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 2]));

    private static int Number(ExecutionId id) => BitConverter.ToInt32(id.Value.ToByteArray());
}
