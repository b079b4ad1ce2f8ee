using System.Collections.Concurrent;
using Reeve.Core.Changes;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Engine.PackVersions;

/// <summary>
/// Which versions were active a moment ago, by tenant, with the pairs they make: what every exception asks for. An answer that is
/// there takes no lock and allocates nothing. It is believed as long as the board says so, and forgotten when the board tells that
/// it changed, here or on another node (docs/decisions/0014). Read once per tenant however many ask. Bounded. Thread-safe.
/// </summary>
internal sealed class ActivePairs(SignalBoard board, int capacity)
{
    private readonly ConcurrentDictionary<TenantId, Known> tenants = new();

    /// <summary>What is known and still believed; null when it has to be read.</summary>
    internal ActiveReading? Find(TenantId tenant) => tenants.TryGetValue(tenant, out Known? known) ? Believed(known) : null;

    /// <summary>Reads what is active, or waits for another who does.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="read">Reads; it is not cancelled, because others may wait for it.</param>
    /// <param name="cancellationToken">Gives up waiting for another who reads.</param>
    internal async Task<ActiveReading> ReadAsync(TenantId tenant, Func<Task<IReadOnlyList<StoredPack>>> read, CancellationToken cancellationToken)
    {
        Known known = Of(tenant);
        TaskCompletionSource<ActiveReading> own = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<ActiveReading> pending;
        lock (known)
        {
            if (Believed(known) is { } latest)
            {
                return latest;
            }

            pending = known.Pending ??= own;
        }

        return ReferenceEquals(pending, own) ? await ReadAsync(known, own, read) : await pending.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Forgets what is known of a tenant; of all for null.</summary>
    internal void Forget(TenantId? of)
    {
        if (of is not { } tenant)
        {
            // Whoever reads now keeps it where nobody finds it.
            tenants.Clear();
        }
        else if (tenants.TryGetValue(tenant, out Known? known))
        {
            lock (known)
            {
                known.Latest = null;
                known.Pending = null;
            }
        }
    }

    // What was forgotten meanwhile may be what was read: then those who asked before have it, and nobody after them.
    private async Task<ActiveReading> ReadAsync(Known known, TaskCompletionSource<ActiveReading> own, Func<Task<IReadOnlyList<StoredPack>>> read)
    {
        try
        {
            ActiveReading made = new(await read());
            lock (known)
            {
                if (ReferenceEquals(known.Pending, own))
                {
                    known.Latest = made;
                    known.Pending = null;
                }
            }

            own.SetResult(made);
            return made;
        }
        catch (Exception fault)
        {
            lock (known)
            {
                known.Pending = ReferenceEquals(known.Pending, own) ? null : known.Pending;
            }

            own.SetException(fault);

            // It is thrown here; nobody else may be waiting to see it.
            _ = own.Task.Exception;
            throw;
        }
    }

    private ActiveReading? Believed(Known known) => board.IsCurrent ? known.Latest : null;

    private Known Of(TenantId tenant)
    {
        // Whoever holds one that goes here works on with it, and the next reads once more than needed.
        if (!tenants.ContainsKey(tenant) && tenants.Count >= capacity)
        {
            tenants.Clear();
        }

        return tenants.GetOrAdd(tenant, static _ => new Known());
    }

    // Locked by whoever changes it; the latest reading is read without.
    private sealed class Known
    {
        private ActiveReading? latest;

        internal ActiveReading? Latest
        {
            get => Volatile.Read(ref latest);
            set => Volatile.Write(ref latest, value);
        }

        internal TaskCompletionSource<ActiveReading>? Pending { get; set; }
    }
}

/// <summary>What was active at one moment, and the pairs that were asked for since. Thread-safe.</summary>
/// <param name="active">What was active.</param>
internal sealed class ActiveReading(IReadOnlyList<StoredPack> active)
{
    private ActiveAnswer[] answers = [];

    internal IReadOnlyList<StoredPack> Active => active;

    /// <summary>The answer that was given before for a domain, or for none; null when none was.</summary>
    internal ActiveAnswer? For(DomainName? domain)
    {
        ActiveAnswer[] given = Volatile.Read(ref answers);
        for (int i = 0; i < given.Length; i++)
        {
            if (given[i].Domain == domain)
            {
                return given[i];
            }
        }

        return null;
    }

    internal void Keep(ActiveAnswer answer)
    {
        ActiveAnswer[] given;
        do
        {
            given = Volatile.Read(ref answers);
        }
        while (For(answer.Domain) is null && Interlocked.CompareExchange(ref answers, [.. given, answer], given) != given);
    }
}

/// <summary>The pair of a domain, as it is handed out again and again.</summary>
/// <param name="Domain">The domain that was asked for; null when none was named.</param>
/// <param name="Entry">The pair, so that its use is seen.</param>
/// <param name="Given">The pair as an answer.</param>
internal sealed record ActiveAnswer(DomainName? Domain, BoundPairs.Entry Entry, Task<BoundPolicy> Given);
