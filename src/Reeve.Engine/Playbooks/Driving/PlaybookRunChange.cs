using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Engine.Playbooks.Driving;

/// <summary>What an outcome changes of the run of a playbook; a closed set. Which slot owns it is the committer's to give.</summary>
public abstract record PlaybookRunChange : Change
{
    private PlaybookRunChange(PlaybookRun run) => Run = run;

    /// <summary>The row as it shall be.</summary>
    public PlaybookRun Run { get; }

    /// <inheritdoc/>
    public override TenantId TenantId => Run.TenantId;

    /// <summary>A run that was not there; nobody's. One of its pass being there is a conflict (<see cref="Core.Ports.CommitOutcome.AlreadyThere"/>).</summary>
    public sealed record Assigned(PlaybookRun New) : PlaybookRunChange(New)
    {
        /// <inheritdoc/>
        public override Signals Signals => New.State == RunState.Ready ? Signals.Playbooks : Signals.None;
    }

    /// <summary>
    /// A run moves on. Its row being in any other version than the one before is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>): somebody else has it, or did something with it.
    /// </summary>
    /// <param name="Next">The row as it shall be; its version is one more than it was.</param>
    /// <param name="IsMine">Whether the slot that commits this owns it; else it is nobody's.</param>
    /// <param name="Wake">How long nobody need look at it, by the database's clock.</param>
    public sealed record Moved(PlaybookRun Next, bool IsMine, TimeSpan Wake) : PlaybookRunChange(Next)
    {
        /// <inheritdoc/>
        public override Signals Signals => !IsMine && Next.State == RunState.Ready ? Signals.Playbooks : Signals.None;
    }
}

/// <summary>
/// All runs of an exception but that of one pass are to end, wherever they stand: another pass decides about it now. They are nobody's and READY then, with that ruling. Never a conflict; whoever drives one finds
/// it moved on.
/// </summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Exception">The exception.</param>
/// <param name="Pass">The pass whose run stays.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="At">When.</param>
public sealed record PlaybookRunsSuperseded(TenantId Tenant, ExceptionKey Exception, PassId Pass, string Reason, DateTimeOffset At) : Change
{
    /// <inheritdoc/>
    public override TenantId TenantId => Tenant;

    /// <inheritdoc/>
    public override Signals Signals => Signals.Playbooks;
}

/// <summary>What became of a part of a run, in place of what was there. Always beside a <see cref="PlaybookRunChange"/> of its run, which tells whether it may be written.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Pass">The pass of the run.</param>
/// <param name="Part">The row.</param>
public sealed record PartChange(TenantId Tenant, PassId Pass, RecordedPart Part) : Change
{
    /// <inheritdoc/>
    public override TenantId TenantId => Tenant;
}
