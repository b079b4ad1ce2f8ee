using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Recording;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Cases;

/// <summary>The runs of a tenant in a database. <see cref="RunAdded"/> is written by the committer itself. Thread-safe.</summary>
public sealed class SqlRunStore(Database database) : IRunStore
{
    /// <inheritdoc/>
    public async Task<Run?> FindAsync(TenantId tenant, RunId run, CancellationToken cancellationToken) =>
        (await database.ReadAsync(Sql.Find, tenant, parameters => parameters.Id("id", run.Value), row => Read(tenant, row), cancellationToken)).SingleOrDefault();

    /// <inheritdoc/>
    public Task<IReadOnlyList<Run>> ListAsync(TenantId tenant, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(Sql.List, tenant, parameters => parameters.Number("limit", limit), row => Read(tenant, row), cancellationToken);

    private static Run Read(TenantId tenant, Row row) => new()
    {
        Id = new RunId(row.Id(0)),
        TenantId = tenant,
        Kind = Wire.TryParse(row.Text(1), out RunKind kind) ? kind : throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Corrupt, "The column kind holds no kind of run.", "kind")),
        Domain = new DomainName(row.Text(2)),
        DomainPack = row.Text(3),
        TenantPolicy = row.Text(4),
        AsOf = row.TimeOrNull(5),
        LogicVersion = row.Int(6),
        Product = row.Text(7),
        StartedAt = row.Time(8),

        // The row keeps the id alone; the event RunStarted has the rest.
        StartedBy = new Principal(PrincipalKind.Service, row.Text(9), "", []),
    };

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("run by id", Sql.Find, "runs", "runs_pkey", static (sample, _) => sample.Id("id", Guid.Empty)),
        new("runs of a tenant", Sql.List, "runs", "runs_pkey", static (sample, _) => sample.Number("limit", 50)),
    ];

    private static class Sql
    {
        private const string Columns = """
            select run_id, kind, domain, domain_pack, tenant_policy, as_of, logic_version, product, started_at, started_by
            from runs
            where tenant_id = @tenant
            """;

        internal static readonly Statement Find = new(Columns + " and run_id = @id");

        // Ids are rising by time, and the key is the index.
        internal static readonly Statement List = new(Columns + " order by started_at desc, run_id desc limit @limit");
    }
}
