using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Breakers;

/// <summary>
/// The door to breakers (EX-TOOL-6): one per tenant, domain and tool, shared by all nodes. Each node counts for itself; what it changes is committed and signalled, so that the others
/// know within a second. Answers come from memory. Thread-safe.
/// </summary>
public sealed class ToolBreakers
{
    private readonly IBreakerStore store;
    private readonly ICommitter committer;
    private readonly SignalBoard board;
    private readonly TimeProvider clock;
    private readonly ILogger logger;

    // Of tools that failed lately, or are being probed: one that answers has no entry.
    private readonly ConcurrentDictionary<BreakerKey, Tally> tallies = new();
    private readonly Lock changing = new();
    private FrozenDictionary<BreakerKey, Breaker>? known;
    private Task<FrozenDictionary<BreakerKey, Breaker>>? reading;
    private long forgotten;

    /// <summary>Makes the door.</summary>
    /// <param name="store">Reads.</param>
    /// <param name="committer">Writes.</param>
    /// <param name="board">Says when a breaker changed elsewhere, and whether what was read may be believed.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Where changes are told.</param>
    public ToolBreakers(IBreakerStore store, ICommitter committer, SignalBoard board, TimeProvider clock, ILogger logger)
    {
        this.store = store;
        this.committer = committer;
        this.board = board;
        this.clock = clock;
        this.logger = logger;
        board.Subscribe(Signals.Breakers, _ => Forget());
    }

    /// <summary>Where a breaker stands for a call that would be made now, without taking anything.</summary>
    /// <param name="key">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>OPEN, too, when it is half open and somebody here is probing.</returns>
    /// <exception cref="Core.Errors.ReeveException">STORE-…: it is not known, and cannot be read.</exception>
    public async ValueTask<BreakerState> AskAsync(BreakerKey key, CancellationToken cancellationToken)
    {
        FrozenDictionary<BreakerKey, Breaker> stored = await StoredAsync(cancellationToken);
        Breaker? breaker = Current(key, stored);
        return breaker is null ? BreakerState.Closed
            : BreakerRules.IsProbing(breaker, clock.GetUtcNow()) && !(tallies.TryGetValue(key, out Tally? tally) && tally.IsProbed) ? BreakerState.HalfOpen
            : BreakerState.Open;
    }

    /// <summary>Takes the right to make one attempt.</summary>
    /// <param name="key">Which breaker.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when the breaker is open, or half open and somebody here is probing.</returns>
    /// <exception cref="Core.Errors.ReeveException">STORE-…: where it stands is not known, and cannot be read.</exception>
    public async ValueTask<BreakerPass?> EnterAsync(BreakerKey key, CancellationToken cancellationToken)
    {
        FrozenDictionary<BreakerKey, Breaker> stored = await StoredAsync(cancellationToken);
        if (Current(key, stored) is not { } breaker)
        {
            return new BreakerPass(this, key, null);
        }

        if (!BreakerRules.IsProbing(breaker, clock.GetUtcNow()))
        {
            return null;
        }

        Breaker half = breaker with { State = BreakerState.HalfOpen };
        Tally tally;
        OwnChange? own = null;
        using (Locked(key, out tally))
        {
            if (tally.IsProbed)
            {
                return null;
            }

            tally.IsProbed = true;
            if (breaker.State == BreakerState.Open)
            {
                tally.Own = own = new OwnChange(half);
            }
        }

        if (own is not null)
        {
            await RecordAsync(key, tally, own, BreakerState.Open, "Its time is over; one call at a time probes.");
        }

        return new BreakerPass(this, key, half);
    }

    internal async ValueTask<bool> HoldsAsync(BreakerPass pass, CancellationToken cancellationToken)
    {
        FrozenDictionary<BreakerKey, Breaker> stored = await StoredAsync(cancellationToken);
        return Current(pass.Key, stored) is not { } now || (pass.Seen is { } seen && now.OpenedAt == seen.OpenedAt);
    }

    internal async Task<BreakerState?> ReportAsync(BreakerPass pass, ToolSign sign)
    {
        if (pass.IsProbe)
        {
            return await ReportProbeAsync(pass, sign);
        }

        if (sign == ToolSign.None || (sign == ToolSign.Good && !tallies.ContainsKey(pass.Key)))
        {
            return sign == ToolSign.None ? null : BreakerState.Closed;
        }

        OwnChange opened;
        Tally tally;
        using (Locked(pass.Key, out tally))
        {
            if (tally.Own is { } own)
            {
                // It was sent while the breaker was closed; what changed it since has been counted.
                return own.To?.State ?? BreakerState.Closed;
            }

            tally.Bad = sign == ToolSign.Bad ? tally.Bad + 1 : 0;
            if (tally.Bad < BreakerRules.BadToOpen)
            {
                Drop(pass.Key, tally);
                return BreakerState.Closed;
            }

            tally.Bad = 0;
            if (Volatile.Read(ref known)?.ContainsKey(pass.Key) == true)
            {
                // Another node was faster.
                Drop(pass.Key, tally);
                return BreakerState.Open;
            }

            tally.Own = opened = new OwnChange(new Breaker(pass.Key, BreakerState.Open, Now()));
        }

        await RecordAsync(
            pass.Key, tally, opened, BreakerState.Closed, string.Create(CultureInfo.InvariantCulture, $"It failed {BreakerRules.BadToOpen} times in a row."));
        return BreakerState.Open;
    }

    internal void GiveBack(BreakerPass pass)
    {
        if (pass.IsProbe)
        {
            using (Locked(pass.Key, out Tally tally))
            {
                tally.IsProbed = false;
                Drop(pass.Key, tally);
            }
        }
    }

    private async Task<BreakerState?> ReportProbeAsync(BreakerPass pass, ToolSign sign)
    {
        OwnChange change;
        Tally tally;
        using (Locked(pass.Key, out tally))
        {
            tally.Good = sign == ToolSign.Good ? (tally.GoodOf == pass.Seen ? tally.Good + 1 : 1) : tally.Good;
            tally.GoodOf = pass.Seen;
            bool closes = tally.Good >= BreakerRules.GoodToClose;
            if (!closes && sign != ToolSign.Bad)
            {
                tally.IsProbed = false;
                Drop(pass.Key, tally);
                return sign == ToolSign.None ? null : BreakerState.HalfOpen;
            }

            tally.Good = 0;
            tally.Own = change = new OwnChange(closes ? null : new Breaker(pass.Key, BreakerState.Open, Now()));
        }

        // Nobody else probes before what this one found is on record.
        await RecordAsync(
            pass.Key, tally, change, BreakerState.HalfOpen,
            change.To is null ? string.Create(CultureInfo.InvariantCulture, $"It answered {BreakerRules.GoodToClose} times in a row.") : "A probe failed.");
        GiveBack(pass);
        return change.State;
    }

    // In force here at once, elsewhere with the commit.
    private async Task RecordAsync(BreakerKey key, Tally tally, OwnChange own, BreakerState from, string reason)
    {
        Log.Changed(logger, key.Tool.Value, key.TenantId.Value, from, own.State);
        bool isRecorded = false;
        try
        {
            _ = await committer.CommitAloneAsync(
                key.TenantId, [new BreakerChange(key, own.To), new Change.Append(BreakerEvents.Changed(key, from, own.State, reason, clock.GetUtcNow()))], CancellationToken.None);
            isRecorded = true;
        }
        catch (Exception fault)
        {
            // What opened stays open here, until probes say otherwise; the call that found it out is not to fail of it.
            Log.NotRecorded(logger, fault, key.Tool.Value, key.TenantId.Value, own.State);
        }

        if (isRecorded)
        {
            // What was read before does not show it; forgotten before the own goes.
            Forget();
        }

        using (Locked(key, out Tally now))
        {
            if (ReferenceEquals(now, tally) && ReferenceEquals(now.Own, own) && (isRecorded || own.To is null))
            {
                now.Own = null;
                Drop(key, now);
            }
        }
    }

    private Breaker? Current(BreakerKey key, FrozenDictionary<BreakerKey, Breaker> stored)
    {
        if (!tallies.IsEmpty && tallies.TryGetValue(key, out Tally? tally))
        {
            lock (tally.Changing)
            {
                if (tally.Own is { } own)
                {
                    return own.To;
                }
            }
        }

        return stored.Count == 0 ? null : stored.GetValueOrDefault(key);
    }

    // Nobody counts into a tally that was dropped.
    private Lock.Scope Locked(BreakerKey key, out Tally tally)
    {
        while (true)
        {
            tally = tallies.GetOrAdd(key, static _ => new Tally());
            Lock.Scope scope = tally.Changing.EnterScope();
            if (!tally.IsDropped)
            {
                return scope;
            }

            scope.Dispose();
        }
    }

    // Inside its lock.
    private void Drop(BreakerKey key, Tally tally)
    {
        if (tally is { Bad: 0, Good: 0, IsProbed: false, Own: null })
        {
            tally.IsDropped = true;
            _ = tallies.TryRemove(KeyValuePair.Create(key, tally));
        }
    }

    private ValueTask<FrozenDictionary<BreakerKey, Breaker>> StoredAsync(CancellationToken cancellationToken) =>
        board.IsCurrent && Volatile.Read(ref known) is { } found ? ValueTask.FromResult(found) : ReadAsync(cancellationToken);

    private async ValueTask<FrozenDictionary<BreakerKey, Breaker>> ReadAsync(CancellationToken cancellationToken)
    {
        // What was read is the answer also where it may not be kept: it is no older than the question, or than the reading that the question joined.
        Task<FrozenDictionary<BreakerKey, Breaker>> answer;
        lock (changing)
        {
            answer = reading ??= ReadAsync(forgotten);
        }

        return await answer.WaitAsync(cancellationToken);
    }

    private async Task<FrozenDictionary<BreakerKey, Breaker>> ReadAsync(long since)
    {
        // Whoever began it holds the lock until the store is waited for.
        await Task.Yield();
        FrozenDictionary<BreakerKey, Breaker>? found = null;
        try
        {
            found = (await store.ListAllAsync(CancellationToken.None)).ToFrozenDictionary(static breaker => breaker.Key);
            return found;
        }
        finally
        {
            lock (changing)
            {
                if (forgotten == since)
                {
                    known = found;
                    reading = null;
                }
            }
        }
    }

    private void Forget()
    {
        lock (changing)
        {
            forgotten++;
            known = null;
            reading = null;
        }
    }

    private DateTimeOffset Now() => TimeText.ToMicroseconds(clock.GetUtcNow());

    // A change that this node made and that what was read may not show yet.
    private sealed record OwnChange(Breaker? To)
    {
        internal BreakerState State => To?.State ?? BreakerState.Closed;
    }

    // What this node counts of one tool; read and changed inside its lock, save where it says otherwise.
    private sealed class Tally
    {
        private bool isProbed;

        internal Lock Changing { get; } = new();

        internal int Bad { get; set; }

        internal int Good { get; set; }

        /// <summary>Which opening the good ones are of.</summary>
        internal Breaker? GoodOf { get; set; }

        /// <summary>Whether somebody here probes; read without the lock, too.</summary>
        internal bool IsProbed
        {
            get => Volatile.Read(ref isProbed);
            set => Volatile.Write(ref isProbed, value);
        }

        internal OwnChange? Own { get; set; }

        internal bool IsDropped { get; set; }
    }
}
