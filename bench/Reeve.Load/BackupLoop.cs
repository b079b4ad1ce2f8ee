using Reeve.Storage.Backups;

namespace Reeve.Load;

/// <summary>Backups of the store that is measured, one after another while it is.</summary>
/// <param name="backups">The door; null when nothing is copied.</param>
/// <param name="path">Where to, again and again.</param>
internal sealed class BackupLoop(StoreBackup? backups, string? path)
{
    private BackupProgress last;
    private long bytes;

    /// <summary>How many are whole.</summary>
    internal int Made { get; private set; }

    /// <summary>How much was copied, the one that was given up included.</summary>
    internal long Bytes => bytes + last.Done;

    /// <summary>The longest slice.</summary>
    internal TimeSpan LongestSlice { get; private set; }

    /// <summary>Copies until it is told to stop; the copy under way is given up then.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (backups is not null && path is not null)
            {
                BackupReport made = await backups.WriteAsync(path, replaces: true, Note, stop);
                Note(new BackupProgress("", 0, 0) { LongestSlice = made.LongestSlice });
                bytes += made.Bytes;
                Made++;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The measurement is over.
        }
    }

    private void Note(BackupProgress progress)
    {
        last = progress;
        LongestSlice = progress.LongestSlice > LongestSlice ? progress.LongestSlice : LongestSlice;
    }
}
