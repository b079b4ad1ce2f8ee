using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Core.Ports;

/// <summary>The log of one tenant, read. Every call pages inside, so that no read of the store lasts. Thread-safe.</summary>
public interface IEventLog
{
    /// <summary>The events of one exception in the order they happened: by the version of the row they left, then by place in the commit.</summary>
    IAsyncEnumerable<LoggedEvent> OfExceptionAsync(TenantId tenant, ExceptionKey exception, CancellationToken cancellationToken);

    /// <summary>The events of one run, pass by pass in no promised order, the events of one pass in order.</summary>
    IAsyncEnumerable<LoggedEvent> OfRunAsync(TenantId tenant, RunId run, CancellationToken cancellationToken);

    /// <summary>One chain from its beginning, or from behind a position.</summary>
    IAsyncEnumerable<LoggedEvent> OfChainAsync(TenantId tenant, int slot, EventPosition? after, CancellationToken cancellationToken);

    /// <summary>The slots in which a tenant has events, rising.</summary>
    Task<IReadOnlyList<int>> SlotsAsync(TenantId tenant, CancellationToken cancellationToken);
}
