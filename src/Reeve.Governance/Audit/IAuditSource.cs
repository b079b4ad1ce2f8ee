using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Governance.Audit;

/// <summary>
/// The log as whoever checks it must see it: every tenant, column by column, nothing assumed. An unreadable value is a
/// finding, not a fault. Pages inside. Thread-safe.
/// </summary>
public interface IAuditSource
{
    /// <summary>
    /// How long a commit may be under way before it can be seen; zero where nobody else can write. A head is noted that much
    /// earlier than the clock says, so that no honest event is taken for one that was put in behind it. Here: the
    /// lease of a slot, beyond which its writer is fenced off (docs/decisions/0008).
    /// </summary>
    TimeSpan LongestCommit => TimeSpan.FromSeconds(30);

    /// <summary>Where chains begin whose beginning is gone with age, by tenant, then slot; also of chains that have no event left.</summary>
    Task<IReadOnlyList<ChainStart>> StartsAsync(TenantId? tenant, CancellationToken cancellationToken);

    /// <summary>Every chain that has an event, by tenant, then slot.</summary>
    Task<IReadOnlyList<(TenantId Tenant, int Slot)>> ChainsAsync(TenantId? tenant, CancellationToken cancellationToken);

    /// <summary>The rows of one chain, by n, then ordinal, then whatever makes duplicates come in a fixed order.</summary>
    IAsyncEnumerable<AuditRow> RowsAsync(TenantId tenant, int slot, CancellationToken cancellationToken);

    /// <summary>
    /// What the commits that are still listed say of a tenant (null: of all): slot, n, when, how many events of which tenant.
    /// Rising by slot, then n; of all, a commit without any event has one note that names no tenant.
    /// </summary>
    IAsyncEnumerable<CommitNote> CommitsAsync(TenantId? tenant, CancellationToken cancellationToken);
}

/// <summary>Where a chain begins whose beginning is gone: the last event that went (docs/decisions/0017).</summary>
/// <param name="Tenant">Whose chain.</param>
/// <param name="Position">Where that event stood.</param>
/// <param name="Hash">Its hash, 32 bytes, which the next event is linked to.</param>
public sealed record ChainStart(TenantId Tenant, EventPosition Position, ReadOnlyMemory<byte> Hash);

/// <summary>One row of <c>events</c>: the event, or why it cannot be read as one.</summary>
/// <param name="Event">The event; null when a column holds what it cannot.</param>
/// <param name="Position">Where it stands, as far as that can be read.</param>
/// <param name="Unreadable">The column that cannot be read; null when all can.</param>
public sealed record AuditRow(LoggedEvent? Event, EventPosition Position, string? Unreadable);

/// <summary>What a commit says of one tenant.</summary>
/// <param name="Tenant">The tenant; null when the commit has no event at all, or cannot be read.</param>
/// <param name="Slot">The slot that wrote it.</param>
/// <param name="N">Its number.</param>
/// <param name="At">When it was made.</param>
/// <param name="Events">How many events of the tenant it has.</param>
/// <param name="Unreadable">The column that cannot be read; null when all can.</param>
public sealed record CommitNote(TenantId? Tenant, int Slot, long N, DateTimeOffset At, int Events, string? Unreadable = null);
