using System.Runtime.CompilerServices;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Recording;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;

namespace Reeve.Testing.Simulated;

/// <summary>What a node reads of a simulated database: a call each, which can go wrong as those that write. It sees what is committed at one moment.</summary>
/// <param name="database">The database.</param>
/// <param name="node">Who calls.</param>
/// <param name="upkeep">What moves readers on, under the node's fence.</param>
/// <param name="changes">Where its statements are known.</param>
internal sealed class SimulatedReads(SimulatedDatabase database, string node, IUpkeep upkeep, SimulatedChanges changes) : IExceptionStore, IRunStore, IEventLog, IReaderStore
{
    private static readonly CommitOutcome Moved = new CommitOutcome.MovedOn();

    public Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionId exception, CancellationToken cancellationToken) =>
        AskAsync(() => database.Tables.FindAsync(tenant, exception, cancellationToken));

    public Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionKey key, CancellationToken cancellationToken) =>
        AskAsync(() => database.Tables.FindAsync(tenant, key, cancellationToken));

    public Task<IReadOnlyDictionary<ExceptionId, ExceptionKey>> KnownAsync(TenantId tenant, IReadOnlyCollection<ExceptionId> ids, CancellationToken cancellationToken) =>
        AskAsync(() => database.Tables.KnownAsync(tenant, ids, cancellationToken));

    public Task<IReadOnlyDictionary<DeliveryKey, ExceptionId>> DeliveredAsync(TenantId tenant, IReadOnlyCollection<DeliveryKey> deliveries, CancellationToken cancellationToken) =>
        AskAsync(() => database.Tables.DeliveredAsync(tenant, deliveries, cancellationToken));

    public Task<ExceptionPage> ListAsync(TenantId tenant, ExceptionQuery query, CancellationToken cancellationToken) =>
        AskAsync(() => database.Tables.ListAsync(tenant, query, cancellationToken));

    public Task<Run?> FindAsync(TenantId tenant, RunId run, CancellationToken cancellationToken) => AskAsync(() => database.Tables.FindAsync(tenant, run, cancellationToken));

    public Task<IReadOnlyList<Run>> ListAsync(TenantId tenant, int limit, CancellationToken cancellationToken) =>
        AskAsync(() => database.Tables.ListAsync(tenant, limit, cancellationToken));

    public IAsyncEnumerable<LoggedEvent> OfExceptionAsync(TenantId tenant, ExceptionKey exception, CancellationToken cancellationToken) =>
        EachAsync(() => database.Tables.OfExceptionAsync(tenant, exception, cancellationToken), cancellationToken);

    public IAsyncEnumerable<LoggedEvent> OfRunAsync(TenantId tenant, RunId run, CancellationToken cancellationToken) =>
        EachAsync(() => database.Tables.OfRunAsync(tenant, run, cancellationToken), cancellationToken);

    public IAsyncEnumerable<LoggedEvent> OfChainAsync(TenantId tenant, int slot, EventPosition? after, CancellationToken cancellationToken) =>
        EachAsync(() => database.Tables.OfChainAsync(tenant, slot, after, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<int>> SlotsAsync(TenantId tenant, CancellationToken cancellationToken) => AskAsync(() => database.Tables.SlotsAsync(tenant, cancellationToken));

    public Task<ReaderPosition> FindAsync(string name, CancellationToken cancellationToken) => AskAsync(() => database.Tables.FindAsync(name, cancellationToken));

    public Task<ReaderPosition> HeadAsync(CancellationToken cancellationToken) => AskAsync(() => database.Tables.HeadAsync(cancellationToken));

    public Task<LogPage> FetchAsync(ReaderPosition after, int limit, CancellationToken cancellationToken) => AskAsync(() => database.Tables.FetchAsync(after, limit, cancellationToken));

    public async Task<bool> AdvanceAsync(string name, ReaderPosition from, ReaderPosition to, CancellationToken cancellationToken) =>
        await upkeep.MaintainAsync(
            [
                changes.Call(new SimulatedUpkeep(
                    SimulatedLock.OfReader(name),
                    _ => database.Tables.Reader(name).Equals(from),
                    _ =>
                    {
                        database.Tables.Move(name, to);
                        return true;
                    },
                    Moved)),
            ],
            cancellationToken) is CommitOutcome.Committed;

    /// <summary>One call that reads.</summary>
    internal async Task<T> AskAsync<T>(Func<Task<T>> read)
    {
        await Task.Yield();
        SimulatedTrouble? trouble = database.Trouble(new SimulatedCall(node, "read", 0, 0));
        if (trouble is SimulatedTrouble.Slow slow)
        {
            await Task.Delay(slow.By, database.Clock);
        }
        else if (trouble is not null)
        {
            throw new ReeveException(new ReeveError(trouble is SimulatedTrouble.Refused ? ErrorCatalogue.Storage.Busy : ErrorCatalogue.Storage.Unavailable, "simulated", "simulated"));
        }

        T found = await read();
        await Task.Yield();
        return found;
    }

    private async IAsyncEnumerable<LoggedEvent> EachAsync(Func<IAsyncEnumerable<LoggedEvent>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (LoggedEvent item in await AskAsync(() => AllAsync(read(), cancellationToken)))
        {
            yield return item;
        }
    }

    private static async Task<List<LoggedEvent>> AllAsync(IAsyncEnumerable<LoggedEvent> items, CancellationToken cancellationToken)
    {
        List<LoggedEvent> all = [];
        await foreach (LoggedEvent item in items.WithCancellation(cancellationToken))
        {
            all.Add(item);
        }

        return all;
    }
}
