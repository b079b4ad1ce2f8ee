using Reeve.Core.Records;

namespace Reeve.Operations.Metrics;

/// <summary>The counters of a tenant, as the commits that count have left them.</summary>
public interface ICounterStore
{
    /// <summary>Every counter of a tenant by name, each summed over the slots that write it; empty for a tenant that has none. Names are those of <see cref="CounterNames"/>.</summary>
    /// <exception cref="Core.Errors.ReeveException">STORE-….</exception>
    Task<IReadOnlyDictionary<string, long>> SumAsync(TenantId tenant, CancellationToken cancellationToken);
}
