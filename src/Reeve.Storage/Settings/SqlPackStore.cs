using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.PackVersions;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Settings;

/// <summary>Versions of packs in a database.</summary>
public sealed class SqlPackStore(Database database) : IPackStore, IChangeWriter
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredPack>> ListAsync(TenantId tenant, CancellationToken cancellationToken) =>
        database.ReadAsync(Sql.List, tenant, static _ => { }, Read, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredPack>> ActiveAsync(TenantId tenant, CancellationToken cancellationToken) =>
        database.ReadAsync(Sql.Active, tenant, static _ => { }, Read, cancellationToken);

    /// <inheritdoc/>
    public async Task<PackContent?> FindAsync(TenantId tenant, PackVersionKey key, CancellationToken cancellationToken) =>
        (await database.ReadAsync(Sql.Find, tenant, parameters => Bind(parameters, key), ReadContent, cancellationToken)).FirstOrDefault();

    /// <inheritdoc/>
    public async Task<PackContent?> ByHashAsync(TenantId tenant, PackKindStored kind, DomainName? domain, string contentHash, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            Sql.ByHash, tenant, parameters => parameters.Text("kind", Wire.Name(kind)).Text("domain", domain?.Value).Text("hash", contentHash), ReadContent, cancellationToken)).FirstOrDefault();

    /// <inheritdoc/>
    public async Task<PackContent?> LatestAsync(TenantId tenant, PackKindStored kind, DomainName domain, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            Sql.Latest, tenant, parameters => parameters.Text("kind", Wire.Name(kind)).Text("domain", domain.Value), ReadContent, cancellationToken)).FirstOrDefault();

    /// <inheritdoc/>
    public Task<IReadOnlyList<PackHistoryEntry>> HistoryAsync(TenantId tenant, PackHistoryFilter filter, CancellationToken cancellationToken) => database.ReadAsync(
        Sql.History, tenant,
        parameters => parameters.Text("kind", filter.Kind is { } kind ? Wire.Name(kind) : null).Text("domain", filter.Domain?.Value)
            .Number("before", filter.Before ?? long.MaxValue).Number("limit", filter.Limit),
        ReadEntry, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PackUsage>> UsageAsync(TenantId tenant, CancellationToken cancellationToken) => database.ReadAsync(
        Sql.Usage, tenant, static _ => { },
        static row => new PackUsage(KindOf(row.Text(0)), new DomainName(row.Text(1)), row.Text(2), row.Long(3), row.Time(4)), cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<StatementCall>? For(Change change) => change switch
    {
        PackChange.Stored { Content: var content } stored =>
        [
            new StatementCall(
                Sql.Store,
                parameters => Bind(parameters, content.Pack.Key)
                    .Text("hash", content.Pack.ContentHash).Bytes("content", content.Json).Time("at", content.Pack.StoredAt).Text("by", content.Pack.StoredBy),
                new CommitOutcome.AlreadyThere(null)),
            Noted(content.Pack.Key, PackAction.Stored, stored.Previous, stored.Difference, content.Pack.StoredAt, content.Pack.StoredBy),
        ],
        PackChange.Activated { From: null } first =>
        [
            new StatementCall(Sql.ActivateFirst, parameters => Bind(parameters, first.Key).Time("at", first.At).Text("by", first.By), new CommitOutcome.AlreadyThere(null)),
            Noted(first),
        ],
        PackChange.Activated activated =>
        [
            new StatementCall(
                Sql.Activate,
                parameters => Bind(parameters, activated.Key).Text("from", activated.From).Time("at", activated.At).Text("by", activated.By),
                new CommitOutcome.MovedOn()),
            Noted(activated),
        ],
        PackChange.StillActive still => [new StatementCall(Sql.StillActive, parameters => Bind(parameters, still.Key), new CommitOutcome.MovedOn())],
        PackChange.StillWithoutPolicy still =>
        [
            new StatementCall(Sql.StillWithoutPolicy, parameters => parameters.Text("domain", still.Domain.Value), new CommitOutcome.MovedOn()),
        ],
        _ => null,
    };

    private static Parameters Bind(Parameters parameters, PackVersionKey key) =>
        parameters.Text("kind", Wire.Name(key.Kind)).Text("domain", key.Domain.Value).Text("version", key.Version);

    private static StatementCall Noted(PackChange.Activated change) =>
        Noted(change.Key, change.IsRollback ? PackAction.RolledBack : PackAction.Activated, change.From, change.Difference, change.At, change.By);

    // The number is the tenant's next: two nodes that take the same one at once are in each other's way like two that take one version.
    private static StatementCall Noted(PackVersionKey key, PackAction action, string? previous, ReadOnlyMemory<byte>? difference, DateTimeOffset at, string by) => new(
        Sql.Note,
        parameters => Bind(parameters, key).Text("action", Wire.Name(action)).Text("previous", previous).Bytes("difference", difference).Time("at", at).Text("by", by),
        new CommitOutcome.AlreadyThere(null));

    private static PackKindStored KindOf(string text) =>
        Wire.TryParse(text, out PackKindStored kind) ? kind : throw new InvalidOperationException("A kind that the check of the table does not allow.");

    private static PackHistoryEntry ReadEntry(Row row) => new()
    {
        N = row.Long(0),
        Action = Wire.TryParse(row.Text(1), out PackAction action) ? action : throw new InvalidOperationException("An action that the check of the table does not allow."),
        Key = new PackVersionKey(KindOf(row.Text(2)), new DomainName(row.Text(3)), row.Text(4)),
        Previous = row.TextOrNull(5),
        Difference = row.IsNull(6) ? default(ReadOnlyMemory<byte>?) : row.Bytes(6),
        At = row.Time(7),
        By = row.Text(8),
    };

    private static StoredPack Read(Row row) => new()
    {
        Key = new PackVersionKey(KindOf(row.Text(0)), new DomainName(row.Text(1)), row.Text(2)),
        ContentHash = row.Text(3),
        StoredAt = row.Time(4),
        StoredBy = row.Text(5),
        IsActive = row.Flag(6),
    };

    private static PackContent ReadContent(Row row) => new(Read(row), row.Bytes(7));

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("pack by version", Sql.Find, "pack_versions", "pack_versions_pkey", static (sample, _) => SampleKey(sample)),
        new("pack by content", Sql.ByHash, "pack_versions", "pack_versions_hash", static (sample, _) => SampleKey(sample).Text("hash", "-")),
        new("history of packs", Sql.History, "pack_changes", "pack_changes_pkey", static (sample, _) => SampleKey(sample).Number("before", 1).Number("limit", 50)),
    ];

    private static Parameters SampleKey(Parameters sample) => sample.Text("kind", "POLICY").Text("domain", "-").Text("version", "-");

    private static class Sql
    {
        private const string Columns = "p.kind, p.domain, p.version, p.content_hash, p.stored_at, p.stored_by, a.version is not null";

        private const string Versions =
            "pack_versions p left join active_packs a on a.tenant_id = p.tenant_id and a.kind = p.kind and a.domain = p.domain and a.version = p.version";

        internal static readonly Statement List = new(
            $"select {Columns} from {Versions} where p.tenant_id = @tenant order by p.stored_at desc, p.kind, p.domain, p.version desc");

        internal static readonly Statement Active = new(
            $"select {Columns} from {Versions} where p.tenant_id = @tenant and a.version is not null order by p.domain, p.kind");

        internal static readonly Statement Find = new(
            $"select {Columns}, p.content from {Versions} where p.tenant_id = @tenant and p.kind = @kind and p.domain = @domain and p.version = @version");

        internal static readonly Statement ByHash = new(
            $"""
            select {Columns}, p.content from {Versions}
            where p.tenant_id = @tenant and p.content_hash = @hash and p.kind = @kind and (@domain is null or p.domain = @domain)
            order by p.stored_at, p.version limit 1
            """);

        internal static readonly Statement Latest = new(
            $"""
            select {Columns}, p.content from {Versions}
            where p.tenant_id = @tenant and p.kind = @kind and p.domain = @domain order by p.stored_at desc, p.version desc limit 1
            """);

        internal static readonly Statement History = new(
            """
            select n, action, kind, domain, version, previous, difference, changed_at, changed_by from pack_changes
            where tenant_id = @tenant and n < @before and (@kind is null or kind = @kind) and (@domain is null or domain = @domain) order by n desc limit @limit
            """);

        internal static readonly Statement Usage = new(
            "select kind, domain, content_hash, used, last_used_at from pack_usage where tenant_id = @tenant");

        internal static readonly Statement Note = new(
            """
            insert into pack_changes (tenant_id, n, action, kind, domain, version, previous, difference, changed_at, changed_by)
            select @tenant, coalesce(max(n), 0) + 1, @action, @kind, @domain, @version, @previous, @difference, @at, @by from pack_changes where tenant_id = @tenant
            on conflict do nothing
            """);

        internal static readonly Statement Store = new(
            """
            insert into pack_versions (tenant_id, kind, domain, version, content_hash, content, stored_at, stored_by)
            values (@tenant, @kind, @domain, @version, @hash, @content, @at, @by) on conflict do nothing
            """);

        internal static readonly Statement ActivateFirst = new(
            """
            insert into active_packs (tenant_id, kind, domain, version, activated_at, activated_by)
            values (@tenant, @kind, @domain, @version, @at, @by) on conflict do nothing
            """);

        internal static readonly Statement Activate = new(
            """
            update active_packs set version = @version, activated_at = @at, activated_by = @by
            where tenant_id = @tenant and kind = @kind and domain = @domain and version = @from
            """);

        // Written as it is, so that the row is locked until the commit: an activation that would not fit waits, and then misses.
        internal static readonly Statement StillActive = new(
            "update active_packs set version = version where tenant_id = @tenant and kind = @kind and domain = @domain and version = @version");

        internal static readonly Statement StillWithoutPolicy = new(
            """
            update active_packs set version = version where tenant_id = @tenant and kind = 'DOMAIN' and domain = @domain
                and not exists (select 1 from active_packs p where p.tenant_id = @tenant and p.kind = 'POLICY' and p.domain = @domain)
            """);
    }
}
