using Reeve.Core.Calls;
using Reeve.Core.Records;

namespace Reeve.Engine.Approvals;

/// <summary>Approvals, read. Thread-safe.</summary>
public interface IApprovalStore
{
    /// <summary>One of them, with what people said; null when the tenant has none of that id.</summary>
    Task<Approval?> FindAsync(TenantId tenant, Guid approval, CancellationToken cancellationToken);

    /// <summary>Those of one exception, the oldest first.</summary>
    Task<IReadOnlyList<Approval>> OfExceptionAsync(TenantId tenant, ExceptionKey exception, CancellationToken cancellationToken);

    /// <summary>A page of a tenant's, the newest first.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="status">Only those that stand there; null: all.</param>
    /// <param name="before">Only those whose id is less: the last of the page before; null: from the newest on.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<Approval>> ListAsync(TenantId tenant, ApprovalStatus? status, Guid? before, int limit, CancellationToken cancellationToken);

    /// <summary>Those of one execution that belongs to no plan, the oldest first.</summary>
    Task<IReadOnlyList<Approval>> OfExecutionAsync(TenantId tenant, ExecutionId execution, CancellationToken cancellationToken);

    /// <summary>How many stand where, and how long those that are PENDING have.</summary>
    Task<ApprovalStatistics> StatisticsAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>The time by the database's clock.</summary>
    Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken);

    /// <summary>PENDING ones of all tenants whose time is over by the database's clock, those that are longest first, and that clock's time.</summary>
    Task<(DateTimeOffset Now, IReadOnlyList<(TenantId Tenant, Guid Approval)> Overdue)> OverdueAsync(int limit, CancellationToken cancellationToken);
}

/// <summary>A tenant's approvals in numbers.</summary>
/// <param name="Counts">How many stand where; none of a status: not named.</param>
/// <param name="PendingAge">How long all that are PENDING have waited together, by the database's clock.</param>
/// <param name="OldestPendingAge">How long the one of them has that waits longest; zero when there is none.</param>
public sealed record ApprovalStatistics(IReadOnlyDictionary<ApprovalStatus, long> Counts, TimeSpan PendingAge, TimeSpan OldestPendingAge)
{
    /// <summary>How many stand in a status.</summary>
    public long Of(ApprovalStatus status) => Counts.TryGetValue(status, out long count) ? count : 0;
}
