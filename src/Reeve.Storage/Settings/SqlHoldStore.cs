using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Governance.Holds;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Settings;

/// <summary>Holds in a database.</summary>
public sealed class SqlHoldStore(Database database) : IHoldStore, IChangeWriter
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<Hold>> ListAsync(CancellationToken cancellationToken) => database.ReadAcrossAsync(Sql.List, static _ => { }, Read, cancellationToken);

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> LastRestoredAsync(CancellationToken cancellationToken) =>
        (await database.ReadAcrossAsync(Sql.LastRestored, static _ => { }, static row => row.TimeOrNull(0), cancellationToken)).SingleOrDefault();

    /// <inheritdoc/>
    public IReadOnlyList<StatementCall>? For(Change change) => change switch
    {
        HoldChange.Placed { Hold: var placed } => [new StatementCall(Sql.Add, parameters => Bind(parameters, placed), new CommitOutcome.AlreadyThere(null))],
        HoldChange.Restored { Hold: var restored } => [new StatementCall(Sql.Restored, parameters => parameters.Id("hold", restored.Id).Time("at", restored.Since), new CommitOutcome.AlreadyThere(null))],
        HoldChange.Lifted lifted => [new StatementCall(Sql.Remove, parameters => parameters.Id("hold", lifted.Hold), new CommitOutcome.MovedOn())],
        _ => null,
    };

    private static void Bind(Parameters parameters, Hold hold) => parameters
        .Id("hold", hold.Id)
        .Text("cause", Wire.Name(hold.Cause))
        .Time("since", hold.Since)
        .Text("reason", hold.Reason)
        .Text("placedBy", hold.PlacedBy)
        .Text("owner", hold.Owner);

    private static Hold Read(Row row) => new(
        new TenantId(row.Text(0)), row.Id(1),
        Wire.TryParse(row.Text(2), out HoldCause cause) ? cause : throw new InvalidOperationException("A cause that the check of the table does not allow."),
        row.Time(3), row.Text(4), row.Text(5), row.Text(6));

    private static class Sql
    {
        // Across tenants: what stops all of them is among it, and a node asks for every tenant it works for at once. '$' comes before letters and digits.
        internal static readonly Statement List = new(
            "select tenant_id, hold_id, cause, since, reason, placed_by, owner from holds order by tenant_id, since, hold_id") { AcrossTenants = true };

        internal static readonly Statement Add = new(
            """
            insert into holds (tenant_id, hold_id, cause, since, reason, placed_by, owner) values (@tenant, @hold, @cause, @since, @reason, @placedBy, @owner)
            on conflict do nothing
            """);

        // Across tenants: it is the platform's, and every tenant's calls ask for it.
        internal static readonly Statement LastRestored = new("select max(restored_at) from restorations") { AcrossTenants = true };

        // Differs: a file's clock is the process's.
        internal static readonly Statement Restored = new(
            Postgres: "insert into restorations (tenant_id, restored_at, hold_id) values (@tenant, greatest(clock_timestamp(), @at), @hold) on conflict do nothing",
            Sqlite: "insert into restorations (tenant_id, restored_at, hold_id) values (@tenant, @at, @hold) on conflict do nothing");

        internal static readonly Statement Remove = new("delete from holds where tenant_id = @tenant and hold_id = @hold");
    }
}
