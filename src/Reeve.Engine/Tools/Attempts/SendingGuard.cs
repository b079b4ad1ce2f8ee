using Reeve.Core.Errors;
using Reeve.Engine.Tools.Breakers;

namespace Reeve.Engine.Tools.Attempts;

/// <summary>
/// Stands between one attempt and its first byte: knows whether it was let out, and lets none out any more once the attempt was given up. Thread-safe, since a kind that
/// was given up may still be running.
/// </summary>
internal sealed class SendingGuard(SendOrder order, BreakerPass pass, CancellationToken giveUp)
{
    private const int Waiting = 0;
    private const int Sent = 1;
    private const int Closed = 2;

    private int state;
    private ReeveError? keptBack;

    /// <summary>Whether the first byte may have left.</summary>
    internal bool IsSent => Volatile.Read(ref state) == Sent;

    /// <summary>What kept it back; null when nothing did.</summary>
    internal ReeveError? KeptBack => IsSent ? null : Volatile.Read(ref keptBack);

    internal async ValueTask<ReeveError?> AskAsync(CancellationToken cancellationToken)
    {
        giveUp.ThrowIfCancellationRequested();
        if (await order.MaySend(pass, cancellationToken) is { } error)
        {
            Volatile.Write(ref keptBack, error);
            return error;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Interlocked.CompareExchange(ref state, Sent, Waiting) != Closed ? null
            : new ReeveError(ErrorCatalogue.Tools.NotReached, "It was ready to be sent after its time; nothing was sent.");
    }

    /// <summary>Gives the attempt up.</summary>
    /// <returns>Whether its first byte may have left before.</returns>
    internal bool Close() => Interlocked.CompareExchange(ref state, Closed, Waiting) == Sent;
}
