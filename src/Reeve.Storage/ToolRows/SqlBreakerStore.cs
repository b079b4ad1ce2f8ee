using Reeve.Core.Changes;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Breakers;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.ToolRows;

/// <summary>Breakers that are not closed, in a database. Thread-safe.</summary>
public sealed class SqlBreakerStore(Database database) : IBreakerStore, IChangeWriter
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<Breaker>> ListAsync(TenantId tenant, CancellationToken cancellationToken) => database.ReadAsync(Sql.List, tenant, static _ => { }, Read, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Breaker>> ListAllAsync(CancellationToken cancellationToken) => database.ReadAcrossAsync(Sql.ListAll, static _ => { }, Read, cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<StatementCall>? For(Change change) => change is not BreakerChange { Key: var key, To: var to } ? null
        : to is null ? [new StatementCall(Sql.Remove, parameters => Bind(parameters, key), null)]
        : [new StatementCall(Sql.Set, parameters => Bind(parameters, key).Text("state", Wire.Name(to.State)).Time("at", to.OpenedAt), null)];

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("breakers of a tenant", Sql.List, "breakers", "breakers_pkey", static (_, _) => { }),
        new("breaker that closes", Sql.Remove, "breakers", "breakers_pkey", static (sample, _) => sample.Text("domain", "-").Text("tool", "-")) { Columns = 3 },
    ];

    private static Parameters Bind(Parameters parameters, BreakerKey key) => parameters.Text("domain", key.Domain.Value).Text("tool", key.Tool.Value);

    private static Breaker Read(Row row) => new(
        new BreakerKey(new TenantId(row.Text(0)), new DomainName(row.Text(1)), new ToolName(row.Text(2))),
        Wire.TryParse(row.Text(3), out BreakerState state) ? state : throw new InvalidOperationException("A state that the check of the table does not allow."), row.Time(4));

    private static class Sql
    {
        private const string Columns = "select tenant_id, domain, tool, state, opened_at from breakers";

        internal static readonly Statement List = new($"{Columns} where tenant_id = @tenant order by domain, tool");

        // Across tenants: few, and a node holds them all.
        internal static readonly Statement ListAll = new($"{Columns} order by tenant_id, domain, tool") { AcrossTenants = true };

        internal static readonly Statement Set = new(
            """
            insert into breakers (tenant_id, domain, tool, state, opened_at) values (@tenant, @domain, @tool, @state, @at)
            on conflict (tenant_id, domain, tool) do update set state = excluded.state, opened_at = excluded.opened_at
            """);

        internal static readonly Statement Remove = new("delete from breakers where tenant_id = @tenant and domain = @domain and tool = @tool");
    }
}
