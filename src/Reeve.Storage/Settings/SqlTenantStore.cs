using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Governance.Tenants;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Settings;

/// <summary>Tenants in a database.</summary>
public sealed class SqlTenantStore(Database database) : ITenantStore, IChangeWriter
{
    /// <inheritdoc/>
    public async Task<Tenant?> FindAsync(TenantId tenant, CancellationToken cancellationToken) =>
        (await database.ReadAsync(Sql.Find, tenant, static _ => { }, Read, cancellationToken)).FirstOrDefault();

    /// <inheritdoc/>
    public Task<IReadOnlyList<Tenant>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAcrossAsync(Sql.List, static _ => { }, Read, cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<StatementCall>? For(Change change) => change switch
    {
        TenantAdded { Tenant: var added } =>
        [
            new StatementCall(
                Sql.Add,
                parameters => parameters.Text("name", added.Name).Text("mode", Wire.Name(added.Mode)).Time("createdAt", added.CreatedAt).Text("createdBy", added.CreatedBy),
                new CommitOutcome.AlreadyThere(null)),
        ],
        TenantModeSet set =>
        [
            new StatementCall(Sql.SetMode, parameters => parameters.Text("from", Wire.Name(set.From)).Text("to", Wire.Name(set.To)), new CommitOutcome.MovedOn()),
        ],
        _ => null,
    };

    private static Tenant Read(Row row) => new(
        new TenantId(row.Text(0)), row.Text(1),
        Wire.TryParse(row.Text(2), out AutomationMode mode) ? mode : throw new InvalidOperationException("A mode that the check of the table does not allow."),
        row.Time(3), row.Text(4));

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("tenant by id", Sql.Find, "tenants", "tenants_pkey", static (_, _) => { }),
    ];

    private static class Sql
    {
        internal static readonly Statement Find = new("select tenant_id, name, mode, created_at, created_by from tenants where tenant_id = @tenant");

        // Across tenants: it is the list of them.
        internal static readonly Statement List = new("select tenant_id, name, mode, created_at, created_by from tenants order by tenant_id") { AcrossTenants = true };

        internal static readonly Statement Add = new(
            "insert into tenants (tenant_id, name, mode, created_at, created_by) values (@tenant, @name, @mode, @createdAt, @createdBy) on conflict do nothing");

        internal static readonly Statement SetMode = new("update tenants set mode = @to where tenant_id = @tenant and mode = @from");
    }
}
