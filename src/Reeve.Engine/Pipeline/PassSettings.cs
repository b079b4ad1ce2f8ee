using Reeve.Core.Calendars;
using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Engine.Pipeline;

/// <summary>
/// What a pass is decided with besides its input and evidence: recorded at its beginning and held to its end, whichever node or
/// release goes on with it (docs/decisions/0007). Immutable.
/// </summary>
public sealed record PassSettings
{
    /// <summary>The content hash of the domain pack.</summary>
    public required string DomainPack { get; init; }

    /// <summary>The content hash of the tenant policy.</summary>
    public required string TenantPolicy { get; init; }

    /// <summary>How far the tenant's automation went when the pass began; what is sent asks again. Of a pass that is on no record, <see cref="PipelineOptions.Mode"/>.</summary>
    public required AutomationMode Mode { get; init; }

    /// <summary>See <see cref="PipelineOptions.Supervised"/>.</summary>
    public required bool Supervised { get; init; }

    /// <summary>See <see cref="PipelineOptions.RetriageLimit"/>.</summary>
    public required int RetriageLimit { get; init; }

    /// <summary>See <see cref="DecisionDocument.LogicVersion"/>.</summary>
    public required int LogicVersion { get; init; }

    /// <summary>See <see cref="ZoneData.Fingerprint"/>.</summary>
    public required string TimeZoneData { get; init; }

    /// <summary>Whether there was somebody to ask.</summary>
    public required bool HasMemory { get; init; }

    internal static PassSettings Of(BoundPolicy policy, string zoneData, PipelineOptions options, bool hasMemory) => new()
    {
        DomainPack = policy.Domain.ContentHash,
        TenantPolicy = policy.Policy.ContentHash,
        Mode = options.Mode,
        Supervised = options.Supervised,
        RetriageLimit = options.RetriageLimit,
        LogicVersion = DecisionDocument.LogicVersion,
        TimeZoneData = zoneData,
        HasMemory = hasMemory,
    };
}
