using Microsoft.Data.Sqlite;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Values;
using Reeve.Storage.Committing.SqliteSlots;
using Reeve.Storage.Databases;
using Reeve.Storage.Locks;

namespace Reeve.Storage.Backups;

/// <summary>The door to backups of a store that is in use (EX-SCALE-6). What was acknowledged before one began is in it. Thread-safe; one at a time.</summary>
/// <param name="database">The store.</param>
/// <param name="copier">What copies it; null where a store is copied by its database's own means.</param>
/// <param name="clock">The clock.</param>
public sealed class StoreBackup(Database database, IFileCopier? copier, TimeProvider clock)
{
    private const string Ending = ".part";

    // What belongs to a store and lies beside it.
    private static readonly string[] Companions = ["-wal", "-shm", "-journal", ".lock", ".key"];

    // The copy grows with the store while it is made, and the disk should not be full to the last byte after it.
    private const int Margin = 20;
    private const long LeastMargin = 1 << 20;

    // After so many pages the disk is asked to keep up, which is fewer than the copy waits for; how often is looked whether there are.
    private const long FlushedAtOnce = 512;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);

    // Whoever gives up waits so long for the thread that copies; a disk that does not answer holds nobody else.
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(5);

    /// <summary>Makes a backup.</summary>
    /// <param name="path">The full path of the file. It is there only when it is whole.</param>
    /// <param name="replaces">Whether a file that has the name is replaced, once the new one is whole.</param>
    /// <param name="tell">Told how far it has come, now and then.</param>
    /// <param name="cancellationToken">Gives it up; nothing is left of it.</param>
    /// <exception cref="ReeveException">BACKUP-001 to BACKUP-003, BACKUP-007; INPUT-010 when the file cannot be written; STORE-002, STORE-008.</exception>
    public async Task<BackupReport> WriteAsync(string path, bool replaces, Action<BackupProgress> tell, CancellationToken cancellationToken)
    {
        if (copier is null)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.NotAFile, "The store is a PostgreSQL database.", database.Address.Masked));
        }

        long began = clock.GetTimestamp();
        DemandName(path, replaces);
        (long pages, long pageBytes) = (await database.ReadAcrossAsync(Sql.Size, static _ => { }, static row => (row.Long(0), row.Long(1)), cancellationToken))[0];
        DemandRoom(path, pages * pageBytes);
        using UnfinishedFile file = Make(path);
        FileCopy copy = new(file.Path);
        if (!copier.Begin(copy))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.NotFinished, "Another backup is being made, or the process stops.", path));
        }

        try
        {
            await CopyAsync(copy, file, state => tell(new BackupProgress("copying", state.Copied * pageBytes, state.Pages * pageBytes) { LongestSlice = state.Longest }), cancellationToken);
            DateTimeOffset copiedAt = TimeText.ToMicroseconds(clock.GetUtcNow());
            CopyState reached = copy.State;
            ReaderPosition position = await BackupMark.WriteAsync(StoreAddress.Parse("sqlite:" + file.Path, "/"), copiedAt, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            long bytes = file.Length;
            file.GiveName(unfinished => Place(unfinished, path, replaces));
            return new BackupReport(path, bytes, reached.Pages, position, copiedAt, clock.GetElapsedTime(began), reached.Slices, reached.Longest);
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, fault);
        }
    }

    private async Task CopyAsync(FileCopy copy, UnfinishedFile file, Action<CopyState> tell, CancellationToken cancellationToken)
    {
        try
        {
            CopyState flushed = copy.State;
            while (!copy.Finished.IsCompleted && !cancellationToken.IsCancellationRequested)
            {
                await Task.WhenAny(copy.Finished, Task.Delay(LookEvery, clock, CancellationToken.None));
                CopyState reached = copy.State;
                tell(reached);
                if (reached.Copied - flushed.Copied >= FlushedAtOnce)
                {
                    // On a thread of its own: it waits for the disk.
                    await Task.Run(file.Flush, CancellationToken.None);
                    flushed = reached;
                    copy.Flushed(reached);
                }
            }
        }
        finally
        {
            // The thread that copies has the file open until it knows.
            copy.GiveUp();
            await Task.WhenAny(copy.Finished, Task.Delay(EndsWithin, clock, CancellationToken.None));
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (!copy.Finished.IsCompletedSuccessfully && copy.Finished.IsCanceled)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.NotFinished, "Writing to the store ended before the copy was whole.", database.Address.Masked));
        }

        await copy.Finished;
    }

    // Refused before anything is made: what is there and is not to be replaced, what is no file, and whatever a process uses as its store.
    private void DemandName(string path, bool replaces)
    {
        FileInfo there = new(path);
        string? why = Directory.Exists(path) ? "It is a folder."
            : there.LinkTarget is not null ? "It is a link."
            : there.Exists && !replaces ? "There is a file already."
            : IsUsed(path) ? "It is a store that a process uses, or belongs to one."
            : there.Exists && !IsBackup(path) ? "What is there is no backup of a store, and is not replaced."
            : null;
        if (why is not null)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.NameTaken, why, path));
        }
    }

    private static bool IsBackup(string path)
    {
        try
        {
            return BackupCheck.IsStore(path);
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, fault);
        }
    }

    // By its lock file, whatever path leads to it; and what lies beside a store has other uses.
    private bool IsUsed(string path) =>
        path.StartsWith(database.Address.Target + "-", StringComparison.Ordinal) || Array.Exists(Companions, ending => IsStoreOf(path, ending)) || IsStore(path);

    private bool IsStoreOf(string path, string ending) =>
        Path.GetFileName(path).Length > ending.Length && path.EndsWith(ending, StringComparison.OrdinalIgnoreCase) && IsStore(path[..^ending.Length]);

    private bool IsStore(string path) => path == database.Address.Target || StoreLock.Read(StoreAddress.Parse("sqlite:" + path, "/")) is not null;

    private static void DemandRoom(string path, long size)
    {
        try
        {
            FreeRoom.Demand(path, size + Math.Max(size / Margin, LeastMargin));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unwritable(path, fault);
        }
    }

    private static UnfinishedFile Make(string path)
    {
        try
        {
            return UnfinishedFile.Make(path, Ending);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, fault);
        }
    }

    private static void Place(string unfinished, string path, bool replaces)
    {
        if (replaces)
        {
            // Of the backup that is replaced, if somebody used it as a store: SQLite would apply it to this one.
            UnfinishedFile.DeleteCompanions(path);
        }

        File.Move(unfinished, path, replaces);
        try
        {
            DurableFolder.FlushOf(path);
        }
        catch (IOException fault)
        {
            throw new ReeveException(
                new ReeveError(
                    ErrorCatalogue.Input.FileUnwritable, $"The backup is whole and has its name, but after a power cut it may not have: {fault.Message}", path,
                    nextStep: "See to the disk, then make the backup again by --force, or have its folder written with 'sync'."),
                fault);
        }
    }

    // https://www.sqlite.org/rescode.html#full; 28 is ENOSPC, 0x80070070 ERROR_DISK_FULL.
    private static ReeveException Unwritable(string path, Exception fault)
    {
        if (fault is SqliteException { SqliteErrorCode: 13 } || fault.HResult is 28 or unchecked((int)0x80070070))
        {
            return new ReeveException(new ReeveError(ErrorCatalogue.Backups.NoRoom, "The disk ran full before the copy was whole.", path), fault);
        }

        if (fault is SqliteException { SqliteErrorCode: 11 or 26 } corrupt)
        {
            return new ReeveException(new ReeveError(ErrorCatalogue.Storage.Corrupt, $"SQLite answered {corrupt.SqliteErrorCode} to the copy.", path), fault);
        }

        string why = fault is SqliteException sqlite ? $"SQLite answered {sqlite.SqliteErrorCode} (extended {sqlite.SqliteExtendedErrorCode})." : fault.Message;
        return new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnwritable, why, path), fault);
    }

    private static class Sql
    {
        // Across tenants: the file belongs to none. What is only in the write-ahead log counts, and what is in both counts once. Differs: PostgreSQL is not asked.
        internal static readonly Statement Size = new(
            Postgres: "select 0, 0", Sqlite: "select page_count, page_size from pragma_page_count(), pragma_page_size()") { AcrossTenants = true };
    }
}
