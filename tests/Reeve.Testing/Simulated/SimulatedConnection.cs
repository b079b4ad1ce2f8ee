using Reeve.Core.Errors;
using Reeve.Storage.Committing;
using Reeve.Storage.Committing.SlotProtocol;

namespace Reeve.Testing.Simulated;

/// <summary>A simulated database as the writing protocol of one node sees it.</summary>
/// <param name="database">The database.</param>
/// <param name="node">Who calls.</param>
/// <param name="options">How it writes.</param>
/// <param name="changes">What the stores of the node contribute.</param>
/// <param name="leftOut">What its statements leave out, for a planted bug.</param>
internal sealed class SimulatedSlotStore(
    SimulatedDatabase database, string node, CommitterOptions options, SimulatedChanges changes, SimulatedLack leftOut = SimulatedLack.Nothing) : ISlotStore
{
    private readonly List<SimulatedConnection> open = [];

    public string Name => "simulated";

    internal SimulatedDatabase Database => database;

    internal string Node => node;

    internal CommitterOptions Options => options;

    internal SimulatedChanges Changes => changes;

    internal bool Has(SimulatedLack part) => !leftOut.HasFlag(part);

    public async Task<ISlotConnection> OpenAsync(CancellationToken cancellationToken)
    {
        SimulatedConnection made = new(this);
        await made.CallAsync("open", 0, 0, static () => Task.FromResult(true), cancellationToken);
        lock (open)
        {
            open.Add(made);
        }

        return made;
    }

    public SlotFault? Judge(Exception fault) => fault switch
    {
        SimulatedFaultException known => Of(known.Kind, known),
        OperationCanceledException => Of(SlotFaultKind.Broken, fault),
        _ => null,
    };

    /// <summary>Ends every connection, as the end of a process does.</summary>
    internal void BreakAll()
    {
        lock (open)
        {
            open.ForEach(connection => connection.Break());
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private SlotFault Of(SlotFaultKind kind, Exception fault) => new(kind, kind.ToString(), new ReeveException(new ReeveError(
        kind switch
        {
            SlotFaultKind.Broken => ErrorCatalogue.Storage.Unavailable,
            SlotFaultKind.Busy => ErrorCatalogue.Storage.Busy,
            _ => ErrorCatalogue.Storage.Unwritable,
        },
        "simulated",
        Name), fault));
}

/// <summary>What the statements of an adapter can lack: each a mistake that somebody could make in SQL.</summary>
[Flags]
internal enum SimulatedLack
{
    /// <summary>They are whole.</summary>
    Nothing = 0,

    /// <summary>A commit takes the slot's next number, whoever's the slot is and whatever the writer thinks the number is.</summary>
    Fence = 1,

    /// <summary>A commit does not look for deliveries that are there.</summary>
    Deliveries = 2,
}

/// <summary>A connection to a simulated database: one call at a time, each a few steps long.</summary>
internal sealed class SimulatedConnection(SimulatedSlotStore store) : ISlotConnection
{
    private readonly SimulatedDatabase database = store.Database;
    private SimulatedTransaction? current;
    private bool isBroken;

    internal SimulatedDatabase Database => database;

    internal SimulatedChanges Changes => store.Changes;

    internal bool Has(SimulatedLack part) => store.Has(part);

    public Task<SlotTaken> TakeAsync(SlotHolder holder, SlotTenure? again, CancellationToken cancellationToken)
    {
        SimulatedTransaction transaction = Begin();
        return CallAsync("take", again?.Slot ?? 0, 0, () => TakeAsync(transaction, holder, again), cancellationToken);
    }

    public ISlotAttempt Attempt(SlotTenure held, long n) => new SimulatedAttempt(this, held, n);

    public Task RollBackAsync(CancellationToken cancellationToken) => CallAsync(
        "rollback", 0, 0,
        () =>
        {
            EndCurrent();
            return Task.FromResult(true);
        },
        cancellationToken);

    public Task<SlotSight> LookAsync(SlotTenure held, long n, string[] tenants, CancellationToken cancellationToken) =>
        CallAsync("look", held.Slot, n, () => Task.FromResult(Look(held.Slot, n, tenants)), cancellationToken);

    public Task AddMonthsAsync(CancellationToken cancellationToken) => CallAsync("months", 0, 0, static () => Task.FromResult(true), cancellationToken);

    public Task<bool> RenewAsync(SlotTenure held, CancellationToken cancellationToken) =>
        ChangeAsync("renew", held, slot => database.Read(tables => tables.Slots[slot.Slot] = slot with { BeatAt = database.Now }), cancellationToken);

    public Task<bool> GiveBackAsync(SlotTenure held, CancellationToken cancellationToken) =>
        ChangeAsync(
            "back", held,
            slot =>
            {
                database.Read(tables => tables.Slots[slot.Slot] = slot with { BeatAt = null });
                database.Free(slot.Slot, afterStop: false);
            },
            cancellationToken);

    public Task<IReadOnlyList<SlotSighting>> ListAsync(CancellationToken cancellationToken) =>
        CallAsync("list", 0, 0, () => Task.FromResult(database.Read(tables => (IReadOnlyList<SlotSighting>)[.. tables.Slots.Values.Select(See)])), cancellationToken);

    public Task<bool> BuryAsync(SlotHolder holder, SlotSighting dead, CancellationToken cancellationToken)
    {
        SimulatedTransaction transaction = Begin();
        return CallAsync("bury", dead.Slot, 0, () => BuryAsync(transaction, holder, dead), cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        Break();
        return ValueTask.CompletedTask;
    }

    internal SimulatedTransaction Begin()
    {
        EndCurrent();
        SimulatedTransaction made = new(store.Options.StatementLimit);
        current = made;
        return made;
    }

    internal void Break()
    {
        isBroken = true;
        EndCurrent();
    }

    /// <summary>One round trip.</summary>
    internal async Task<T> CallAsync<T>(string verb, int slot, long n, Func<Task<T>> effect, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        current?.Idle?.Dispose();
        SimulatedTrouble? trouble = isBroken ? new SimulatedTrouble.LostBefore() : database.Trouble(new SimulatedCall(store.Node, verb, slot, n));
        switch (trouble)
        {
            case SimulatedTrouble.LostBefore:
                throw Broken();
            case SimulatedTrouble.Late late:
                // The transaction stays open on the server, which knows nothing of the client's end yet.
                current = null;
                database.Detach(async () =>
                {
                    await Task.Delay(late.By, database.Clock, CancellationToken.None);
                    await effect();
                });
                throw Broken();
            case SimulatedTrouble.Slow slow:
                await Task.Delay(slow.By, database.Clock, cancellationToken);
                break;
            case SimulatedTrouble.Refused refused:
                EndCurrent();
                throw new SimulatedFaultException(refused.Why switch
                {
                    SimulatedRefusal.Busy => SlotFaultKind.Busy,
                    SimulatedRefusal.Data => SlotFaultKind.Data,
                    SimulatedRefusal.MonthMissing => SlotFaultKind.MonthMissing,
                    _ => SlotFaultKind.Refused,
                });
        }

        T result = await effect();
        await Task.Yield();
        if (isBroken || trouble is SimulatedTrouble.LostAfter)
        {
            throw Broken();
        }

        if (current is { IsOver: false } left)
        {
            left.Idle = database.Clock.CreateTimer(_ => database.End(left), null, left.Limit, Timeout.InfiniteTimeSpan);
        }

        return result;
    }

    private SimulatedFaultException Broken()
    {
        Break();
        return new SimulatedFaultException(SlotFaultKind.Broken);
    }

    private void EndCurrent()
    {
        if (current is { } open)
        {
            current = null;
            database.End(open);
        }
    }

    private async Task<SlotTaken> TakeAsync(SimulatedTransaction transaction, SlotHolder holder, SlotTenure? again)
    {
        if (again is not null)
        {
            await database.LockAsync(transaction, SimulatedLock.OfSlot(again.Slot));
            if (database.Read(tables => tables.Slots[again.Slot]).Writer == again.Writer)
            {
                return new SlotTaken(new SlotTenure(again.Slot, holder.Writer), await FenceAsync(transaction, again.Slot, holder, isOwn: true, isBurial: false));
            }
        }

        SimulatedSlot? expired = database.Read(tables => tables.Slots.Values.FirstOrDefault(slot => IsExpired(slot) && database.TryLock(transaction, SimulatedLock.OfSlot(slot.Slot)) is null));
        if (expired is not null)
        {
            return new SlotTaken(new SlotTenure(expired.Slot, holder.Writer), await FenceAsync(transaction, expired.Slot, holder, isOwn: false, isBurial: false));
        }

        int made = database.Read(tables => tables.Slots.Count == 0 ? 1 : tables.Slots.Keys.Max() + 1);
        database.Commit(transaction, () => database.Read(tables => tables.Slots[made] = new SimulatedSlot(made, holder.Writer, holder.Node, database.Now)));
        return new SlotTaken(new SlotTenure(made, holder.Writer), 0);
    }

    private async Task<bool> BuryAsync(SimulatedTransaction transaction, SlotHolder holder, SlotSighting dead)
    {
        if (database.TryLock(transaction, SimulatedLock.OfSlot(dead.Slot)) is not null
            || !database.Read(tables => tables.Slots[dead.Slot].Writer == dead.Writer && tables.Slots[dead.Slot].BeatAt == dead.BeatAt))
        {
            database.End(transaction);
            return false;
        }

        await FenceAsync(transaction, dead.Slot, holder, isOwn: false, isBurial: true);
        return true;
    }

    private async Task<long> FenceAsync(SimulatedTransaction transaction, int slot, SlotHolder holder, bool isOwn, bool isBurial)
    {
        long n;
        do
        {
            n = database.Read(tables => tables.Last(slot)) + 1;
            await database.LockAsync(transaction, SimulatedLock.OfCommit(slot, n));
        }
        while (database.Read(tables => tables.Commits.ContainsKey((slot, n))));

        database.Commit(transaction, () =>
        {
            SimulatedSlot before = database.Read(tables => tables.Slots[slot]);
            bool isUnclean = before.BeatAt is not null && !isOwn;
            database.Write(new SimulatedCommit(slot, n, holder.Writer, database.Read(tables => tables.Next(slot, database.Now))));
            if (!isOwn)
            {
                database.Free(slot, isUnclean);
            }

            database.Read(tables => tables.Slots[slot] = before with
            {
                Writer = holder.Writer,
                Node = holder.Node,
                BeatAt = isBurial ? null : database.Now,
                UncleanAt = isUnclean ? database.Now : before.UncleanAt,
                UncleanBefore = isUnclean ? before.UncleanAt : before.UncleanBefore,
            });
        });
        return n;
    }

    private Task<bool> ChangeAsync(string verb, SlotTenure held, Action<SimulatedSlot> change, CancellationToken cancellationToken)
    {
        SimulatedTransaction transaction = Begin();
        return CallAsync(
            verb, held.Slot, 0,
            async () =>
            {
                await database.LockAsync(transaction, SimulatedLock.OfSlot(held.Slot));
                SimulatedSlot slot = database.Read(tables => tables.Slots[held.Slot]);
                bool isHeld = slot.Writer == held.Writer;
                database.Commit(transaction, () =>
                {
                    if (isHeld)
                    {
                        change(slot);
                    }
                });
                return isHeld;
            },
            cancellationToken);
    }

    private SlotSight Look(int slot, long n, string[] tenants) => database.Read(tables => new SlotSight(
        tables.Slots.TryGetValue(slot, out SimulatedSlot? known) ? known.Writer : null,
        tables.Last(slot),
        tables.Commits.TryGetValue((slot, n), out Guid writer) ? writer : null,
        [.. database.Tables.Events.Where(item => item.Position.Slot == slot && item.Position.N == n && tenants.Contains(item.TenantId.Value, StringComparer.Ordinal)).Select(item => item.EventId)]));

    private SlotSighting See(SimulatedSlot slot) => new()
    {
        Slot = slot.Slot,
        Writer = slot.Writer,
        Node = slot.Node,
        BeatAt = slot.BeatAt ?? DateTimeOffset.UnixEpoch,
        IsGivenBack = slot.BeatAt is null,
        IsExpired = IsExpired(slot),
        UncleanFor = [.. new[] { slot.UncleanAt, slot.UncleanBefore }.OfType<DateTimeOffset>().Select(at => database.Now - at)],
    };

    private bool IsExpired(SimulatedSlot slot) => slot.BeatAt is not { } beat || (database.Now - beat).Duration() > store.Options.Lease;
}
