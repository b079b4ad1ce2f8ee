using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Core.Changes;

/// <summary>
/// One change of what is stored, as a value. A door returns its changes; the committer applies all of one outcome in one
/// transaction, so that an event and what it says stand or fall together. A capability declares its own kinds beside its
/// records; the store of that capability knows the SQL of each.
/// </summary>
public abstract record Change
{
    /// <summary>The tenant whose row it changes; every change has exactly one.</summary>
    public abstract TenantId TenantId { get; }

    /// <summary>What it changes of what nodes hold in memory; nothing unless a kind says so.</summary>
    public virtual Signals Signals => Signals.None;

    /// <summary>An event at the end of the tenant's log.</summary>
    public sealed record Append(EventDraft Event) : Change
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Event.TenantId;
    }
}
