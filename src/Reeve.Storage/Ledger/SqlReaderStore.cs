using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Ledger;

/// <summary>The log as readers follow it, in a database, and how far each has come. Thread-safe.</summary>
/// <param name="database">The store.</param>
/// <param name="upkeep">What moves readers on; null where they are only followed.</param>
public sealed class SqlReaderStore(Database database, IUpkeep? upkeep) : IReaderStore
{
    private static readonly CommitOutcome Moved = new CommitOutcome.MovedOn();

    /// <inheritdoc/>
    public async Task<ReaderPosition> FindAsync(string name, CancellationToken cancellationToken) =>
        Position(await database.ReadAcrossAsync(Sql.Find, parameters => parameters.Text("name", name), SlotAndN, cancellationToken));

    /// <inheritdoc/>
    public async Task<ReaderPosition> HeadAsync(CancellationToken cancellationToken) =>
        Position(await database.ReadAcrossAsync(Sql.Head, static _ => { }, SlotAndN, cancellationToken));

    /// <inheritdoc/>
    public async Task<LogPage> FetchAsync(ReaderPosition after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        IReadOnlyList<Fetched> rows = await database.ReadAcrossAsync(
            Sql.Fetch, parameters => parameters.Text("after", after.ToJson()).Number("limit", limit), Read, cancellationToken);
        ReaderPosition head = ReaderPosition.Start;
        ReaderPosition next = after;
        List<LogCommit> commits = [];
        List<LoggedEvent> events = [];
        foreach (Fetched row in rows)
        {
            head = head.With(row.Slot, row.Head);
            if (row.N is not { } n)
            {
                continue;
            }

            if (n > next[row.Slot] + 1)
            {
                throw Refused(ErrorCatalogue.Record.PositionGone, $"Slot {row.Slot} is listed from {n} on.", after);
            }

            if (n > next[row.Slot])
            {
                next = next.With(row.Slot, n);
                events = [];
                commits.Add(new LogCommit(row.Slot, n, row.At, events, Waits: false));
            }

            if (row.Event is { } item)
            {
                events.Add(item);
                commits[^1] = row.Waits ? commits[^1] with { Waits = true } : commits[^1];
            }
        }

        return head.Covers(after)
            ? new LogPage(commits, next, !next.Equals(head))
            : throw Refused(ErrorCatalogue.Record.PositionAhead, $"The log ends at {head}.", after);
    }

    /// <inheritdoc/>
    public async Task<bool> AdvanceAsync(string name, ReaderPosition from, ReaderPosition to, CancellationToken cancellationToken)
    {
        IUpkeep mover = upkeep ?? throw new InvalidOperationException("This store only follows the log.");
        ArgumentOutOfRangeException.ThrowIfEqual(to.Covers(from), false);
        StatementCall[] calls = [.. to.Slots.Where(item => item.N != from[item.Slot]).Select(item => new StatementCall(
            from[item.Slot] == 0 ? Sql.Begin : Sql.Advance,
            parameters => parameters.Text("name", name).Number("slot", item.Slot).Number("n", item.N).Number("from", from[item.Slot]),
            Moved))];
        return calls.Length == 0 || await mover.MaintainAsync(calls, cancellationToken) is CommitOutcome.Committed;
    }

    private static Fetched Read(Row row) => new(
        row.Int(0), row.Long(1), row.LongOrNull(2), row.IsNull(2) ? default : row.Time(3), !row.IsNull(4) && row.Flag(4), row.IsNull(5) ? null : EventColumns.Read(row, 5));

    private static (int Slot, long N) SlotAndN(Row row) => (row.Int(0), row.Long(1));

    private static ReaderPosition Position(IReadOnlyList<(int Slot, long N)> slots) =>
        slots.Aggregate(ReaderPosition.Start, (position, item) => position.With(item.Slot, item.N));

    private static ReeveException Refused(ErrorCode kind, string why, ReaderPosition position) => new(new ReeveError(kind, why, position.ToString()));

    private readonly record struct Fetched(int Slot, long Head, long? N, DateTimeOffset At, bool Waits, LoggedEvent? Event);

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("position of a reader", Sql.Find, "readers", "readers_pkey", static (sample, _) => sample.Text("name", "-")),
        new("ends of slots", Sql.Head, "commits", "commits_pkey", static (_, _) => { }),
        new("commits for a reader", Sql.Fetch, "commits", "commits_pkey", static (sample, _) => SamplePosition(sample)),
        new("events for a reader", Sql.Fetch, "events", "events_pkey", static (sample, _) => SamplePosition(sample)),
    ];

    private static Parameters SamplePosition(Parameters sample) => sample.Text("after", ReaderPosition.Start.ToJson()).Number("limit", 500);

    // Readers follow every tenant: what they fill is filled for each under the tenant's own role.
    private static class Sql
    {
        internal static readonly Statement Find = new("select slot, n from readers where name = @name") { AcrossTenants = true };

        internal static readonly Statement Head = new(
            "select s.slot, coalesce((select max(c.n) from commits c where c.slot = s.slot), 0) from slots s order by s.slot") { AcrossTenants = true };

        // One statement, one snapshot of all slots. Of each slot the commits behind the position, until its share of the limit is reached;
        // of those the events, by the tenants that the commit's row names, since the log is kept by tenant. A commit waits when one of its
        // events follows, within its exception, an event behind the end of the page; for what is said of a version later nothing waits. Differs: a file has one slot, where nothing waits.
        internal static readonly Statement Fetch = new(
            Postgres: $"""
                with page as materialized (
                    select s.slot, p.seen, coalesce(h.n, 0) as head, c.n, c.at, c.tenants
                    from slots s
                    cross join lateral (select coalesce((@after::json ->> s.slot::text)::bigint, 0) as seen) p
                    left join lateral (select n from commits where slot = s.slot order by n desc limit 1) h on true
                    left join lateral (
                        select counted.n, counted.at, counted.tenants
                        from (
                            select b.n, b.at, b.tenants, sum(greatest(b.events, 1)) over (order by b.n) - greatest(b.events, 1) as before
                            from (
                                select k.n, k.at, k.tenants, (select coalesce(sum(t.value::bigint), 0) from json_each_text(k.tenants::json) t) as events
                                from commits k where k.slot = s.slot and k.n > p.seen order by k.n limit @limit) b) counted
                        where counted.before < greatest(1, @limit / (select count(*) from slots))) c on true),
                ends as (select slot, coalesce(max(n), max(seen)) as n from page group by slot)
                select page.slot, page.head, page.n, page.at,
                    e.row_version > 1 and exists (
                        select 1 from events q join ends x on x.slot = q.slot
                        where q.tenant_id = e.tenant_id and q.exception_key = e.exception_key and q.row_version < e.row_version and q.n > x.n
                            and q.type not in ('ToolCallIntended', 'ToolCallSettled', 'ToolCallRefused')),
                    {EventColumns.All}
                from page
                left join lateral json_each_text(page.tenants::json) t on true
                left join events e on e.tenant_id = t.key and e.slot = page.slot and e.n = page.n and e.recorded_at = page.at
                order by page.slot, page.n, e.tenant_id, e.ordinal
                """,
            Sqlite: $"""
                select s.slot, coalesce((select max(n) from commits where slot = s.slot), 0), c.n, c.at, 0, {EventColumns.All}
                from slots s
                left join (
                    select counted.slot, counted.n, counted.at, counted.tenants
                    from (
                        select b.slot, b.n, b.at, b.tenants, sum(max(b.events, 1)) over (order by b.n) - max(b.events, 1) as before
                        from (
                            select k.slot, k.n, k.at, k.tenants, (select coalesce(sum(t.value), 0) from json_each(k.tenants) t) as events
                            from commits k where k.slot = 1 and k.n > coalesce(json_extract(@after, '$."1"'), 0) order by k.n limit @limit) b) counted
                    where counted.before < @limit) c on c.slot = s.slot
                left join json_each(c.tenants) t
                left join events e on e.tenant_id = t.key and e.slot = c.slot and e.n = c.n
                order by s.slot, c.n, e.tenant_id, e.ordinal
                """) { AcrossTenants = true };

        internal static readonly Statement Begin = new("insert into readers (name, slot, n) values (@name, @slot, @n) on conflict do nothing") { AcrossTenants = true };

        internal static readonly Statement Advance = new("update readers set n = @n where name = @name and slot = @slot and n = @from") { AcrossTenants = true };
    }
}
