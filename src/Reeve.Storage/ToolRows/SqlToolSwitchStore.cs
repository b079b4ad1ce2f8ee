using Reeve.Core.Changes;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Switches;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.ToolRows;

/// <summary>Switches of tools in a database. Thread-safe.</summary>
public sealed class SqlToolSwitchStore(Database database) : IToolSwitchStore, IChangeWriter
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<ToolSwitch>> ListAsync(TenantId tenant, CancellationToken cancellationToken) => database.ReadAsync(Sql.List, tenant, static _ => { }, Read, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ToolSwitch>> ListDisabledAsync(CancellationToken cancellationToken) =>
        database.ReadAcrossAsync(Sql.ListDisabled, static _ => { }, Read, cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<StatementCall>? For(Change change) => change is ToolSwitchChange { Switch: var to } ? [new StatementCall(Sql.Set, parameters => Bind(parameters, to), null)] : null;

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans => [new("switches of a tenant's tools", Sql.List, "tool_switches", "tool_switches_pkey", static (_, _) => { })];

    private static void Bind(Parameters parameters, ToolSwitch to) => parameters
        .Text("domain", to.Domain.Value).Text("tool", to.Tool.Value).Flag("enabled", to.IsEnabled).Time("at", to.UpdatedAt).Text("by", to.UpdatedBy);

    private static ToolSwitch Read(Row row) => new(new TenantId(row.Text(0)), new DomainName(row.Text(1)), new ToolName(row.Text(2)), row.Flag(3), row.Time(4), row.Text(5));

    private static class Sql
    {
        private const string Columns = "select tenant_id, domain, tool, is_enabled, updated_at, updated_by from tool_switches";

        internal static readonly Statement List = new($"{Columns} where tenant_id = @tenant order by domain, tool");

        // Across tenants: few, and a node asks for every tenant it works for at once.
        internal static readonly Statement ListDisabled = new(
            Postgres: $"{Columns} where not is_enabled order by tenant_id, domain, tool",
            Sqlite: $"{Columns} where is_enabled = 0 order by tenant_id, domain, tool") { AcrossTenants = true };

        internal static readonly Statement Set = new(
            """
            insert into tool_switches (tenant_id, domain, tool, is_enabled, updated_at, updated_by) values (@tenant, @domain, @tool, @enabled, @at, @by)
            on conflict (tenant_id, domain, tool) do update set is_enabled = excluded.is_enabled, updated_at = excluded.updated_at, updated_by = excluded.updated_by
            """);
    }
}
