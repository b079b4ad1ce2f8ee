using Microsoft.Data.Sqlite;
using Reeve.Core.Errors;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Migrations;

/// <summary>A file whose schema is read or changed. The caller holds its lock file; the immediate transaction is the second line.</summary>
internal sealed class SqliteTarget : MigrationTarget
{
    private readonly SqliteDatabase database;
    private readonly TimeProvider clock;
    private readonly Lazy<SqliteConnection> writer;

    internal SqliteTarget(StoreAddress address, TimeProvider clock)
    {
        this.clock = clock;
        database = new SqliteDatabase(address);
        writer = new Lazy<SqliteConnection>(database.OpenWriter);
    }

    /// <summary>Makes an empty file where there is none: payloads are in it, so it is its user's alone.</summary>
    internal static void MakeFile(StoreAddress address)
    {
        try
        {
            SqliteDatabase.MakeFolder(address);
            FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            if (!File.Exists(address.Target))
            {
                using FileStream made = new(address.Target, options);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unwritable, "The file cannot be made.", address.Masked), fault);
        }
    }

    internal override async Task<IReadOnlyList<AppliedMigration>> ReadAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> tables = await database.ReadAcrossAsync(Sql.Tables, _ => { }, row => row.Text(0), cancellationToken);
        if (!tables.Contains("schema_migrations"))
        {
            return tables.Count == 0 ? [] : throw new ReeveException(new ReeveError(
                ErrorCatalogue.Storage.MigrationFailed, "The file holds the tables of another program.", database.Address.Masked, nextStep: "Name a file of its own."));
        }

        return await database.ReadAcrossAsync(Sql.Applied, _ => { }, row => new AppliedMigration(row.Int(0), row.Text(1), row.Text(2)), cancellationToken);
    }

    internal override Task<bool> ApplyAsync(Migration migration, string product, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // Not deferred: the lock is taken now, and what was applied is read under it.
            using SqliteTransaction transaction = writer.Value.BeginTransaction(deferred: false);
            Execute(Sql.MakeTable, transaction, _ => { });
            if (Execute(Sql.Record, transaction, parameters => parameters
                .Number("version", migration.Version).Text("name", migration.Name).Text("checksum", migration.Checksum)
                .Time("applied_at", clock.GetUtcNow()).Text("product", product)) == 0)
            {
                return Task.FromResult(false);
            }

            Execute(migration.Sql, transaction, _ => { });
            transaction.Commit();
            return Task.FromResult(true);
        }
        catch (SqliteException fault)
        {
            // 1: the script's own; 19: a constraint. Everything else is about the file.
            ReeveException other = StoreFaults.Of(fault, database.Address);
            throw fault.SqliteErrorCode is 1 or 19
                ? new ReeveException(new ReeveError(ErrorCatalogue.Storage.MigrationFailed, $"{migration.Label}: {other.Error.Message}", database.Address.Masked), fault)
                : other;
        }
    }

    internal override Task GrantAsync(string role, CancellationToken cancellationToken) => throw new InvalidOperationException("A file has no roles.");

    public override async ValueTask DisposeAsync()
    {
        if (writer.IsValueCreated)
        {
            await writer.Value.DisposeAsync();
        }

        await database.DisposeAsync();
    }

    private int Execute(string sql, SqliteTransaction transaction, Action<Parameters> bind)
    {
        using SqliteCommand command = new(sql, writer.Value, transaction);
        bind(Parameters.Of(command));
        return command.ExecuteNonQuery();
    }

    private static class Sql
    {
        internal const string MakeTable = """
            create table if not exists schema_migrations (
                version     integer primary key not null,
                name        text    not null,
                checksum    text    not null,
                applied_at  integer not null,
                product     text    not null
            )
            """;

        internal const string Record = """
            insert into schema_migrations (version, name, checksum, applied_at, product) values (@version, @name, @checksum, @applied_at, @product)
            on conflict do nothing
            """;

        // The schema belongs to no tenant.
        internal static readonly Statement Tables = new("", "select name from sqlite_schema where type = 'table' and name not like 'sqlite%'") { AcrossTenants = true };

        internal static readonly Statement Applied = new("", "select version, name, checksum from schema_migrations order by version") { AcrossTenants = true };
    }
}
