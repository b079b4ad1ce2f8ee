using Microsoft.Data.Sqlite;
using Reeve.Storage.Databases;
using Reeve.Storage.Migrations;

namespace Reeve.Testing.Databases;

/// <summary>A store in a file of a temporary folder.</summary>
public sealed class SqliteFile : TestStore
{
    private static readonly Lazy<Task<byte[]>> Template = new(PrepareAsync);

    private readonly TemporaryFolder folder = new();
    private readonly Lazy<SqliteDatabase> database;

    private SqliteFile()
    {
        Node = StoreAddress.Parse("sqlite:reeve.db", folder.Path);
        database = new Lazy<SqliteDatabase>(() => new SqliteDatabase(Node));
    }

    /// <inheritdoc/>
    public override StoreAddress Node { get; }

    /// <inheritdoc/>
    public override StoreAddress Owner => Node;

    /// <inheritdoc/>
    public override Database Database => database.Value;

    /// <summary>The path of the file.</summary>
    public string Path => Node.Target;

    /// <summary>A fresh file at this source's schema.</summary>
    public static async Task<SqliteFile> CreateAsync()
    {
        SqliteFile file = CreateEmpty();
        await File.WriteAllBytesAsync(file.Path, await Template.Value, CancellationToken.None);
        return file;
    }

    /// <summary>An address whose file is not there yet, in a folder that is.</summary>
    public static SqliteFile CreateEmpty() => new();

    /// <inheritdoc/>
    public override async Task ExecuteAsync(string sql)
    {
        await using SqliteConnection connection = Open();
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<object?[]>> QueryAsync(string sql)
    {
        await using SqliteConnection connection = Open();
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await using SqliteDataReader reader = await command.ExecuteReaderAsync(CancellationToken.None);
        return await RowsAsync(reader);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (database.IsValueCreated)
        {
            await database.Value.DisposeAsync();
        }

        folder.Dispose();
    }

    // Its last connection to close writes the log into the file, so that the file is the store.
    private static async Task<byte[]> PrepareAsync()
    {
        await using SqliteFile file = CreateEmpty();
        (await new Migrator("0.0.0-test", TimeProvider.System).MigrateAsync(file.Node, grantTo: null, CancellationToken.None)).OrThrow();
        return await File.ReadAllBytesAsync(file.Path, CancellationToken.None);
    }

    private SqliteConnection Open()
    {
        SQLitePCL.Batteries_V2.Init();
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }
}
