using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Imports;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Recording;
using Reeve.Engine.Tools.Executions;
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

    /// <summary>Makes one that shares a commit.</summary>
    /// <param name="changes">Of one tenant; not empty.</param>
    /// <exception cref="ArgumentException">They are none, of several tenants, or write the same row twice.</exception>
    internal Outcome MakeGrouped(IReadOnlyList<Change> changes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(changes.Count);
        return Make(OutcomeKind.Grouped, changes[0].TenantId, changes);
    }

    /// <summary>Makes one that has a commit of its own.</summary>
    /// <inheritdoc cref="MakeGrouped"/>
    internal Outcome MakeAlone(TenantId tenant, IReadOnlyList<Change> changes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(changes.Count);
        return Make(OutcomeKind.Alone, tenant, changes);
    }

    private Outcome Make(OutcomeKind kind, TenantId tenant, IReadOnlyList<Change> changes)
    {
        Parts parts = new(changes);
        DateTimeOffset now = clock.GetUtcNow();
        for (int i = 0; i < changes.Count; i++)
        {
            Change change = changes[i];
            if (change.TenantId != tenant)
            {
                throw new ArgumentException("Every change of an outcome must be the one tenant's.", nameof(changes));
            }

            Take(change, kind, parts, now);
            parts.Signals |= change.Signals;
        }

        if (kind == OutcomeKind.Alone)
        {
            parts.Claim(ClaimKey.OfAlone(tenant));
        }

        return parts.ToOutcome(kind, tenant);
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
                parts.Add(Prepare(append.Event, now));
                if (append.Event.RunId is { } run)
                {
                    parts.Use(ClaimKey.Of(change.TenantId, run));
                }

                break;
            case ExceptionChange.Add add:
                StorableText.Check(add.Row);
                parts.Add(new RowWrite(add.Row, null, RecordJson.Render(add.Row.Record), Claimed(parts, change.TenantId, add.Deliveries)));
                parts.Claim(ClaimKey.Of(change.TenantId, add.Row.Record.ExceptionId));
                parts.Claim(ClaimKey.Of(change.TenantId, add.Row.Key));
                break;
            case ExceptionChange.Update update:
                ArgumentOutOfRangeException.ThrowIfNotEqual(update.Row.Version, update.From + 1);
                StorableText.Check(update.Row);
                parts.Add(new RowWrite(update.Row, update.From, RecordJson.Render(update.Row.Record), Claimed(parts, change.TenantId, update.Deliveries)));
                parts.Claim(ClaimKey.Of(change.TenantId, update.Row.Record.ExceptionId));
                parts.Claim(ClaimKey.Of(change.TenantId, update.Row.Key));
                break;
            case ExceptionChange.Enqueue item:
                parts.Add(item);
                parts.Claim(ClaimKey.Of(item.Tenant, item.Pass));
                break;
            case ExceptionChange.Dequeue item:
                parts.Add(item);
                parts.Claim(ClaimKey.Of(item.Tenant, item.Pass));
                break;
            case RunAdded added:
                StorableText.Check(added.Run);
                parts.Add(added.Run);
                parts.ClaimUsed(ClaimKey.Of(change.TenantId, added.Run.Id));
                break;
            case ImportChange.ItemAdded item:
                StorableText.Check(item.Item.ExceptionId?.Value);
                parts.Add(item);
                break;
            case ExecutionChange execution:
                StorableText.Check(ExecutionRow.Of(execution));
                parts.Add(execution);
                parts.Claim(ClaimKey.Of(change.TenantId, execution.Id));
                break;
            case PlaybookRunChange playbook:
                StorableText.Check(playbook.Run.Reason);
                StorableText.Check(playbook.Run.Playbook.Value);
                parts.Add(playbook);
                parts.Claim(ClaimKey.OfPlaybook(change.TenantId, playbook.Run.Pass));
                break;
            case PlaybookRunsSuperseded superseded:
                StorableText.Check(superseded.Reason);
                parts.Add(superseded);
                break;
            case PartChange part:
                StorableText.Check(part.Part.Note);
                StorableText.Check(part.Part.Step?.Value);
                StorableText.Check(part.Part.ById);
                parts.Add(part);
                break;
            case ImportChange import:
                parts.Add(import);
                parts.Claim(ClaimKey.Of(change.TenantId, ImportRow.IdOf(import)));
                break;
            default:
                // What is erased is no longer counted; it was received all the same.
                if (change is BodiesErasure { From: not null } erasure)
                {
                    parts.Uncount(erasure.Exception);
                    parts.Claim(ClaimKey.Of(change.TenantId, erasure.Exception));
                }

                // A statement of a capability runs under the role that sees one tenant; a group has none.
                parts.Add(kind == OutcomeKind.Alone ? Calls(change) : throw new ArgumentException($"{change.GetType().Name} must be committed alone.", nameof(change)));
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
            Stage = draft.Stages ?? draft.Stage?.Key(),
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

    // Most outcomes are one row and its events; what else there may be has a list only when it is there.
    private sealed class Parts
    {
        // What holds an outcome, a row or an event besides its bytes.
        private const int Overhead = 512;

        private readonly PreparedEvent[] events;
        private readonly List<ClaimKey> claims = new(4);
        private List<RowWrite>? rows;
        private List<ExceptionChange.Enqueue>? enqueued;
        private List<ExceptionChange.Dequeue>? dequeued;
        private List<Run>? runs;
        private List<ImportChange>? imports;
        private List<ImportChange.ItemAdded>? items;
        private List<ExecutionChange>? executions;
        private List<PlaybookRunChange>? playbookRuns;
        private List<PlaybookRunsSuperseded>? superseded;
        private List<PartChange>? playbookParts;
        private List<StatementCall>? calls;
        private List<ExceptionKey>? uncounted;
        private List<ClaimKey>? uses;
        private int eventCount;
        private int bytes = Overhead;

        internal Signals Signals { get; set; }

        internal Parts(IReadOnlyList<Change> changes)
        {
            int count = 0;
            for (int i = 0; i < changes.Count; i++)
            {
                count += changes[i] is Change.Append ? 1 : 0;
            }

            events = new PreparedEvent[count];
        }

        internal void Add(PreparedEvent item)
        {
            events[eventCount++] = item;
            bytes += Overhead + item.Event.Body.GetValueOrDefault().Length;
        }

        internal void Add(RowWrite row)
        {
            (rows ??= new(1)).Add(row);
            bytes += Overhead + row.Json.Length;
        }

        internal void Add(ExceptionChange.Enqueue item) => (enqueued ??= new(1)).Add(item);

        internal void Add(ExceptionChange.Dequeue item) => (dequeued ??= new(1)).Add(item);

        internal void Add(Run run) => (runs ??= new(1)).Add(run);

        internal void Add(ImportChange import) => (imports ??= new(1)).Add(import);

        internal void Add(ImportChange.ItemAdded item)
        {
            (items ??= new(1)).Add(item);
            bytes += Overhead;
        }

        internal void Add(ExecutionChange execution)
        {
            (executions ??= new(1)).Add(execution);
            bytes += Overhead;
        }

        internal void Add(PlaybookRunChange run)
        {
            (playbookRuns ??= new(1)).Add(run);
            bytes += Overhead;
        }

        internal void Add(PlaybookRunsSuperseded runs) => (superseded ??= new(1)).Add(runs);

        internal void Add(PartChange part)
        {
            (playbookParts ??= new(1)).Add(part);
            bytes += Overhead;
        }

        internal void Add(IReadOnlyList<StatementCall> items)
        {
            (calls ??= new(items.Count)).AddRange(items);
            bytes += Overhead * items.Count;
        }

        internal void Uncount(ExceptionKey key) => (uncounted ??= new(1)).Add(key);

        // What is written twice in one outcome would look like a conflict that no outcome is to blame for.
        internal void Claim(ClaimKey key)
        {
            if (claims.Contains(key))
            {
                throw new ArgumentException($"One outcome writes the same {key.Kind} twice.");
            }

            claims.Add(key);
        }

        internal void Use(ClaimKey key)
        {
            if (uses?.Contains(key) != true && !claims.Contains(key))
            {
                (uses ??= new(1)).Add(key);
            }
        }

        internal void ClaimUsed(ClaimKey key)
        {
            Claim(key);
            uses?.Remove(key);
        }

        internal Outcome ToOutcome(OutcomeKind kind, TenantId tenant) => new()
        {
            Kind = kind,
            Tenant = tenant,
            Bytes = bytes,
            Events = events,
            Rows = Of(rows),
            Enqueued = Of(enqueued),
            Dequeued = Of(dequeued),
            Runs = Of(runs),
            Imports = Of(imports),
            Items = Of(items),
            Executions = Of(executions),
            PlaybookRuns = Of(playbookRuns),
            Superseded = Of(superseded),
            Parts = Of(playbookParts),
            Calls = Of(calls),
            Uncounted = Of(uncounted),
            Claims = [.. claims],
            Uses = Of(uses),
            Signals = Signals,
        };

        private static T[] Of<T>(List<T>? items) => items is null ? [] : [.. items];
    }
}
