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

        DateTimeOffset at = SimulatedConnection.Later(database.Now, database.Tables.LastAt(held.Slot));
        ChainLinks links = ChainLinks.Of(outcomes, held.Slot, n, at, memory);
        LoggedEvent[] events = [.. links.Events.Select(item => item.Event with { Position = new EventPosition(held.Slot, n, item.Ordinal), RecordedAt = at, Hash = item.Hash.ToArray() })];
        Change[] changes = [.. outcomes.SelectMany(connection.Changes.Of)];
        CommitSent = true;
        await connection.CallAsync(
            "commit", held.Slot, n,
            () =>
            {
                database.Commit(transaction, () => database.Write(held.Slot, n, held.Writer, at, changes, events));
                return Task.FromResult(true);
            },
            cancellationToken);
        return AttemptEnd.Committed;
    }

    public async Task<CommitOutcome?> RunChoreAsync(Outcome chore, CancellationToken cancellationToken)
    {
        SimulatedTransaction transaction = connection.Begin();
        CommitSent = true;
        return await connection.CallAsync(
            "chore", held.Slot, 0,
            async () =>
            {
                await database.LockAsync(transaction, SimulatedConnection.SlotKey(held.Slot));
                bool isHeld = database.Read(tables => tables.Slots[held.Slot].Writer == held.Writer);
                database.End(transaction);
                return isHeld ? new CommitOutcome.Committed(held.Slot, 0) : null;
            },
            cancellationToken);
    }

    // The fence is looked at before the key is waited for, as one statement does with what it sees.
    private async Task<(bool IsFenced, CommitOutcome?[] Conflicts)> FindAsync(SimulatedTransaction transaction, Outcome[] outcomes, SlotMemory memory)
    {
        if (!database.Read(tables => tables.Slots[held.Slot].Writer == held.Writer && tables.Last(held.Slot) + 1 == n))
        {
            database.End(transaction);
            return (true, []);
        }

        await database.LockAsync(transaction, SimulatedConnection.CommitKey(held.Slot, n));
        if (database.Read(tables => tables.Commits.ContainsKey((held.Slot, n))))
        {
            database.End(transaction);
            throw new SimulatedFaultException(SlotFaultKind.NumberTaken);
        }

        foreach (string key in outcomes.SelectMany(outcome => outcome.Claims).Select(claim => claim.ToString()).Order(StringComparer.Ordinal))
        {
            await database.LockAsync(transaction, key);
        }

        foreach (TenantId tenant in outcomes.Select(outcome => outcome.Tenant).Distinct())
        {
            if (memory.Find(tenant.Value) is null)
            {
                memory.Learn(tenant.Value, database.Tables.HeadOf(tenant, held.Slot) ?? [], counters: null);
            }
        }

        return (false, [.. outcomes.Select(outcome => database.Tables.ConflictOf([.. connection.Changes.Of(outcome)]))]);
    }
}

/// <summary>What a store contributes to a simulated committer: the changes themselves, in place of their SQL. Thread-safe.</summary>
internal sealed class SimulatedChanges : IChangeWriter
{
    private static readonly Statement None = new("select @tenant");
    private readonly System.Runtime.CompilerServices.ConditionalWeakTable<StatementCall, Change> known = [];

    public IReadOnlyList<StatementCall>? For(Change change)
    {
        StatementCall call = new(None, static _ => { }, null);
        known.Add(call, change);
        return [call];
    }

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
