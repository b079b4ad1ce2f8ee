using Reeve.Core.Records;

namespace Reeve.Core.Changes;

/// <summary>What an outcome changes of the row of an exception.</summary>
public abstract record ExceptionChange : Change
{
    private ExceptionChange()
    {
    }

    /// <summary>
    /// An exception that was not there. Its id, its key or its delivery being there already is a conflict
    /// (<see cref="Ports.CommitOutcome.AlreadyThere"/>), and nothing of the outcome is written.
    /// </summary>
    /// <param name="Row">The row.</param>
    /// <param name="Deliveries">What it arrived as: none when its source gave no id of its own, or this run does not look for repeats; two when the source gave no time.</param>
    public sealed record Add(ExceptionRow Row, IReadOnlyList<DeliveryKey> Deliveries) : ExceptionChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Row.Record.TenantId;
    }

    /// <summary>A row that is there in the version given; any other is a conflict (<see cref="Ports.CommitOutcome.MovedOn"/>).</summary>
    /// <param name="Row">The row as it shall be; its version is one more than <paramref name="From"/>.</param>
    /// <param name="From">The version it leaves.</param>
    public sealed record Update(ExceptionRow Row, long From) : ExceptionChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Row.Record.TenantId;

        /// <summary>
        /// What the delivery that changes it arrived as, as in <see cref="Add"/>; one that is there is a conflict
        /// (<see cref="Ports.CommitOutcome.AlreadyThere"/>). Empty for every other change.
        /// </summary>
        public IReadOnlyList<DeliveryKey> Deliveries { get; init; } = [];
    }

    /// <summary>Work that is not finished: the pass was received and is to be decided. Deciding it removes it.</summary>
    public sealed record Enqueue(TenantId Tenant, PassId Pass, ExceptionKey Key, RunId Run) : ExceptionChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Tenant;
    }

    /// <summary>The pass is decided. Its row being gone is a conflict: somebody else decided it.</summary>
    public sealed record Dequeue(TenantId Tenant, PassId Pass) : ExceptionChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Tenant;
    }
}
