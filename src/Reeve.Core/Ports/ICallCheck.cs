using Reeve.Core.Calls;
using Reeve.Core.Packs;

namespace Reeve.Core.Ports;

/// <summary>
/// Something that has a say in every call: evaluation before an action, a violation detector, safety limits, quotas. The gate asks it at its place in the order of EX-TOOL-11; when it throws or takes
/// longer than a second, the call is refused (TOOL-026): what cannot be asked denies. Thread-safe.
/// </summary>
public interface ICallCheck
{
    /// <summary>Its place: PRE_ACTION, VIOLATION, SAFETY or QUOTA.</summary>
    GateCheck Place { get; }

    /// <summary>Judges a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="tool">The tool as the packs define it.</param>
    /// <param name="isTrial">Whether it is only asked what it would say: nothing is used up then.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What it says, at its own <see cref="Place"/>; null when it has nothing against the call.</returns>
    ValueTask<GateReason?> JudgeAsync(ToolCall call, ToolDefinition tool, bool isTrial, CancellationToken cancellationToken);
}
