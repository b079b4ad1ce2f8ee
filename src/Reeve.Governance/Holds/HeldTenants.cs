using System.Collections.Frozen;
using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Governance.Holds;

/// <summary>
/// Who is on hold, in memory: believed for less than a second, not at all once somebody signalled a change since it was read, and read
/// once however many ask. Thread-safe.
/// </summary>
internal sealed class HeldTenants
{
    // Less than what a hold may take to be in force everywhere (EX-TOOL-13); for rows that were changed by hand, which nobody signals.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(900);

    private readonly IHoldStore store;
    private readonly SignalBoard board;
    private readonly TimeProvider clock;
    private readonly Lock changing = new();
    private Reading? known;
    private Task<Reading?>? reading;
    private long forgotten;

    internal HeldTenants(IHoldStore store, SignalBoard board, TimeProvider clock)
    {
        this.store = store;
        this.board = board;
        this.clock = clock;
        board.Subscribe(Signals.Hold, _ => Forget());
    }

    /// <summary>Whether a tenant is on hold; true when it cannot be read, or not in time.</summary>
    internal ValueTask<bool> IsHeldAsync(TenantId tenant, CancellationToken cancellationToken) =>
        Volatile.Read(ref known) is { } found && IsBelieved(found) ? ValueTask.FromResult(found.Holds(tenant)) : AskAsync(tenant, cancellationToken);

    private void Forget()
    {
        lock (changing)
        {
            forgotten++;
            known = null;
            reading = null;
        }
    }

    private bool IsBelieved(Reading found) => board.IsCurrent && clock.GetElapsedTime(found.At) < Longest;

    private async ValueTask<bool> AskAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        // What was read is the answer also where it may not be kept: it is no older than the question, or than the reading that the question joined. That one may have
        // been on its way for long.
        Task<Reading?> answer;
        lock (changing)
        {
            answer = reading ??= ReadAsync(forgotten);
        }

        return await answer.WaitAsync(cancellationToken) is not { } found || clock.GetElapsedTime(found.At) >= Longest || found.Holds(tenant);
    }

    private async Task<Reading?> ReadAsync(long since)
    {
        // Whoever began it holds the lock until the store is waited for.
        await Task.Yield();
        long began = clock.GetTimestamp();
        Reading? found;
        try
        {
            found = new Reading(began, [.. (await store.ListAsync(CancellationToken.None)).Select(static hold => hold.Scope)]);
        }
        catch (Exception)
        {
            // Whatever it is: nobody knows, so all are held, and the next question reads again.
            found = null;
        }

        lock (changing)
        {
            // A reading that somebody made to be forgotten is no longer the one that others join.
            if (forgotten == since)
            {
                known = found;
                reading = null;
            }
        }

        return found;
    }

    private sealed class Reading(long at, IEnumerable<TenantId> scopes)
    {
        private readonly FrozenSet<TenantId> held = scopes.ToFrozenSet();

        internal long At => at;

        internal bool Holds(TenantId tenant) => held.Count > 0 && (held.Contains(TenantId.Platform) || held.Contains(tenant));
    }
}
