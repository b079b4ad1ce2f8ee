using System.Runtime.CompilerServices;
using System.Text;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Engine.Runtime;
using Reeve.Governance.Audit;

namespace Reeve.Testing.Proof;

/// <summary>
/// A log in memory whose rows lie open: built honestly, it can be harmed in any way and then checked. What it is given it
/// gives back, in the order that a database would.
/// </summary>
public sealed class TestLog : IAuditSource
{
    /// <summary>When the first commit is made.</summary>
    public static readonly DateTimeOffset Begin = Make.Now;

    private readonly SeededIds ids = new("proof");
    private int chainsRead;

    /// <summary>The table <c>events</c>.</summary>
    public List<LoggedEvent> Rows { get; } = [];

    /// <summary>What the table <c>commits</c> says.</summary>
    public List<CommitNote> Commits { get; } = [];

    /// <summary>The table <c>chain_starts</c>.</summary>
    public List<ChainStart> Starts { get; } = [];

    /// <summary>Rows that cannot be read: where they stand and which column it is.</summary>
    public List<(TenantId Tenant, EventPosition Position, string Column)> Unreadable { get; } = [];

    /// <inheritdoc/>
    public TimeSpan LongestCommit { get; init; } = TimeSpan.Zero;

    /// <summary>Done after so many chains were read: what is written while the log is checked.</summary>
    public Action<int>? AfterChain { get; set; }

    /// <summary>
    /// Two tenants on two slots, with commits of both, of one and of none, texts that are not ASCII, and one exception whose
    /// bodies were erased by an event in the other slot.
    /// </summary>
    public static TestLog Example()
    {
        TestLog log = new();
        ExceptionKey erased = new(log.ids.Next(Begin));
        ExceptionKey kept = new(log.ids.Next(Begin));
        log.Commit(1, ("NORTH", EventType.TenantCreated, null));
        log.Commit(1, ("NORTH", EventType.ExceptionReceived, kept), ("NORTH", EventType.StageCompleted, kept), ("SOUTH", EventType.TenantCreated, null));
        log.Commit(2);
        log.Commit(2, ("NORTH", EventType.ExceptionReceived, erased), ("NORTH", EventType.StageCompleted, erased));
        log.Commit(1, ("SOUTH", EventType.ExceptionReceived, kept), ("SOUTH", EventType.PipelineCompleted, kept));
        log.Commit(2, ("NORTH", EventType.PipelineCompleted, kept), ("SOUTH", EventType.PackStored, null));
        log.Commit(1, ("NORTH", EventType.StageCompleted, kept), ("NORTH", EventType.StageCompleted, kept), ("NORTH", EventType.PipelineCompleted, kept));
        log.Commit(2);
        log.Erase("NORTH", erased, 1);
        log.Commit(2, ("NORTH", EventType.ApiKeyCreated, null));
        log.Commit(1, ("NORTH", EventType.ApiKeyRevoked, null), ("SOUTH", EventType.ApiKeyCreated, null));
        log.Commit(1, ("NORTH", EventType.RunStarted, null), ("NORTH", EventType.PackActivated, null));
        return log;
    }

    /// <summary>Makes the slot's next commit.</summary>
    public void Commit(int slot, params (string Tenant, EventType Type, ExceptionKey? Exception)[] events) =>
        Commit(slot, [.. events.Select(e => (e.Tenant, e.Type, e.Exception, Encoding.UTF8.GetBytes($$"""{"no":{{Rows.Count}},"text":"größe \"送 🚚"}""")))]);

    /// <summary>Makes the slot's next commit, with bodies.</summary>
    public void Commit(int slot, IReadOnlyList<(string Tenant, EventType Type, ExceptionKey? Exception, byte[] Body)> events)
    {
        long n = Commits.Where(commit => commit.Slot == slot).Select(commit => commit.N).DefaultIfEmpty().Max() + 1;
        DateTimeOffset at = Begin.AddMilliseconds(Commits.Select(commit => (commit.Slot, commit.N)).Distinct().Count());
        foreach (var (tenant, type, exception, body) in events)
        {
            int ordinal = Rows.Count(row => row.TenantId.Value == tenant && row.Position.Slot == slot && row.Position.N == n);
            Rows.Add(Linked(new LoggedEvent
            {
                TenantId = new TenantId(tenant),
                Position = new EventPosition(slot, n, ordinal),
                EventId = ids.Next(at),
                RecordedAt = at,
                Type = type,
                Version = 1,
                OccurredAt = at.AddMicroseconds(-7),
                ExceptionKey = exception,
                RowVersion = exception is null ? null : ordinal + 1,
                RunId = exception is null ? null : new RunId(ids.Next(at)),
                PassId = exception is null ? null : new PassId(ids.Next(at)),
                Stage = type == EventType.StageCompleted ? "triage" : null,
                ActorKind = "AGENT",
                ActorId = "agent:Größe",
                Commitment = default,
                Hash = default,
                Salt = ids.Next(at).ToByteArray(),
                Body = body,
            }));
        }

        Commits.AddRange(events.Count == 0
            ? [new CommitNote(null, slot, n, at, 0)]
            : events.GroupBy(e => e.Tenant, StringComparer.Ordinal).OrderBy(of => of.Key, StringComparer.Ordinal).Select(of => new CommitNote(new TenantId(of.Key), slot, n, at, of.Count())));
    }

    /// <summary>Erases the bodies of an exception and names them in the slot's next commit.</summary>
    public void Erase(string tenant, ExceptionKey exception, int slot)
    {
        LoggedEvent[] erased = [.. Rows.Where(row => row.TenantId.Value == tenant && row.ExceptionKey == exception)];
        string names = string.Join(',', erased.Select(row =>
            $$"""{"position":"{{row.Position}}","eventId":"{{row.EventId}}","hash":"{{Convert.ToHexStringLower(row.Hash.Span)}}"}"""));
        Commit(slot, [(tenant, EventType.BodiesErased, exception, Encoding.UTF8.GetBytes($$"""{"reason":"REQUEST","events":[{{names}}]}"""))]);
        foreach (LoggedEvent row in erased)
        {
            Rows[Rows.IndexOf(row)] = row with { Salt = null, Body = null };
        }
    }

    /// <summary>Removes the beginning of a chain up to an event, as retention does; the list of commits stays as it is.</summary>
    public void RemoveBeginning(string tenant, string last)
    {
        LoggedEvent end = Rows[Find(tenant, last)];
        Starts.RemoveAll(start => start.Tenant == end.TenantId && start.Position.Slot == end.Position.Slot);
        Starts.Add(new ChainStart(end.TenantId, end.Position, end.Hash));
        Rows.RemoveAll(row => row.TenantId == end.TenantId && row.Position.Slot == end.Position.Slot && row.Position.CompareTo(end.Position) <= 0);
    }

    /// <summary>From now on, each chain that is read is followed by commits of both slots, and the first of them by an erasure if wanted.</summary>
    public void WriteMeanwhile(bool erases)
    {
        ExceptionKey exception = Rows[Find("NORTH", "1.2.0")].ExceptionKey!.Value;
        AfterChain = chains =>
        {
            Commit(1, ("NORTH", EventType.StageCompleted, null), ("SOUTH", EventType.StageCompleted, null));
            Commit(2);
            Commit(2, ("SOUTH", EventType.StageCompleted, null));
            Commit(1, ("NORTH", EventType.StageCompleted, null));
            if (erases && chains == 1)
            {
                Erase("NORTH", exception, 2);
            }
        };
    }

    /// <summary>The event with the commitment and hash it has at the end of its chain as it is now.</summary>
    public LoggedEvent Linked(LoggedEvent e)
    {
        byte[] commitment = new byte[EventHash.Length];
        EventHash.Commitment(e.Salt!.Value.Span, e.Body!.Value.Span, commitment);
        e = e with { Commitment = commitment };
        byte[] digest = new byte[EventHash.Length];
        EventHash.Digest(e, digest);
        LoggedEvent? last = Chain(e.TenantId, e.Position.Slot).LastOrDefault(row => row.Position.CompareTo(e.Position) < 0);
        byte[] hash = new byte[EventHash.Length];
        EventHash.Link(last is null ? new byte[EventHash.Length] : last.Hash.Span, e.Position, e.RecordedAt, digest, hash);
        return e with { Hash = hash };
    }

    /// <summary>The row at a place.</summary>
    public int Find(string tenant, string position) => Rows.FindIndex(row => row.TenantId.Value == tenant && row.Position.ToString() == position);

    /// <summary>Alters the row at a place.</summary>
    public void Alter(string tenant, string position, Func<LoggedEvent, LoggedEvent> change)
    {
        int at = Find(tenant, position);
        Rows[at] = change(Rows[at]);
    }

    /// <summary>Removes the row at a place.</summary>
    public void Remove(string tenant, string position) => Rows.RemoveAt(Find(tenant, position));

    /// <inheritdoc/>
    public Task<IReadOnlyList<ChainStart>> StartsAsync(TenantId? tenant, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ChainStart>>([.. Starts.Where(start => tenant is null || start.Tenant == tenant)]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<(TenantId Tenant, int Slot)>> ChainsAsync(TenantId? tenant, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<(TenantId, int)>>(
            [.. Rows.Select(row => (row.TenantId, row.Position.Slot)).Concat(Unreadable.Select(row => (row.Tenant, row.Position.Slot)))
                .Where(chain => tenant is null || chain.Item1 == tenant).Distinct().OrderBy(chain => chain.Item1.Value, StringComparer.Ordinal).ThenBy(chain => chain.Item2)]);

    /// <inheritdoc/>
    public async IAsyncEnumerable<AuditRow> RowsAsync(TenantId tenant, int slot, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        IEnumerable<AuditRow> lost = Unreadable.Where(row => row.Tenant == tenant && row.Position.Slot == slot).Select(row => new AuditRow(null, row.Position, row.Column));
        foreach (AuditRow row in Chain(tenant, slot).Select(row => new AuditRow(row, row.Position, null)).Concat(lost).OrderBy(row => row.Position).ToArray())
        {
            yield return row;
        }

        AfterChain?.Invoke(++chainsRead);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<CommitNote> CommitsAsync(TenantId? tenant, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (CommitNote note in Commits.Where(note => tenant is null || note.Tenant == tenant || note.Unreadable is not null).OrderBy(note => (note.Slot, note.N)).ToArray())
        {
            yield return note;
        }
    }

    private IEnumerable<LoggedEvent> Chain(TenantId tenant, int slot) =>
        Rows.Where(row => row.TenantId == tenant && row.Position.Slot == slot).OrderBy(row => row.Position).ThenBy(row => row.RecordedAt);
}
