using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Schedules;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Timetables;

/// <summary>Schedules in a database.</summary>
/// <param name="database">The store.</param>
/// <param name="committer">What takes and ends runs, and the slots they are noted under; null where it only says the SQL of changes.</param>
/// <param name="clock">The time of a file.</param>
public sealed class SqlScheduleStore(Database database, Committer? committer, TimeProvider clock) : IScheduleStore, IChangeWriter
{
    private static readonly CommitOutcome Moved = new CommitOutcome.MovedOn();
    private static readonly CommitOutcome There = new CommitOutcome.AlreadyThere(null);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Schedule>> ListAsync(TenantId tenant, CancellationToken cancellationToken) =>
        database.ReadAsync(Sql.List, tenant, static _ => { }, static row => ReadSchedule(row, 0), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScheduleRun>> LastRunsAsync(TenantId tenant, CancellationToken cancellationToken) =>
        database.ReadAsync(Sql.LastRuns, tenant, static _ => { }, ReadRun, cancellationToken);

    /// <inheritdoc/>
    public Task<ScheduleReading> DueAsync(CancellationToken cancellationToken) => ReadAsync(Sql.Due, cancellationToken);

    /// <inheritdoc/>
    public Task<ScheduleReading> EnabledAsync(CancellationToken cancellationToken) => ReadAsync(Sql.Enabled, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScheduleRun>> LostAsync(CancellationToken cancellationToken) =>
        database.ReadAcrossAsync(Sql.Lost, static _ => { }, ReadRun, cancellationToken);

    /// <inheritdoc/>
    public async Task<ScheduleTake> TakeAsync(Schedule seen, DateTimeOffset due, DateTimeOffset next, CancellationToken cancellationToken)
    {
        StatementCall begin = new(Sql.Begin, parameters => Of(parameters, seen.TenantId, seen.Name).Time("due", due).Number("slot", Slot), There);
        return await MaintainAsync([begin, Move(seen, next)], cancellationToken) switch
        {
            CommitOutcome.Committed => ScheduleTake.Taken,
            CommitOutcome.AlreadyThere => ScheduleTake.RunBefore,
            _ => ScheduleTake.Moved,
        };
    }

    /// <inheritdoc/>
    public async Task<bool> TakeAgainAsync(ScheduleRun lost, CancellationToken cancellationToken) => await MaintainAsync(
        [new StatementCall(Sql.BeginAgain, parameters => Of(parameters, lost.TenantId, lost.Name).Time("due", lost.DueAt).Number("slot", Slot), Moved)], cancellationToken) is CommitOutcome.Committed;

    /// <inheritdoc/>
    public async Task<bool> MoveAsync(Schedule seen, DateTimeOffset next, CancellationToken cancellationToken) =>
        await MaintainAsync([Move(seen, next)], cancellationToken) is CommitOutcome.Committed;

    /// <inheritdoc/>
    public async Task<bool> EndAsync(TenantId tenant, ScheduleName name, DateTimeOffset due, ScheduleOutcome outcome, CancellationToken cancellationToken) => await MaintainAsync(
        [new StatementCall(Sql.End, parameters => Of(parameters, tenant, name).Time("due", due).Text("outcome", Wire.Name(outcome)).Id("node", committer?.Node), Moved)], cancellationToken) is CommitOutcome.Committed;

    /// <summary>Removes the runs that began over thirty days ago by the database's clock, some thousand at a time.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> PruneAsync(CancellationToken cancellationToken) => await MaintainAsync(
        [new StatementCall(Sql.Prune, parameters => Now(parameters), Moved)], cancellationToken) is CommitOutcome.Committed;

    /// <inheritdoc/>
    public IReadOnlyList<StatementCall>? For(Change change) => change switch
    {
        ScheduleChange.Put { Schedule: var put } => [new StatementCall(
            Sql.Put,
            parameters => parameters.Text("name", put.Name.Value).Text("cron", put.Cron).Text("zone", put.Zone).Time("next", put.NextAt).Flag("enabled", put.IsEnabled).Time("changed", put.ChangedAt),
            null)],
        ScheduleChange.Removed removed => [new StatementCall(Sql.Remove, parameters => parameters.Text("name", removed.Name.Value), Moved)],
        _ => null,
    };

    private StatementCall Move(Schedule seen, DateTimeOffset next) => new(
        Sql.Move, parameters => Of(parameters, seen.TenantId, seen.Name).Time("next", next).Time("seen", seen.NextAt).Time("changed", seen.ChangedAt), Moved);

    private Parameters Of(Parameters parameters, TenantId tenant, ScheduleName name) => Now(parameters.Text("owner", tenant.Value).Text("name", name.Value));

    // The time of PostgreSQL is its own.
    private Parameters Now(Parameters parameters) => database.Dialect == Dialect.Sqlite ? parameters.Time("now", clock.GetUtcNow()) : parameters;

    // A run is the process's; whichever of its slots is taken over, the process was taken for dead.
    private int Slot => committer?.Slots.FirstOrDefault(static slot => slot.Slot > 0)?.Slot ?? 0;

    private Task<CommitOutcome> MaintainAsync(StatementCall[] calls, CancellationToken cancellationToken) =>
        (committer ?? throw new InvalidOperationException("This store only says the SQL of changes.")).MaintainAsync(calls, cancellationToken);

    private async Task<ScheduleReading> ReadAsync(Statement statement, CancellationToken cancellationToken)
    {
        IReadOnlyList<(DateTimeOffset Now, Schedule? Schedule)> rows = await database.ReadAcrossAsync(
            statement, parameters => Now(parameters), static row => (row.Time(0), row.IsNull(1) ? null : ReadSchedule(row, 1)), cancellationToken);
        return new ScheduleReading(rows[0].Now, [.. rows.Select(row => row.Schedule).OfType<Schedule>()]);
    }

    private static Schedule ReadSchedule(Row row, int at) => new(
        new TenantId(row.Text(at)), new ScheduleName(row.Text(at + 1)), row.Text(at + 2), row.Text(at + 3), row.Time(at + 4), row.Flag(at + 5), row.Time(at + 6));

    private static ScheduleRun ReadRun(Row row) => new(
        new TenantId(row.Text(0)), new ScheduleName(row.Text(1)), row.Time(2), row.Time(3), row.TimeOrNull(4),
        row.TextOrNull(5) is not { } text ? null : Wire.TryParse(text, out ScheduleOutcome outcome) ? outcome : throw new InvalidOperationException("An outcome that the check of the table does not allow."));

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("schedules of a tenant", Sql.List, "schedules", "schedules_pkey", static (_, _) => { }),
        new("last runs of schedules", Sql.LastRuns, "schedule_runs", "schedule_runs_pkey", static (_, _) => { }),
        new("schedules that are due", Sql.Due, "schedules", "schedules_due", static (sample, _) => sample.Time("now", DateTimeOffset.UnixEpoch)),
        new("runs that were lost", Sql.Lost, "schedule_runs", "schedule_runs_pkey", static (_, _) => { }),
        new("upkeep: old runs", Sql.Prune, "schedule_runs", "schedule_runs_started", static (sample, _) => sample.Time("now", DateTimeOffset.UnixEpoch)),
    ];

    private static class Sql
    {
        private const string Columns = "s.tenant_id, s.name, s.cron, s.zone, s.next_at, s.enabled, s.changed_at";
        private const string RunColumns = "r.tenant_id, r.name, r.due_at, r.started_at, r.ended_at, r.outcome";

        internal static readonly Statement List = new($"select {Columns} from schedules s where s.tenant_id = @tenant order by s.name");

        internal static readonly Statement LastRuns = new(
            $"""
            select {RunColumns} from schedule_runs r
            where r.tenant_id = @tenant and not exists (select 1 from schedule_runs l where l.tenant_id = r.tenant_id and l.name = r.name and l.due_at > r.due_at)
            order by r.name
            """);

        // One row at least, which has the time. Across tenants: the ticker is everybody's. Differs: the time of a file is the process's.
        internal static readonly Statement Due = new(
            Postgres: $"""
                select t.now, {Columns}
                from (select now() as now) t
                left join lateral (
                    select * from schedules d
                    where d.enabled and d.next_at <= now()
                        and not exists (select 1 from schedule_runs r where r.tenant_id = d.tenant_id and r.name = d.name and r.ended_at is null)
                    order by d.next_at, d.tenant_id, d.name limit 100) s on true
                order by s.next_at, s.tenant_id, s.name
                """,
            Sqlite: $"""
                select t.now, {Columns}
                from (select @now as now) t
                left join (
                    select * from schedules d
                    where d.enabled and d.next_at <= @now
                        and not exists (select 1 from schedule_runs r where r.tenant_id = d.tenant_id and r.name = d.name and r.ended_at is null)
                    order by d.next_at, d.tenant_id, d.name limit 100) s on true
                order by s.next_at, s.tenant_id, s.name
                """) { AcrossTenants = true };

        internal static readonly Statement Enabled = new(
            Postgres: $"select t.now, {Columns} from (select now() as now) t left join schedules s on s.enabled order by s.tenant_id, s.name",
            Sqlite: $"select t.now, {Columns} from (select @now as now) t left join schedules s on s.enabled order by s.tenant_id, s.name") { AcrossTenants = true };

        internal static readonly Statement Lost = new(
            $"""
            select {RunColumns} from schedule_runs r
            where r.tenant_id = '$platform' and r.outcome = 'LOST' and r.attempts = 1
                and not exists (select 1 from schedule_runs l where l.tenant_id = r.tenant_id and l.name = r.name and (l.due_at > r.due_at or l.ended_at is null))
                and exists (select 1 from schedules s where s.tenant_id = r.tenant_id and s.name = r.name and s.enabled)
            order by r.name
            """) { AcrossTenants = true };

        // The statements of the ticker run as upkeep, across tenants; each names its row's owner.
        internal static readonly Statement Begin = new(
            Postgres: """
                insert into schedule_runs (tenant_id, name, due_at, slot, started_at) values (@owner, @name, @due, @slot, clock_timestamp())
                on conflict do nothing
                """,
            Sqlite: "insert into schedule_runs (tenant_id, name, due_at, slot, started_at) values (@owner, @name, @due, @slot, @now) on conflict do nothing") { AcrossTenants = true };

        internal static readonly Statement Move = new(
            """
            update schedules set next_at = @next
            where tenant_id = @owner and name = @name and next_at = @seen and changed_at = @changed and enabled
            """) { AcrossTenants = true };

        internal static readonly Statement BeginAgain = new(
            Postgres: """
                update schedule_runs set slot = @slot, started_at = clock_timestamp(), ended_at = null, outcome = null, attempts = 2
                where tenant_id = @owner and name = @name and due_at = @due and outcome = 'LOST' and attempts = 1
                """,
            Sqlite: """
                update schedule_runs set slot = @slot, started_at = @now, ended_at = null, outcome = null, attempts = 2
                where tenant_id = @owner and name = @name and due_at = @due and outcome = 'LOST' and attempts = 1
                """) { AcrossTenants = true };

        // A run that another node took again is that node's to end.
        private const string Own = " and slot in (select s.slot from slots s where s.node = @node)";

        internal static readonly Statement End = new(
            Postgres: "update schedule_runs set ended_at = clock_timestamp(), outcome = @outcome where tenant_id = @owner and name = @name and due_at = @due and ended_at is null" + Own,
            Sqlite: "update schedule_runs set ended_at = @now, outcome = @outcome where tenant_id = @owner and name = @name and due_at = @due and ended_at is null" + Own) { AcrossTenants = true };

        internal static readonly Statement Prune = new(
            Postgres: """
                delete from schedule_runs where (tenant_id, name, due_at) in (
                    select r.tenant_id, r.name, r.due_at from schedule_runs r
                    where r.started_at < now() - interval '30 days' and r.ended_at is not null order by r.started_at limit 5000)
                """,
            Sqlite: """
                delete from schedule_runs where (tenant_id, name, due_at) in (
                    select r.tenant_id, r.name, r.due_at from schedule_runs r
                    where r.started_at < @now - 2592000000000 and r.ended_at is not null order by r.started_at limit 1000)
                """) { AcrossTenants = true };

        internal static readonly Statement Put = new(
            """
            insert into schedules (tenant_id, name, cron, zone, next_at, enabled, changed_at) values (@tenant, @name, @cron, @zone, @next, @enabled, @changed)
            on conflict (tenant_id, name) do update
            set cron = excluded.cron, zone = excluded.zone, next_at = excluded.next_at, enabled = excluded.enabled, changed_at = excluded.changed_at
            """);

        internal static readonly Statement Remove = new("delete from schedules where tenant_id = @tenant and name = @name");
    }
}
