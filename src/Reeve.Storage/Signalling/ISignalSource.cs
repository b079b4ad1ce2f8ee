using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Storage.Signalling;

/// <summary>The commits of all nodes, as <see cref="SignalWatch"/> looks at them. Thread-safe.</summary>
public interface ISignalSource : IAsyncDisposable
{
    /// <summary>The end of the log now.</summary>
    /// <exception cref="ReeveException">STORE-… when the store cannot be read.</exception>
    Task<ReaderPosition> HeadAsync(CancellationToken cancellationToken);

    /// <summary>What commits beyond a position signal, by slot, then number, of all slots in one snapshot.</summary>
    /// <exception cref="ReeveException">STORE-… when the store cannot be read.</exception>
    Task<IReadOnlyList<SignalCommit>> ReadAsync(ReaderPosition after, CancellationToken cancellationToken);

    /// <summary>Tells every node that there is something to read.</summary>
    /// <exception cref="ReeveException">STORE-… when it cannot.</exception>
    Task NotifyAsync(CancellationToken cancellationToken);

    /// <summary>Calls <paramref name="heard"/> whenever a node notifies, and each time that it listens anew, until it is cancelled; never fails.</summary>
    Task ListenAsync(Action heard, CancellationToken stop);
}

/// <summary>A commit that changed what nodes hold in memory.</summary>
/// <param name="Slot">Its slot.</param>
/// <param name="N">Its number there.</param>
/// <param name="Changed">What it changed.</param>
/// <param name="Tenants">Whose; empty: everybody's.</param>
public sealed record SignalCommit(int Slot, long N, Signals Changed, IReadOnlyList<TenantId> Tenants);
