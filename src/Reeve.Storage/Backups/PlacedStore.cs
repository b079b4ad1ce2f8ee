using System.Globalization;
using Microsoft.Data.Sqlite;
using Reeve.Core.Errors;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Backups;

/// <summary>Puts a store where another one is, or none, in one step. The caller holds the lock of that place.</summary>
internal static class PlacedStore
{
    /// <summary>Puts a file in place; what was there before is kept beside it.</summary>
    /// <param name="made">The new file, whole and on disk.</param>
    /// <param name="store">Where to.</param>
    /// <param name="now">Names what is kept.</param>
    /// <returns>Where the old store is; null when there was none.</returns>
    /// <exception cref="IOException">It cannot be.</exception>
    internal static string? Put(string made, StoreAddress store, DateTimeOffset now)
    {
        string kept = NameOf(store.Target, now);
        bool isThere = File.Exists(store.Target);
        if (isThere && BackupCheck.IsDatabase(store.Target))
        {
            FoldLog(store);
        }

        // A log that could not be folded, for the file is damaged, or one whose file is gone: SQLite would apply it to whatever has the name.
        foreach (string companion in new[] { "-wal", "-journal" })
        {
            if (File.Exists(store.Target + companion))
            {
                File.Move(store.Target + companion, kept + companion);
            }
        }

        File.Delete(store.Target + "-shm");
        if (isThere)
        {
            // A second name for the old one, then one rename over the first: at no moment is there no store.
            File.Replace(made, store.Target, kept);
        }
        else
        {
            File.Move(made, store.Target);
        }

        DurableFolder.FlushOf(store.Target);
        return isThere ? kept : null;
    }

    private static string NameOf(string target, DateTimeOffset now)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{target}.before-restore-{now:yyyyMMdd'T'HHmmss'Z'}");
        string free = name;
        for (int i = 2; File.Exists(free) || File.Exists(free + "-wal") || File.Exists(free + "-journal"); i++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}-{i}");
        }

        return free;
    }

    // The last connection of SQLite's to close writes the log into the file and removes it; that of what has no page of a database it would just remove.
    private static void FoldLog(StoreAddress store)
    {
        try
        {
            SqliteDatabase database = new(store);
            using SqliteConnection connection = database.OpenWriter();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "pragma wal_checkpoint(truncate)";
            command.ExecuteNonQuery();
        }
        catch (Exception fault) when (fault is ReeveException or SqliteException)
        {
            // Damaged, or on a full disk: why it is replaced, maybe. It is kept with its log.
        }
    }
}
