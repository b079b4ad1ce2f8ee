using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Engine.Approvals;

/// <summary>What is changed of approvals; a closed set.</summary>
public abstract record ApprovalChange : Change
{
    private ApprovalChange()
    {
    }

    /// <summary>An approval that was not there.</summary>
    public sealed record Submitted(Approval Approval) : ApprovalChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Approval.TenantId;
    }

    /// <summary>An approval moves on. One that is not PENDING in the version given is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>).</summary>
    /// <param name="Approval">As it shall be; its version is one more than <paramref name="From"/>.</param>
    /// <param name="From">The version it leaves.</param>
    public sealed record Moved(Approval Approval, long From) : ApprovalChange
    {
        /// <summary>Whether it is a conflict, too, once its time is over by the database's clock: so it is of everything that people say.</summary>
        public bool InTime { get; init; }

        /// <inheritdoc/>
        public override TenantId TenantId => Approval.TenantId;
    }

    /// <summary>What a person said. The same person having spoken is a conflict (<see cref="Core.Ports.CommitOutcome.AlreadyThere"/>).</summary>
    /// <param name="Tenant">The tenant.</param>
    /// <param name="Approval">The approval.</param>
    /// <param name="Decision">What was said.</param>
    public sealed record Spoken(TenantId Tenant, Guid Approval, ApprovalDecision Decision) : ApprovalChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Tenant;
    }
}
