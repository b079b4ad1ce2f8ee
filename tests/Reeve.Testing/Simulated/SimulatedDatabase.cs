using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;
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
    private readonly SortedDictionary<int, SimulatedSlot> slots = [];
    private readonly SortedDictionary<(int Slot, long N), Guid> commits = [];
    private readonly SortedDictionary<string, (int? Slot, bool AfterStop)> owners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedTransaction> locks = new(StringComparer.Ordinal);

    /// <summary>What is committed, to be read.</summary>
    public MemoryStore Tables { get; } = new(clock);

    /// <summary>Asked before every call: what goes wrong with it, or null.</summary>
    public Func<SimulatedCall, SimulatedTrouble?> Trouble { get; set; } = static _ => null;

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
                return [.. slots.Values];
            }
        }
    }

    /// <summary>Whose a row of the inbox is, and whether an unclean stop set it free; null when it is not there.</summary>
    public (int? Slot, bool AfterStop)? OwnerOf(TenantId tenant, PassId pass)
    {
        lock (changing)
        {
            return owners.TryGetValue(Key(tenant, pass), out (int? Slot, bool AfterStop) owner) ? owner : null;
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
    internal async Task LockAsync(SimulatedTransaction transaction, string key)
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
    internal SimulatedTransaction? TryLock(SimulatedTransaction transaction, string key)
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

            locks[key] = transaction;
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

            foreach (string key in locks.Where(held => held.Value == transaction).Select(held => held.Key).ToArray())
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
            return read(new SimulatedTables(slots, commits, owners));
        }
    }

    /// <summary>Inside <see cref="Commit"/>.</summary>
    internal void Write(int slot, long n, Guid writer, DateTimeOffset at, IReadOnlyList<Change> changes, IReadOnlyList<LoggedEvent> events)
    {
        Tables.Write(slot, n, at, changes, events);
        commits.Add((slot, n), writer);
        foreach (Change change in changes)
        {
            switch (change)
            {
                case ExceptionChange.Enqueue put:
                    owners[Key(put.Tenant, put.Pass)] = (slot, false);
                    break;
                case ExceptionChange.Dequeue taken:
                    owners.Remove(Key(taken.Tenant, taken.Pass));
                    break;
            }
        }
    }

    /// <summary>Inside <see cref="Commit"/>: sets free what a slot owns.</summary>
    internal void Free(int slot, bool afterStop)
    {
        foreach (string key in owners.Where(owner => owner.Value.Slot == slot).Select(owner => owner.Key).ToArray())
        {
            owners[key] = (null, owners[key].AfterStop || afterStop);
        }
    }

    private static string Key(TenantId tenant, PassId pass) => $"{tenant.Value}/{pass.Value}";
}

/// <summary>A row of <c>slots</c>.</summary>
/// <param name="Slot">Its number.</param>
/// <param name="Writer">Whose it is.</param>
/// <param name="Node">The process.</param>
/// <param name="BeatAt">When it was renewed; null when it was given back.</param>
/// <param name="UncleanAt">When it was taken from one that had not given it back.</param>
/// <param name="UncleanBefore">The time before that.</param>
public sealed record SimulatedSlot(int Slot, Guid Writer, Guid Node, DateTimeOffset? BeatAt, DateTimeOffset? UncleanAt = null, DateTimeOffset? UncleanBefore = null);

/// <summary>The tables that only the protocol reads.</summary>
internal readonly record struct SimulatedTables(
    SortedDictionary<int, SimulatedSlot> Slots, SortedDictionary<(int Slot, long N), Guid> Commits, SortedDictionary<string, (int? Slot, bool AfterStop)> Owners)
{
    internal long Last(int slot) => Commits.Keys.Where(key => key.Slot == slot).Select(key => key.N).DefaultIfEmpty().Max();
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
