using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Schedules;

namespace Reeve.Testing.Timetables;

/// <summary>What every store of schedules does. Times lie a day or more from now, since a database has a clock of its own.</summary>
public abstract class ScheduleStoreContract
{
    private static readonly TenantId Platform = new("$platform");
    private static readonly TenantId North = new("NORTH");
    private static readonly ScheduleName Digest = new("digest");
    private static readonly ScheduleName Upkeep = new("upkeep");
    private static readonly DateTimeOffset Past = new DateTimeOffset(2020, 2, 29, 10, 0, 0, TimeSpan.Zero).AddMicroseconds(3);
    private static readonly DateTimeOffset Future = new(2900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The store in a place of the test's own.</summary>
    protected abstract Task<ScheduleStores> OpenAsync();

    [Fact]
    public async Task A_schedule_comes_back_as_it_was_set_and_as_it_was_set_again()
    {
        await using ScheduleStores stores = await OpenAsync();
        Schedule first = Of(North, Digest, Past);
        Schedule again = first with { Cron = "0 7 * * mon", Zone = "Europe/Berlin", NextAt = Future, IsEnabled = false, ChangedAt = Past.AddDays(1) };

        await PutAsync(stores, Of(North, new ScheduleName("a"), Past));
        await PutAsync(stores, first);
        (await stores.Schedules.ListAsync(North, Token)).Select(schedule => schedule.Name.Value).ShouldBe(["a", "digest"]);
        (await stores.Schedules.ListAsync(North, Token))[1].ShouldBe(first);
        await PutAsync(stores, again);

        (await stores.Schedules.ListAsync(North, Token))[1].ShouldBe(again);
        (await stores.Schedules.ListAsync(new TenantId("north"), Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_schedule_is_removed_once()
    {
        await using ScheduleStores stores = await OpenAsync();
        await PutAsync(stores, Of(North, Digest, Past));

        (await RemoveAsync(stores, North, Digest)).ShouldBeOfType<CommitOutcome.Committed>();

        (await RemoveAsync(stores, North, Digest)).ShouldBe(new CommitOutcome.MovedOn());
        (await stores.Schedules.ListAsync(North, Token)).ShouldBeEmpty();
        (await stores.Schedules.DueAsync(Token)).Schedules.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_due_is_told_with_the_time_the_longest_due_first()
    {
        await using ScheduleStores stores = await OpenAsync();
        (await stores.Schedules.DueAsync(Token)).Schedules.ShouldBeEmpty();
        await PutAsync(stores, Of(North, Digest, Past.AddDays(1)));
        await PutAsync(stores, Of(Platform, Upkeep, Past));
        await PutAsync(stores, Of(North, new ScheduleName("later"), Future));
        await PutAsync(stores, Of(North, new ScheduleName("off"), Past) with { IsEnabled = false });

        ScheduleReading due = await stores.Schedules.DueAsync(Token);

        due.Schedules.ShouldBe([Of(Platform, Upkeep, Past), Of(North, Digest, Past.AddDays(1))]);
        due.Now.ShouldBeInRange(Past, Future);
        due.Now.Offset.ShouldBe(TimeSpan.Zero);
        (await stores.Schedules.EnabledAsync(Token)).Schedules.Select(schedule => schedule.Name.Value).Order(StringComparer.Ordinal).ShouldBe(["digest", "later", "upkeep"]);
    }

    [Fact]
    public async Task What_is_taken_is_moved_on_and_runs_and_is_no_longer_due()
    {
        await using ScheduleStores stores = await OpenAsync();
        Schedule seen = Of(North, Digest, Past);
        await PutAsync(stores, seen);

        (await stores.Schedules.TakeAsync(seen, Past.AddHours(5), Past.AddHours(6), Token)).ShouldBe(ScheduleTake.Taken);

        (await stores.Schedules.ListAsync(North, Token)).ShouldBe([seen with { NextAt = Past.AddHours(6) }]);
        ScheduleRun run = (await stores.Schedules.LastRunsAsync(North, Token)).ShouldHaveSingleItem();
        (run.TenantId, run.Name, run.DueAt, run.EndedAt, run.Outcome).ShouldBe((North, Digest, Past.AddHours(5), null, null));
        (await stores.Schedules.DueAsync(Token)).Schedules.ShouldBeEmpty();

        (await stores.Schedules.EndAsync(North, Digest, run.DueAt, ScheduleOutcome.Failed, Token)).ShouldBeTrue();
        (await stores.Schedules.EndAsync(North, Digest, run.DueAt, ScheduleOutcome.Done, Token)).ShouldBeFalse();
        (await stores.Schedules.LastRunsAsync(North, Token)).Single().Outcome.ShouldBe(ScheduleOutcome.Failed);
        (await stores.Schedules.DueAsync(Token)).Schedules.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Of_two_that_saw_the_same_one_takes_it()
    {
        await using ScheduleStores stores = await OpenAsync();
        Schedule seen = Of(North, Digest, Past);
        await PutAsync(stores, seen);

        ScheduleTake[] takes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => stores.Schedules.TakeAsync(seen, Past.AddMinutes(i), Past.AddHours(6), Token)));

        takes.Count(take => take == ScheduleTake.Taken).ShouldBe(1);
        takes.Count(take => take == ScheduleTake.Moved).ShouldBe(7);
    }

    [Fact]
    public async Task What_was_changed_since_it_was_read_is_neither_taken_nor_moved()
    {
        await using ScheduleStores stores = await OpenAsync();
        Schedule seen = Of(North, Digest, Past);
        await PutAsync(stores, seen);
        await PutAsync(stores, seen with { ChangedAt = seen.ChangedAt.AddMicroseconds(1) });

        (await stores.Schedules.TakeAsync(seen, Past, Future, Token)).ShouldBe(ScheduleTake.Moved);
        (await stores.Schedules.MoveAsync(seen, Future, Token)).ShouldBeFalse();

        (await stores.Schedules.LastRunsAsync(North, Token)).ShouldBeEmpty();
        (await stores.Schedules.ListAsync(North, Token)).Single().NextAt.ShouldBe(Past);
    }

    [Fact]
    public async Task A_time_that_has_its_run_is_not_run_again_and_nothing_moves_by_it()
    {
        await using ScheduleStores stores = await OpenAsync();
        Schedule seen = Of(North, Digest, Past);
        await PutAsync(stores, seen);
        await stores.Schedules.TakeAsync(seen, Past, Past.AddHours(1), Token);
        await stores.Schedules.EndAsync(North, Digest, Past, ScheduleOutcome.Done, Token);
        Schedule now = seen with { NextAt = Past.AddHours(1) };

        (await stores.Schedules.TakeAsync(now, Past, Future, Token)).ShouldBe(ScheduleTake.RunBefore);

        (await stores.Schedules.ListAsync(North, Token)).ShouldBe([now]);
        (await stores.Schedules.MoveAsync(now, Future, Token)).ShouldBeTrue();
        (await stores.Schedules.ListAsync(North, Token)).Single().NextAt.ShouldBe(Future);
    }

    [Fact]
    public async Task A_lost_run_of_the_products_own_is_made_up_once_and_a_tenants_is_not()
    {
        await using ScheduleStores stores = await OpenAsync();
        foreach (Schedule schedule in new[] { Of(North, Digest, Past), Of(Platform, Upkeep, Past) })
        {
            await PutAsync(stores, schedule);
            await stores.Schedules.TakeAsync(schedule, Past, Future, Token);
        }

        (await stores.Schedules.LostAsync(Token)).ShouldBeEmpty();
        await stores.LoseAsync();

        ScheduleRun lost = (await stores.Schedules.LostAsync(Token)).ShouldHaveSingleItem();
        (lost.TenantId, lost.Outcome).ShouldBe((Platform, ScheduleOutcome.Lost));
        (await stores.Schedules.TakeAgainAsync(lost, Token)).ShouldBeTrue();
        (await stores.Schedules.TakeAgainAsync(lost, Token)).ShouldBeFalse();
        (await stores.Schedules.LostAsync(Token)).ShouldBeEmpty();
        (await stores.Schedules.LastRunsAsync(Platform, Token)).Single().EndedAt.ShouldBeNull();
        await stores.LoseAsync();
        (await stores.Schedules.LostAsync(Token)).ShouldBeEmpty();
    }

    private static Schedule Of(TenantId tenant, ScheduleName name, DateTimeOffset next) => new(tenant, name, "17 * * * *", "UTC", next, IsEnabled: true, Past.AddDays(-1));

    private static async Task PutAsync(ScheduleStores stores, Schedule schedule) =>
        (await stores.Committer.CommitAloneAsync(schedule.TenantId, [new ScheduleChange.Put(schedule)], Token)).ShouldBeOfType<CommitOutcome.Committed>();

    private static Task<CommitOutcome> RemoveAsync(ScheduleStores stores, TenantId tenant, ScheduleName name) =>
        stores.Committer.CommitAloneAsync(tenant, [new ScheduleChange.Removed(tenant, name)], Token);
}
