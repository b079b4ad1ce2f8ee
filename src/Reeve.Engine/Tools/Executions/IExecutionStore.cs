using Reeve.Core.Calls;
using Reeve.Core.Principals;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Executions;

/// <summary>Executions, read. Thread-safe.</summary>
public interface IExecutionStore
{
    /// <summary>One of them, with who owns it.</summary>
    /// <returns>Null when there is none.</returns>
    Task<StoredExecution?> FindAsync(TenantId tenant, ExecutionId id, CancellationToken cancellationToken);

    /// <summary>All of an exception, in the order in which they were asked for.</summary>
    Task<IReadOnlyList<ToolExecution>> OfExceptionAsync(TenantId tenant, ExceptionKey exception, CancellationToken cancellationToken);

    /// <summary>
    /// The writes of an exception that did the same (<see cref="CallDigest.OfContent"/>) and succeeded, or may have: those that nobody undid since, in the order in which they were asked for. Undone is what a
    /// later rollback of the same step of the same pass succeeded at.
    /// </summary>
    Task<IReadOnlyList<ToolExecution>> SameContentAsync(TenantId tenant, ExceptionKey exception, CallDigest content, CancellationToken cancellationToken);

    /// <summary>A page, the newest first (EX-API-73).</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="filter">Which.</param>
    /// <param name="before">Where the page before ended; null for the first.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<ToolExecution>> ListAsync(TenantId tenant, ExecutionFilter filter, ExecutionPlace? before, int limit, CancellationToken cancellationToken);

    /// <summary>How many a filter leaves, counted no further than a limit.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="filter">Which.</param>
    /// <param name="atMost">Where counting ends.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<int> CountAsync(TenantId tenant, ExecutionFilter filter, int atMost, CancellationToken cancellationToken);

    /// <summary>Executions of all tenants that somebody must go on with: not settled, of no step, their slot gone, <c>safe_after</c> passed; the longest waiting first. What was kept back is not among them.</summary>
    Task<IReadOnlyList<ToolExecution>> AbandonedAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Executions of all tenants that are not settled and owned by this process's slots, in no promised order.</summary>
    Task<IReadOnlyList<StoredExecution>> OwnedAsync(int limit, CancellationToken cancellationToken);
}

/// <summary>A row with what only the record needs of it.</summary>
/// <param name="Row">The row.</param>
/// <param name="Slot">The slot that owns it; null when that is gone, or nobody does.</param>
/// <param name="N">The commit by which it does.</param>
/// <param name="IsKeptBack">Whether it is nobody's because it was kept back: nothing was sent.</param>
/// <param name="IsSafe">Whether <c>safe_after</c> has passed, by the database's clock, when it was read.</param>
public sealed record StoredExecution(ToolExecution Row, int? Slot, long N, bool IsKeptBack, bool IsSafe)
{
    /// <summary>Whether nobody makes it any more, and nobody has said how it ended.</summary>
    public bool IsNobodys => !Row.IsSettled && Slot is null && (IsKeptBack || IsSafe);
}

/// <summary>Which executions are listed; what is null does not matter.</summary>
public sealed record ExecutionFilter
{
    /// <summary>Of tools of this domain.</summary>
    public DomainName? Domain { get; init; }

    /// <summary>Of this tool.</summary>
    public ToolName? Tool { get; init; }

    /// <summary>For this exception.</summary>
    public ExceptionKey? Exception { get; init; }

    /// <summary>In this status.</summary>
    public ExecutionStatus? Status { get; init; }

    /// <summary>Of principals of this kind.</summary>
    public PrincipalKind? ActorKind { get; init; }

    /// <summary>Of the principal with this id.</summary>
    public string? ActorId { get; init; }

    /// <summary>Only those whose end nobody knows: intended and not settled, or settled as unknown.</summary>
    public bool IsOpen { get; init; }
}

/// <summary>The place of an execution in the list.</summary>
/// <param name="RequestedAt">Its time.</param>
/// <param name="Id">Its id.</param>
public readonly record struct ExecutionPlace(DateTimeOffset RequestedAt, ExecutionId Id);

/// <summary>Whether this process still owns what it committed. Thread-safe.</summary>
public interface ISlotFreshness
{
    /// <summary>
    /// Whether a slot has been this process's without a break since commit <paramref name="n"/>, and was renewed less than half a lease ago by the monotonic clock. On a file: as long as its lock is held.
    /// </summary>
    bool IsFresh(int slot, long n);
}
