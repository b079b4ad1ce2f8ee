using System.Runtime.CompilerServices;
using Reeve.Core.Errors;
using Reeve.Engine.Intake;

namespace Reeve.Commands.PackVerbs;

/// <summary>Files of raw exceptions beside packs, read as <c>reeve run</c> reads its input.</summary>
internal static class SampleFile
{
    /// <summary>What such a file is called where it is not named.</summary>
    internal const string Name = "exceptions.jsonl";

    /// <summary>Whether a file of that name is read line by line; null: that is found out.</summary>
    internal static bool? IsLines(string path) => Path.GetExtension(path).ToLowerInvariant() is ".jsonl" or ".ndjson" ? true : null;

    /// <summary>Reads the items of a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="shown">What messages call it.</param>
    /// <param name="cancellationToken">Stops between items.</param>
    /// <exception cref="ReeveException">INPUT-001: it cannot be opened or read on.</exception>
    internal static async IAsyncEnumerable<RawItem> ReadAsync(string path, string shown, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using FileStream stream = Open(path, shown);
        await using IAsyncEnumerator<RawItem> items = BatchReader.ReadAsync(stream, IsLines(path), cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MovesAsync(items, shown))
        {
            yield return items.Current;
        }
    }

    private static FileStream Open(string path, string shown)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.SequentialScan | FileOptions.Asynchronous);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Unreadable(shown, failure);
        }
    }

    // Only what reading does can fail so; what whoever takes the items does is not about the file.
    private static async ValueTask<bool> MovesAsync(IAsyncEnumerator<RawItem> items, string shown)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (IOException failure)
        {
            throw Unreadable(shown, failure);
        }
    }

    private static ReeveException Unreadable(string shown, Exception failure) => new(new ReeveError(ErrorCatalogue.Input.FileUnreadable, failure.Message, shown), failure);
}
