using Reeve.Core.Records;
using Reeve.Engine.Tools.Breakers;
using Reeve.Engine.Tools.Switches;
using Reeve.Testing.Stores;

namespace Reeve.Testing.Calling;

/// <summary>Switches and breakers in memory. Thread-safe.</summary>
public sealed class MemoryToolRows : IToolSwitchStore, IBreakerStore
{
    private readonly Lock changing = new();
    private readonly Dictionary<(TenantId, DomainName, ToolName), ToolSwitch> switches = [];
    private readonly Dictionary<BreakerKey, Breaker> breakers = [];

    /// <summary>Teaches a store their changes.</summary>
    public MemoryToolRows(MemoryStore store)
    {
        store.Handle<ToolSwitchChange>(static _ => null, change => Locked(() => switches[(change.Switch.TenantId, change.Switch.Domain, change.Switch.Tool)] = change.Switch));
        store.Handle<BreakerChange>(static _ => null, change => Locked(() =>
        {
            if (change.To is { } to)
            {
                breakers[change.Key] = to;
            }
            else
            {
                breakers.Remove(change.Key);
            }
        }));
    }

    /// <summary>Asked before every reading of switches: the fault to throw, or null.</summary>
    public Exception? Fault { get; set; }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ToolSwitch>> ListAsync(TenantId tenant, CancellationToken cancellationToken) => Switches(one => one.TenantId == tenant);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ToolSwitch>> ListDisabledAsync(CancellationToken cancellationToken) => Switches(static one => !one.IsEnabled);

    /// <inheritdoc/>
    Task<IReadOnlyList<Breaker>> IBreakerStore.ListAsync(TenantId tenant, CancellationToken cancellationToken) => Breakers(one => one.Key.TenantId == tenant);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Breaker>> ListAllAsync(CancellationToken cancellationToken) => Breakers(static _ => true);

    private Task<IReadOnlyList<ToolSwitch>> Switches(Func<ToolSwitch, bool> where)
    {
        lock (changing)
        {
            return Fault is { } fault ? Task.FromException<IReadOnlyList<ToolSwitch>>(fault) : Task.FromResult<IReadOnlyList<ToolSwitch>>(
                [.. switches.Values.Where(where).OrderBy(one => one.TenantId.Value, StringComparer.Ordinal).ThenBy(one => one.Domain.Value, StringComparer.Ordinal).ThenBy(one => one.Tool.Value, StringComparer.Ordinal)]);
        }
    }

    private Task<IReadOnlyList<Breaker>> Breakers(Func<Breaker, bool> where)
    {
        lock (changing)
        {
            return Task.FromResult<IReadOnlyList<Breaker>>(
                [.. breakers.Values.Where(where).OrderBy(one => one.Key.TenantId.Value, StringComparer.Ordinal).ThenBy(one => one.Key.Domain.Value, StringComparer.Ordinal).ThenBy(one => one.Key.Tool.Value, StringComparer.Ordinal)]);
        }
    }

    private void Locked(Action change)
    {
        lock (changing)
        {
            change();
        }
    }
}
