using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Breakers;
using Reeve.Engine.Tools.Executions;
using Reeve.Engine.Tools.Kinds;

namespace Reeve.Engine.Tools.Gating;

/// <summary>Everybody the gate asks.</summary>
public sealed record GatePorts
{
    /// <summary>The ways to reach tools; each type at most once.</summary>
    public required IReadOnlyList<IToolKind> Kinds { get; init; }

    /// <summary>The active pair of a tenant's domain; throws PACK-040 when there is none.</summary>
    public required Func<TenantId, DomainName?, CancellationToken, Task<BoundPolicy>> ActivePair { get; init; }

    /// <summary>Whether somebody switched a tool off.</summary>
    public required Func<TenantId, DomainName, ToolName, CancellationToken, ValueTask<bool>> IsSwitchedOff { get; init; }

    /// <summary>Others that have a say, asked at their places in this order, after the gate's own.</summary>
    public IReadOnlyList<ICallCheck> Checks { get; init; } = [];

    /// <summary>What people approved; null: nothing.</summary>
    public ICallApprovals? Approvals { get; init; }

    /// <summary>Whether effects are on hold.</summary>
    public required IHold Hold { get; init; }

    /// <summary>How far a tenant's automation goes.</summary>
    public required IAutomationMode Mode { get; init; }

    /// <summary>Whether the store was restored.</summary>
    public required IRestorations Restorations { get; init; }

    /// <summary>The breakers.</summary>
    public required ToolBreakers Breakers { get; init; }

    /// <summary>The record of calls.</summary>
    public required ICallJournal Journal { get; init; }
}
