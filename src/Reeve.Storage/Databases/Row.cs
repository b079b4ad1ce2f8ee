using System.Data.Common;
using Microsoft.Data.Sqlite;
using Reeve.Core.Errors;

namespace Reeve.Storage.Databases;

/// <summary>
/// One row of a result, read by position; how times, ids and flags are stored is the dialect's business (docs/decisions/0009). What
/// cannot be what Reeve wrote is STORE-008, which names the column and never shows the value.
/// </summary>
public readonly struct Row(DbDataReader reader)
{
    private bool IsSqlite => reader is SqliteDataReader;

    /// <summary>Whether a column is null.</summary>
    public bool IsNull(int column) => reader.IsDBNull(column);

    /// <summary>A text.</summary>
    public string Text(int column) => Get(column, static (reader, at) => reader.GetString(at), "text");

    /// <summary>A text, or null.</summary>
    public string? TextOrNull(int column) => reader.IsDBNull(column) ? null : Text(column);

    /// <summary>A whole number.</summary>
    public long Long(int column) => Get(column, static (reader, at) => reader.GetInt64(at), "number");

    /// <summary>A whole number, or null.</summary>
    public long? LongOrNull(int column) => reader.IsDBNull(column) ? null : Long(column);

    /// <summary>A small whole number.</summary>
    public int Int(int column) => Long(column) is >= int.MinValue and <= int.MaxValue and long value ? (int)value : throw Unreadable(column, "number of 32 bits");

    /// <summary>A flag.</summary>
    public bool Flag(int column) => IsSqlite ? Long(column) != 0 : Get(column, static (reader, at) => reader.GetBoolean(at), "flag");

    /// <summary>An id.</summary>
    public Guid Id(int column)
    {
        if (!IsSqlite)
        {
            return Get(column, static (reader, at) => reader.GetGuid(at), "id");
        }

        return Bytes(column) is { Length: 16 } bytes ? new Guid(bytes, bigEndian: true) : throw Unreadable(column, "id");
    }

    /// <summary>An id, or null.</summary>
    public Guid? IdOrNull(int column) => reader.IsDBNull(column) ? null : Id(column);

    /// <summary>A time, UTC.</summary>
    public DateTimeOffset Time(int column) =>
        (IsSqlite ? StoredTime.FromMicroseconds(Long(column)) : StoredTime.FromWireMicroseconds(Get(column, static (reader, at) => reader.GetFieldValue<long>(at), "time")))
        ?? throw Unreadable(column, "time");

    /// <summary>A time, or null.</summary>
    public DateTimeOffset? TimeOrNull(int column) => reader.IsDBNull(column) ? null : Time(column);

    /// <summary>A day.</summary>
    public DateOnly Day(int column) =>
        (IsSqlite ? StoredTime.FromDays(Long(column)) : StoredTime.FromWireDays(Get(column, static (reader, at) => reader.GetFieldValue<int>(at), "day")))
        ?? throw Unreadable(column, "day");

    /// <summary>Bytes.</summary>
    public byte[] Bytes(int column) => Get(column, static (reader, at) => reader.GetFieldValue<byte[]>(at), "bytes");

    /// <summary>Bytes, or null.</summary>
    public byte[]? BytesOrNull(int column) => reader.IsDBNull(column) ? null : Bytes(column);

    // InvalidOperation is how the SQLite driver says that a column is null, InvalidCast how both say that it is of another kind.
    private T Get<T>(int column, Func<DbDataReader, int, T> read, string kind)
    {
        try
        {
            return read(reader, column);
        }
        catch (Exception fault) when (fault is InvalidCastException or InvalidOperationException or FormatException or OverflowException)
        {
            throw Unreadable(column, kind, fault);
        }
    }

    private ReeveException Unreadable(int column, string kind, Exception? inner = null) =>
        new(new ReeveError(ErrorCatalogue.Storage.Corrupt, $"The column {reader.GetName(column)} holds no {kind}.", reader.GetName(column)), inner);
}
