using System.Text;
using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Governance.Holds;
using Reeve.Governance.Identity;
using Reeve.Governance.Tenants;
using Reeve.Testing.Stores;

namespace Reeve.Tests.Governance;

/// <summary>The doors of governance over a store in memory, and who uses them.</summary>
internal sealed class Office
{
    internal static readonly TenantId North = new("NORTH");
    internal static readonly TenantId South = new("SOUTH");
    internal static readonly Principal Root = new(PrincipalKind.Service, "local:test", "root", ["platform"]);
    internal static readonly Principal Admin = new(PrincipalKind.Person, "key:1", "Ada", ["admin"]);

    internal Office()
    {
        Store = new MemoryStore(Clock);
        Settings = new MemorySettings(Store);
        Tenants = new TenantDesk(Settings, Store, Clock);
        Keys = NewKeyDesk();
    }

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    internal FakeTime Clock { get; } = new();

    internal MemoryStore Store { get; }

    internal MemorySettings Settings { get; }

    internal TenantDesk Tenants { get; }

    internal KeyDesk Keys { get; }

    /// <summary>An office in which both tenants are.</summary>
    internal static async Task<Office> OpenAsync()
    {
        Office office = new();
        foreach (TenantId tenant in new[] { North, South })
        {
            await office.Tenants.CreateAsync(tenant, null, AutomationMode.Shadow, Root, Token);
        }

        return office;
    }

    /// <summary>The same door as another node has it: over the same store, with a memory of its own, which it believes as its board says.</summary>
    /// <param name="board">The board; null for one that looked at the commits this moment.</param>
    internal KeyDesk NewKeyDesk(SignalBoard? board = null) => new(Settings, Tenants, Store, board ?? NewBoard(), Clock);

    /// <summary>The door to holds as a node has it, with a memory of its own, which it believes as its board says.</summary>
    /// <param name="board">The board; null for one that looked at the commits this moment.</param>
    internal HoldDesk NewHoldDesk(SignalBoard? board = null) => new(Settings, Tenants, Store, board ?? NewBoard(), Clock);

    /// <summary>The board of a node that looked at the commits this moment.</summary>
    internal SignalBoard NewBoard()
    {
        SignalBoard board = new(Clock);
        board.LookedAt(Clock.GetTimestamp());
        return board;
    }

    internal async Task<(ApiKey Key, string Text)> MakeKeyAsync(
        TenantId? tenant = null, string owner = "Ada", PrincipalKind kind = PrincipalKind.Service, DateTimeOffset? expires = null, params string[] roles) =>
        await Keys.CreateAsync(new KeyRequest(tenant ?? North, kind, owner, roles.Length == 0 ? ["viewer"] : roles, expires), Root, Token);

    /// <summary>The events of a type, as their bodies say.</summary>
    internal IReadOnlyList<(LoggedEvent Event, MapValue Body)> Events(EventType type) =>
        [.. Store.Events.Where(item => item.Type == type).Select(item => (item, JsonText.Parse(Encoding.UTF8.GetString(item.Body!.Value.Span)).AsMap()))];
}
