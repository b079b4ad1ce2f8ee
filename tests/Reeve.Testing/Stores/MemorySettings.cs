using System.Text;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.PackVersions;
using Reeve.Governance.Encryption;
using Reeve.Governance.Holds;
using Reeve.Governance.Identity;
using Reeve.Governance.Tenants;

namespace Reeve.Testing.Stores;

/// <summary>
/// Tenants, keys, packs, sealed values and holds in memory, changed by the commits of a <see cref="MemoryStore"/>. The contract suites
/// that the databases pass, it passes. Thread-safe.
/// </summary>
public sealed class MemorySettings : ITenantStore, IKeyStore, IPackStore, IPackUsageStore, ISealedStore, IHoldStore
{
    private static readonly CommitOutcome Taken = new CommitOutcome.AlreadyThere(null);
    private static readonly CommitOutcome Moved = new CommitOutcome.MovedOn();

    private readonly Lock changing = new();
    private readonly Dictionary<TenantId, Tenant> tenants = [];
    private readonly Dictionary<(TenantId, Guid), StoredKey> keys = [];
    private readonly Dictionary<(TenantId, PackVersionKey), PackContent> versions = [];
    private readonly Dictionary<(TenantId, PackKindStored, DomainName), string> active = [];
    private readonly Dictionary<(TenantId, string), SealedValue> values = [];
    private readonly List<(TenantId Tenant, PackHistoryEntry Entry)> history = [];
    private readonly Dictionary<(TenantId, PackKindStored, DomainName, string), PackUsage> usage = [];
    private readonly Dictionary<(TenantId, Guid), Hold> holds = [];
    private DateTimeOffset? restoredAt;
    private int reads;

    /// <summary>Teaches a store the changes of settings.</summary>
    public MemorySettings(MemoryStore store)
    {
        Handle<TenantAdded>(store, change => tenants.ContainsKey(change.TenantId) ? Taken : null, change => tenants.Add(change.TenantId, change.Tenant));
        Handle<TenantModeSet>(
            store,
            change => tenants.TryGetValue(change.Tenant, out Tenant? tenant) && tenant.Mode == change.From ? null : Moved,
            change => tenants[change.Tenant] = tenants[change.Tenant] with { Mode = change.To });
        Handle<KeyChange.Added>(
            store,
            change => keys.Keys.Any(key => key.Item2 == change.Stored.Key.Id) ? Taken : null,
            change => keys.Add((change.TenantId, change.Stored.Key.Id), change.Stored));
        Handle<KeyChange.Revoked>(
            store,
            change => keys.TryGetValue((change.Tenant, change.Key), out StoredKey? key) && key.Key.RevokedAt is null ? null : Moved,
            change => keys[(change.Tenant, change.Key)] = keys[(change.Tenant, change.Key)] with { Key = keys[(change.Tenant, change.Key)].Key with { RevokedAt = change.At } });
        Handle<SealedChange.Added>(store, change => values.ContainsKey((change.TenantId, change.Value.Name)) ? Taken : null, change => Put(change.Value));
        Handle<SealedChange.Put>(store, _ => null, change => Put(change.Value));
        Handle<SealedChange.Removed>(store, change => values.ContainsKey((change.Tenant, change.Name)) ? null : Moved, change => values.Remove((change.Tenant, change.Name)));
        Handle<HoldChange.Placed>(store, change => holds.ContainsKey((change.TenantId, change.Hold.Id)) ? Taken : null, change => holds.Add((change.TenantId, change.Hold.Id), change.Hold));
        Handle<HoldChange.Restored>(store, static _ => null, change => restoredAt = restoredAt > change.Hold.Since ? restoredAt : change.Hold.Since);
        Handle<HoldChange.Lifted>(store, change => holds.ContainsKey((change.Scope, change.Hold)) ? null : Moved, change => holds.Remove((change.Scope, change.Hold)));
        Handle<PackChange.Stored>(
            store,
            change => versions.ContainsKey((change.Tenant, change.Content.Pack.Key)) ? Taken : null,
            change =>
            {
                StoredPack pack = change.Content.Pack;
                versions.Add((change.Tenant, pack.Key), change.Content);
                Note(change.Tenant, PackAction.Stored, pack.Key, change.Previous, change.Difference, pack.StoredAt, pack.StoredBy);
            });
        Handle<PackChange.Activated>(
            store,
            Refuse,
            change =>
            {
                active[(change.Tenant, change.Key.Kind, change.Key.Domain)] = change.Key.Version;
                Note(change.Tenant, change.IsRollback ? PackAction.RolledBack : PackAction.Activated, change.Key, change.From, change.Difference, change.At, change.By);
            });
        Handle<PackChange.StillActive>(store, change => Active(change.Tenant, change.Key) == change.Key.Version ? null : Moved, _ => { });
        Handle<PackChange.StillWithoutPolicy>(
            store, change => active.ContainsKey((change.Tenant, PackKindStored.Policy, change.Domain)) ? Moved : null, _ => { });
    }

    /// <summary>How many reads there were so far.</summary>
    public int Reads => reads;

    /// <summary>Done before each read: to wait for a signal, or to fail.</summary>
    public Func<Task>? BeforeRead { get; set; }

    /// <summary>Done before usage is added: to fail.</summary>
    public Func<Task>? BeforeUsage { get; set; }

    /// <inheritdoc/>
    public Task<Tenant?> FindAsync(TenantId tenant, CancellationToken cancellationToken) => Read(() => tenants.GetValueOrDefault(tenant), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Tenant>> ListAsync(CancellationToken cancellationToken) =>
        Read<IReadOnlyList<Tenant>>(() => [.. tenants.Values.OrderBy(tenant => tenant.Id.Value, ByteOrder.Instance)], cancellationToken);

    /// <inheritdoc/>
    public Task<StoredKey?> ByIdAsync(Guid key, CancellationToken cancellationToken) =>
        Read(() => keys.Values.FirstOrDefault(stored => stored.Key.Id == key), cancellationToken);

    /// <inheritdoc/>
    public Task<ApiKey?> FindAsync(TenantId tenant, Guid key, CancellationToken cancellationToken) =>
        Read(() => keys.GetValueOrDefault((tenant, key))?.Key, cancellationToken);

    /// <inheritdoc/>
    Task<IReadOnlyList<ApiKey>> IKeyStore.ListAsync(TenantId tenant, CancellationToken cancellationToken) => Read<IReadOnlyList<ApiKey>>(
        () => [.. keys.Values.Select(stored => stored.Key).Where(key => key.TenantId == tenant)
            .OrderByDescending(key => key.CreatedAt).ThenByDescending(key => key.Id.ToString("N"), StringComparer.Ordinal)],
        cancellationToken);

    /// <inheritdoc/>
    public Task<SealedValue?> FindAsync(TenantId tenant, string name, CancellationToken cancellationToken) =>
        Read(() => values.GetValueOrDefault((tenant, name)), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SealedValue>> ListAsync(TenantId tenant, string prefix, CancellationToken cancellationToken) => Read<IReadOnlyList<SealedValue>>(
        () => [.. values.Values.Where(value => value.TenantId == tenant && value.Name.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(value => value.Name, ByteOrder.Instance)],
        cancellationToken);

    /// <inheritdoc/>
    public Task<DateTimeOffset?> LastRestoredAsync(CancellationToken cancellationToken) => Task.FromResult(restoredAt);

    /// <inheritdoc/>
    Task<IReadOnlyList<Hold>> IHoldStore.ListAsync(CancellationToken cancellationToken) => Read<IReadOnlyList<Hold>>(
        () => [.. holds.Values.OrderBy(hold => hold.Scope.Value, ByteOrder.Instance).ThenBy(hold => hold.Since).ThenBy(hold => hold.Id.ToString("N"), StringComparer.Ordinal)],
        cancellationToken);

    /// <inheritdoc/>
    Task<IReadOnlyList<StoredPack>> IPackStore.ListAsync(TenantId tenant, CancellationToken cancellationToken) => Read<IReadOnlyList<StoredPack>>(
        () => [.. Of(tenant).Select(content => content.Pack).OrderByDescending(pack => pack.StoredAt)
            .ThenBy(pack => pack.Key.Kind).ThenBy(pack => pack.Key.Domain.Value, ByteOrder.Instance).ThenByDescending(pack => pack.Key.Version, ByteOrder.Instance)],
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredPack>> ActiveAsync(TenantId tenant, CancellationToken cancellationToken) => Read<IReadOnlyList<StoredPack>>(
        () => [.. Of(tenant).Select(content => content.Pack).Where(pack => pack.IsActive)
            .OrderBy(pack => pack.Key.Domain.Value, ByteOrder.Instance).ThenBy(pack => pack.Key.Kind)],
        cancellationToken);

    /// <inheritdoc/>
    public Task<PackContent?> FindAsync(TenantId tenant, PackVersionKey key, CancellationToken cancellationToken) =>
        Read(() => Of(tenant).FirstOrDefault(content => content.Pack.Key == key), cancellationToken);

    /// <inheritdoc/>
    public Task<PackContent?> ByHashAsync(TenantId tenant, PackKindStored kind, DomainName? domain, string contentHash, CancellationToken cancellationToken) => Read(
        () => Of(tenant).Where(content => content.Pack.Key.Kind == kind && content.Pack.ContentHash == contentHash && (domain is null || content.Pack.Key.Domain == domain))
            .OrderBy(content => content.Pack.StoredAt).ThenBy(content => content.Pack.Key.Version, ByteOrder.Instance).FirstOrDefault(),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PackHistoryEntry>> HistoryAsync(TenantId tenant, PackHistoryFilter filter, CancellationToken cancellationToken) => Read<IReadOnlyList<PackHistoryEntry>>(
        () => [.. history.Where(item => item.Tenant == tenant && item.Entry.N < (filter.Before ?? long.MaxValue)
                && (filter.Kind is null || item.Entry.Key.Kind == filter.Kind) && (filter.Domain is null || item.Entry.Key.Domain == filter.Domain))
            .Select(item => item.Entry).OrderByDescending(entry => entry.N).Take(filter.Limit)],
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PackUsage>> UsageAsync(TenantId tenant, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<PackUsage>>(() => [.. usage.Where(item => item.Key.Item1 == tenant).Select(item => item.Value)], cancellationToken);

    /// <inheritdoc/>
    public async Task AddAsync(IReadOnlyList<TenantPackUsage> counts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (BeforeUsage is { } before)
        {
            await before();
        }

        lock (changing)
        {
            foreach ((TenantId tenant, PackUsage added) in counts)
            {
                var key = (tenant, added.Kind, added.Domain, added.ContentHash);
                PackUsage known = usage.GetValueOrDefault(key) ?? added with { Count = 0 };
                usage[key] = known with { Count = known.Count + added.Count, LastUsedAt = known.LastUsedAt > added.LastUsedAt ? known.LastUsedAt : added.LastUsedAt };
            }
        }
    }

    /// <inheritdoc/>
    public Task<PackContent?> LatestAsync(TenantId tenant, PackKindStored kind, DomainName domain, CancellationToken cancellationToken) => Read(
        () => Of(tenant).Where(content => content.Pack.Key.Kind == kind && content.Pack.Key.Domain == domain)
            .OrderByDescending(content => content.Pack.StoredAt).ThenByDescending(content => content.Pack.Key.Version, ByteOrder.Instance).FirstOrDefault(),
        cancellationToken);

    private void Handle<T>(MemoryStore store, Func<T, CommitOutcome?> refuse, Action<T> apply)
        where T : Core.Changes.Change =>
        store.Handle<T>(
            change =>
            {
                lock (changing)
                {
                    return refuse(change);
                }
            },
            change =>
            {
                lock (changing)
                {
                    apply(change);
                }
            });

    private async Task<T> Read<T>(Func<T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref reads);
        if (BeforeRead is { } before)
        {
            await before();
        }

        lock (changing)
        {
            return read();
        }
    }

    private CommitOutcome? Refuse(PackChange.Activated change)
    {
        string? current = Active(change.Tenant, change.Key);
        return current == change.From ? null : change.From is null ? Taken : Moved;
    }

    private void Note(TenantId tenant, PackAction action, PackVersionKey key, string? previous, ReadOnlyMemory<byte>? difference, DateTimeOffset at, string by) =>
        history.Add((tenant, new PackHistoryEntry
        {
            N = history.Count(item => item.Tenant == tenant) + 1, Action = action, Key = key, Previous = previous, Difference = difference, At = at, By = by,
        }));

    private string? Active(TenantId tenant, PackVersionKey key) => active.GetValueOrDefault((tenant, key.Kind, key.Domain));

    private IEnumerable<PackContent> Of(TenantId tenant) => versions
        .Where(version => version.Key.Item1 == tenant)
        .Select(version => version.Value with { Pack = version.Value.Pack with { IsActive = Active(tenant, version.Key.Item2) == version.Key.Item2.Version } });

    private void Put(SealedValue value) => values[(value.TenantId, value.Name)] = value;

    // As both databases compare texts.
    private sealed class ByteOrder : IComparer<string>
    {
        internal static readonly ByteOrder Instance = new();

        public int Compare(string? left, string? right) => Encoding.UTF8.GetBytes(left!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right!));
    }
}
