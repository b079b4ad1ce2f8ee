using Reeve.Core.Records;

namespace Reeve.Engine.Playbooks.Driving;

/// <summary>Runs of playbooks, read. Each belongs to a node, which then drives it, or to nobody. Thread-safe.</summary>
public interface IPlaybookRunStore
{
    /// <summary>The run of a pass; null when it has none.</summary>
    Task<PlaybookRun?> FindAsync(TenantId tenant, PassId pass, CancellationToken cancellationToken);

    /// <summary>What became of the parts of a run, by place, then by part.</summary>
    Task<IReadOnlyList<RecordedPart>> PartsAsync(TenantId tenant, PassId pass, CancellationToken cancellationToken);

    /// <summary>Runs that are nobody's, READY or PAUSED, and whose time has come: the longest waiting first.</summary>
    /// <param name="except">Tenants to leave out, save runs with a ruling: that is seen to whether or not the tenant's plans run.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<PlaybookRun>> DueAsync(IReadOnlyCollection<TenantId> except, int limit, CancellationToken cancellationToken);

    /// <summary>Runs of this node.</summary>
    Task<IReadOnlyList<(TenantId Tenant, PassId Pass)>> OwnedAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Sets runs of this node free, and takes their attempt back: this node lives. Those that are another's are left alone. Fenced: a node that lost its slots changes nothing.</summary>
    Task SetFreeAsync(IReadOnlyList<(TenantId Tenant, PassId Pass)> runs, CancellationToken cancellationToken);
}
