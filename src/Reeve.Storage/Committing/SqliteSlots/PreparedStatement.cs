using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.SqliteSlots;

/// <summary>
/// A statement that is prepared once and run for every row. It binds by place, in the order in which its parameters appear, past the
/// driver's parameters: those look their names up and box their values at each run, which costs more than the insert. Not thread-safe.
/// </summary>
internal sealed class PreparedStatement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private int next = 1;

    internal PreparedStatement(sqlite3 database, Statement statement)
    {
        this.database = database;
        Check(raw.sqlite3_prepare_v2(database, statement.Sqlite, out this.statement));
    }

    internal PreparedStatement Text(string? value)
    {
        if (value is null)
        {
            return Null();
        }

        if (value.Length == 0)
        {
            // A span of nothing has no address, and without one null is bound.
            Check(raw.sqlite3_bind_text(statement, next++, ""));
            return this;
        }

        byte[]? borrowed = null;
        int most = Encoding.UTF8.GetMaxByteCount(value.Length);
        Span<byte> bytes = most <= 512 ? stackalloc byte[512] : borrowed = ArrayPool<byte>.Shared.Rent(most);
        int length = Encoding.UTF8.GetBytes(value, bytes);
        Check(raw.sqlite3_bind_text(statement, next++, bytes[..length]));
        if (borrowed is not null)
        {
            ArrayPool<byte>.Shared.Return(borrowed);
        }

        return this;
    }

    internal PreparedStatement Number(long value)
    {
        Check(raw.sqlite3_bind_int64(statement, next++, value));
        return this;
    }

    internal PreparedStatement Number(long? value) => value is { } number ? Number(number) : Null();

    internal PreparedStatement Id(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return Bytes(bytes);
    }

    internal PreparedStatement Id(Guid? value) => value is { } id ? Id(id) : Null();

    internal PreparedStatement Time(DateTimeOffset value) => Number(Microseconds(value));

    internal PreparedStatement Time(DateTimeOffset? value) => value is { } time ? Time(time) : Null();

    internal PreparedStatement Bytes(ReadOnlySpan<byte> value)
    {
        // A pointer to nothing would bind null.
        Check(value.Length == 0 ? raw.sqlite3_bind_zeroblob(statement, next++, 0) : raw.sqlite3_bind_blob(statement, next++, value));
        return this;
    }

    /// <summary>Runs it for its effect; bound values are forgotten.</summary>
    internal void Run()
    {
        try
        {
            Check(raw.sqlite3_step(statement));
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Runs it and reads its first row; default when there is none.</summary>
    internal T? First<T>(Func<sqlite3_stmt, T> read)
    {
        try
        {
            int code = raw.sqlite3_step(statement);
            Check(code);
            return code == raw.SQLITE_ROW ? read(statement) : default;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Whether it has a row.</summary>
    internal bool Any() => First(static _ => true);

    public void Dispose() => statement.Dispose();

    internal static long Microseconds(DateTimeOffset value) => (value.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private PreparedStatement Null()
    {
        Check(raw.sqlite3_bind_null(statement, next++));
        return this;
    }

    // Reset repeats the error of the step, which was told already.
    private void Reset()
    {
        _ = raw.sqlite3_reset(statement);
        _ = raw.sqlite3_clear_bindings(statement);
        next = 1;
    }

    private void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            Throw(code);
        }
    }

    private void Throw(int code)
    {
        int extended = raw.sqlite3_extended_errcode(database);
        throw new SqliteException(raw.sqlite3_errmsg(database).utf8_to_string(), code & 0xFF, extended);
    }
}
