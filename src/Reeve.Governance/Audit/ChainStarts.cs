using Reeve.Core.Records;

namespace Reeve.Governance.Audit;

/// <summary>Where the chains of a log begin whose beginning is gone, as it was when they were read.</summary>
internal sealed class ChainStarts
{
    private readonly Dictionary<(TenantId, int), ChainStart> starts;

    private ChainStarts(IReadOnlyList<ChainStart> starts) => this.starts = starts.ToDictionary(start => (start.Tenant, start.Position.Slot));

    internal static async Task<ChainStarts> ReadAsync(IAuditSource source, TenantId? tenant, CancellationToken cancellationToken) =>
        new(await source.StartsAsync(tenant, cancellationToken));

    /// <summary>The chains, in no order.</summary>
    internal IEnumerable<(TenantId Tenant, int Slot)> Chains => starts.Keys;

    /// <summary>The start of a chain; null where it begins at its first event.</summary>
    internal ChainStart? Of(TenantId tenant, int slot) => starts.GetValueOrDefault((tenant, slot));

    /// <summary>Those of chains that have no event left.</summary>
    internal IEnumerable<ChainStart> OfOthers(IReadOnlyList<(TenantId Tenant, int Slot)> chains)
    {
        HashSet<(TenantId, int)> there = [.. chains];
        return starts.Where(start => !there.Contains(start.Key)).Select(start => start.Value)
            .OrderBy(start => start.Tenant.Value, StringComparer.Ordinal).ThenBy(start => start.Position.Slot);
    }

    /// <summary>Whether nothing was removed between the two readings.</summary>
    internal bool Equal(ChainStarts other) =>
        starts.Count == other.starts.Count && starts.All(start => other.starts.TryGetValue(start.Key, out ChainStart? same) && same.Position == start.Value.Position);
}
