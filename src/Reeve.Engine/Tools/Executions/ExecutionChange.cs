using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Executions;

/// <summary>What an outcome changes of the row of an execution; a closed set. Slot, number and <c>safe_after</c> are the committer's to give.</summary>
public abstract record ExecutionChange : Change
{
    private ExecutionChange()
    {
    }

    /// <summary>The id.</summary>
    public abstract ExecutionId Id { get; }

    /// <summary>
    /// An execution is intended: a row that is not settled, owned by the slot that commits it. One of its id being there is a conflict
    /// (<see cref="Core.Ports.CommitOutcome.AlreadyThere"/>).
    /// </summary>
    /// <param name="Row">REQUESTED or RUNNING.</param>
    /// <param name="Longest">How long all attempts may take.</param>
    public sealed record Intended(ToolExecution Row, TimeSpan Longest) : ExecutionChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Row.TenantId;

        /// <inheritdoc/>
        public override ExecutionId Id => Row.Id;
    }

    /// <summary>An execution that ended without having been intended: a read. One of its id being there is a conflict (<see cref="Core.Ports.CommitOutcome.AlreadyThere"/>).</summary>
    /// <param name="Row">SUCCEEDED or FAILED.</param>
    public sealed record Recorded(ToolExecution Row) : ExecutionChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Row.TenantId;

        /// <inheritdoc/>
        public override ExecutionId Id => Row.Id;
    }

    /// <summary>
    /// An execution that is nobody's is owned anew, by the slot that commits this; unless it was kept back, it is one takeover more. When it is settled, owned, taken over since it was read, or not safe yet,
    /// that is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>).
    /// </summary>
    /// <param name="Row">As it was read.</param>
    /// <param name="Longest">How long all attempts may take from now.</param>
    public sealed record Claimed(ToolExecution Row, TimeSpan Longest) : ExecutionChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Row.TenantId;

        /// <inheritdoc/>
        public override ExecutionId Id => Row.Id;
    }

    /// <summary>
    /// Whoever owns an execution lets go of it. When it is settled or another's, that is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>).
    /// </summary>
    /// <param name="Tenant">Whose.</param>
    /// <param name="Execution">Which.</param>
    /// <param name="From">By what it is owned.</param>
    /// <param name="IsUnsent">Whether nothing was sent, so that it can be gone on with at once; else when it is safe.</param>
    public sealed record Freed(TenantId Tenant, ExecutionId Execution, SettledFrom.Owned From, bool IsUnsent) : ExecutionChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Tenant;

        /// <inheritdoc/>
        public override ExecutionId Id => Execution;
    }

    /// <summary>An execution ends. When it is not in the state it leaves, that is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>).</summary>
    /// <param name="Row">As it shall be: SUCCEEDED or FAILED.</param>
    /// <param name="From">The state it leaves.</param>
    public sealed record Settled(ToolExecution Row, SettledFrom From) : ExecutionChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Row.TenantId;

        /// <inheritdoc/>
        public override ExecutionId Id => Row.Id;
    }
}

/// <summary>Which state of its row an end leaves; a closed set.</summary>
public abstract record SettledFrom
{
    private SettledFrom()
    {
    }

    /// <summary>Not settled, and owned by this commit of this slot; also when the slot was taken over meanwhile and nobody claimed the row.</summary>
    public sealed record Owned(int Slot, long N) : SettledFrom;

    /// <summary>Not settled, and nobody's: kept back, or its slot is gone and <c>safe_after</c> has passed.</summary>
    public sealed record Abandoned : SettledFrom;

    /// <summary>Settled as unknown.</summary>
    public sealed record Unknown : SettledFrom;
}
