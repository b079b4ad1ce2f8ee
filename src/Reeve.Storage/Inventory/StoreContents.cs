namespace Reeve.Storage.Inventory;

/// <summary>What a store consists of.</summary>
public sealed record StoreContents
{
    /// <summary>How large it is; of a file without its write-ahead log.</summary>
    public required long Bytes { get; init; }

    /// <summary>Its tables, the largest first; empty for a file, which does not say.</summary>
    public required IReadOnlyList<TableSize> Tables { get; init; }

    /// <summary>The months of the log that are there, as <c>2026-11</c>; empty for a file, which has none.</summary>
    public required IReadOnlyList<string> Months { get; init; }

    /// <summary>Months that are not there, of those from the first to three ahead of now; nodes make them within the hour.</summary>
    public required IReadOnlyList<string> MissingMonths { get; init; }

    /// <summary>When the oldest event was recorded; null when there is none.</summary>
    public required DateTimeOffset? OldestEvent { get; init; }

    /// <summary>Who may connect; empty for a file, whose permissions count.</summary>
    public required IReadOnlyList<StoreLogin> Logins { get; init; }
}

/// <summary>A table and what it takes, with its indexes.</summary>
public sealed record TableSize(string Table, long Bytes);

/// <summary>A role that may connect.</summary>
/// <param name="Role">Its name.</param>
/// <param name="Kind"><c>SUPERUSER</c>, <c>OWNER</c>, <c>NODE</c>, or <c>OTHER</c>: none of Reeve's business, but able to keep a transaction open.</param>
public sealed record StoreLogin(string Role, string Kind);
