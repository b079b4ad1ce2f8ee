using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Governance.Audit;

namespace Reeve.Governance.Retention;

/// <summary>What retention looks at, tenant by tenant, and the one thing that it removes itself: the beginning of the log. Every read is a short page. Thread-safe.</summary>
public interface IRetentionStore
{
    /// <summary>The time of the database's clock, on a file of the process's; UTC.</summary>
    Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken);

    /// <summary>Every tenant, and the reserved one of the platform if it is listed.</summary>
    Task<IReadOnlyList<TenantId>> TenantsAsync(CancellationToken cancellationToken);

    /// <summary>The active policies of a tenant, one per domain, without their content.</summary>
    Task<IReadOnlyList<ActivePolicy>> PoliciesAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>The content of a policy; null when it is gone meanwhile.</summary>
    Task<ReadOnlyMemory<byte>?> ContentAsync(TenantId tenant, ActivePolicy policy, CancellationToken cancellationToken);

    /// <summary>The domains in which a tenant has exceptions.</summary>
    Task<IReadOnlyList<DomainName>> DomainsAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>Exceptions of a domain that were received before a time, the oldest first, behind a place.</summary>
    Task<IReadOnlyList<AgedCase>> PageAsync(TenantId tenant, DomainName domain, DateTimeOffset before, AgedCase? after, int limit, CancellationToken cancellationToken);

    /// <summary>The events of exceptions that still have a body, in the order of the keys given, without bodies; erasures are left out.</summary>
    Task<IReadOnlyList<HeldEvent>> HeldAsync(TenantId tenant, IReadOnlyList<ExceptionKey> keys, int limit, CancellationToken cancellationToken);

    /// <summary>The first month that the log has; null when it has none.</summary>
    Task<LogMonth?> OldestMonthAsync(CancellationToken cancellationToken);

    /// <summary>Of the exceptions that still have a row and have events that were recorded before a time, the one that was received first; null when there is none.</summary>
    Task<AgedCase?> NeededByAsync(TenantId tenant, DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the oldest month of the log, on a file a slice of it, and keeps, in the same transaction, where a chain begins from now on. Whoever
    /// wants the whole month gone asks until <see cref="OldestMonthAsync"/> says another, and may break off between two slices.
    /// </summary>
    /// <returns>False when nothing was done, because somebody uses the month at the moment: it can be tried again later.</returns>
    Task<bool> DropAsync(LogMonth month, CancellationToken cancellationToken);
}

/// <summary>An active policy.</summary>
/// <param name="Domain">The domain it is for.</param>
/// <param name="Version">Its version.</param>
/// <param name="ContentHash">Names its content.</param>
public sealed record ActivePolicy(DomainName Domain, string Version, string ContentHash);

/// <summary>An exception that may be old enough.</summary>
public sealed record AgedCase
{
    /// <summary>Which.</summary>
    public required ExceptionKey Key { get; init; }

    /// <summary>The version of its row.</summary>
    public required long Version { get; init; }

    /// <summary>Where it stands.</summary>
    public required ResolutionStatus Status { get; init; }

    /// <summary>What can be done about it; null while nobody knows.</summary>
    public required Actionability? Actionability { get; init; }

    /// <summary>When it was received.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its row last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>An event that has a body to erase.</summary>
/// <param name="Exception">Whose.</param>
/// <param name="Body">What an erasure needs of it.</param>
public readonly record struct HeldEvent(ExceptionKey Exception, HeldBody Body);

/// <summary>A month of the log, in UTC.</summary>
/// <param name="First">Its first day.</param>
public readonly record struct LogMonth(DateOnly First)
{
    /// <summary>The month of a time.</summary>
    public static LogMonth Of(DateTimeOffset time) => new(new DateOnly(time.UtcDateTime.Year, time.UtcDateTime.Month, 1));

    /// <summary>The moment it is over.</summary>
    public DateTimeOffset End => new(First.AddMonths(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    /// <inheritdoc/>
    public override string ToString() => First.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
}
