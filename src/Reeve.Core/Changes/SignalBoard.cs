using Reeve.Core.Records;

namespace Reeve.Core.Changes;

/// <summary>
/// Where those who hold in memory what the store has learn that it changed, and whether they may believe what they hold
/// (docs/decisions/0014). A value is kept only if its kind was not forgotten since its reading began, and believed only while
/// <see cref="IsCurrent"/>; else it is read. Thread-safe.
/// </summary>
public sealed class SignalBoard
{
    /// <summary>How long after the beginning of the last look at the commits what is held is believed.</summary>
    public static readonly TimeSpan Believed = TimeSpan.FromMilliseconds(900);

    private readonly TimeProvider? clock;
    private readonly Lock subscribing = new();
    private Subscription[] subscriptions = [];
    private long lookedAt = long.MinValue;

    /// <summary>The board of a store that others write to, too: nothing is believed before the first look.</summary>
    /// <param name="clock">The clock; its timestamps alone are used, so that no step of the time makes anything believed.</param>
    public SignalBoard(TimeProvider clock) => this.clock = clock;

    private SignalBoard()
    {
    }

    /// <summary>Whether what is held may be used without reading it again.</summary>
    public bool IsCurrent
    {
        get
        {
            if (clock is null)
            {
                return true;
            }

            long at = Interlocked.Read(ref lookedAt);
            return at != long.MinValue && clock.GetElapsedTime(at) < Believed;
        }
    }

    /// <summary>The board of a store that this process alone writes to: what it commits it says itself, so what is held is always believed.</summary>
    public static SignalBoard OfOneProcess() => new();

    /// <summary>Has something forgotten whenever it may have changed.</summary>
    /// <param name="to">What it holds.</param>
    /// <param name="forget">
    /// Forgets what is held of a tenant; of all tenants for null. Called on the thread that learns of it, maybe several at once: it must
    /// be quick and must not throw.
    /// </param>
    public void Subscribe(Signals to, Action<TenantId?> forget)
    {
        lock (subscribing)
        {
            Volatile.Write(ref subscriptions, [.. subscriptions, new Subscription(to, forget)]);
        }
    }

    /// <summary>Has what changed forgotten.</summary>
    /// <param name="changed">What changed.</param>
    /// <param name="tenants">Whose; null or empty: everybody's.</param>
    public void Forget(Signals changed, IReadOnlyCollection<TenantId>? tenants)
    {
        foreach (Subscription subscription in Volatile.Read(ref subscriptions))
        {
            if ((subscription.To & changed) == Signals.None)
            {
                continue;
            }

            if (tenants is not { Count: > 0 })
            {
                subscription.Forget(null);
                continue;
            }

            foreach (TenantId tenant in tenants)
            {
                subscription.Forget(tenant);
            }
        }
    }

    /// <summary>Notes that all that was committed before a moment has been forgotten.</summary>
    /// <param name="began">When the look that found it began: a timestamp of the clock, taken before the store was asked.</param>
    public void LookedAt(long began)
    {
        long known = Interlocked.Read(ref lookedAt);
        while (known < began)
        {
            long seen = Interlocked.CompareExchange(ref lookedAt, began, known);
            if (seen == known)
            {
                return;
            }

            known = seen;
        }
    }

    private readonly record struct Subscription(Signals To, Action<TenantId?> Forget);
}
