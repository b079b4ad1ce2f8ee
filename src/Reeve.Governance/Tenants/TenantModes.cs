using System.Collections.Concurrent;
using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;

namespace Reeve.Governance.Tenants;

/// <summary>
/// The modes of tenants, in memory: each believed for less than a second, not at all once somebody signalled a change since it was read, and read once however many ask. What cannot be
/// read, or not in time, is SHADOW: nothing is sent because nobody could be asked. Thread-safe.
/// </summary>
public sealed class TenantModes : IAutomationMode
{
    // Less than what a change may take to be in force everywhere; for rows that were changed by hand, which nobody signals.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(900);

    private readonly ITenantStore store;
    private readonly SignalBoard board;
    private readonly TimeProvider clock;
    private readonly ConcurrentDictionary<TenantId, KnownMode> known = new();

    /// <summary>Makes the memory.</summary>
    /// <param name="store">Reads.</param>
    /// <param name="board">Says whose mode changed, and whether what was read may be believed.</param>
    /// <param name="clock">The clock; its timestamps alone are used.</param>
    public TenantModes(ITenantStore store, SignalBoard board, TimeProvider clock)
    {
        this.store = store;
        this.board = board;
        this.clock = clock;
        board.Subscribe(Signals.Tenants, Forget);
    }

    /// <inheritdoc/>
    public ValueTask<AutomationMode> OfAsync(TenantId tenant, CancellationToken cancellationToken) =>
        known.TryGetValue(tenant, out KnownMode? one) && one.Last is { } last && board.IsCurrent && IsFresh(last) ? ValueTask.FromResult(last.Mode)
            : AskAsync(tenant, cancellationToken);

    private void Forget(TenantId? tenant)
    {
        if (tenant is { } one)
        {
            known.TryRemove(one, out _);
        }
        else
        {
            known.Clear();
        }
    }

    private bool IsFresh(Reading reading) => clock.GetElapsedTime(reading.At) < Longest;

    // What was read is the answer also where it may not be kept: it is no older than the question, or than the reading that the question joined. That one may have been on its way
    // for long. Whoever forgets a tenant removes its entry, so that a reading that began before is joined by nobody who asks after.
    private async ValueTask<AutomationMode> AskAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        KnownMode one = known.GetOrAdd(tenant, static _ => new KnownMode());
        return await one.Read(() => ReadAsync(tenant, one)).WaitAsync(cancellationToken) is { } read && IsFresh(read) ? read.Mode : AutomationMode.Shadow;
    }

    private async Task<Reading?> ReadAsync(TenantId tenant, KnownMode one)
    {
        // Whoever began it holds the lock until the store is waited for.
        await Task.Yield();
        long began = clock.GetTimestamp();
        Reading? found;
        try
        {
            found = await store.FindAsync(tenant, CancellationToken.None) is { } row ? new Reading(began, row.Mode) : null;
        }
        catch (Exception)
        {
            // Whatever it is: nobody knows, so the answer is SHADOW, and the next question reads again.
            found = null;
        }

        one.Keep(found);
        if (found is null)
        {
            // What is not there takes no room.
            known.TryRemove(KeyValuePair.Create(tenant, one));
        }

        return found;
    }

    private sealed record Reading(long At, AutomationMode Mode);

    private sealed class KnownMode
    {
        private readonly Lock changing = new();
        private Task<Reading?>? reading;
        private Reading? last;

        internal Reading? Last => Volatile.Read(ref last);

        /// <summary>Joins the reading that is on its way, or begins one.</summary>
        internal Task<Reading?> Read(Func<Task<Reading?>> begin)
        {
            lock (changing)
            {
                return reading ??= begin();
            }
        }

        internal void Keep(Reading? found)
        {
            lock (changing)
            {
                Volatile.Write(ref last, found);
                reading = null;
            }
        }
    }
}
