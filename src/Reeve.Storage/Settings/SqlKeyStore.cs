using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Identity;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Settings;

/// <summary>API keys in a database.</summary>
public sealed class SqlKeyStore(Database database) : IKeyStore, IChangeWriter
{
    /// <inheritdoc/>
    public async Task<StoredKey?> ByIdAsync(Guid key, CancellationToken cancellationToken) =>
        (await database.ReadAcrossAsync(Sql.ById, parameters => parameters.Id("key", key), row => new StoredKey(Read(row), row.Bytes(9)), cancellationToken)).FirstOrDefault();

    /// <inheritdoc/>
    public async Task<ApiKey?> FindAsync(TenantId tenant, Guid key, CancellationToken cancellationToken) =>
        (await database.ReadAsync(Sql.Find, tenant, parameters => parameters.Id("key", key), Read, cancellationToken)).FirstOrDefault();

    /// <inheritdoc/>
    public Task<IReadOnlyList<ApiKey>> ListAsync(TenantId tenant, CancellationToken cancellationToken) =>
        database.ReadAsync(Sql.List, tenant, static _ => { }, Read, cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<StatementCall>? For(Change change) => change switch
    {
        KeyChange.Added { Stored: var added } => [new StatementCall(Sql.Add, parameters => Bind(parameters, added), new CommitOutcome.AlreadyThere(null))],
        KeyChange.Revoked revoked =>
        [
            new StatementCall(Sql.Revoke, parameters => parameters.Id("key", revoked.Key).Time("at", revoked.At), new CommitOutcome.MovedOn()),
        ],
        _ => null,
    };

    private static void Bind(Parameters parameters, StoredKey stored) => parameters
        .Id("key", stored.Key.Id)
        .Bytes("secretHash", stored.SecretHash)
        .Text("kind", Wire.Name(stored.Key.Kind))
        .Text("owner", stored.Key.Owner)
        .Text("ownerFolded", stored.Key.OwnerFolded)
        .Text("roles", string.Join(',', stored.Key.Roles))
        .Time("createdAt", stored.Key.CreatedAt)
        .Text("createdBy", stored.Key.CreatedBy)
        .Time("expiresAt", stored.Key.ExpiresAt);

    private static ApiKey Read(Row row) => new(
        new TenantId(row.Text(0)), row.Id(1),
        Wire.TryParse(row.Text(2), out PrincipalKind kind) ? kind : throw new InvalidOperationException("A kind that the check of the table does not allow."),
        row.Text(3), row.Text(4).Split(',', StringSplitOptions.RemoveEmptyEntries),
        row.Time(5), row.Text(6), row.TimeOrNull(7), row.TimeOrNull(8));

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("key by id", Sql.ById, "api_keys", "api_keys_id", static (sample, _) => sample.Id("key", Guid.Empty)) { Only = Dialect.Sqlite },
        new("keys of a tenant", Sql.List, "api_keys", "api_keys_pkey", static (_, _) => { }),
    ];

    private static class Sql
    {
        private const string Columns = "tenant_id, key_id, kind, owner, roles, created_at, created_by, expires_at, revoked_at";

        // Across tenants: whose key it is, is what is asked. Differs: on PostgreSQL the engine's role has no right to the table;
        // the owner's function opens it by the key's id alone.
        internal static readonly Statement ById = new(
            Postgres: $"select {Columns}, secret_hash from key_by_id(@key)",
            Sqlite: $"select {Columns}, secret_hash from api_keys where key_id = @key") { AcrossTenants = true };

        internal static readonly Statement Find = new($"select {Columns} from api_keys where tenant_id = @tenant and key_id = @key");

        internal static readonly Statement List = new($"select {Columns} from api_keys where tenant_id = @tenant order by created_at desc, key_id desc");

        internal static readonly Statement Add = new(
            """
            insert into api_keys (tenant_id, key_id, secret_hash, kind, owner, owner_folded, roles, created_at, created_by, expires_at, revoked_at)
            values (@tenant, @key, @secretHash, @kind, @owner, @ownerFolded, @roles, @createdAt, @createdBy, @expiresAt, null)
            on conflict do nothing
            """);

        internal static readonly Statement Revoke = new("update api_keys set revoked_at = @at where tenant_id = @tenant and key_id = @key and revoked_at is null");
    }
}
