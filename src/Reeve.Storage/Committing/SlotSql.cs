using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Committing.PlaybookRows;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing;

/// <summary>The statements by which slots are taken, held and given back. Slots belong to no tenant.</summary>
internal static class SlotSql
{
    // Not renewed for a lease, or renewed further ahead than a lease: the clock was put back, and nobody should wait until it has caught up.
    // A slot whose last commit is as far ahead is left alone: its commits could not go back in time, into a month that may not be there.
    // Differs: a file has one slot, and whoever holds the file's lock has it.
    internal static readonly Statement FindExpired = new(
        Postgres: """
            select s.slot from slots s
            where (s.beat_at < clock_timestamp() - @lease or s.beat_at > clock_timestamp() + @lease)
                and coalesce((select c.at from commits c where c.slot = s.slot order by c.n desc limit 1), 'epoch') <= clock_timestamp() + @lease
            order by s.slot
            for update of s skip locked
            limit 1
            """,
        Sqlite: "select slot from slots where slot = 1") { AcrossTenants = true };

    // As somebody saw it: when it was renewed or taken since, or is being taken, there is no row. Differs: on a file nobody else is there.
    internal static readonly Statement FindDead = new(
        Postgres: "select slot from slots where slot = @slot and writer = @writer and beat_at = @beat for update skip locked",
        Sqlite: "select slot from slots where slot = @slot and writer = @writer and beat_at = @beat") { AcrossTenants = true };

    // One's own, given up in doubt. It waits for who is just taking it.
    internal static readonly Statement FindOwn = new(
        Postgres: "select slot from slots where slot = @slot and writer = @writer for update",
        Sqlite: "select slot from slots where slot = @slot and writer = @writer") { AcrossTenants = true };

    // The empty commit that fences the owner before. It waits for one that the owner has under way; when that one goes through, no row
    // comes back and the next number is tried. Its signals tell every node what may be free. Differs: on a file nobody
    // else is there.
    internal static readonly Statement FenceOff = new(
        Postgres: """
            insert into commits (slot, n, writer, at, tenants, signals)
            select @slot, coalesce(max(c.n), 0) + 1, @writer, greatest(clock_timestamp(), max(c.at)), '{}', 'inbox,playbooks,schedules' from commits c where c.slot = @slot
            on conflict do nothing
            returning n
            """,
        Sqlite: """
            insert into commits (slot, n, writer, at, tenants, signals)
            select @slot, coalesce(max(c.n), 0) + 1, @writer, max(@now, coalesce(max(c.at), 0)), '{}', 'inbox,playbooks,schedules' from commits c where c.slot = @slot
            returning n
            """) { AcrossTenants = true };

    // Behind the fence, so that what a late commit of the owner put down is among them.
    internal static readonly Statement FreeInbox = new(
        Postgres: """
            update inbox i set slot = null, after_stop = i.after_stop or s.beat_at <> 'epoch'
            from slots s
            where s.slot = @slot and i.slot = s.slot
            """,
        Sqlite: """
            update inbox set slot = null, after_stop = max(after_stop, (select beat_at <> 0 from slots where slot = @slot))
            where slot = @slot
            """) { AcrossTenants = true };

    // A run of a schedule is not gone on with by another: it is known to be lost, and what that means is the schedule's business.
    internal static readonly Statement LoseRuns = new(
        Postgres: "update schedule_runs set outcome = 'LOST', ended_at = clock_timestamp() where slot = @slot and ended_at is null",
        Sqlite: "update schedule_runs set outcome = 'LOST', ended_at = @now where slot = @slot and ended_at is null") { AcrossTenants = true };

    /// <summary>
    /// What sets free, or ends, what is owned through a slot that is taken; @slot is all that they are given. They run behind the fence, while
    /// the slot's row still says whose it was and whether it was given back.
    /// </summary>
    internal static readonly Statement[] Free = [FreeInbox, LoseRuns, ImportSql.Break, ExecutionSql.FreeOf, PlaybookSql.FreeOf];

    // Who gives a slot back lives, so what it could not end has an attempt less on its account.
    internal static readonly Statement LeaveInbox = new(
        both: """
            update inbox set slot = null, attempts = case when attempts > 0 then attempts - 1 else 0 end
            where slot = @slot and exists (select 1 from slots s where s.slot = @slot and s.writer = @writer)
            """) { AcrossTenants = true };

    internal static readonly Statement LeaveRuns = new(
        Postgres: """
            update schedule_runs set outcome = 'LOST', ended_at = clock_timestamp()
            where slot = @slot and ended_at is null and exists (select 1 from slots s where s.slot = @slot and s.writer = @writer)
            """,
        Sqlite: """
            update schedule_runs set outcome = 'LOST', ended_at = @now
            where slot = @slot and ended_at is null and exists (select 1 from slots s where s.slot = @slot and s.writer = @writer)
            """) { AcrossTenants = true };

    /// <summary>The same for a slot that is given back by whoever has it, who is told by @writer.</summary>
    internal static readonly Statement[] Leave = [LeaveInbox, LeaveRuns, ExecutionSql.Leave, PlaybookSql.Leave];

    // A slot that was not given back was left by a stop that was not clean: what killed a node may kill the next.
    internal static readonly Statement TakeOver = new(
        Postgres: """
            update slots set writer = @writer, node = @node, beat_at = clock_timestamp(),
                unclean_before = case when beat_at <> 'epoch' then unclean_at else unclean_before end,
                unclean_at = case when beat_at <> 'epoch' then clock_timestamp() else unclean_at end
            where slot = @slot
            """,
        Sqlite: """
            update slots set writer = @writer, node = @node, beat_at = @now,
                unclean_before = case when beat_at <> 0 then unclean_at else unclean_before end,
                unclean_at = case when beat_at <> 0 then @now else unclean_at end
            where slot = @slot
            """) { AcrossTenants = true };

    // A dead slot is kept for the next start, as one that was given back. Differs: on a file nobody takes a slot but to write through it.
    internal static readonly Statement Bury = new(
        Postgres: """
            update slots set writer = @writer, node = @node, beat_at = 'epoch', unclean_before = unclean_at, unclean_at = clock_timestamp()
            where slot = @slot
            """,
        Sqlite: """
            update slots set writer = @writer, node = @node, beat_at = 0, unclean_before = unclean_at, unclean_at = @now
            where slot = @slot
            """) { AcrossTenants = true };

    internal static readonly Statement TakeAgain = new(
        Postgres: "update slots set writer = @writer, node = @node, beat_at = clock_timestamp() where slot = @slot",
        Sqlite: "update slots set writer = @writer, node = @node, beat_at = @now where slot = @slot") { AcrossTenants = true };

    // Ages by the database's clock, in microseconds: what a node makes of them does not depend on its own. Differs: a file has no others' slots.
    internal static readonly Statement List = new(
        Postgres: """
            select slot, writer, node, beat_at, beat_at = 'epoch',
                beat_at < clock_timestamp() - @lease or beat_at > clock_timestamp() + @lease,
                (extract(epoch from clock_timestamp() - unclean_at) * 1000000)::bigint, (extract(epoch from clock_timestamp() - unclean_before) * 1000000)::bigint
            from slots order by slot
            """,
        Sqlite: "select slot from slots order by slot") { AcrossTenants = true };

    // Differs: a file's clock is the process's.
    internal static readonly Statement UncleanFor = new(
        Postgres: "select (extract(epoch from clock_timestamp() - unclean_at) * 1000000)::bigint from slots where slot = @slot",
        Sqlite: "select @now - unclean_at from slots where slot = @slot") { AcrossTenants = true };

    internal static readonly Statement UncleanBeforeFor = new(
        Postgres: "select (extract(epoch from clock_timestamp() - unclean_before) * 1000000)::bigint from slots where slot = @slot",
        Sqlite: "select @now - unclean_before from slots where slot = @slot") { AcrossTenants = true };

    // Two nodes may try the same number: one of them gets no row and tries again.
    internal static readonly Statement Make = new(
        Postgres: """
            insert into slots (slot, writer, node, beat_at) select coalesce(max(s.slot), 0) + 1, @writer, @node, clock_timestamp() from slots s
            on conflict do nothing
            returning slot
            """,
        Sqlite: "insert into slots (slot, writer, node, beat_at) values (1, @writer, @node, @now) returning slot") { AcrossTenants = true };

    internal static readonly Statement Renew = new(
        Postgres: "update slots set beat_at = clock_timestamp() where slot = @slot and writer = @writer",
        Sqlite: "update slots set beat_at = @now where slot = @slot and writer = @writer") { AcrossTenants = true };

    // Long ago, so that the next start takes it at once.
    internal static readonly Statement GiveBack = new(
        Postgres: "update slots set beat_at = 'epoch' where slot = @slot and writer = @writer",
        Sqlite: "update slots set beat_at = 0 where slot = @slot and writer = @writer") { AcrossTenants = true };

    // Fences what writes no commit. The share lock keeps a taker away until the transaction ends. Differs: a file has one writer.
    internal static readonly Statement Hold = new(
        Postgres: "select 1 from slots where slot = @slot and writer = @writer for share",
        Sqlite: "select 1 from slots where slot = @slot and writer = @writer") { AcrossTenants = true };

    // Differs: a file has no months.
    internal static readonly Statement AddMonths = new(
        Postgres: "select add_event_months((clock_timestamp() at time zone 'UTC')::date, 2)",
        Sqlite: "select 0") { AcrossTenants = true };
}
