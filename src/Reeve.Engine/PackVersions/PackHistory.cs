using Reeve.Core.Records;

namespace Reeve.Engine.PackVersions;

/// <summary>What happened to a version.</summary>
public enum PackAction
{
    /// <summary>STORED.</summary>
    Stored,

    /// <summary>ACTIVATED.</summary>
    Activated,

    /// <summary>ROLLED_BACK.</summary>
    RolledBack,
}

/// <summary>One change of a tenant's versions: who, when, what differs (EX-PACK-6, 12).</summary>
public sealed record PackHistoryEntry
{
    /// <summary>Its number in the tenant, from 1, rising.</summary>
    public required long N { get; init; }

    /// <summary>What was done.</summary>
    public required PackAction Action { get; init; }

    /// <summary>With which version.</summary>
    public required PackVersionKey Key { get; init; }

    /// <summary>The version it is compared with: stored before, or active until then; null when there was none, or it is no longer known.</summary>
    public string? Previous { get; init; }

    /// <summary>What differs, as JSON (<see cref="PackDifference.ToJson"/>); null when there was nothing to compare with.</summary>
    public ReadOnlyMemory<byte>? Difference { get; init; }

    /// <summary>When, UTC, microseconds.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>By whom: a principal's id.</summary>
    public required string By { get; init; }
}

/// <summary>Which part of a tenant's history is meant.</summary>
public sealed record PackHistoryFilter
{
    /// <summary>Of one kind; null: of both.</summary>
    public PackKindStored? Kind { get; init; }

    /// <summary>Of one domain; null: of all.</summary>
    public DomainName? Domain { get; init; }

    /// <summary>Only what is older than this number; null: from the newest on.</summary>
    public long? Before { get; init; }

    /// <summary>How many at most; 100.</summary>
    public int Limit { get; init; } = 100;
}

/// <summary>How often a content was used by a tenant (EX-PACK-8).</summary>
/// <param name="Kind">Domain pack or policy.</param>
/// <param name="Domain">Its domain.</param>
/// <param name="ContentHash">Its content.</param>
/// <param name="Count">How many exceptions were decided with it.</param>
/// <param name="LastUsedAt">When it was used last, UTC, microseconds.</param>
public sealed record PackUsage(PackKindStored Kind, DomainName Domain, string ContentHash, long Count, DateTimeOffset LastUsedAt);
