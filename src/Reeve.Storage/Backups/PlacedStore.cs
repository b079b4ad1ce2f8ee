using System.Globalization;
using Microsoft.Data.Sqlite;
using Reeve.Core.Errors;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Backups;

/// <summary>Puts a store where another one is, or none, in one step. The caller holds the lock of that place.</summary>
internal static class PlacedStore
{
    // What SQLite applies to a file that has the name.
    private static readonly string[] Logs = ["-wal", "-journal"];

    /// <summary>Puts a file in place; what was there before is kept beside it.</summary>
    /// <param name="made">The new file, whole and on disk.</param>
    /// <param name="store">Where to.</param>
    /// <param name="now">Names what is kept.</param>
    /// <returns>Where the old store is; null when there was none.</returns>
    /// <exception cref="IOException">It cannot be; all is where it was.</exception>
    /// <exception cref="ReeveException">STORE-002, STORE-004, STORE-012: commits of the old store are in its log alone and cannot be folded into it, and all is where it was; STORE-004, too, when both are in place and may not be after a power cut.</exception>
    internal static string? Put(string made, StoreAddress store, DateTimeOffset now)
    {
        string kept = NameOf(store.Target, now);
        bool isThere = File.Exists(store.Target);
        if (isThere && BackupCheck.IsDatabase(store.Target))
        {
            FoldLog(store);
        }

        List<string> moved = [];
        try
        {
            // A log that could not be folded, for the file is damaged, or one whose file is gone: SQLite would apply it to whatever has the name.
            foreach (string companion in Logs)
            {
                if (File.Exists(store.Target + companion))
                {
                    File.Move(store.Target + companion, kept + companion);
                    moved.Add(companion);
                }
            }

            File.Delete(store.Target + "-shm");
            if (isThere)
            {
                KeepMode(made, store.Target);

                // A second name for the old one, then one rename over the first: at no moment is there no store.
                File.Replace(made, store.Target, kept);
            }
            else
            {
                File.Move(made, store.Target);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            PutBack(made, store.Target, kept, moved);
            throw;
        }

        Flush(store, isThere ? kept : null);
        return isThere ? kept : null;
    }

    // All that was there has its name again: the old store without its log is not what was acknowledged.
    private static void PutBack(string made, string target, string kept, List<string> moved)
    {
        if (!File.Exists(target) && File.Exists(kept))
        {
            // As Windows leaves it, where a replacement is two renames.
            File.Move(kept, target);
        }
        else if (File.Exists(made))
        {
            // The second name, or a copy where the file system has no second names.
            File.Delete(kept);
        }

        foreach (string companion in moved)
        {
            File.Move(kept + companion, target + companion);
        }
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

    // Whoever could open the old one can open the new one, as far as rights go without its owner: only an administrator may give a file away.
    private static void KeepMode(string made, string old)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(made, File.GetUnixFileMode(old) | UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static void Flush(StoreAddress store, string? kept)
    {
        try
        {
            DurableFolder.FlushOf(store.Target);
        }
        catch (IOException fault)
        {
            string old = kept is null ? "" : $" The store that was there is {kept}.";
            throw new ReeveException(
                new ReeveError(
                    ErrorCatalogue.Storage.Unwritable, $"The restored store is in place, on hold, but after a power cut it may not be: {fault.Message}{old}", store.Masked,
                    nextStep: "See to the disk and have its folder written with 'sync'; or restore again."),
                fault);
        }
    }

    // The last connection of SQLite's to close writes the log into the file and removes it; that of what has no page of a database it would just remove. What is damaged
    // is why it is replaced, maybe: that is kept with its log. Of any other, the log has commits that were acknowledged.
    private static void FoldLog(StoreAddress store)
    {
        ReeveException? refused = null;
        try
        {
            SqliteDatabase database = new(store);
            using SqliteConnection connection = database.OpenWriter();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "pragma wal_checkpoint(truncate)";
            using SqliteDataReader row = command.ExecuteReader();

            // That it was kept from folding all is a row, and no error: https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
            if (row.Read() && row.GetInt64(0) != 0)
            {
                refused = new ReeveException(new ReeveError(
                    ErrorCatalogue.Storage.Busy, "Another process reads the store, so its log cannot be folded into it.", store.Masked, nextStep: "Stop that process and restore again; nothing was changed."));
            }
        }
        catch (Exception fault) when (fault is ReeveException or SqliteException)
        {
            refused = fault as ReeveException ?? StoreFaults.Of((SqliteException)fault, store);
            if (refused.Error.Kind == ErrorCatalogue.Storage.Corrupt)
            {
                return;
            }
        }

        // The reader may have gone meanwhile, and the connection's closing folded it.
        if (Array.Exists(Logs, log => new FileInfo(store.Target + log) is { Exists: true, Length: > 0 }))
        {
            throw refused ?? new ReeveException(new ReeveError(ErrorCatalogue.Storage.Busy, "Its log was not folded into it.", store.Masked));
        }
    }
}
