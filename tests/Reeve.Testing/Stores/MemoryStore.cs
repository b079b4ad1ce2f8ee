using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Imports;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Recording;
using Reeve.Engine.Tools.Executions;
using Reeve.Governance.Audit;

namespace Reeve.Testing.Stores;

/// <summary>
/// A store in memory that keeps every promise of a real one: chains and their hashes, commits that are all or nothing, versions,
/// conflicts, positions. The contract suites that the databases pass, it passes. Every outcome is a commit of its own; with several
/// slots they take turns. Thread-safe.
/// </summary>
public sealed partial class MemoryStore(TimeProvider clock, int slots = 1) : ICommitter
{
    private readonly Lock changing = new();
    private readonly List<Commit> commits = [];
    private readonly List<LoggedEvent> log = [];
    private readonly SortedDictionary<(string Tenant, string Id), ExceptionRow> rows = new(Ordinal);
    private readonly Dictionary<(TenantId, DeliveryKey), ExceptionId> deliveries = [];
    private readonly Dictionary<(TenantId, PassId), InboxRow> inbox = [];
    private readonly Dictionary<(TenantId, RunId), Run> runs = [];
    private readonly Dictionary<string, ReaderPosition> readers = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, (Func<Change, CommitOutcome?> Refuse, Action<Change> Apply)> handlers = [];
    private readonly List<Action<BodiesErasure>> erasers = [];
    private readonly Dictionary<(TenantId, int), byte[]> heads = [];
    private int turn;

    /// <summary>Asked before every commit: the fault to throw instead of committing, or null. For tests of what callers do then.</summary>
    public Func<IReadOnlyList<Change>, ReeveException?>? Fault { get; set; }

    /// <summary>Every commit so far: slot, number, and the changes it made.</summary>
    public IReadOnlyList<(int Slot, long N, IReadOnlyList<Change> Changes)> Commits
    {
        get
        {
            lock (changing)
            {
                return [.. commits.Select(commit => (commit.Slot, commit.N, commit.Changes))];
            }
        }
    }

    /// <summary>Every event of every tenant, in the order of the commits.</summary>
    public IReadOnlyList<LoggedEvent> Events
    {
        get
        {
            lock (changing)
            {
                return [.. log];
            }
        }
    }

    /// <summary>Teaches the store another capability's change.</summary>
    /// <param name="refuse">The conflict that the change meets, or null; must change nothing.</param>
    /// <param name="apply">Makes the change; only called when no change of the outcome is refused.</param>
    public MemoryStore Handle<T>(Func<T, CommitOutcome?> refuse, Action<T> apply)
        where T : Change
    {
        handlers[typeof(T)] = (change => refuse((T)change), change => apply((T)change));
        return this;
    }

    /// <summary>Has another capability erase with an exception what it knows of it.</summary>
    public MemoryStore OnErasure(Action<BodiesErasure> erase)
    {
        erasers.Add(erase);
        return this;
    }

    /// <inheritdoc/>
    public Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfZero(changes.Count);
        if (changes.Any(change => change.TenantId != changes[0].TenantId))
        {
            throw new ArgumentException("Every change of an outcome must be the one tenant's.", nameof(changes));
        }

        lock (changing)
        {
            return Fault?.Invoke(changes) is { } fault ? Task.FromException<CommitOutcome>(fault) : Task.FromResult(Apply(changes));
        }
    }

    /// <inheritdoc/>
    public Task<CommitOutcome> CommitAloneAsync(TenantId tenant, IReadOnlyList<Change> changes, CancellationToken cancellationToken) =>
        changes.All(change => change.TenantId == tenant)
            ? CommitAsync(changes, cancellationToken)
            : throw new ArgumentException("Every change of it must be the tenant's.", nameof(changes));

    private CommitOutcome Apply(IReadOnlyList<Change> changes)
    {
        // What was delivered before names its exception, so it is looked for first.
        CommitOutcome? refused = changes.OfType<ImportChange.ItemAdded>().Select(ItemThere).FirstOrDefault(found => found is not null)
            ?? changes.Select(Delivered).FirstOrDefault(found => found is not null)
            ?? changes.Select(Refuse).FirstOrDefault(found => found is not null);
        if (refused is not null)
        {
            return refused;
        }

        int slot = (turn++ % slots) + 1;
        long n = commits.Where(commit => commit.Slot == slot).Select(commit => commit.N).DefaultIfEmpty().Max() + 1;
        foreach (Change change in changes)
        {
            Make(change, slot, n);
        }

        DateTimeOffset at = TimeText.ToMicroseconds(clock.GetUtcNow());
        DateTimeOffset last = commits.Where(commit => commit.Slot == slot).Select(commit => commit.At).DefaultIfEmpty(at).Max();
        Commit made = new(slot, n, last > at ? last : at, changes, []);
        foreach (EventDraft draft in changes.OfType<Change.Append>().Select(append => append.Event))
        {
            int ordinal = made.Tenants.GetValueOrDefault(draft.TenantId.Value);
            made.Tenants[draft.TenantId.Value] = ordinal + 1;
            log.Add(Log(draft, new EventPosition(slot, n, ordinal), made.At));
        }

        commits.Add(made);
        return new CommitOutcome.Committed(slot, n);
    }

    private CommitOutcome? Delivered(Change change) =>
        DeliveriesOf(change).Where(delivery => deliveries.ContainsKey((change.TenantId, delivery)))
            .Select(delivery => new CommitOutcome.AlreadyThere(deliveries[(change.TenantId, delivery)])).FirstOrDefault();

    private static IReadOnlyList<DeliveryKey> DeliveriesOf(Change change) => change switch
    {
        ExceptionChange.Add add => add.Deliveries,
        ExceptionChange.Update update => update.Deliveries,
        _ => [],
    };

    private CommitOutcome? Refuse(Change change) => change switch
    {
        Change.Append => null,
        ExceptionChange.Add add when Row(add.TenantId, add.Row.Record.ExceptionId) is not null || Keyed(add.TenantId, add.Row.Key) is not null => new CommitOutcome.AlreadyThere(null),
        ExceptionChange.Update update when Row(update.TenantId, update.Row.Record.ExceptionId)?.Version != update.From => new CommitOutcome.MovedOn(),
        ExceptionChange.Enqueue enqueue when inbox.ContainsKey((enqueue.Tenant, enqueue.Pass)) => new CommitOutcome.AlreadyThere(null),
        ExceptionChange.Dequeue dequeue when !inbox.ContainsKey((dequeue.Tenant, dequeue.Pass)) => new CommitOutcome.MovedOn(),
        RunAdded run when runs.ContainsKey((run.TenantId, run.Run.Id)) => new CommitOutcome.AlreadyThere(null),
        BodiesErasure erasure when (erasure.From is { } from && Keyed(erasure.Tenant, erasure.Exception)?.Version != from)
            || erasure.Events.Any(body => !log.Exists(item => Is(item, erasure, body))) || IsUnderWay(erasure) => new CommitOutcome.MovedOn(),
        ImportChange import => Refuse(import),
        PlaybookRunChange run => Refuse(run),
        PartChange or PlaybookRunsSuperseded => null,
        ExecutionChange execution => Refuse(execution),
        ExceptionChange or RunAdded or BodiesErasure => null,
        _ => Handler(change).Refuse(change),
    };

    private void Make(Change change, int slot, long n)
    {
        switch (change)
        {
            case Change.Append:
                break;
            case ExceptionChange.Add add:
                Put(add.Row, add.Deliveries);
                break;
            case ExceptionChange.Update update:
                Put(update.Row, update.Deliveries);
                break;
            case ExceptionChange.Enqueue item:
                inbox[(item.Tenant, item.Pass)] = new InboxRow(item, clock.GetUtcNow());
                break;
            case ExceptionChange.Dequeue item:
                inbox.Remove((item.Tenant, item.Pass));
                break;
            case BodiesErasure erasure:
                Erase(erasure);
                break;
            case ImportChange import:
                Make(import);
                break;
            case PlaybookRunChange run:
                Make(run);
                break;
            case PlaybookRunsSuperseded superseded:
                Make(superseded);
                break;
            case PartChange part:
                Make(part);
                break;
            case ExecutionChange execution:
                Make(execution, slot, n);
                break;
            case RunAdded run:
                runs[(run.TenantId, run.Run.Id)] = run.Run;
                break;
            default:
                Handler(change).Apply(change);
                break;
        }
    }

    private void Erase(BodiesErasure erasure)
    {
        erasers.ForEach(erase => erase(erasure));
        if (erasure.From is not null && Keyed(erasure.Tenant, erasure.Exception)?.Record is { } record)
        {
            rows.Remove((record.TenantId.Value, record.ExceptionId.Value));
            EraseItems(record.TenantId, record.ExceptionId);
            ErasePlaybooks(erasure.Tenant, erasure.Exception);
            foreach ((TenantId, PassId) pass in inbox.Where(item => item.Key.Item1 == erasure.Tenant && item.Value.Item.Key == erasure.Exception).Select(item => item.Key).ToArray())
            {
                inbox.Remove(pass);
            }

            foreach (DeliveryKey delivery in deliveries.Where(item => item.Key.Item1 == erasure.Tenant && item.Value == record.ExceptionId).Select(item => item.Key.Item2).ToArray())
            {
                deliveries.Remove((erasure.Tenant, delivery));
            }
        }

        EraseExecutions(erasure);
        foreach (ErasedBody body in erasure.Events)
        {
            int at = log.FindIndex(item => Is(item, erasure, body));
            log[at] = log[at] with { Salt = null, Body = null };
        }
    }

    private static bool Is(LoggedEvent item, BodiesErasure erasure, ErasedBody body) =>
        item.TenantId == erasure.Tenant && item.ExceptionKey == erasure.Exception && item.Position == body.Position && item.RecordedAt == body.RecordedAt && item.EventId == body.EventId;

    // As a row of a database: what JSON cannot hold is lost, payload and trail are not kept.
    private void Put(ExceptionRow row, IReadOnlyList<DeliveryKey> arrivedAs)
    {
        rows[(row.Record.TenantId.Value, row.Record.ExceptionId.Value)] = row with { Record = RecordJson.Read(RecordJson.Render(row.Record)) };
        foreach (DeliveryKey delivery in arrivedAs)
        {
            deliveries[(row.Record.TenantId, delivery)] = row.Record.ExceptionId;
        }
    }

    private ExceptionRow? Row(TenantId tenant, ExceptionId id) => rows.GetValueOrDefault((tenant.Value, id.Value));

    private ExceptionRow? Keyed(TenantId tenant, ExceptionKey key) => rows.Values.FirstOrDefault(row => row.Record.TenantId == tenant && row.Key == key);

    private (Func<Change, CommitOutcome?> Refuse, Action<Change> Apply) Handler(Change change) =>
        handlers.TryGetValue(change.GetType(), out var handler) ? handler : throw new ArgumentException($"No store knows the change {change.GetType()}.");

    private LoggedEvent Log(EventDraft draft, EventPosition position, DateTimeOffset at)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        byte[] commitment = new byte[EventHash.Length];
        EventHash.Commitment(salt, draft.Body.Span, commitment);
        LoggedEvent made = new()
        {
            TenantId = draft.TenantId,
            Position = position,
            EventId = Guid.CreateVersion7(clock.GetUtcNow()),
            RecordedAt = at,
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
            Commitment = commitment,
            Hash = ReadOnlyMemory<byte>.Empty,
            Salt = salt,
            Body = draft.Body.ToArray(),
        };
        byte[] digest = new byte[EventHash.Length];
        EventHash.Digest(made, digest);
        byte[] hash = new byte[EventHash.Length];
        EventHash.Link(heads.GetValueOrDefault((draft.TenantId, position.Slot)) ?? new byte[EventHash.Length], position, at, digest, hash);
        heads[(draft.TenantId, position.Slot)] = hash;
        return made with { Hash = hash };
    }

    // The databases compare texts by their bytes.
    private static readonly IComparer<(string Tenant, string Id)> Ordinal = Comparer<(string Tenant, string Id)>.Create((left, right) =>
        Bytes(left.Tenant, right.Tenant) is not 0 and int tenants ? tenants : Bytes(left.Id, right.Id));

    private static int Bytes(string left, string right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));

    private sealed record Commit(int Slot, long N, DateTimeOffset At, IReadOnlyList<Change> Changes, SortedDictionary<string, int> Tenants);
}
