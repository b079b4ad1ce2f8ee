using Microsoft.Data.Sqlite;
using Reeve.Core.Errors;
using Reeve.Storage.Databases;
using Reeve.Storage.Migrations;

namespace Reeve.Storage.Backups;

/// <summary>Whether a file is a sound backup of a store. What is looked at is a copy of one's own, so nobody changes it between the look and the use.</summary>
internal static class BackupCheck
{
    private static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    /// <summary>Refuses what cannot be a database of SQLite's, by its first bytes and its length.</summary>
    /// <param name="first">The first 100 bytes; fewer when the file has fewer.</param>
    /// <param name="length">How long the file is.</param>
    /// <param name="shown">How the file is called.</param>
    /// <exception cref="ReeveException">BACKUP-004, BACKUP-005.</exception>
    internal static void Header(ReadOnlySpan<byte> first, long length, string shown)
    {
        // https://www.sqlite.org/fileformat.html#the_database_header
        const int HeaderBytes = 100;
        if (first.Length < HeaderBytes || !first.StartsWith(Magic))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.NoBackup, "It is no database of SQLite.", shown));
        }

        int pageSize = (first[16] << 8) | first[17];
        pageSize = pageSize == 1 ? 65_536 : pageSize;
        long pages = ((long)first[28] << 24) | ((long)first[29] << 16) | ((long)first[30] << 8) | first[31];
        if (pageSize < 512 || length < pages * pageSize)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.Unsound, $"It has {length} bytes and says that it has {pages} pages of {pageSize}.", shown));
        }
    }

    /// <summary>Whether a file begins as a database of SQLite's does.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static bool IsDatabase(string path)
    {
        byte[] first = new byte[Magic.Length];
        using FileStream file = File.OpenRead(path);
        return file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) == first.Length && first.AsSpan().SequenceEqual(Magic);
    }

    /// <summary>Whether a file is a store or a backup of one, also one that is damaged. Nothing is made beside it; what has no length, as pipes and devices, is not opened.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static bool IsStore(string path)
    {
        if (new FileInfo(path).Length < Magic.Length || !IsDatabase(path))
        {
            return false;
        }

        try
        {
            // Immutable: SQLite looks for no log and makes no file.
            using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = new Uri(path).AbsoluteUri + "?immutable=1", Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "select count(*) from sqlite_schema where type = 'table' and name = 'schema_migrations'";
            return command.ExecuteScalar() is 1L;
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode == 11)
        {
            // https://www.sqlite.org/rescode.html#corrupt
            return true;
        }
    }

    /// <summary>Refuses what SQLite finds faults in, what is no store, and what this release does not know.</summary>
    /// <exception cref="ReeveException">BACKUP-004, BACKUP-005; STORE-005, STORE-010.</exception>
    internal static async Task ContentAsync(StoreAddress copy, Migrator migrator, string shown, CancellationToken cancellationToken)
    {
        await using SqliteDatabase database = new(copy);
        try
        {
            SchemaStatus status = await migrator.StatusAsync(copy, cancellationToken);
            if (status.Current == 0)
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.NoBackup, "It is an empty database.", shown));
            }

            if (status.State is SchemaState.Newer or SchemaState.Changed)
            {
                throw new ReeveException(status.Refusal(shown)!); // not null: it is not ready
            }

            // Ours has none: whoever put them there would have them done by whoever uses the store.
            if (await database.ReadAllAsync(Sql.Strange, static row => row.Text(0), cancellationToken) is { Count: > 0 } strange)
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.NoBackup, $"It has {strange.Count} triggers or views, and a store has none.", shown));
            }

            IReadOnlyList<string> lines = await database.ReadAllAsync(Sql.Check, static row => row.Text(0), cancellationToken);
            if (lines is not ["ok"])
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.Unsound, $"SQLite finds {lines.Count} faults in it.", shown));
            }
        }
        catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Storage.Corrupt)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.Unsound, fault.Error.Message, shown), fault);
        }
        catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Storage.MigrationFailed || fault.Error.Kind == ErrorCatalogue.Storage.NotMigrated)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Backups.NoBackup, fault.Error.Message, shown), fault);
        }
    }

    private static class Sql
    {
        // Across tenants: the schema and the file belong to none.
        internal static readonly Statement Strange = new(Postgres: "", Sqlite: "select name from sqlite_schema where type in ('trigger', 'view')") { AcrossTenants = true };

        // Indexes are compared with their tables, which takes longer than what a server does at its start.
        internal static readonly Statement Check = new(Postgres: "", Sqlite: "pragma integrity_check(10)") { AcrossTenants = true };
    }
}
