using Reeve.Core.Calls;
using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Cases;

/// <summary>Runs of playbooks in a database. Their changes are written by the committer itself; what is here besides reading is upkeep under a slot's fence. Thread-safe.</summary>
/// <param name="database">The store.</param>
/// <param name="upkeep">Sets rows free.</param>
/// <param name="holder">This process's slots.</param>
/// <param name="clock">On a file, the clock that rows are stamped with.</param>
public sealed class SqlPlaybookRunStore(Database database, IUpkeep upkeep, ISlotHolder holder, TimeProvider clock) : IPlaybookRunStore
{
    // Rows of one upkeep transaction; a commit waits for it.
    private const int ChangedAtOnce = 256;

    /// <inheritdoc/>
    public async Task<PlaybookRun?> FindAsync(TenantId tenant, PassId pass, CancellationToken cancellationToken) =>
        (await database.ReadAsync(Sql.Find, tenant, parameters => parameters.Id("pass", pass.Value), Read, cancellationToken)).SingleOrDefault();

    /// <inheritdoc/>
    public Task<IReadOnlyList<RecordedPart>> PartsAsync(TenantId tenant, PassId pass, CancellationToken cancellationToken) =>
        database.ReadAsync(Sql.Parts, tenant, parameters => parameters.Id("pass", pass.Value), ReadPart, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PlaybookRun>> DueAsync(IReadOnlyCollection<TenantId> except, int limit, CancellationToken cancellationToken) =>
        database.ReadAcrossAsync(
            Sql.Due, parameters => parameters.Texts("except", [.. except.Select(tenant => tenant.Value)]).Number("limit", limit).Time("now", clock.GetUtcNow()), Read, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<(TenantId Tenant, PassId Pass)>> OwnedAsync(int limit, CancellationToken cancellationToken) =>
        database.ReadAcrossAsync(
            Sql.Owned, parameters => parameters.Id("node", holder.Node).Number("limit", limit), static row => (new TenantId(row.Text(0)), new PassId(row.Id(1))), cancellationToken);

    /// <inheritdoc/>
    public async Task SetFreeAsync(IReadOnlyList<(TenantId Tenant, PassId Pass)> runs, CancellationToken cancellationToken)
    {
        foreach ((TenantId Tenant, PassId Pass)[] some in runs.Chunk(ChangedAtOnce))
        {
            await upkeep.MaintainAsync(
                [.. some.Select(run => new StatementCall(Sql.SetFree, parameters => parameters.Id("node", holder.Node).Text("whose", run.Tenant.Value).Id("pass", run.Pass.Value), null))],
                cancellationToken);
        }
    }

    private static PlaybookRun Read(Row row) => new()
    {
        TenantId = new TenantId(row.Text(0)),
        Pass = new PassId(row.Id(1)),
        Exception = new ExceptionKey(row.Id(2)),
        RunId = new RunId(row.Id(3)),
        Playbook = new PlaybookId(row.Text(4)),
        PlaybookVersion = row.Text(5),
        State = Named<RunState>(row.Text(6), "state"),
        IsAssisted = row.Flag(7),
        Attempts = row.Int(8),
        Reason = row.Text(9),
        Version = row.Long(10),
        StartedAt = row.TimeOrNull(11),
        UpdatedAt = row.Time(12),
        Ruling = row.TextOrNull(13) is { } ruling ? Named<RunRuling>(ruling, "ruling") : null,
    };

    private static RecordedPart ReadPart(Row row) => new()
    {
        Key = new PartKey(row.Int(0), row.Text(1)),
        Step = row.TextOrNull(2) is { } step ? new StepId(step) : null,
        Status = Named<PartStatus>(row.Text(3), "status"),
        Execution = row.IdOrNull(4) is { } execution ? new ExecutionId(execution) : null,
        ByKind = Named<PrincipalKind>(row.Text(5), "by_kind"),
        ById = row.Text(6),
        At = row.Time(7),
        Note = row.Text(8),
    };

    private static T Named<T>(string name, string column)
        where T : struct, Enum =>
        Wire.TryParse(name, out T value) ? value : throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Corrupt, $"The column {column} holds what no release writes.", column));

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("playbook run of a pass", Sql.Find, "playbook_runs", "playbook_runs_pkey", static (sample, _) => sample.Id("pass", Guid.Empty)) { Columns = 2 },
        new("playbook run: its parts", Sql.Parts, "steps", "steps_pkey", static (sample, _) => sample.Id("pass", Guid.Empty)) { Columns = 2 },
        new("playbook runs: what is due", Sql.Due, "playbook_runs", "playbook_runs_due", static (sample, now) => sample.Texts("except", []).Number("limit", 64).Time("now", now)),
        new("playbook runs: own", Sql.Owned, "playbook_runs", "playbook_runs_slot", static (sample, _) => sample.Id("node", Guid.Empty).Number("limit", 64)),
        new("playbook runs: set free", Sql.SetFree, "playbook_runs", "playbook_runs_pkey", static (sample, _) => sample.Id("node", Guid.Empty).Text("whose", "-").Id("pass", Guid.Empty)) { Columns = 2 },
    ];

    private static class Sql
    {
        private const string Columns =
            "select tenant_id, pass_id, exception_key, run_id, playbook_id, playbook_version, state, is_assisted, attempts, reason, version, started_at, updated_at, ruling from playbook_runs";

        private const string Ours = "slot in (select s.slot from slots s where s.node = @node)";

        internal static readonly Statement Find = new(Columns + " where tenant_id = @tenant and pass_id = @pass");

        internal static readonly Statement Parts = new(
            "select place, part, step_id, status, execution_id, by_kind, by_id, at, note from steps where tenant_id = @tenant and pass_id = @pass order by place, part");

        // Work is a node's, whoever's tenant it is. Differs: the clock that rows are stamped with, which on a file is the process's.
        internal static readonly Statement Due = new(
            Postgres: Columns + """
                 where slot is null and (state = 'READY' or state = 'PAUSED') and wake_at <= clock_timestamp() and (ruling is not null or not tenant_id = any(@except))
                order by wake_at limit @limit
                """,
            Sqlite: Columns + """
                 where slot is null and (state = 'READY' or state = 'PAUSED') and wake_at <= @now and (ruling is not null or tenant_id not in (select value from json_each(@except)))
                order by wake_at limit @limit
                """) { AcrossTenants = true };

        // A node's rows are of every tenant.
        internal static readonly Statement Owned = new(both: $"select tenant_id, pass_id from playbook_runs where {Ours} limit @limit") { AcrossTenants = true };

        // Of whatever tenants it was; what is another node's is left alone. The parameter is not @tenant because upkeep is nobody's.
        internal static readonly Statement SetFree = new(
            both: $"""
                update playbook_runs set slot = null, version = version + 1, attempts = case when attempts > 0 then attempts - 1 else 0 end
                where tenant_id = @whose and pass_id = @pass and {Ours}
                """) { AcrossTenants = true };
    }
}
