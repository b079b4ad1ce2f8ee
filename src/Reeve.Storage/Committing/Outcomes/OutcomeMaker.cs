using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Recording;
using Reeve.Governance.Audit;

namespace Reeve.Storage.Committing.Outcomes;

/// <summary>
/// Makes an outcome ready on the thread of whoever hands it over, so that the writing loop hashes links and nothing else. Thread-safe.
/// </summary>
internal sealed class OutcomeMaker(IReadOnlyList<IChangeWriter> writers, IEventSeeds seeds, TimeProvider clock)
{
    // commitment, digest and salt of an event share one array.
    private const int SaltAt = 2 * EventHash.Length;
    private const int SaltLength = 16;

    internal Outcome Make(OutcomeKind kind, TenantId tenant, IReadOnlyList<Change> changes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(changes.Count);
        Parts parts = new();
        DateTimeOffset now = clock.GetUtcNow();
        for (int i = 0; i < changes.Count; i++)
        {
            Change change = changes[i];
            if (kind == OutcomeKind.Alone && change.TenantId != tenant)
            {
                throw new ArgumentException("Every change of it must be the tenant's.", nameof(changes));
            }

            Take(change, kind, parts, now);
        }

        if (kind == OutcomeKind.Alone)
        {
            parts.Claim(ClaimKey.OfAlone(tenant));
        }

        return new Outcome
        {
            Kind = kind,
            Tenant = tenant,
            Events = [.. parts.Events],
            Rows = [.. parts.Rows],
            Enqueued = [.. parts.Enqueued],
            Dequeued = [.. parts.Dequeued],
            Runs = [.. parts.Runs],
            Calls = [.. parts.Calls],
            Uncounted = [.. parts.Uncounted],
            Claims = [.. parts.Claims],
            Uses = [.. parts.Uses],
        };
    }

    private static IReadOnlyList<DeliveryKey> Claimed(Parts parts, TenantId tenant, IReadOnlyList<DeliveryKey> given)
    {
        IReadOnlyList<DeliveryKey> deliveries = given.Count > 1 ? [.. given.Distinct()] : given;
        for (int i = 0; i < deliveries.Count; i++)
        {
            parts.Claim(ClaimKey.Of(tenant, deliveries[i]));
        }

        return deliveries;
    }

    private void Take(Change change, OutcomeKind kind, Parts parts, DateTimeOffset now)
    {
        switch (change)
        {
            case Change.Append append:
                parts.Events.Add(Prepare(append.Event, now));
                if (append.Event.RunId is { } run)
                {
                    parts.Use(ClaimKey.Of(change.TenantId, run));
                }

                break;
            case ExceptionChange.Add add:
                StorableText.Check(add.Row);
                parts.Rows.Add(new RowWrite(add.Row, null, RecordJson.Render(add.Row.Record), Claimed(parts, change.TenantId, add.Deliveries)));
                parts.Claim(ClaimKey.Of(change.TenantId, add.Row.Record.ExceptionId));
                parts.Claim(ClaimKey.Of(change.TenantId, add.Row.Key));
                break;
            case ExceptionChange.Update update:
                ArgumentOutOfRangeException.ThrowIfNotEqual(update.Row.Version, update.From + 1);
                StorableText.Check(update.Row);
                parts.Rows.Add(new RowWrite(update.Row, update.From, RecordJson.Render(update.Row.Record), Claimed(parts, change.TenantId, update.Deliveries)));
                parts.Claim(ClaimKey.Of(change.TenantId, update.Row.Record.ExceptionId));
                parts.Claim(ClaimKey.Of(change.TenantId, update.Row.Key));
                break;
            case ExceptionChange.Enqueue item:
                parts.Enqueued.Add(item);
                parts.Claim(ClaimKey.Of(item.Tenant, item.Pass));
                break;
            case ExceptionChange.Dequeue item:
                parts.Dequeued.Add(item);
                parts.Claim(ClaimKey.Of(item.Tenant, item.Pass));
                break;
            case RunAdded added:
                StorableText.Check(added.Run);
                parts.Runs.Add(added.Run);
                parts.Claim(ClaimKey.Of(change.TenantId, added.Run.Id));
                parts.Uses.Remove(ClaimKey.Of(change.TenantId, added.Run.Id));
                break;
            default:
                // What is erased is no longer counted; it was received all the same.
                if (change is BodiesErasure { From: not null } erasure)
                {
                    parts.Uncounted.Add(erasure.Exception);
                    parts.Claim(ClaimKey.Of(change.TenantId, erasure.Exception));
                }

                // A statement of a capability runs under the role that sees one tenant; a group has none.
                parts.Calls.AddRange(kind == OutcomeKind.Alone ? Calls(change) : throw new ArgumentException($"{change.GetType().Name} must be committed alone.", nameof(change)));
                break;
        }
    }

    private IReadOnlyList<StatementCall> Calls(Change change)
    {
        foreach (IChangeWriter writer in writers)
        {
            if (writer.For(change) is { } calls)
            {
                return calls;
            }
        }

        throw new ArgumentException($"No store writes the change {change.GetType().Name}.", nameof(change));
    }

    private PreparedEvent Prepare(EventDraft draft, DateTimeOffset now)
    {
        StorableText.Check(draft.TenantId.Value);
        StorableText.Check(draft.Actor.Id);
        byte[] bytes = new byte[SaltAt + SaltLength];
        Span<byte> salt = bytes.AsSpan(SaltAt);
        seeds.Salt(salt);
        EventHash.Commitment(salt, draft.Body.Span, bytes.AsSpan(0, EventHash.Length));
        LoggedEvent columns = new()
        {
            TenantId = draft.TenantId,
            Position = default,
            EventId = seeds.NextId(now),
            RecordedAt = default,
            Type = draft.Type,
            Version = draft.Version,
            OccurredAt = TimeText.ToMicroseconds(draft.At),
            ExceptionKey = draft.ExceptionKey,
            RowVersion = draft.RowVersion,
            RunId = draft.RunId,
            PassId = draft.PassId,
            Stage = draft.Stage?.Key(),
            ActorKind = Wire.Name(draft.Actor.Kind),
            ActorId = draft.Actor.Id,
            Commitment = bytes.AsMemory(0, EventHash.Length),
            Hash = default,
            Salt = bytes.AsMemory(SaltAt),
            Body = draft.Body,
        };
        EventHash.Digest(columns, bytes.AsSpan(EventHash.Length, EventHash.Length));
        return new PreparedEvent(columns, bytes.AsMemory(EventHash.Length, EventHash.Length));
    }

    private sealed class Parts
    {
        internal List<PreparedEvent> Events { get; } = new(10);

        internal List<RowWrite> Rows { get; } = new(1);

        internal List<ExceptionChange.Enqueue> Enqueued { get; } = [];

        internal List<ExceptionChange.Dequeue> Dequeued { get; } = [];

        internal List<Run> Runs { get; } = [];

        internal List<StatementCall> Calls { get; } = [];

        internal List<ExceptionKey> Uncounted { get; } = [];

        internal List<ClaimKey> Claims { get; } = new(4);

        internal List<ClaimKey> Uses { get; } = new(1);

        // What is written twice in one outcome would look like a conflict that no outcome is to blame for.
        internal void Claim(ClaimKey key)
        {
            if (Claims.Contains(key))
            {
                throw new ArgumentException($"One outcome writes the same {key.Kind} twice.");
            }

            Claims.Add(key);
        }

        internal void Use(ClaimKey key)
        {
            if (!Uses.Contains(key) && !Claims.Contains(key))
            {
                Uses.Add(key);
            }
        }
    }
}
