using System.ComponentModel.DataAnnotations;

namespace Reeve.Engine.Tools.Gating;

/// <summary>Limits of the gate.</summary>
public sealed record ToolGateOptions
{
    /// <summary>How many calls of one tenant may be under way on this node; 2,000. One more is refused (TOOL-028) and takes nobody else's place.</summary>
    [Range(1, 1_000_000)]
    public int CallsPerTenant { get; init; } = 2_000;

    /// <summary>How long one question of a check may take before the call is refused (TOOL-026); 1 s.</summary>
    public TimeSpan CheckWithin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long closing waits for calls that are under way; 20 s. What is left then is found by whoever takes over.</summary>
    public TimeSpan DrainsWithin { get; init; } = TimeSpan.FromSeconds(20);
}
