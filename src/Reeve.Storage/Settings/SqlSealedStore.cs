using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Governance.Encryption;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Settings;

/// <summary>Sealed values in a database, which never sees what is in them.</summary>
public sealed class SqlSealedStore(Database database) : ISealedStore, IChangeWriter
{
    /// <inheritdoc/>
    public async Task<SealedValue?> FindAsync(TenantId tenant, string name, CancellationToken cancellationToken) =>
        (await database.ReadAsync(Sql.Find, tenant, parameters => parameters.Text("name", name), Read, cancellationToken)).FirstOrDefault();

    /// <inheritdoc/>
    public Task<IReadOnlyList<SealedValue>> ListAsync(TenantId tenant, string prefix, CancellationToken cancellationToken) =>
        database.ReadAsync(Sql.List, tenant, parameters => parameters.Text("prefix", prefix).Number("length", prefix.EnumerateRunes().Count()), Read, cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<StatementCall>? For(Change change) => change switch
    {
        SealedChange.Added { Value: var value } => [new StatementCall(Sql.Add, parameters => Bind(parameters, value), new CommitOutcome.AlreadyThere(null))],
        SealedChange.Put { Value: var value } => [new StatementCall(Sql.Put, parameters => Bind(parameters, value), Otherwise: null)],
        SealedChange.Removed removed => [new StatementCall(Sql.Remove, parameters => parameters.Text("name", removed.Name), new CommitOutcome.MovedOn())],
        _ => null,
    };

    private static void Bind(Parameters parameters, SealedValue value) =>
        parameters.Text("name", value.Name).Bytes("envelope", value.Envelope).Time("updatedAt", value.UpdatedAt);

    private static SealedValue Read(Row row) => new(new TenantId(row.Text(0)), row.Text(1), row.Bytes(2), row.Time(3));

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("sealed value by name", Sql.Find, "sealed_values", "sealed_values_pkey", static (sample, _) => sample.Text("name", "-")),
        new("sealed values by prefix", Sql.List, "sealed_values", "sealed_values_pkey", static (sample, _) => sample.Text("prefix", "-").Number("length", 1)),
    ];

    private static class Sql
    {
        internal static readonly Statement Find = new("select tenant_id, name, envelope, updated_at from sealed_values where tenant_id = @tenant and name = @name");

        // Both count characters; the first comparison lets the key's index begin at the prefix.
        internal static readonly Statement List = new(
            """
            select tenant_id, name, envelope, updated_at from sealed_values
            where tenant_id = @tenant and name >= @prefix and substr(name, 1, cast(@length as integer)) = @prefix
            order by name
            """);

        internal static readonly Statement Add = new(
            "insert into sealed_values (tenant_id, name, envelope, updated_at) values (@tenant, @name, @envelope, @updatedAt) on conflict do nothing");

        internal static readonly Statement Remove = new("delete from sealed_values where tenant_id = @tenant and name = @name");

        internal static readonly Statement Put = new(
            """
            insert into sealed_values (tenant_id, name, envelope, updated_at) values (@tenant, @name, @envelope, @updatedAt)
            on conflict (tenant_id, name) do update set envelope = excluded.envelope, updated_at = excluded.updated_at
            """);
    }
}
