using Reeve.Core.Records;
using Reeve.Engine.Inbox;
using Reeve.Engine.Pipeline.Identities;

namespace Reeve.Engine.Recording.Inputs;

/// <summary>
/// The room of one input (docs/decisions/0012): of a stream a chunk's, reserved before it is read; of a document that was read whole its bytes, for
/// as long as it lasts, and as many exceptions as its chunks need. It never waits for more while it holds some. Not thread-safe.
/// </summary>
/// <param name="queues">The gate.</param>
/// <param name="tenant">Whose.</param>
/// <param name="mayBeRefused">Whether the beginning is refused without room (INBOX-001); else it waits.</param>
/// <param name="document">What was reserved for a document, which is then this input's to give back; null for a stream.</param>
/// <param name="documentBytes">How long that document is.</param>
internal sealed class InputRoom(TenantQueues queues, TenantId tenant, bool mayBeRefused, RoomShare? document = null, long documentBytes = 0) : IDisposable
{
    private readonly bool isDocument = document is not null;
    private RoomShare? share = document;
    private bool begun;

    /// <summary>Before a chunk is read.</summary>
    /// <exception cref="NoRoomException">There is none for the beginning.</exception>
    internal async ValueTask BeforeChunkAsync(CancellationToken cancellationToken)
    {
        if (isDocument)
        {
            return;
        }

        share = mayBeRefused && !begun
            ? queues.TryReserve(tenant, Chunks.MaxItems, Chunks.MaxBytes, out TimeSpan retryAfter) ?? throw new NoRoomException(retryAfter)
            : await queues.ReserveAsync(tenant, Chunks.MaxItems, Chunks.MaxBytes, cancellationToken);
        begun = true;
    }

    /// <summary>Once a chunk was read, so that how much it needs is known.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="giveWay">Lets what was received of the document be decided: it holds room that is waited for here.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    internal async ValueTask HoldAsync(Chunk chunk, Action giveWay, CancellationToken cancellationToken)
    {
        RoomShare held = share!; // not null: a chunk has room before it is read, a document from the beginning
        if (!isDocument)
        {
            held.Shrink(chunk.Outcomes.Count, chunk.Bytes);
        }
        else if (!held.TryGrow(chunk.Outcomes.Count, documentBytes))
        {
            held.Dispose();
            giveWay();
            share = await queues.ReserveAsync(tenant, chunk.Outcomes.Count, documentBytes, cancellationToken);
        }
    }

    /// <summary>The part of it that one exception takes, for whoever keeps that until it is decided.</summary>
    internal RoomShare? Split(long bytes) => share?.Split(1, bytes);

    /// <summary>Once a chunk is done.</summary>
    internal void AfterChunk()
    {
        if (!isDocument)
        {
            Dispose();
        }
    }

    public void Dispose() => share?.Dispose();
}
