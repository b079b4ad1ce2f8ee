using Reeve.Engine.Imports;

namespace Reeve.Server.Api.Ingesting;

/// <summary>
/// An import as long as its request lasts: ended when every item has its row, broken off when the request ends otherwise. Not thread-safe.
/// </summary>
internal sealed class HeldImport(OpenImport import, Tally tally) : IAsyncDisposable
{
    private bool isLetGo = import.Replays is not null;

    internal OpenImport Import => import;

    internal string Id => import.Id.ToString();

    /// <summary>Every item was gone through. One that was refused for what may pass has no row, and can be sent again.</summary>
    internal Task EndAsync() => LetGoAsync(isWhole: !tally.MayPass);

    public async ValueTask DisposeAsync() => await LetGoAsync(isWhole: false);

    private Task LetGoAsync(bool isWhole)
    {
        if (isLetGo)
        {
            return Task.CompletedTask;
        }

        isLetGo = true;
        return import.EndAsync(isWhole, new ImportCounts(tally.Items, tally.Accepted, tally.Repeated, tally.Refused));
    }
}
