using Reeve.Core.Records;

namespace Reeve.Engine.Recording;

/// <summary>The exceptions of a tenant, read. Thread-safe.</summary>
public interface IExceptionStore
{
    /// <summary>The row of an exception; null when the tenant has none of that id.</summary>
    Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionId exception, CancellationToken cancellationToken);

    /// <summary>Which of these ids the tenant has already, with their keys.</summary>
    Task<IReadOnlyDictionary<ExceptionId, ExceptionKey>> KnownAsync(TenantId tenant, IReadOnlyCollection<ExceptionId> ids, CancellationToken cancellationToken);

    /// <summary>Which of these deliveries arrived already, with the exceptions they made.</summary>
    Task<IReadOnlyDictionary<DeliveryKey, ExceptionId>> DeliveredAsync(TenantId tenant, IReadOnlyCollection<DeliveryKey> deliveries, CancellationToken cancellationToken);

    /// <summary>A page of exceptions, newest first by when they were received.</summary>
    /// <exception cref="Core.Errors.ReeveException">REC-005 for a cursor that no page gave.</exception>
    Task<ExceptionPage> ListAsync(TenantId tenant, ExceptionQuery query, CancellationToken cancellationToken);

    /// <summary>An exception's row by its key; null when the tenant has none.</summary>
    Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionKey key, CancellationToken cancellationToken);
}

/// <summary>Which exceptions to list; what is null does not filter.</summary>
public sealed record ExceptionQuery
{
    /// <summary>Their domain.</summary>
    public DomainName? Domain { get; init; }

    /// <summary>Where they stand.</summary>
    public ResolutionStatus? Status { get; init; }

    /// <summary>How severe.</summary>
    public Severity? Severity { get; init; }

    /// <summary>Their type.</summary>
    public ExceptionTypeName? Type { get; init; }

    /// <summary>Received at or after.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Received before.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>How many at most; 1 to 10,000.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>How many to pass over, at most 10,000; 0 when a cursor is given.</summary>
    public int Skip { get; init; }

    /// <summary>Where the page before ended: its <see cref="ExceptionPage.Next"/>; null for the first.</summary>
    public string? Cursor { get; init; }

    /// <summary>Whether how many match is kept, so that it is known exactly: at most one of status, severity, domain and type is given, and no time.</summary>
    public bool IsKept => From is null && To is null
        && (Domain is null ? 0 : 1) + (Status is null ? 0 : 1) + (Severity is null ? 0 : 1) + (Type is null ? 0 : 1) <= 1;
}

/// <summary>A page of exceptions.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="Next">The cursor of the next page; null on the last.</param>
/// <param name="Total">How many match; at most 10,000 are counted, unless their number is kept (<see cref="ExceptionQuery.IsKept"/>).</param>
/// <param name="TotalIsLowerBound">Whether there are more than <paramref name="Total"/>.</param>
public sealed record ExceptionPage(IReadOnlyList<ExceptionRow> Items, string? Next, long Total, bool TotalIsLowerBound);
