using Reeve.Core.Records;
using Reeve.Engine.PackVersions;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Settings;

/// <summary>Adds to the usage of packs in a database; <see cref="SqlPackStore"/> reads it. Thread-safe.</summary>
public sealed class SqlPackUsageStore(IUpkeep upkeep) : IPackUsageStore
{
    // As many rows as one transaction locks while a node's flush is written.
    private const int AtOnce = 500;

    /// <inheritdoc/>
    public async Task AddAsync(IReadOnlyList<TenantPackUsage> counts, CancellationToken cancellationToken)
    {
        foreach (TenantPackUsage[] some in counts.Chunk(AtOnce))
        {
            await upkeep.MaintainAsync([.. some.Select(Call)], cancellationToken);
        }
    }

    private static StatementCall Call(TenantPackUsage count) => new(
        Sql.Add,
        parameters => parameters.Text("of", count.Tenant.Value).Text("kind", Wire.Name(count.Usage.Kind)).Text("domain", count.Usage.Domain.Value)
            .Text("hash", count.Usage.ContentHash).Number("used", count.Usage.Count).Time("at", count.Usage.LastUsedAt),
        Otherwise: null);

    private static class Sql
    {
        // Across tenants: one transaction adds what a node counted for all of them.
        // Differs: what SQLite calls max is greatest on PostgreSQL.
        internal static readonly Statement Add = new(
            Postgres: """
            insert into pack_usage as u (tenant_id, kind, domain, content_hash, used, last_used_at) values (@of, @kind, @domain, @hash, @used, @at)
            on conflict (tenant_id, kind, domain, content_hash)
            do update set used = u.used + excluded.used, last_used_at = greatest(u.last_used_at, excluded.last_used_at)
            """,
            Sqlite: """
            insert into pack_usage (tenant_id, kind, domain, content_hash, used, last_used_at) values (@of, @kind, @domain, @hash, @used, @at)
            on conflict (tenant_id, kind, domain, content_hash)
            do update set used = used + excluded.used, last_used_at = max(last_used_at, excluded.last_used_at)
            """)
        {
            AcrossTenants = true,
        };
    }
}
