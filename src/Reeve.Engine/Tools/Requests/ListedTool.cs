using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Switches;

namespace Reeve.Engine.Tools.Requests;

/// <summary>A tool of a tenant's active packs, and whether it may be called as things are. Immutable.</summary>
public sealed record ListedTool
{
    /// <summary>The packs that define it, bound.</summary>
    public required BoundPolicy Policy { get; init; }

    /// <summary>Its definition, with the tenant's overrides.</summary>
    public required ToolDefinition Tool { get; init; }

    /// <summary>What the packs say of it.</summary>
    public required ToolVerdict Verdict { get; init; }

    /// <summary>What an administrator switched; null when nobody did.</summary>
    public ToolSwitch? Switch { get; init; }

    /// <summary>Its whole name.</summary>
    public ToolId Id => new(Policy.TenantId, Policy.Domain.Name, Tool.Name);

    /// <summary>Whether it may be called: defined, approved, not blocked, and on. Whether a call may is for the gate.</summary>
    public bool IsAllowed => Verdict is ToolVerdict.Allowed && !IsDisabled;

    /// <summary>Whether a block list names it.</summary>
    public bool IsBlocked => Verdict is ToolVerdict.Refused { By: ToolRefusal.Blocked };

    /// <summary>Whether its pack or an administrator switched it off.</summary>
    public bool IsDisabled => !Tool.Enabled || Switch is { IsEnabled: false };

    /// <summary>Why it may not be called; empty when it may.</summary>
    public string Reason => Verdict is ToolVerdict.Refused refused ? refused.Reason
        : Switch is { IsEnabled: false } off ? $"The tool '{Tool.Name}' was switched off by {off.UpdatedBy}."
        : "";

    /// <summary>The listing of a tool that packs define.</summary>
    internal static ListedTool Of(BoundPolicy policy, ToolDefinition tool, IReadOnlyList<ToolSwitch> switches) => new()
    {
        Policy = policy,
        Tool = tool,
        Verdict = ToolAllowList.Check(tool.Name, policy),
        Switch = switches.FirstOrDefault(one => one.Domain == policy.Domain.Name && one.Tool == tool.Name),
    };
}
