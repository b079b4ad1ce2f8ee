using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Governance.Audit;

/// <summary>
/// Empties salt and body of events and removes the row of their exception with its deliveries. It is committed with the
/// <c>BodiesErased</c> that names the events, as the role that may do nothing else. An event that is not there, or a row
/// in another version, is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>).
/// </summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Exception">The exception; its row and the deliveries that made it go.</param>
/// <param name="From">The version of the row that is removed; null when there is no row to remove.</param>
/// <param name="Events">The events whose bodies go; one that is empty already stays so.</param>
public sealed record BodiesErasure(TenantId Tenant, ExceptionKey Exception, long? From, IReadOnlyList<ErasedBody> Events) : Change
{
    /// <inheritdoc/>
    public override TenantId TenantId => Tenant;
}

/// <summary>An event whose body goes.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="RecordedAt">When it was recorded, which names the month it is kept under.</param>
/// <param name="EventId">Its id.</param>
public readonly record struct ErasedBody(EventPosition Position, DateTimeOffset RecordedAt, Guid EventId);
