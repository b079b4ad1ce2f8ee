using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Recording;
using Reeve.Storage.Committing;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Committing.SlotProtocol;
using Reeve.Storage.Databases;

namespace Reeve.Testing.Simulated;

/// <summary>One attempt at a commit of a simulated database, in two round trips as on PostgreSQL: what it finds in the first, it commits in the second.</summary>
internal sealed class SimulatedAttempt(SimulatedConnection connection, SlotTenure held, long n) : ISlotAttempt
{
    private readonly SimulatedDatabase database = connection.Database;

    public bool CommitSent { get; private set; }

    public async Task<AttemptEnd> RunAsync(List<Outcome> outcomes, SlotMemory memory, CancellationToken cancellationToken)
    {
        SimulatedTransaction transaction = connection.Begin();
        Outcome[] all = [.. outcomes];
        (bool isFenced, CommitOutcome?[] conflicts) = await connection.CallAsync("write", held.Slot, n, () => FindAsync(transaction, all, memory), cancellationToken);
        if (isFenced)
        {
            return AttemptEnd.Fenced;
        }

        for (int i = 0; i < all.Length; i++)
        {
            if (conflicts[i] is { } why)
            {
                outcomes.Remove(all[i]);
                all[i].Become(why);
            }
        }

        if (outcomes.Count == 0)
        {
            await connection.RollBackAsync(cancellationToken);
            return AttemptEnd.Nothing;
        }

        long number = connection.Has(SimulatedLack.Fence) ? n : database.Read(tables => tables.Last(held.Slot)) + 1;
        DateTimeOffset at = database.Read(tables => tables.Next(held.Slot, database.Now));
        ChainLinks links = ChainLinks.Of(outcomes, held.Slot, number, at, memory);
        SimulatedCommit commit = new(held.Slot, number, held.Writer, at)
        {
            Changes = [.. outcomes.SelectMany(connection.Changes.Of)],
            Events = Array.ConvertAll(links.Events, item => item.Event with { Position = new EventPosition(held.Slot, number, item.Ordinal), RecordedAt = at, Hash = item.Hash.ToArray() }),
            Tallies = Count(outcomes, memory),
        };
        CommitSent = true;
        await connection.CallAsync(
            "commit", held.Slot, n,
            () =>
            {
                database.Commit(transaction, () => database.Write(commit));
                return Task.FromResult(true);
            },
            cancellationToken);
        return AttemptEnd.Committed;
    }

    public async Task<CommitOutcome?> RunChoreAsync(Outcome chore, CancellationToken cancellationToken)
    {
        SimulatedTransaction transaction = connection.Begin();
        SimulatedUpkeep[] all = [.. chore.Calls.Select(connection.Changes.UpkeepOf)];
        (bool isHeld, CommitOutcome? unmade) = await connection.CallAsync("chore", held.Slot, 0, () => HoldAsync(transaction, all), cancellationToken);
        if (!isHeld || unmade is not null)
        {
            return unmade;
        }

        CommitSent = true;
        await connection.CallAsync(
            "commit", held.Slot, 0,
            () =>
            {
                database.Commit(transaction, () =>
                {
                    foreach (SimulatedUpkeep one in all)
                    {
                        database.Read(tables => one.Make(tables));
                    }
                });
                return Task.FromResult(true);
            },
            cancellationToken);
        return new CommitOutcome.Committed(held.Slot, 0);
    }

    // What a statement finds stays as it is until the transaction ends, so that it is made later, in one go.
    private async Task<(bool IsHeld, CommitOutcome? Unmade)> HoldAsync(SimulatedTransaction transaction, SimulatedUpkeep[] all)
    {
        await database.LockAsync(transaction, SimulatedLock.OfSlot(held.Slot));
        if (!database.Read(tables => tables.Slots[held.Slot].Writer == held.Writer))
        {
            database.End(transaction);
            return (false, null);
        }

        foreach (SimulatedUpkeep one in all)
        {
            await database.LockAsync(transaction, one.Locks);
        }

        CommitOutcome? unmade = database.Read(tables => all.FirstOrDefault(one => one.Otherwise is not null && !one.Finds(tables))?.Otherwise);
        if (unmade is not null)
        {
            database.End(transaction);
        }

        return (true, unmade);
    }

    // As a real commit counts: what the rows say that it leaves, less what those said that it changed.
    private List<(TenantId Tenant, string Counts)> Count(List<Outcome> outcomes, SlotMemory memory)
    {
        List<TenantMemory> changed = [];
        foreach (RowWrite row in outcomes.SelectMany(outcome => outcome.Rows))
        {
            TenantId tenant = row.Row.Record.TenantId;
            TenantMemory known = memory.Known(tenant.Value);
            if (!known.Counters.IsChanged)
            {
                changed.Add(known);
            }

            if (row.From is null)
            {
                known.Counters.Receive();
            }
            else
            {
                known.Counters.Count(CountedRow.Of(database.Tables.Stored(tenant, row.Row.Record.ExceptionId)!), -1); // not null: it was locked
            }

            known.Counters.Count(CountedRow.Of(row.Row), 1);
        }

        return changed.ConvertAll(static known => (new TenantId(known.Tenant), known.Counters.Render()));
    }

    // The fence is looked at before the key is waited for, as one statement does with what it sees.
    private async Task<(bool IsFenced, CommitOutcome?[] Conflicts)> FindAsync(SimulatedTransaction transaction, Outcome[] outcomes, SlotMemory memory)
    {
        bool isFenced = connection.Has(SimulatedLack.Fence);
        if (isFenced && !database.Read(tables => tables.Slots[held.Slot].Writer == held.Writer && tables.Last(held.Slot) + 1 == n))
        {
            database.End(transaction);
            return (true, []);
        }

        await database.LockAsync(transaction, SimulatedLock.OfCommit(held.Slot, isFenced ? n : -1));
        if (isFenced && database.Read(tables => tables.Commits.ContainsKey((held.Slot, n))))
        {
            database.End(transaction);
            throw new SimulatedFaultException(SlotFaultKind.NumberTaken);
        }

        foreach (ClaimKey key in outcomes.SelectMany(outcome => outcome.Claims).Order(ByKey))
        {
            await database.LockAsync(transaction, SimulatedLock.Of(key));
        }

        foreach (TenantId tenant in outcomes.Select(outcome => outcome.Tenant).Distinct())
        {
            if (memory.Find(tenant.Value) is null)
            {
                database.Read(tables => memory.Learn(
                    tenant.Value, tables.Heads.GetValueOrDefault((tenant, held.Slot)) ?? [], tables.Tallies.GetValueOrDefault((tenant, held.Slot))));
            }
        }

        bool withDeliveries = connection.Has(SimulatedLack.Deliveries);
        return (false, [.. outcomes.Select(outcome => database.Tables.ConflictOf([.. connection.Changes.Of(outcome)], withDeliveries))]);
    }

    private static readonly Comparer<ClaimKey> ByKey = Comparer<ClaimKey>.Create(static (left, right) =>
        left.Kind != right.Kind ? left.Kind.CompareTo(right.Kind)
        : string.CompareOrdinal(left.Tenant, right.Tenant) is not 0 and int tenants ? tenants
        : left.Number != right.Number ? left.Number.CompareTo(right.Number)
        : left.Day != right.Day ? left.Day.CompareTo(right.Day) : string.CompareOrdinal(left.Text, right.Text));
}

/// <summary>What a store contributes to a simulated committer: the changes themselves, in place of their SQL. Thread-safe.</summary>
internal sealed class SimulatedChanges : IChangeWriter
{
    private static readonly Statement None = new("select @tenant");
    private readonly System.Runtime.CompilerServices.ConditionalWeakTable<StatementCall, Change> known = [];
    private readonly System.Runtime.CompilerServices.ConditionalWeakTable<StatementCall, SimulatedUpkeep> upkeep = [];

    public IReadOnlyList<StatementCall>? For(Change change)
    {
        StatementCall call = new(None, static _ => { }, null);
        known.Add(call, change);
        return [call];
    }

    /// <summary>A statement of upkeep.</summary>
    internal StatementCall Call(SimulatedUpkeep work)
    {
        StatementCall call = new(None, static _ => { }, work.Otherwise);
        upkeep.Add(call, work);
        return call;
    }

    internal SimulatedUpkeep UpkeepOf(StatementCall call) =>
        upkeep.TryGetValue(call, out SimulatedUpkeep? work) ? work : throw new InvalidOperationException("No simulated store knows the statement.");

    internal IEnumerable<Change> Of(Outcome outcome) =>
        outcome.Rows.Select(row => row.From is { } from
                ? (Change)new ExceptionChange.Update(row.Row, from) { Deliveries = row.Deliveries }
                : new ExceptionChange.Add(row.Row, row.Deliveries))
            .Concat(outcome.Enqueued)
            .Concat(outcome.Dequeued)
            .Concat(outcome.Runs.Select(run => new RunAdded(run)))
            .Concat(outcome.Imports).Concat(outcome.Items)
            .Concat(outcome.Calls.Select(call => known.TryGetValue(call, out Change? change) ? change : throw new InvalidOperationException("No simulated store knows the statement.")));
}

/// <summary>What one statement of upkeep does to a simulated database.</summary>
/// <param name="Locks">The row it changes.</param>
/// <param name="Finds">Whether it is as the statement wants it.</param>
/// <param name="Make">Changes it, if it is; says whether it was.</param>
/// <param name="Otherwise">What it means when it is not; null when that is fine.</param>
internal sealed record SimulatedUpkeep(SimulatedLock Locks, Func<SimulatedTables, bool> Finds, Func<SimulatedTables, bool> Make, CommitOutcome? Otherwise);
