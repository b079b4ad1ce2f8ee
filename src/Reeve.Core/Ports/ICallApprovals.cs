using Reeve.Core.Calls;
using Reeve.Core.Changes;

namespace Reeve.Core.Ports;

/// <summary>Whether people approved a call (EX-APPR-8). Asked by the gate of calls that change something and may not without. Thread-safe.</summary>
public interface ICallApprovals
{
    /// <summary>The approval that covers exactly this call, and still stands: its packs, tool, version, target and arguments, those from earlier outputs within their bounds.</summary>
    /// <param name="call">The call.</param>
    /// <param name="digest">Its digest.</param>
    /// <param name="target">Its target.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when there is none.</returns>
    ValueTask<CallApproval?> FindAsync(ToolCall call, CallDigest digest, string target, CancellationToken cancellationToken);
}

/// <summary>An approval, as calls refer to it.</summary>
/// <param name="Id">Its id, a UUIDv7.</param>
/// <param name="DecidedAt">When it was given: what began before a restore needs one that was given after it.</param>
public sealed record CallApproval(Guid Id, DateTimeOffset DecidedAt)
{
    /// <summary>
    /// What using it changes: committed together with the intention of the call, so that what is bounded by a number or an amount is used up exactly when it is used, and what was withdrawn in between covers nothing
    /// (<see cref="CommitOutcome.MovedOn"/>: the gate is asked again).
    /// </summary>
    public IReadOnlyList<Change> Changes { get; init; } = [];
}
