using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Governance.Audit;

/// <summary>
/// The door to erasure: what the log and the lists know of one exception beyond its headers goes, and an event that names what
/// went stays. Bodies of erasures themselves hold no data of anybody and are never erased. Thread-safe.
/// </summary>
public sealed class ErasureDesk(IEventLog log, ICommitter committer, TimeProvider clock)
{
    // An exception that is worked on gets new events between reading and erasing; that many in a row is no coincidence.
    private const int Attempts = 5;

    /// <summary>Erases the bodies of all events of an exception, its row and its deliveries, in one commit with the event that says so.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="exception">Which.</param>
    /// <param name="reason">Why.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Gives up; what was handed to the committer may still be done.</param>
    /// <returns>What was erased; nothing, when all of it was before.</returns>
    /// <exception cref="ReeveException">AUDIT-002 when the log has no such exception, AUDIT-003 when it is being worked on; STORE-….</exception>
    public async Task<Erasure> EraseAsync(TenantId tenant, ExceptionKey exception, ErasureReason reason, Principal actor, CancellationToken cancellationToken)
    {
        long? tried = null;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            List<LoggedEvent> events = await EventsAsync(tenant, exception, cancellationToken);
            List<LoggedEvent> held = events.FindAll(e => e.Type != EventType.BodiesErased && (e.Body is not null || e.Salt is not null));
            if (held.Count == 0)
            {
                return new Erasure([], null);
            }

            // The same version twice in a row: the row was not in another version, it is not there.
            long? version = events.Max(e => e.RowVersion);
            long? from = version == tried ? null : version;
            tried = version;
            ExpiredCase erased = new(exception, from, [.. held.Select(e => new HeldBody(new ErasedBody(e.Position, e.RecordedAt, e.EventId), e.Hash))]);
            CommitOutcome outcome = await committer.CommitAloneAsync(tenant, [.. Changes(tenant, erased, reason, actor)], cancellationToken);
            if (outcome is CommitOutcome.Committed done)
            {
                return new Erasure([.. held.Select(e => e.Position)], new EventPosition(done.Slot, done.N, 0));
            }
        }

        throw new ReeveException(new ReeveError(ErrorCatalogue.Audit.WorkedOn, "New events were recorded each time the erasure was to be committed, or a tool call of it has not ended; nothing was erased.", exception.ToString()));
    }

    /// <summary>Erases several exceptions whose time is over, in one commit, each with an event of its own that says so.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="expired">As they were looked at.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Gives up; what was handed to the committer may still be done.</param>
    /// <returns>False when one of them has changed since; then nothing was erased.</returns>
    /// <exception cref="ReeveException">STORE-…; nothing was erased, but where REC-006 says that nobody knows.</exception>
    public async Task<bool> EraseAsync(TenantId tenant, IReadOnlyList<ExpiredCase> expired, Principal actor, CancellationToken cancellationToken) =>
        await committer.CommitAloneAsync(tenant, [.. expired.SelectMany(item => Changes(tenant, item, ErasureReason.Retention, actor))], cancellationToken) is CommitOutcome.Committed;

    private async Task<List<LoggedEvent>> EventsAsync(TenantId tenant, ExceptionKey exception, CancellationToken cancellationToken)
    {
        List<LoggedEvent> events = [];
        await foreach (LoggedEvent e in log.OfExceptionAsync(tenant, exception, cancellationToken))
        {
            events.Add(e);
        }

        return events.Count > 0
            ? events
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Audit.UnknownException, "The tenant's log has no event of this exception.", exception.ToString()));
    }

    private Change[] Changes(TenantId tenant, ExpiredCase erased, ErasureReason reason, Principal actor) =>
    [
        new Change.Append(new EventDraft
        {
            TenantId = tenant,
            ExceptionKey = erased.Key,
            Type = EventType.BodiesErased,
            Actor = actor,
            At = TimeText.ToMicroseconds(clock.GetUtcNow()),
            Body = ErasureBody.Write(reason, [.. erased.Bodies.Select(body => body.ErasedName)], actor),
        }),
        new BodiesErasure(tenant, erased.Key, erased.From, [.. erased.Bodies.Select(body => body.Name)]),
    ];
}

/// <summary>An exception whose time is over.</summary>
/// <param name="Key">Which.</param>
/// <param name="From">The version of its row, which goes, too; null when it has none.</param>
/// <param name="Bodies">The events whose bodies go.</param>
public sealed record ExpiredCase(ExceptionKey Key, long? From, IReadOnlyList<HeldBody> Bodies);

/// <summary>An event that has a body.</summary>
/// <param name="Name">Which.</param>
/// <param name="Hash">Its hash, 32 bytes.</param>
public readonly record struct HeldBody(ErasedBody Name, ReadOnlyMemory<byte> Hash)
{
    internal ErasedName ErasedName => new(Name.Position, Name.EventId, Convert.ToHexStringLower(Hash.Span));
}

/// <summary>What an erasure did.</summary>
/// <param name="Events">The events whose bodies went.</param>
/// <param name="RecordedAs">Where the event stands that names them; null when there was nothing left to erase.</param>
public sealed record Erasure(IReadOnlyList<EventPosition> Events, EventPosition? RecordedAs);
