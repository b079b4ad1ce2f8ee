using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Governance.Holds;

namespace Reeve.Tests.Governance.Holds;

/// <summary>What is on hold stays so until those reasons are lifted that somebody saw; what nobody knows counts as held.</summary>
public sealed class HoldDeskTests
{
    [Fact]
    public async Task A_tenants_hold_stops_that_tenant_alone_until_it_is_lifted_and_both_are_on_record()
    {
        Office office = await Office.OpenAsync();
        HoldDesk desk = Sole(office);

        (Hold hold, bool isNew) = await desk.PlaceAsync(Office.North, "  wrong \n prices ", Office.Admin, Office.Token);

        isNew.ShouldBeTrue();
        (hold.Reason, hold.Cause, hold.PlacedBy, hold.Owner, hold.Since).ShouldBe(("wrong prices", HoldCause.Person, "key:1", "Ada", office.Clock.GetUtcNow()));
        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeTrue();
        (await desk.IsHeldAsync(Office.South, Office.Token)).ShouldBeFalse();
        (await desk.ResumeAsync(Office.North, "prices corrected", Office.Root, Office.Token)).ShouldBe([hold]);
        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeFalse();
        (LoggedEvent Event, MapValue Body) placed = office.Events(EventType.HoldPlaced).ShouldHaveSingleItem();
        (placed.Event.TenantId, placed.Event.ActorId, placed.Body["reason"].AsString(), placed.Body["holdId"].AsString()).ShouldBe((Office.North, "key:1", "wrong prices", hold.Id.ToString("D")));
        (LoggedEvent Event, MapValue Body) lifted = office.Events(EventType.HoldLifted).ShouldHaveSingleItem();
        (lifted.Event.TenantId, lifted.Body["reason"].AsString(), lifted.Body["actor"].AsMap()["id"].AsString()).ShouldBe((Office.North, "prices corrected", "local:test"));
        lifted.Body["holds"].AsList().Items.ToArray().ShouldHaveSingleItem().AsMap()["reason"].AsString().ShouldBe("wrong prices");
    }

    [Fact]
    public async Task A_hold_of_all_stops_every_tenant_and_lifting_it_leaves_a_tenants_own()
    {
        Office office = await Office.OpenAsync();
        HoldDesk desk = Sole(office);
        await desk.PlaceAsync(Office.South, "its own", Office.Admin, Office.Token);
        await desk.PlaceAsync(TenantId.Platform, "everybody", Office.Root, Office.Token);
        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeTrue();

        await desk.ResumeAsync(TenantId.Platform, "over", Office.Root, Office.Token);

        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeFalse();
        (await desk.IsHeldAsync(Office.South, Office.Token)).ShouldBeTrue();
        office.Events(EventType.HoldPlaced).Select(item => item.Event.TenantId).ShouldBe([Office.South, TenantId.Platform]);
    }

    [Fact]
    public async Task Each_reason_is_a_hold_of_its_own_and_the_same_one_of_the_same_actor_is_placed_once()
    {
        Office office = await Office.OpenAsync();
        HoldDesk desk = Sole(office);

        (Hold first, _) = await desk.PlaceAsync(Office.North, "one", Office.Admin, Office.Token);
        (Hold again, bool isNew) = await desk.PlaceAsync(Office.North, " one", Office.Admin, Office.Token);
        await desk.PlaceAsync(Office.North, "two", Office.Admin, Office.Token);
        await desk.PlaceAsync(Office.North, "one", Office.Root, Office.Token);

        (again, isNew).ShouldBe((first, false));
        (await desk.ListAsync(Office.Token)).Count.ShouldBe(3);
        office.Events(EventType.HoldPlaced).Count.ShouldBe(3);
        (await desk.ResumeAsync(Office.North, "all of it", Office.Root, Office.Token)).Count.ShouldBe(3);
        (await desk.ResumeAsync(Office.North, "again", Office.Root, Office.Token)).ShouldBeEmpty();
        office.Events(EventType.HoldLifted).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_hold_that_comes_while_others_are_lifted_stays()
    {
        Office office = await Office.OpenAsync();
        HoldDesk other = Sole(office);
        await other.PlaceAsync(Office.North, "seen", Office.Admin, Office.Token);
        Hold? late = null;
        MeanwhileCommitter committer = new(office.Store, async () => late = (await other.PlaceAsync(Office.North, "unseen", Office.Root, Office.Token)).Hold);
        HoldDesk desk = new(office.Settings, office.Tenants, committer, office.NewBoard(), office.Clock);

        (await desk.ResumeAsync(Office.North, "over", Office.Root, Office.Token)).ShouldHaveSingleItem().Reason.ShouldBe("seen");

        (await desk.ListAsync(Office.Token)).ShouldBe([late.ShouldNotBeNull()]);
        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task Of_two_who_resume_at_once_one_lifts_and_the_other_finds_nothing()
    {
        Office office = await Office.OpenAsync();
        HoldDesk other = Sole(office);
        await other.PlaceAsync(Office.North, "seen", Office.Admin, Office.Token);
        MeanwhileCommitter committer = new(office.Store, () => other.ResumeAsync(Office.North, "first", Office.Root, Office.Token));
        HoldDesk desk = new(office.Settings, office.Tenants, committer, office.NewBoard(), office.Clock);

        (await desk.ResumeAsync(Office.North, "second", Office.Root, Office.Token)).ShouldBeEmpty();

        office.Events(EventType.HoldLifted).ShouldHaveSingleItem().Body["reason"].AsString().ShouldBe("first");
    }

    [Fact]
    public async Task A_hold_that_comes_between_two_tries_stays()
    {
        Office office = await Office.OpenAsync();
        HoldDesk other = Sole(office);
        await other.PlaceAsync(Office.North, "seen", Office.Admin, Office.Token);
        Hold? late = null;
        MeanwhileCommitter committer = new(office.Store, async () =>
        {
            await other.ResumeAsync(Office.North, "first", Office.Root, Office.Token);
            late = (await other.PlaceAsync(Office.North, "unseen", Office.Root, Office.Token)).Hold;
        });
        HoldDesk desk = new(office.Settings, office.Tenants, committer, office.NewBoard(), office.Clock);

        (await desk.ResumeAsync(Office.North, "second", Office.Root, Office.Token)).ShouldBeEmpty();

        (await desk.ListAsync(Office.Token)).ShouldBe([late.ShouldNotBeNull()]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    [InlineData("a\u0007b")]
    [InlineData("a\u202Eb")]
    public async Task What_says_nothing_is_no_reason(string reason)
    {
        Office office = await Office.OpenAsync();
        HoldDesk desk = Sole(office);

        (await Should.ThrowAsync<ReeveException>(() => desk.PlaceAsync(Office.North, reason, Office.Admin, Office.Token))).Error.Code.ShouldBe("HOLD-001");
        (await Should.ThrowAsync<ReeveException>(() => desk.PlaceAsync(Office.North, "half a pair \uD800", Office.Admin, Office.Token))).Error.Code.ShouldBe("HOLD-001");
        (await Should.ThrowAsync<ReeveException>(() => desk.ResumeAsync(Office.North, new string('x', 201), Office.Admin, Office.Token))).Error.Code.ShouldBe("HOLD-001");
        (await desk.ListAsync(Office.Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tenant_that_is_not_there_is_not_said_to_be_stopped()
    {
        Office office = await Office.OpenAsync();
        HoldDesk desk = Sole(office);

        foreach (string id in new[] { "north", "NORTH ", "", "$other" })
        {
            (await Should.ThrowAsync<ReeveException>(() => desk.PlaceAsync(new TenantId(id), "x", Office.Root, Office.Token))).Error.Code.ShouldBe("TENANT-003");
        }
    }

    [Fact]
    public async Task What_is_asked_again_is_answered_from_memory_for_less_than_a_second()
    {
        Office office = await Office.OpenAsync();
        SignalBoard board = new(office.Clock);
        board.LookedAt(office.Clock.GetTimestamp());
        HoldDesk desk = office.NewHoldDesk(board);
        await desk.IsHeldAsync(Office.North, Office.Token);
        int reads = office.Settings.Reads;

        for (int i = 0; i < 100; i++)
        {
            (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeFalse();
        }

        office.Settings.Reads.ShouldBe(reads);

        // The board still looks, but what was read is too old: somebody may have changed the row by hand.
        office.Clock.Advance(TimeSpan.FromMilliseconds(950));
        board.LookedAt(office.Clock.GetTimestamp());
        await office.NewHoldDesk().PlaceAsync(Office.North, "elsewhere", Office.Root, Office.Token);
        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_signal_or_a_board_that_is_not_believed_has_it_read_again()
    {
        Office office = await Office.OpenAsync();
        SignalBoard board = new(office.Clock);
        board.LookedAt(office.Clock.GetTimestamp());
        HoldDesk desk = office.NewHoldDesk(board);
        HoldDesk elsewhere = office.NewHoldDesk();
        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeFalse();
        await elsewhere.PlaceAsync(Office.North, "elsewhere", Office.Root, Office.Token);
        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeFalse("nobody has said so yet, and less than a second has passed");

        board.Forget(Signals.Keys, null);
        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeFalse();
        board.Forget(Signals.Hold, [Office.South]);
        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeTrue();

        await elsewhere.ResumeAsync(Office.North, "over", Office.Root, Office.Token);
        office.Clock.Advance(SignalBoard.Believed);
        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_cannot_be_read_counts_as_held_and_is_asked_again_the_next_time(bool isKnown)
    {
        Office office = await Office.OpenAsync();
        HoldDesk desk = Sole(office);
        office.Settings.BeforeRead = () => throw (isKnown ? new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "away")) : new InvalidOperationException("a fault of ours"));

        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeTrue();

        office.Settings.BeforeRead = null;
        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task What_was_read_before_a_signal_is_not_kept_after_it()
    {
        Office office = await Office.OpenAsync();
        SignalBoard board = SignalBoard.OfOneProcess();
        SlowStore store = new(office.Settings);
        HoldDesk desk = new(store, office.Tenants, office.Store, board, office.Clock);
        Task<bool> asked = desk.IsHeldAsync(Office.North, Office.Token).AsTask();
        await store.HasRead.Task;

        await office.NewHoldDesk().PlaceAsync(Office.North, "meanwhile", Office.Root, Office.Token);
        board.Forget(Signals.Hold, [Office.North]);
        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeTrue();
        store.Go.SetResult();
        (await asked).ShouldBeFalse("it asked before");

        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task What_took_too_long_to_be_read_counts_as_held()
    {
        Office office = await Office.OpenAsync();
        SlowStore store = new(office.Settings);
        HoldDesk desk = new(store, office.Tenants, office.Store, SignalBoard.OfOneProcess(), office.Clock);
        Task<bool> first = desk.IsHeldAsync(Office.North, Office.Token).AsTask();
        await store.HasRead.Task;
        office.Clock.Advance(TimeSpan.FromMilliseconds(900));
        Task<bool> joined = desk.IsHeldAsync(Office.North, Office.Token).AsTask();

        store.Go.SetResult();

        (await first, await joined).ShouldBe((true, true));
        (await desk.IsHeldAsync(Office.North, Office.Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task Many_who_ask_at_once_are_one_read()
    {
        Office office = await Office.OpenAsync();
        HoldDesk desk = Sole(office);
        TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        office.Settings.BeforeRead = () => go.Task;
        int reads = office.Settings.Reads;

        Task<bool>[] asked = [.. Enumerable.Range(0, 50).Select(_ => desk.IsHeldAsync(Office.North, Office.Token).AsTask())];
        go.SetResult();

        (await Task.WhenAll(asked)).ShouldAllBe(answer => !answer);
        office.Settings.Reads.ShouldBe(reads + 1);
    }

    [Fact]
    public async Task A_restored_store_is_held_for_all_and_its_mark_goes_with_the_event()
    {
        Office office = await Office.OpenAsync();
        HoldDesk desk = Sole(office);
        DateTimeOffset copied = office.Clock.GetUtcNow().AddHours(-3);
        Hold mark = new(TenantId.Platform, Guid.CreateVersion7(copied), HoldCause.Copy, copied, "A backup.", "system:store", "reeve");
        await office.Store.CommitAloneAsync(TenantId.Platform, [new HoldChange.Placed(mark)], Office.Token);
        (await desk.MarksAsync(Office.Token)).ShouldBe([mark]);

        Hold placed = await desk.PlaceRestoredAsync(new Restoration(copied, ReaderPosition.Start.With(1, 881)), "restored", Office.Root, Office.Token);

        (await desk.ListAsync(Office.Token)).ShouldBe([placed]);
        (placed.Cause, placed.IsForAll).ShouldBe((HoldCause.Restore, true));
        (LoggedEvent Event, MapValue Body) said = office.Events(EventType.StoreRestored).ShouldHaveSingleItem();
        (said.Event.TenantId, said.Body["position"].AsString(), said.Body["copiedAt"].AsString()).ShouldBe((TenantId.Platform, "1:881", TimeText.Timestamp(copied)));
        (await desk.IsHeldAsync(Office.South, Office.Token)).ShouldBeTrue();
    }

    // One that believes nothing it holds, since its board has not looked.
    private static HoldDesk Sole(Office office) => office.NewHoldDesk(new SignalBoard(office.Clock));

    /// <summary>Whose first reading takes its time to come back.</summary>
    private sealed class SlowStore(IHoldStore inner) : IHoldStore
    {
        private int reads;

        internal TaskCompletionSource HasRead { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<DateTimeOffset?> LastRestoredAsync(CancellationToken cancellationToken) => inner.LastRestoredAsync(cancellationToken);

        public async Task<IReadOnlyList<Hold>> ListAsync(CancellationToken cancellationToken)
        {
            IReadOnlyList<Hold> holds = await inner.ListAsync(cancellationToken);
            if (Interlocked.Increment(ref reads) == 1)
            {
                HasRead.SetResult();
                await Go.Task;
            }

            return holds;
        }
    }
}
