using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Committing.SlotProtocol;
using Reeve.Testing.Stores;

namespace Reeve.Testing.Simulated;

/// <summary>
/// A database of several nodes, in memory, as the writing protocol sees one: transactions that hold what they touch until they end, keys
/// that make a second writer wait for the first, time-outs by the clock given, calls that go wrong as <see cref="Trouble"/> says. What
/// is committed lies in <see cref="Tables"/>. Thread-safe, and deterministic where whoever calls is.
/// </summary>
/// <param name="clock">The true time.</param>
/// <param name="server">Where it goes on with calls whose node is gone; null for the thread pool.</param>
public sealed class SimulatedDatabase(TimeProvider clock, SimulatedProcess? server = null)
{
    private readonly Lock changing = new();
    private readonly SimulatedTables tables = new();
    private readonly Dictionary<SimulatedLock, SimulatedTransaction> locks = [];

    /// <summary>What is committed, to be read.</summary>
    public MemoryStore Tables { get; } = new(clock);

    /// <summary>Asked before every call: what goes wrong with it, or null.</summary>
    public Func<SimulatedCall, SimulatedTrouble?> Trouble { get; set; } = static _ => null;

    /// <summary>Told of every commit as it is made, inside it: what it wrote, by whom.</summary>
    internal Action<SimulatedCommit>? Written { get; set; }

    /// <summary>How far its clock is ahead of the true one.</summary>
    public TimeSpan Skew { get; set; }

    /// <summary>Its time.</summary>
    public DateTimeOffset Now => TimeText.ToMicroseconds(clock.GetUtcNow() + Skew);

    /// <summary>The slots as they stand.</summary>
    public IReadOnlyList<SimulatedSlot> Slots
    {
        get
        {
            lock (changing)
            {
                return [.. tables.Slots.Values];
            }
        }
    }

    /// <summary>Whose a row of the inbox is, and whether an unclean stop set it free; null when it is not there.</summary>
    public (int? Slot, bool AfterStop)? OwnerOf(TenantId tenant, PassId pass)
    {
        lock (changing)
        {
            return tables.Inbox.TryGetValue((tenant.Value, pass.Value), out SimulatedInboxRow? row) ? (row.Slot, row.AfterStop) : null;
        }
    }

    internal TimeProvider Clock => clock;

    /// <summary>Goes on with something whoever called it: nobody waits for its end.</summary>
    internal void Detach(Func<Task> work)
    {
        if (server is null)
        {
            _ = Task.Run(QuietAsync);
        }
        else
        {
            server.Post(_ => _ = QuietAsync(), null);
        }

        // The client is gone: its transaction ends as it may.
        async Task QuietAsync()
        {
            try
            {
                await work();
            }
            catch (SimulatedFaultException)
            {
            }
        }
    }

    /// <summary>Takes a lock, and keeps it until the transaction ends.</summary>
    /// <exception cref="SimulatedFaultException">Busy: it took too long. Broken: the transaction was ended meanwhile.</exception>
    internal async Task LockAsync(SimulatedTransaction transaction, SimulatedLock key)
    {
        long began = clock.GetTimestamp();
        while (TryLock(transaction, key) is { } holder)
        {
            TimeSpan left = transaction.Limit - clock.GetElapsedTime(began);
            try
            {
                await holder.Over.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock);
            }
            catch (TimeoutException)
            {
                End(transaction);
                throw new SimulatedFaultException(SlotFaultKind.Busy);
            }
        }
    }

    /// <summary>Takes a lock if it is free.</summary>
    /// <returns>Who has it; null when it is the transaction's now.</returns>
    internal SimulatedTransaction? TryLock(SimulatedTransaction transaction, SimulatedLock key)
    {
        lock (changing)
        {
            if (transaction.IsOver)
            {
                throw new SimulatedFaultException(SlotFaultKind.Broken);
            }

            if (locks.TryGetValue(key, out SimulatedTransaction? holder) && holder != transaction)
            {
                return holder;
            }

            if (holder is null)
            {
                locks[key] = transaction;
                transaction.Locks.Add(key);
            }

            return null;
        }
    }

    /// <summary>Makes a transaction's changes and ends it.</summary>
    internal void Commit(SimulatedTransaction transaction, Action changes)
    {
        lock (changing)
        {
            if (transaction.IsOver)
            {
                throw new SimulatedFaultException(SlotFaultKind.Broken);
            }

            changes();
        }

        End(transaction);
    }

    /// <summary>Ends a transaction; what it did not commit is as if it had not been.</summary>
    internal void End(SimulatedTransaction transaction)
    {
        lock (changing)
        {
            if (!transaction.TryEnd())
            {
                return;
            }

            foreach (SimulatedLock key in transaction.Locks)
            {
                locks.Remove(key);
            }
        }

        transaction.Tell();
    }

    internal T Read<T>(Func<SimulatedTables, T> read)
    {
        lock (changing)
        {
            return read(tables);
        }
    }

    /// <summary>Inside <see cref="Commit"/>.</summary>
    internal void Write(SimulatedCommit commit)
    {
        tables.Commits.Add((commit.Slot, commit.N), commit.Writer);
        Tables.Write(commit.Slot, commit.N, commit.At, commit.Changes, commit.Events);
        tables.Lasts[commit.Slot] = (commit.N, commit.At);
        foreach (LoggedEvent item in commit.Events)
        {
            tables.Heads[(item.TenantId, commit.Slot)] = item.Hash.ToArray();
        }

        foreach ((TenantId tenant, string counts) in commit.Tallies)
        {
            tables.Tallies[(tenant, commit.Slot)] = counts;
        }

        foreach (Change change in commit.Changes)
        {
            switch (change)
            {
                case ExceptionChange.Enqueue put:
                    tables.Inbox[(put.Tenant.Value, put.Pass.Value)] = new SimulatedInboxRow(put, commit.Slot, Attempts: 1, AfterStop: false, Now);
                    break;
                case ExceptionChange.Dequeue taken:
                    tables.Inbox.Remove((taken.Tenant.Value, taken.Pass.Value));
                    break;
            }
        }

        Written?.Invoke(commit);
    }

    /// <summary>Inside <see cref="Commit"/>: sets free what a slot owns.</summary>
    internal void Free(int slot, bool afterStop)
    {
        foreach (SimulatedInboxRow row in tables.Inbox.Values.Where(row => row.Slot == slot).ToArray())
        {
            tables.Inbox[row.Place] = row with { Slot = null, AfterStop = row.AfterStop || afterStop };
        }
    }
}

/// <summary>A row of <c>slots</c>.</summary>
/// <param name="Slot">Its number.</param>
/// <param name="Writer">Whose it is.</param>
/// <param name="Node">The process.</param>
/// <param name="BeatAt">When it was renewed; null when it was given back.</param>
/// <param name="UncleanAt">When it was taken from one that had not given it back.</param>
/// <param name="UncleanBefore">The time before that.</param>
public sealed record SimulatedSlot(int Slot, Guid Writer, Guid Node, DateTimeOffset? BeatAt, DateTimeOffset? UncleanAt = null, DateTimeOffset? UncleanBefore = null);

/// <summary>A commit of a simulated database.</summary>
internal sealed record SimulatedCommit(int Slot, long N, Guid Writer, DateTimeOffset At)
{
    internal IReadOnlyList<Change> Changes { get; init; } = [];

    internal IReadOnlyList<LoggedEvent> Events { get; init; } = [];

    /// <summary>The rows of counters that it leaves.</summary>
    internal IReadOnlyList<(TenantId Tenant, string Counts)> Tallies { get; init; } = [];
}

/// <summary>A row of <c>inbox</c>.</summary>
/// <param name="Item">What was put down.</param>
/// <param name="Slot">Whose it is; null: nobody's.</param>
/// <param name="Attempts">How often deciding it was begun.</param>
/// <param name="AfterStop">Whether an unclean stop set it free.</param>
/// <param name="ReceivedAt">When, by the database's clock.</param>
internal sealed record SimulatedInboxRow(ExceptionChange.Enqueue Item, int? Slot, int Attempts, bool AfterStop, DateTimeOffset ReceivedAt)
{
    internal (string, Guid) Place => (Item.Tenant.Value, Item.Pass.Value);
}

/// <summary>The tables beside those of <see cref="SimulatedDatabase.Tables"/>. Not thread-safe.</summary>
internal sealed class SimulatedTables
{
    internal SortedDictionary<int, SimulatedSlot> Slots { get; } = [];

    internal Dictionary<(int Slot, long N), Guid> Commits { get; } = [];

    internal Dictionary<int, (long N, DateTimeOffset At)> Lasts { get; } = [];

    /// <summary>The last link of each chain.</summary>
    internal Dictionary<(TenantId Tenant, int Slot), byte[]> Heads { get; } = [];

    /// <summary>The counters of each tenant and slot, as text.</summary>
    internal Dictionary<(TenantId Tenant, int Slot), string> Tallies { get; } = [];

    /// <summary>By tenant, then pass.</summary>
    internal SortedDictionary<(string Tenant, Guid Pass), SimulatedInboxRow> Inbox { get; } = new(Comparer<(string Tenant, Guid Pass)>.Create(static (left, right) =>
        string.CompareOrdinal(left.Tenant, right.Tenant) is not 0 and int tenants ? tenants : left.Pass.CompareTo(right.Pass)));

    internal long Last(int slot) => Lasts.TryGetValue(slot, out (long N, DateTimeOffset At) last) ? last.N : 0;

    /// <summary>The time of a slot's next commit: the clock's, but never before its last.</summary>
    internal DateTimeOffset Next(int slot, DateTimeOffset now) => Lasts.TryGetValue(slot, out (long N, DateTimeOffset At) last) && last.At > now ? last.At : now;
}

/// <summary>What a transaction holds until it ends: a slot's row, a commit's key, what an outcome claims, or a reader.</summary>
internal readonly record struct SimulatedLock(int Slot, long N, ClaimKey? Claim = null, string? Reader = null)
{
    internal static SimulatedLock OfReader(string name) => new(0, 0, null, name);

    internal static SimulatedLock Of(ClaimKey claim) => new(0, 0, claim);

    internal static SimulatedLock OfSlot(int slot) => new(slot, 0);

    internal static SimulatedLock OfCommit(int slot, long n) => new(slot, n);
}

/// <summary>A transaction of a simulated database.</summary>
/// <param name="limit">What a statement may take, and how long it may be idle.</param>
internal sealed class SimulatedTransaction(TimeSpan limit)
{
    // Completed outside of every process, so that who waits goes on at its turn.
    private readonly TaskCompletionSource over = new();

    internal TimeSpan Limit => limit;

    internal Task Over => over.Task;

    internal bool IsOver { get; private set; }

    internal ITimer? Idle { get; set; }

    internal List<SimulatedLock> Locks { get; } = [];

    internal bool TryEnd()
    {
        if (IsOver)
        {
            return false;
        }

        IsOver = true;
        Idle?.Dispose();
        return true;
    }

    internal void Tell()
    {
        SynchronizationContext? here = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        over.SetResult();
        SynchronizationContext.SetSynchronizationContext(here);
    }
}
