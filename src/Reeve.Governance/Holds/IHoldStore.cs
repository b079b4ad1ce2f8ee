namespace Reeve.Governance.Holds;

/// <summary>Holds, read. Thread-safe.</summary>
public interface IHoldStore
{
    /// <summary>Every hold there is: those of all tenants first, then by tenant in byte order, the oldest first.</summary>
    Task<IReadOnlyList<Hold>> ListAsync(CancellationToken cancellationToken);

    /// <summary>When the store was last restored; null when it never was.</summary>
    Task<DateTimeOffset?> LastRestoredAsync(CancellationToken cancellationToken);
}
