using System.Text;
using Reeve.Core.Changes;
using Reeve.Core.Documents;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.PackVersions;
using Reeve.Testing.Stores;

namespace Reeve.Tests.PackVersions;

/// <summary>A registry over a store in memory, and packs to put there.</summary>
internal sealed class Shelf
{
    internal static readonly TenantId North = new("NORTH");
    internal static readonly TenantId South = new("SOUTH");
    internal static readonly DomainName Parcels = new("Parcels");
    internal static readonly Principal Ada = new(PrincipalKind.Person, "key:1", "Ada", ["admin"]);

    internal Shelf(PackCacheOptions? cache = null)
    {
        Store = new MemoryStore(Clock);
        Settings = new MemorySettings(Store);
        Registry = new PackRegistry(Settings, Store, Clock, Signals, cache);
    }

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    internal FakeTime Clock { get; } = new();

    internal SignalBoard Signals { get; } = SignalBoard.OfOneProcess();

    internal MemoryStore Store { get; }

    internal MemorySettings Settings { get; }

    internal PackRegistry Registry { get; }

    internal static string Domain(string version, string? description = null) =>
        Make.With(Make.With(Make.Domain, "version", $"\"{version}\""), "description", $"\"{description ?? version}\"");

    internal static string Policy(string version, TenantId? tenant = null) =>
        Make.With(Make.With(Make.Policy, "version", $"\"{version}\""), "tenantId", $"\"{(tenant ?? North).Value}\"");

    internal static Document Text(string json) => DocumentReader.ReadJson(Encoding.UTF8.GetBytes(json), JsonLimits.Default, "given.json");

    /// <summary>Stores a pack; each a second later than the one before.</summary>
    internal async Task<StoredPack> StoreAsync(string json, TenantId? tenant = null)
    {
        Clock.Advance(TimeSpan.FromSeconds(1));
        return await Registry.StoreAsync(tenant ?? North, Text(json), Ada, Token);
    }

    internal Task ActivateAsync(StoredPack pack, TenantId? tenant = null) => Registry.ActivateAsync(tenant ?? North, pack.Key, Ada, Token);

    internal async Task<StoredPack> StoreActiveAsync(string json, TenantId? tenant = null)
    {
        StoredPack pack = await StoreAsync(json, tenant);
        await ActivateAsync(pack, tenant);
        return pack;
    }

    /// <summary>The bodies of the events of a type.</summary>
    internal IReadOnlyList<MapValue> Events(EventType type) =>
        [.. Store.Events.Where(item => item.Type == type).Select(item => JsonText.Parse(Encoding.UTF8.GetString(item.Body!.Value.Span)).AsMap())];
}
