using Reeve.Core.Changes;

namespace Reeve.Engine.Approvals;

/// <summary>What follows for whatever waited when an approval leaves PENDING. Thread-safe.</summary>
public interface IApprovalEffects
{
    /// <summary>The changes that are to be made in the same commit: what waited goes on, or is escalated.</summary>
    /// <param name="approval">As it shall be: APPROVED, REJECTED, ESCALATED or WITHDRAWN.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<Change>> OfAsync(Approval approval, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>They are committed: whoever works on it may look at once.</summary>
    void Done(Approval approval);
}
