using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;
using Reeve.Core.Errors;

namespace Reeve.Storage.Databases;

/// <summary>
/// The parameters of one call of a statement, each in the form its dialect stores (docs/decisions/0009). Names are without
/// <c>@</c>; a null is written as null. Not thread-safe.
/// </summary>
public abstract class Parameters
{
    /// <summary>Those of a command on SQLite; setting one again replaces its value, so that a prepared command can be run again.</summary>
    public static Parameters Of(SqliteCommand command) => new SqliteParameters(command);

    /// <summary>Those of a command, or of one command of a batch, on PostgreSQL; each is set once.</summary>
    public static Parameters Of(NpgsqlParameterCollection parameters) => new PostgresParameters(parameters);

    /// <summary>A text.</summary>
    /// <exception cref="ReeveException">INPUT-009: a text that PostgreSQL cannot hold is refused for both, so that they stay equal.</exception>
    public Parameters Text(string name, string? value) => AddText(name, Storable(value));

    /// <summary>A whole number.</summary>
    public abstract Parameters Number(string name, long? value);

    /// <summary>A flag.</summary>
    public abstract Parameters Flag(string name, bool value);

    /// <summary>An id.</summary>
    public abstract Parameters Id(string name, Guid? value);

    /// <summary>A time; cut to the microsecond.</summary>
    public abstract Parameters Time(string name, DateTimeOffset? value);

    /// <summary>A day.</summary>
    public abstract Parameters Day(string name, DateOnly value);

    /// <summary>Bytes.</summary>
    public abstract Parameters Bytes(string name, ReadOnlyMemory<byte>? value);

    /// <summary>
    /// A set of texts: on PostgreSQL an array for <c>= any(@name)</c>, on SQLite a JSON array for
    /// <c>in (select value from json_each(@name))</c>.
    /// </summary>
    /// <exception cref="ReeveException">INPUT-009.</exception>
    public Parameters Texts(string name, IReadOnlyCollection<string> values) => AddTexts(name, [.. values.Select(value => Storable(value)!)]);

    private protected abstract Parameters AddText(string name, string? value);

    private protected abstract Parameters AddTexts(string name, string[] values);

    private static string? Storable(string? text)
    {
        for (int i = 0; text is not null && i < text.Length; i++)
        {
            if (text[i] == '\0' || (char.IsSurrogate(text[i]) && !char.IsSurrogatePair(text, i)))
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Input.ForbiddenCharacter, "It holds U+0000 or a surrogate without its other half."));
            }

            i += char.IsHighSurrogate(text[i]) ? 1 : 0;
        }

        return text;
    }
}

/// <summary>Parameters of a command on SQLite.</summary>
internal sealed class SqliteParameters(SqliteCommand command) : Parameters
{
    public override Parameters Number(string name, long? value) => Add(name, value);

    public override Parameters Flag(string name, bool value) => Add(name, value ? 1L : 0L);

    public override Parameters Id(string name, Guid? value) => Add(name, value?.ToByteArray(bigEndian: true));

    public override Parameters Time(string name, DateTimeOffset? value) => Add(name, value is { } time ? StoredTime.Microseconds(time) : null);

    public override Parameters Day(string name, DateOnly value) => Add(name, (long)StoredTime.Days(value));

    public override Parameters Bytes(string name, ReadOnlyMemory<byte>? value) => Add(name, value is { } bytes ? Whole(bytes) : null);

    private protected override Parameters AddText(string name, string? value) => Add(name, value);

    private protected override Parameters AddTexts(string name, string[] values) => Add(name, JsonSerializer.Serialize(values));

    // The driver takes arrays; a body is one already, and copying it would be paid on every event.
    private static byte[] Whole(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> part) && part.Offset == 0 && part.Array!.Length == part.Count ? part.Array : bytes.ToArray();

    private SqliteParameters Add(string name, object? value)
    {
        string key = "@" + name;
        if (command.Parameters.Contains(key))
        {
            command.Parameters[key].Value = value ?? DBNull.Value;
        }
        else
        {
            command.Parameters.AddWithValue(key, value ?? DBNull.Value);
        }

        return this;
    }
}

/// <summary>
/// Parameters of a command on PostgreSQL. Times and days go as the numbers of the wire, because the driver takes the first and
/// the last moment of its own types for minus and plus infinity.
/// </summary>
internal sealed class PostgresParameters(NpgsqlParameterCollection parameters) : Parameters
{
    public override Parameters Number(string name, long? value) => Add(name, NpgsqlDbType.Bigint, value);

    public override Parameters Flag(string name, bool value) => Add(name, NpgsqlDbType.Boolean, value);

    public override Parameters Id(string name, Guid? value) => Add(name, NpgsqlDbType.Uuid, value);

    public override Parameters Time(string name, DateTimeOffset? value) =>
        Add(name, NpgsqlDbType.TimestampTz, value is { } time ? StoredTime.WireMicroseconds(time) : null);

    public override Parameters Day(string name, DateOnly value) => Add(name, NpgsqlDbType.Date, StoredTime.WireDays(value));

    public override Parameters Bytes(string name, ReadOnlyMemory<byte>? value) => Add(name, NpgsqlDbType.Bytea, value);

    private protected override Parameters AddText(string name, string? value) => Add(name, NpgsqlDbType.Text, value);

    private protected override Parameters AddTexts(string name, string[] values) => Add(name, NpgsqlDbType.Array | NpgsqlDbType.Text, values);

    private PostgresParameters Add(string name, NpgsqlDbType type, object? value)
    {
        parameters.Add(new NpgsqlParameter(name, type) { Value = value ?? DBNull.Value });
        return this;
    }
}
