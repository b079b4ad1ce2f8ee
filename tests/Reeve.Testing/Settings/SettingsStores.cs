using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Ports;
using Reeve.Engine.PackVersions;
using Reeve.Governance.Encryption;
using Reeve.Governance.Holds;
using Reeve.Governance.Identity;
using Reeve.Governance.Tenants;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Settings;
using Reeve.Testing.Databases;
using Reeve.Testing.Stores;

namespace Reeve.Testing.Settings;

/// <summary>The stores of settings as one node has them, and its way to write into them.</summary>
public sealed class SettingsStores : IAsyncDisposable
{
    private readonly Func<ValueTask> close;

    private SettingsStores(Func<ValueTask> close) => this.close = close;

    public required ITenantStore Tenants { get; init; }

    public required IKeyStore Keys { get; init; }

    public required IPackStore Packs { get; init; }

    public required IPackUsageStore PackUsage { get; init; }

    public required ISealedStore Sealed { get; init; }

    public required IHoldStore Holds { get; init; }

    public required ICommitter Committer { get; init; }

    /// <summary>In memory, empty.</summary>
    public static SettingsStores InMemory()
    {
        MemoryStore store = new(new FakeTime());
        MemorySettings settings = new(store);
        return new SettingsStores(() => ValueTask.CompletedTask) { Tenants = settings, Keys = settings, Packs = settings, PackUsage = settings, Sealed = settings, Holds = settings, Committer = store };
    }

    /// <summary>In an empty database of its own, which goes with it; skips the test where there is no such database.</summary>
    public static async Task<SettingsStores> OpenAsync(Dialect dialect)
    {
        TestStore store = await TestStore.CreateAsync(dialect);
        return await NodeAsync(store.Database, store.DisposeAsync);
    }

    /// <summary>A node on a database; several on one meet there.</summary>
    public static Task<SettingsStores> NodeAsync(TestStore store) => NodeAsync(store.Database, () => ValueTask.CompletedTask);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => close();

    private static async Task<SettingsStores> NodeAsync(Database database, Func<ValueTask> close)
    {
        SqlTenantStore tenants = new(database);
        SqlKeyStore keys = new(database);
        SqlPackStore packs = new(database);
        SqlSealedStore values = new(database);
        SqlHoldStore holds = new(database);
        Committer committer = await Storage.Committing.Committer.StartAsync(
            database, [tenants, keys, packs, values, holds], new CommitterOptions(), new SystemEventSeeds(), TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        return new SettingsStores(async () =>
        {
            await committer.DisposeAsync();
            await close();
        })
        {
            Tenants = tenants,
            Keys = keys,
            Packs = packs,
            PackUsage = new SqlPackUsageStore(committer),
            Sealed = values,
            Holds = holds,
            Committer = committer,
        };
    }
}
