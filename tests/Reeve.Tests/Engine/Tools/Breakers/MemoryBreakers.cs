using Reeve.Core.Records;
using Reeve.Engine.Tools.Breakers;
using Reeve.Testing.Stores;

namespace Reeve.Tests.Tools.Breakers;

/// <summary>Breakers in memory, changed by the commits of a <see cref="MemoryStore"/>. Thread-safe.</summary>
internal sealed class MemoryBreakers : IBreakerStore
{
    private readonly Lock changing = new();
    private readonly Dictionary<BreakerKey, Breaker> rows = [];

    internal MemoryBreakers(MemoryStore store) => store.Handle<BreakerChange>(_ => null, Apply);

    /// <summary>Thrown by every reading, while set.</summary>
    internal Exception? Fault { get; set; }

    internal int Readings { get; private set; }

    public Task<IReadOnlyList<Breaker>> ListAsync(TenantId tenant, CancellationToken cancellationToken) => ListAllAsync(cancellationToken);

    public Task<IReadOnlyList<Breaker>> ListAllAsync(CancellationToken cancellationToken)
    {
        lock (changing)
        {
            Readings++;
            return Fault is { } fault ? Task.FromException<IReadOnlyList<Breaker>>(fault) : Task.FromResult<IReadOnlyList<Breaker>>([.. rows.Values]);
        }
    }

    internal void Apply(BreakerChange change)
    {
        lock (changing)
        {
            if (change.To is { } breaker)
            {
                rows[change.Key] = breaker;
            }
            else
            {
                rows.Remove(change.Key);
            }
        }
    }
}
