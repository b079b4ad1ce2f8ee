using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Reeve.Storage.Databases;

/// <summary>
/// Connections to a file that cannot write, each lent to one read at a time. They are ours because the driver's pool may lend one
/// connection to two threads at once (https://github.com/dotnet/efcore/issues/39008), which ends the process or mixes up rows; and because
/// what is set and prepared on a connection of ours stays so. Thread-safe.
/// </summary>
internal sealed class SqliteReaders(string connectTo, TimeProvider clock) : IDisposable
{
    // As many as may read at the same moment on a large machine; what more are opened are closed after their read.
    private const int KeptAtMost = 32;

    private readonly Lock changing = new();
    private readonly Stack<SqliteReader> idle = new();
    private bool closed;

    /// <summary>A connection that nobody else has, until it is given back.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    internal SqliteReader Take()
    {
        lock (changing)
        {
            if (idle.TryPop(out SqliteReader? kept))
            {
                return kept;
            }
        }

        return SqliteReader.Open(connectTo, clock);
    }

    /// <summary>Gives a connection back after a read that came to its end. One whose read failed is disposed of instead.</summary>
    internal void Give(SqliteReader reader)
    {
        lock (changing)
        {
            if (!closed && idle.Count < KeptAtMost)
            {
                idle.Push(reader);
                return;
            }
        }

        reader.Dispose();
    }

    /// <summary>Closes those that are idle; one that reads is closed when it is given back.</summary>
    public void Dispose()
    {
        SqliteReader[] left;
        lock (changing)
        {
            closed = true;
            left = [.. idle];
            idle.Clear();
        }

        foreach (SqliteReader reader in left)
        {
            reader.Dispose();
        }
    }
}

/// <summary>One connection that reads and cannot write. Not thread-safe: it has one owner at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    // Steps of SQLite's machine between two looks at the clock: some tenths of a millisecond.
    private const int StepsPerLook = 4096;

    // The product has fewer; a text that is made for one call must not push out those that come again and again.
    private const int PreparedAtMost = 128;

    private readonly SqliteConnection connection;
    private readonly TimeProvider clock;
    private readonly Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);
    private long began;
    private TimeSpan limit = Timeout.InfiniteTimeSpan;
    private CancellationToken stop;

    private SqliteReader(SqliteConnection connection, TimeProvider clock)
    {
        this.connection = connection;
        this.clock = clock;
    }

    internal static SqliteReader Open(string connectTo, TimeProvider clock)
    {
        SqliteConnection connection = new(connectTo);
        SqliteReader reader = new(connection, clock);
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "pragma query_only = on";
            command.ExecuteNonQuery();

            // For as long as the connection is open: what it asks changes from read to read, the handler does not.
            raw.sqlite3_progress_handler(connection.Handle, StepsPerLook, static state => ((SqliteReader)state).IsOver() ? 1 : 0, reader);
            return reader;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Reads all rows. After an error or a cancellation it must not be used again.</summary>
    /// <param name="statement">The SQL.</param>
    /// <param name="bind">Adds every parameter.</param>
    /// <param name="map">Makes a result of a row.</param>
    /// <param name="within">How long it may take.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    /// <exception cref="SqliteException">It failed, took too long or was broken off.</exception>
    internal List<T> Read<T>(string statement, Action<Parameters> bind, Func<Row, T> map, TimeSpan within, CancellationToken cancellationToken)
    {
        began = clock.GetTimestamp();
        limit = within;
        stop = cancellationToken;
        SqliteCommand command = Prepared(statement, out bool isKept);
        try
        {
            // Anew each time: what a call does not bind must be missed, and not be what the call before it bound.
            command.Parameters.Clear();
            bind(new SqliteParameters(command));
            using SqliteDataReader reader = command.ExecuteReader();
            List<T> rows = [];
            while (reader.Read())
            {
                rows.Add(map(new Row(reader)));
            }

            return rows;
        }
        finally
        {
            limit = Timeout.InfiniteTimeSpan;
            stop = CancellationToken.None;
            if (!isKept)
            {
                command.Dispose();
            }
        }
    }

    public void Dispose()
    {
        foreach (SqliteCommand command in prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private bool IsOver() => stop.IsCancellationRequested || (limit >= TimeSpan.Zero && clock.GetElapsedTime(began) > limit);

    // A command keeps its statement prepared from its first run on.
    private SqliteCommand Prepared(string statement, out bool isKept)
    {
        isKept = true;
        if (prepared.TryGetValue(statement, out SqliteCommand? known))
        {
            return known;
        }

        SqliteCommand command = connection.CreateCommand();
        command.CommandText = statement;
        isKept = prepared.Count < PreparedAtMost;
        if (isKept)
        {
            prepared.Add(statement, command);
        }

        return command;
    }
}
