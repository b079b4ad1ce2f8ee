using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Values;
using Reeve.Governance.Holds;
using Reeve.Governance.Tenants;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Ledger;
using Reeve.Storage.Locks;
using Reeve.Storage.Migrations;
using Reeve.Storage.Settings;

namespace Reeve.Storage.Backups;

/// <summary>
/// The door to restoring a backup into a SQLite store (EX-SCALE-6). Everything is done to a copy beside the store, which takes the store's place in one step: whenever it
/// dies, one of the two is there. Thread-safe; the store's lock lets one run at a time.
/// </summary>
/// <param name="product">The release, for migrations.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">Where the writer of the hold tells of trouble.</param>
public sealed class StoreRestore(string product, TimeProvider clock, ILogger logger)
{
    private const string Ending = ".restoring";
    private const int ChunkBytes = 1 << 20;
    private const int Margin = 20;
    private const long LeastMargin = 1 << 20;

    /// <summary>Restores a backup. The store is on hold afterwards, and its log says so.</summary>
    /// <param name="path">The full path of the backup; a link is followed.</param>
    /// <param name="store">Where to.</param>
    /// <param name="replaces">Whether a store that is there is replaced; it is kept beside the new one.</param>
    /// <param name="actor">Who restores it.</param>
    /// <param name="tell">Told how far it has come.</param>
    /// <param name="cancellationToken">Gives it up, as long as the store is not in place.</param>
    /// <exception cref="ReeveException">BACKUP-001, BACKUP-003 to BACKUP-006; STORE-003 while a process has the store; STORE-004, STORE-005, STORE-010, STORE-011; INPUT-001.</exception>
    public async Task<RestoreReport> RestoreAsync(string path, StoreAddress store, bool replaces, Principal actor, Action<BackupProgress> tell, CancellationToken cancellationToken)
    {
        if (store.Dialect != Dialect.Sqlite)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.NotAFile, "The store is a PostgreSQL database.", store.Masked));
        }

        using FileStream backup = Open(path);
        using StoreLock held = TakeLock(store);
        if (File.Exists(store.Target) && !replaces)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.StoreThere, "It would be replaced.", store.Masked));
        }

        // A pipe or a device has no length, and a store has one.
        if (new FileInfo(store.Target) is { Exists: true, Length: 0 })
        {
            throw new ReeveException(new ReeveError(
                ErrorCatalogue.Backups.StoreThere, "What is there is empty, or no file, and is not replaced.", store.Masked, nextStep: "Move it away, or name another place for the store."));
        }

        try
        {
            FreeRoom.Demand(store.Target, backup.Length + Math.Max(backup.Length / Margin, LeastMargin));
            using UnfinishedFile made = UnfinishedFile.Make(store.Target, Ending);
            Copy(backup, made, path, tell, cancellationToken);
            tell(new BackupProgress("checking", 0, made.Length));
            (RestoreReport report, StoreAddress copy) = await PrepareAsync(made, path, actor, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            Settle(copy);
            string? kept = null;
            long bytes = made.Length;
            made.GiveName(unfinished => kept = PlacedStore.Put(unfinished, store, clock.GetUtcNow()));
            return report with { Bytes = bytes, Kept = kept };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            bool isFull = fault.HResult is 28 or unchecked((int)0x80070070); // ENOSPC, ERROR_DISK_FULL
            throw new ReeveException(new ReeveError(isFull ? ErrorCatalogue.Backups.NoRoom : ErrorCatalogue.Storage.Unwritable, fault.Message, store.Masked), fault);
        }
    }

    // A pipe or a device has no length, and would be waited for or never end.
    private static FileStream Open(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.NoBackup, "It is a folder.", path));
            }

            FileInfo target = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
            if (target.Exists && target.Length == 0)
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.NoBackup, "It is empty, or no file.", path));
            }

            // Beside the file itself: SQLite looks for them there, too.
            if (new[] { "-wal", "-journal" }.Any(log => new FileInfo(target.FullName + log) is { Exists: true, Length: > 0 }))
            {
                throw new ReeveException(new ReeveError(
                    ErrorCatalogue.Backups.NoBackup, "There is a log of SQLite's beside it: it is a store that is in use, or was not closed.", path,
                    nextStep: "Back that store up by 'reeve backup', or open it once, for example by 'reeve runs list --store sqlite:FILE', so that its log is folded into it."));
            }

            return new FileStream(target.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, fault.Message, path), fault);
        }
    }

    private static StoreLock TakeLock(StoreAddress store)
    {
        try
        {
            return StoreLock.Take(store, url: null);
        }
        catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Storage.InUse)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.InUse, fault.Error.Message, store.Masked, nextStep: "Stop that process: a store is restored while nobody uses it."), fault);
        }
    }

    private static void Copy(FileStream backup, UnfinishedFile made, string shown, Action<BackupProgress> tell, CancellationToken cancellationToken)
    {
        byte[] chunk = new byte[ChunkBytes];
        long copied = 0;
        int read;
        while ((read = backup.ReadAtLeast(chunk, ChunkBytes, throwOnEndOfStream: false)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (copied == 0)
            {
                BackupCheck.Header(chunk.AsSpan(0, Math.Min(read, 100)), backup.Length, shown);
            }

            made.Write(chunk.AsSpan(0, read), copied);
            copied += read;
            tell(new BackupProgress("copying", copied, backup.Length));
        }
    }

    // Makes the copy the store it will be: sound, at this release's schema, on hold.
    private async Task<(RestoreReport Report, StoreAddress Copy)> PrepareAsync(UnfinishedFile made, string shown, Principal actor, CancellationToken cancellationToken)
    {
        StoreAddress copy = StoreAddress.Parse("sqlite:" + made.Path, "/");
        Migrator migrator = new(product, clock);
        await BackupCheck.ContentAsync(copy, migrator, shown, cancellationToken);
        MigrationReport migrated = (await migrator.MigrateAsync(copy, grantTo: null, cancellationToken)).OrThrow();
        await using SqliteDatabase database = new(copy);
        SqlHoldStore holds = new(database);
        ReaderPosition position = await new SqlReaderStore(database, upkeep: null).HeadAsync(cancellationToken);
        await using Committer committer = await Committer.StartAsync(database, [holds], new CommitterOptions(), new SystemEventSeeds(), clock, logger, cancellationToken);
        HoldDesk desk = new(holds, new TenantDesk(new SqlTenantStore(database), committer, clock), committer, SignalBoard.OfOneProcess(), clock);
        DateTimeOffset? copiedAt = (await desk.MarksAsync(cancellationToken)) is [.., { } mark] ? mark.Since : null;
        string of = copiedAt is { } known ? $"the backup of {TimeText.Timestamp(known)}" : "a copy of unknown age";
        await desk.PlaceRestoredAsync(new Restoration(copiedAt, position), $"Restored from {of}: the world may know more than the store.", actor, cancellationToken);
        return (new RestoreReport(0, position, copiedAt, null, migrated.Created), copy);
    }

    // Everything in the one file, so that one rename is all of it.
    private static void Settle(StoreAddress copy)
    {
        try
        {
            SqliteDatabase database = new(copy);
            using (SqliteConnection connection = database.OpenWriter())
            {
                using SqliteCommand command = connection.CreateCommand();
                command.CommandText = "pragma wal_checkpoint(truncate); pragma journal_mode = delete";
                command.ExecuteNonQuery();
            }

            UnfinishedFile.DeleteCompanions(copy.Target);
        }
        catch (SqliteException fault)
        {
            throw StoreFaults.Of(fault, copy);
        }
    }
}
