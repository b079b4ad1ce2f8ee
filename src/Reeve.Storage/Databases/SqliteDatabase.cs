using Microsoft.Data.Sqlite;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using SQLitePCL;

namespace Reeve.Storage.Databases;

/// <summary>
/// A store in one file. Reads run on a few connections that cannot write; the one connection that writes and checkpoints
/// belongs to the committer, because two that do so at the same moment can corrupt the file (SQLite 3.7.0 to 3.51.2).
/// </summary>
public sealed class SqliteDatabase : Database
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(5);

    private readonly SqliteReaders readers;
    private readonly TimeProvider clock;

    // SQLite counts every allocation under a lock unless it is told beforehand that nobody asks for the count.
    static SqliteDatabase()
    {
        Batteries_V2.Init();
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    /// <summary>Opens nothing yet: the first read or write does.</summary>
    /// <param name="address">The file.</param>
    /// <param name="clock">Measures how long a read takes.</param>
    public SqliteDatabase(StoreAddress address, TimeProvider? clock = null)
    {
        Address = address;
        this.clock = clock ?? TimeProvider.System;
        readers = new SqliteReaders(Connection(), this.clock);
    }

    /// <inheritdoc/>
    public override Dialect Dialect => Dialect.Sqlite;

    /// <inheritdoc/>
    public override StoreAddress Address { get; }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<T>> ReadAsync<T>(Statement statement, TenantId tenant, Action<Parameters> bind, Func<Row, T> map, CancellationToken cancellationToken) =>
        ReadAsync(statement, parameters => bind(parameters.Text("tenant", tenant.Value)), map, cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<T>> ReadAcrossAsync<T>(Statement statement, Action<Parameters> bind, Func<Row, T> map, CancellationToken cancellationToken) =>
        ReadAsync(statement, bind, map, cancellationToken);

    /// <summary>Reads for as long as it takes, on a connection and a thread of its own: what looks at the whole file.</summary>
    /// <param name="statement">What reads no table of a tenant.</param>
    /// <param name="map">Makes a result of a row.</param>
    /// <param name="cancellationToken">The only bound.</param>
    /// <exception cref="ReeveException">STORE-… when the file cannot be read.</exception>
    public Task<IReadOnlyList<T>> ReadAllAsync<T>(Statement statement, Func<Row, T> map, CancellationToken cancellationToken) =>
        Task.Run(
            () => Told(
                () =>
                {
                    using SqliteReader reader = SqliteReader.Open(Connection(), clock);
                    return reader.Read(statement.Sqlite, static _ => { }, map, Timeout.InfiniteTimeSpan, cancellationToken);
                },
                cancellationToken),
            cancellationToken);

    /// <summary>What SQLite would do for a statement, step by step; does nothing of it.</summary>
    /// <param name="statement">Any statement.</param>
    /// <param name="bind">Adds every parameter.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ReeveException">STORE-… when the file cannot be read.</exception>
    public Task<IReadOnlyList<string>> ExplainAsync(Statement statement, Action<Parameters> bind, CancellationToken cancellationToken) => Told(
        () =>
        {
            // On a connection of its own, so that none of those that are kept keeps it prepared.
            using SqliteReader reader = SqliteReader.Open(Connection(), clock);
            return reader.Read("explain query plan " + statement.Sqlite, bind, static row => row.Text(3), ReadLimit, cancellationToken);
        },
        cancellationToken);

    /// <summary>Opens the connection that writes; the file must be there. There is one at a time.</summary>
    /// <exception cref="ReeveException">STORE-002, STORE-004, STORE-008, STORE-012.</exception>
    public SqliteConnection OpenWriter()
    {
        SqliteConnection connection = new(Connection());
        try
        {
            connection.Open();
            Execute(connection, "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;");
            return connection;
        }
        catch (SqliteException fault)
        {
            connection.Dispose();
            throw StoreFaults.Of(fault, Address);
        }
    }

    /// <summary>Makes the folder of a file, for its user alone, where there is none.</summary>
    /// <exception cref="ReeveException">STORE-004.</exception>
    public static void MakeFolder(StoreAddress address)
    {
        try
        {
            string folder = Path.GetDirectoryName(address.Target) ?? address.Target;
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unwritable, "The folder of the file cannot be made.", address.Masked), fault);
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        readers.Dispose();
        return ValueTask.CompletedTask;
    }

    // SQLite's asynchronous calls run synchronously; reads are short, so that is done where it is asked for.
    private Task<IReadOnlyList<T>> ReadAsync<T>(Statement statement, Action<Parameters> bind, Func<Row, T> map, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Told(
            () =>
            {
                SqliteReader reader = readers.Take();
                try
                {
                    List<T> rows = reader.Read(statement.Sqlite, bind, map, ReadLimit, cancellationToken);
                    readers.Give(reader);
                    return rows;
                }
                catch
                {
                    reader.Dispose();
                    throw;
                }
            },
            cancellationToken);
    }

    private Task<IReadOnlyList<T>> Told<T>(Func<List<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<IReadOnlyList<T>>(read());
        }
        catch (SqliteException) when (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<IReadOnlyList<T>>(cancellationToken);
        }
        catch (SqliteException fault)
        {
            throw StoreFaults.Of(fault, Address);
        }
    }

    private string Connection() => new SqliteConnectionStringBuilder
    {
        DataSource = Address.Target,
        Mode = SqliteOpenMode.ReadWrite,
        Pooling = false,
        DefaultTimeout = (int)ReadLimit.TotalSeconds,
    }.ConnectionString;

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
