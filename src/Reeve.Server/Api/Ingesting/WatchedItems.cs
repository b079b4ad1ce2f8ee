using Microsoft.AspNetCore.Http;
using Reeve.Engine.Intake;
using Reeve.Governance.Identity;
using Reeve.Server.SignIn;

namespace Reeve.Server.Api.Ingesting;

/// <summary>
/// The items of a stream as long as its sender's key is valid: asked at each item, so that a key which is revoked or expires in the
/// middle brings in nothing more. What came before is decided and stored as ever. Not thread-safe.
/// </summary>
internal sealed class WatchedItems(HttpContext context, KeyDesk keys)
{
    /// <summary>Whether the items ended because the key did.</summary>
    internal bool KeyEnded { get; private set; }

    internal async IAsyncEnumerable<RawItem> ReadAsync(Stream body)
    {
        await foreach (RawItem item in BatchReader.ReadAsync(body, lines: true, context.RequestAborted))
        {
            if (!await Callers.StandsAsync(context, keys))
            {
                KeyEnded = true;
                yield break;
            }

            yield return item;
        }
    }
}
