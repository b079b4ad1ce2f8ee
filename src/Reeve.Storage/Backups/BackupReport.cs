using Reeve.Core.Events;

namespace Reeve.Storage.Backups;

/// <summary>A backup that was made.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Bytes">How large it is.</param>
/// <param name="Pages">How many pages that are.</param>
/// <param name="Position">The last commit of each slot in it: what was acknowledged before it began, and more.</param>
/// <param name="CopiedAt">When it was whole, UTC.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Slices">In how many slices it was copied.</param>
/// <param name="LongestSlice">The longest time that a commit may have waited for it.</param>
public sealed record BackupReport(string Path, long Bytes, long Pages, ReaderPosition Position, DateTimeOffset CopiedAt, TimeSpan Took, long Slices, TimeSpan LongestSlice);

/// <summary>A store that was put in place from a backup.</summary>
/// <param name="Bytes">How large it is.</param>
/// <param name="Position">The last commit of each slot in the backup.</param>
/// <param name="CopiedAt">When the backup was made; null when it does not say.</param>
/// <param name="Kept">Where the store is that was there before; null when there was none.</param>
/// <param name="Migrated">The migrations that brought it to this release's schema.</param>
public sealed record RestoreReport(long Bytes, ReaderPosition Position, DateTimeOffset? CopiedAt, string? Kept, IReadOnlyList<string> Migrated);

/// <summary>How far something has come.</summary>
/// <param name="What">What is being done, for people.</param>
/// <param name="Done">How many bytes of it; 0 where nobody knows.</param>
/// <param name="All">Of how many.</param>
public readonly record struct BackupProgress(string What, long Done, long All)
{
    /// <summary>The longest time so far that a commit may have waited for it.</summary>
    public TimeSpan LongestSlice { get; init; }
}
