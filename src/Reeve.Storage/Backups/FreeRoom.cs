using System.Globalization;
using Reeve.Core.Errors;

namespace Reeve.Storage.Backups;

/// <summary>Whether a disk has room for a file.</summary>
internal static class FreeRoom
{
    private const long Mebibyte = 1 << 20;

    /// <summary>Refuses what does not fit, and says how much is missing.</summary>
    /// <param name="path">The full path of the file; its folder must be there.</param>
    /// <param name="bytes">How much it needs, with a margin.</param>
    /// <exception cref="ReeveException">BACKUP-001.</exception>
    /// <exception cref="IOException">The disk cannot be asked.</exception>
    internal static void Demand(string path, long bytes)
    {
        string folder = Path.GetDirectoryName(path)!; // not null: a full path of a file
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder {folder}.");
        }

        long free = new DriveInfo(folder).AvailableFreeSpace;
        if (free < bytes)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.NoRoom, $"It needs {Text(bytes)} and {Text(free)} are free: {Text(bytes - free)} are missing.", path));
        }
    }

    // Rounded up: what is missing is never 0.
    private static string Text(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{(bytes + Mebibyte - 1) / Mebibyte:N0} MiB");
}
