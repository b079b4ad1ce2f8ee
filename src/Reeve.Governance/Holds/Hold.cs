using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;

namespace Reeve.Governance.Holds;

/// <summary>Why effects are stopped.</summary>
public enum HoldCause
{
    /// <summary>A person, or a program in its name, said so.</summary>
    Person,

    /// <summary>The store was restored: the world may know more than it.</summary>
    Restore,

    /// <summary>The file is a backup, which somebody put in place without restoring it.</summary>
    Copy,
}

/// <summary>One reason for which effects are stopped; there may be several at once. Nothing is sent while there is any.</summary>
/// <param name="Scope">The tenant; <see cref="TenantId.Platform"/>: every tenant.</param>
/// <param name="Id">Its own.</param>
/// <param name="Cause">What kind of reason.</param>
/// <param name="Since">Since when, UTC, microseconds.</param>
/// <param name="Reason">Why, in one line.</param>
/// <param name="PlacedBy">Who placed it: a principal's id.</param>
/// <param name="Owner">Whose credential that was.</param>
public sealed record Hold(TenantId Scope, Guid Id, HoldCause Cause, DateTimeOffset Since, string Reason, string PlacedBy, string Owner)
{
    /// <summary>Whether it stops every tenant.</summary>
    public bool IsForAll => Scope == TenantId.Platform;
}

/// <summary>What was restored.</summary>
/// <param name="CopiedAt">When the backup was made; null when nobody knows.</param>
/// <param name="Position">The last commit of each slot in it.</param>
public sealed record Restoration(DateTimeOffset? CopiedAt, ReaderPosition Position)
{
    /// <summary>Who acts where a server finds that its file is a backup.</summary>
    public static readonly Principal Finder = new(PrincipalKind.Service, "system:store", "reeve", []);
}

/// <summary>What is changed of holds.</summary>
public abstract record HoldChange : Change
{
    private HoldChange()
    {
    }

    /// <inheritdoc/>
    public override Signals Signals => Signals.Hold;

    /// <summary>One more.</summary>
    public sealed record Placed(Hold Hold) : HoldChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Hold.Scope;
    }

    /// <summary>The store was restored, at the time of the commit by the database's clock or by the hold's, whichever is later.</summary>
    public sealed record Restored(Hold Hold) : HoldChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Hold.Scope;
    }

    /// <summary>One less; one that is gone is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>).</summary>
    public sealed record Lifted(TenantId Scope, Guid Hold) : HoldChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Scope;
    }
}
