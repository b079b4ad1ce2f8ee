using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Inbox;
using Reeve.Storage.Committing;
using Reeve.Storage.Committing.Outcomes;

namespace Reeve.Testing.Simulated;

/// <summary>
/// The inbox of a simulated database as one node has it: what <c>SqlInboxStore</c> does in SQL, statement by statement, through the same
/// committer and under the same fence. What it hands over it waits for: to give up such a wait goes through the thread pool, which no seed drives.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="reads">How the node reads.</param>
/// <param name="upkeep">What changes rows.</param>
/// <param name="holder">The node's slots.</param>
/// <param name="changes">Where its statements are known.</param>
internal sealed class SimulatedInbox(SimulatedDatabase database, SimulatedReads reads, IUpkeep upkeep, ISlotHolder holder, SimulatedChanges changes) : IInboxStore
{
    private static readonly CommitOutcome Moved = new CommitOutcome.MovedOn();

    public Task<IReadOnlyList<InboxPass>> FreeAsync(TenantId? after, IReadOnlyCollection<PassId> except, int limit, CancellationToken cancellationToken) =>
        reads.AskAsync(() => Task.FromResult(database.Read(tables => (IReadOnlyList<InboxPass>)[.. tables.Inbox.Values
            .Where(row => row.Slot is null && (after is not { } behind || string.CompareOrdinal(row.Item.Tenant.Value, behind.Value) > 0) && !except.Contains(row.Item.Pass))
            .Take(limit).Select(Shown)])));

    public async Task<IReadOnlyList<InboxPass>> ClaimAsync(IReadOnlyList<InboxPass> passes, CancellationToken cancellationToken)
    {
        if (await TryClaimAsync(passes, cancellationToken))
        {
            return [.. passes.Select(Counted)];
        }

        List<InboxPass> claimed = [];
        for (int i = 0; i < passes.Count && passes.Count > 1; i++)
        {
            if (await TryClaimAsync([passes[i]], cancellationToken))
            {
                claimed.Add(Counted(passes[i]));
            }
        }

        return claimed;
    }

    public Task SetFreeAsync(IReadOnlyList<(TenantId Tenant, PassId Pass)> passes, CancellationToken cancellationToken) => upkeep.MaintainAsync(
        [
            .. passes.Select(pass => Change(
                pass, row => Ours().Contains(row.Slot ?? 0), row => row with { Slot = null, Attempts = Math.Max(row.Attempts - 1, 0) }, otherwise: null)),
        ],
        CancellationToken.None);

    public Task RemoveAsync(TenantId tenant, PassId pass, CancellationToken cancellationToken) =>
        upkeep.MaintainAsync([Change((tenant, pass), static _ => true, static _ => null, otherwise: null)], CancellationToken.None);

    public Task<IReadOnlyList<(TenantId Tenant, PassId Pass)>> OwnedAsync(int limit, CancellationToken cancellationToken) =>
        reads.AskAsync(() => Task.FromResult(database.Read(tables =>
            (IReadOnlyList<(TenantId Tenant, PassId Pass)>)[.. tables.Inbox.Values.Where(row => Ours().Contains(row.Slot ?? 0)).Take(limit).Select(row => (row.Item.Tenant, row.Item.Pass))])));

    // All of them or none.
    private async Task<bool> TryClaimAsync(IReadOnlyList<InboxPass> passes, CancellationToken cancellationToken) => await upkeep.MaintainAsync(
        [
            .. passes.Select(pass => Change(
                (pass.TenantId, pass.PassId), row => row.Slot is null && row.Attempts == pass.Attempts && Held() is not null,
                row => row with { Slot = Held(), Attempts = row.Attempts + 1 }, Moved)),
        ],
        CancellationToken.None) is CommitOutcome.Committed;

    // One statement about one row.
    private StatementCall Change(
        (TenantId Tenant, PassId Pass) pass, Func<SimulatedInboxRow, bool> where, Func<SimulatedInboxRow, SimulatedInboxRow?> set, CommitOutcome? otherwise)
    {
        (string, Guid) place = (pass.Tenant.Value, pass.Pass.Value);
        return changes.Call(new SimulatedUpkeep(
            SimulatedLock.Of(ClaimKey.Of(pass.Tenant, pass.Pass)),
            tables => tables.Inbox.TryGetValue(place, out SimulatedInboxRow? row) && where(row),
            tables =>
            {
                if (!tables.Inbox.TryGetValue(place, out SimulatedInboxRow? row) || !where(row))
                {
                    return false;
                }

                if (set(row) is { } next)
                {
                    tables.Inbox[place] = next;
                }
                else
                {
                    tables.Inbox.Remove(place);
                    _ = database.Tables.RemoveAsync(pass.Tenant, pass.Pass, CancellationToken.None);
                }

                return true;
            },
            otherwise));
    }

    private List<int> Ours() => database.Read(tables => tables.Slots.Values.Where(slot => slot.Node == holder.Node).Select(slot => slot.Slot).ToList());

    private int? Held() => database.Read(tables => tables.Slots.Values.Where(slot => slot.Node == holder.Node && slot.BeatAt is not null).Select(slot => (int?)slot.Slot).Min());

    private InboxPass Shown(SimulatedInboxRow row) =>
        new(row.Item.Tenant, row.Item.Pass, row.Item.Key, row.Item.Run, row.Attempts, row.AfterStop, database.Now - row.ReceivedAt);

    private static InboxPass Counted(InboxPass pass) => pass with { Attempts = pass.Attempts + 1 };
}
