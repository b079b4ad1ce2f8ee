using Microsoft.Extensions.Logging;
using Reeve.Server.Hosting;

namespace Reeve.Commands.Serving;

/// <summary>
/// The store of a server, which is closed within its share of the deadline: where the database is away, slots cannot be given back, and whoever
/// stops the process would kill it. What is left then ends with the process.
/// </summary>
internal sealed class ClosingStore(StoreSession session, TimeSpan within, CommandContext context) : IAsyncDisposable
{
    internal StoreSession Session => session;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await session.DisposeAsync().AsTask().WaitAsync(within, context.Clock);
        }
        catch (TimeoutException)
        {
            ServingLog.ClosedLate(context.Loggers.CreateLogger("Reeve.Commands"), within.TotalSeconds);
        }
    }
}
