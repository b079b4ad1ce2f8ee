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

    internal static readonly Statement TakeOver = new(
        Postgres: "update slots set writer = @writer, beat_at = clock_timestamp() where slot = @slot",
        Sqlite: "update slots set writer = @writer, beat_at = @now where slot = @slot") { AcrossTenants = true };

    // The empty commit that fences the owner before. It waits for one that the owner has under way; when that one goes through, no row
    // comes back and the next number is tried. Differs: on a file nobody else is there.
    internal static readonly Statement FenceOff = new(
        Postgres: """
            insert into commits (slot, n, writer, at, tenants)
            select @slot, coalesce(max(c.n), 0) + 1, @writer, greatest(clock_timestamp(), max(c.at)), '{}' from commits c where c.slot = @slot
            on conflict do nothing
            returning n
            """,
        Sqlite: """
            insert into commits (slot, n, writer, at, tenants)
            select @slot, coalesce(max(c.n), 0) + 1, @writer, max(@now, coalesce(max(c.at), 0)), '{}' from commits c where c.slot = @slot
            returning n
            """) { AcrossTenants = true };

    // Two nodes may try the same number: one of them gets no row and tries again.
    internal static readonly Statement Make = new(
        Postgres: """
            insert into slots (slot, writer, beat_at) select coalesce(max(s.slot), 0) + 1, @writer, clock_timestamp() from slots s
            on conflict do nothing
            returning slot
            """,
        Sqlite: "insert into slots (slot, writer, beat_at) values (1, @writer, @now) returning slot") { AcrossTenants = true };

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
