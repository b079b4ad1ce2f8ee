using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Reeve.Core.Values;

/// <summary>Reads and writes JSON (RFC 8259) as <see cref="Value"/>s. Thread-safe.</summary>
public static class JsonText
{
    // What a thread keeps between texts: a buffer and writer for a text and for the one rendered inside it. A larger buffer goes.
    private const int LargestSpare = 64 * 1024;
    private const int MostSpare = 2;

    [ThreadStatic]
    private static Stack<Scratch>? spare;

    /// <summary>
    /// How every JSON of ours is written: without white space, strings escaped where JSON requires it and nowhere else, so
    /// that the bytes depend on the value alone.
    /// </summary>
    public static JsonWriterOptions Compact { get; } = new() { Encoder = PlainJsonEncoder.Instance, SkipValidation = true, MaxDepth = 1024 };

    /// <summary>How JSON is written for people: indented, with LF ends on every system.</summary>
    public static JsonWriterOptions Indented { get; } = Compact with { Indented = true, NewLine = "\n" };

    /// <summary>
    /// Reads one JSON value. Objects remember the place they stood at, so that the bytes of a part can be found again.
    /// </summary>
    /// <param name="utf8">The whole text; a byte order mark is skipped.</param>
    /// <param name="limits">What is accepted.</param>
    /// <param name="path">The pointer of the value in the document it is part of, for errors; empty for a whole document.</param>
    /// <exception cref="Errors.ReeveException">INPUT-002 to INPUT-009, with line, column and the pointer of the place.</exception>
    public static Value Parse(ReadOnlySpan<byte> utf8, JsonLimits limits, string path = "") => JsonValueReader.Read(utf8, limits, path);

    /// <summary>Reads one JSON value from text; see the other overload.</summary>
    /// <exception cref="Errors.ReeveException">INPUT-002 to INPUT-009.</exception>
    public static Value Parse(string text, JsonLimits? limits = null) => Parse(Encoding.UTF8.GetBytes(text), limits ?? JsonLimits.Default);

    /// <summary>
    /// Writes a value: numbers as their source spelled them, else in the shortest form that reads back the same; members in
    /// their order. What JSON cannot say (NaN, infinities, errors) is null; bytes are base64, times RFC 3339, durations seconds.
    /// </summary>
    /// <param name="writer">Where to.</param>
    /// <param name="value">What.</param>
    /// <param name="sortKeys">Whether members are written in ordinal order of their keys, at every level: the canonical form.</param>
    public static void Write(Utf8JsonWriter writer, in Value value, bool sortKeys = false)
    {
        switch (value.Kind)
        {
            case ValueKind.Bool: writer.WriteBooleanValue(value.AsBool()); break;
            case ValueKind.Int when value.SourceText is null: writer.WriteNumberValue(value.AsInt()); break;
            case ValueKind.Uint: writer.WriteNumberValue(value.AsUint()); break;
            case ValueKind.Int or ValueKind.Double or ValueKind.Null when value.SourceText is { } text: writer.WriteRawValue(text, skipInputValidation: true); break;
            case ValueKind.Double when double.IsFinite(value.AsDouble()): WriteDouble(writer, value.AsDouble()); break;
            case ValueKind.String: writer.WriteStringValue(value.AsString()); break;
            case ValueKind.Bytes: writer.WriteBase64StringValue(value.AsBytes()); break;
            case ValueKind.Timestamp: writer.WriteStringValue(TimeText.Timestamp(value)); break;
            case ValueKind.Duration: writer.WriteStringValue(TimeText.Duration(value)); break;
            case ValueKind.Type: writer.WriteStringValue(value.AsType().Name); break;
            case ValueKind.List:
                writer.WriteStartArray();
                foreach (ref readonly Value item in value.AsList().Items)
                {
                    Write(writer, item, sortKeys);
                }

                writer.WriteEndArray();
                break;
            case ValueKind.Map:
                WriteMap(writer, value.AsMap(), sortKeys);
                break;
            case ValueKind.Opaque: Write(writer, value.AsOpaque().ToData(), sortKeys); break;
            default: writer.WriteNullValue(); break;
        }
    }

    /// <summary>The compact JSON of a value as UTF-8; see <see cref="Write"/>.</summary>
    public static byte[] ToUtf8(in Value value, bool sortKeys = false) =>
        Render((value, sortKeys), static (writer, state) => Write(writer, state.value, state.sortKeys));

    /// <summary>What is written, as UTF-8 in the <see cref="Compact"/> form.</summary>
    public static byte[] Render<T>(T state, Action<Utf8JsonWriter, T> write) => Render(state, write, static (text, _) => text.ToArray());

    /// <summary>What is read from it, where the text itself need not outlive that.</summary>
    public static TResult Render<T, TResult>(T state, Action<Utf8JsonWriter, T> write, Func<ReadOnlySpan<byte>, T, TResult> read)
    {
        Stack<Scratch> own = spare ??= new Stack<Scratch>(MostSpare);
        Scratch scratch = own.TryPop(out Scratch? kept) ? kept : new Scratch();
        write(scratch.Writer, state);
        scratch.Writer.Flush();
        TResult result = read(scratch.Buffer.WrittenSpan, state);
        if (own.Count < MostSpare && scratch.Buffer.Capacity <= LargestSpare)
        {
            scratch.Clear();
            own.Push(scratch);
        }

        return result;
    }

    /// <summary>The compact JSON of a value as text; see <see cref="Write"/>.</summary>
    public static string ToText(in Value value) => Encoding.UTF8.GetString(ToUtf8(value));

    private static void WriteMap(Utf8JsonWriter writer, MapValue map, bool sortKeys)
    {
        writer.WriteStartObject();
        if (sortKeys && !IsSorted(map))
        {
            (string Key, int At)[] keys = new (string, int)[map.Count];
            for (int i = 0; i < keys.Length; i++)
            {
                keys[i] = (KeyText(map.KeyAt(i)), i);
            }

            Array.Sort(keys, static (left, right) => string.CompareOrdinal(left.Key, right.Key));
            foreach ((string key, int at) in keys)
            {
                writer.WritePropertyName(key);
                Write(writer, map.ValueAt(at), sortKeys);
            }
        }
        else
        {
            for (int i = 0; i < map.Count; i++)
            {
                writer.WritePropertyName(KeyText(map.KeyAt(i)));
                Write(writer, map.ValueAt(i), sortKeys);
            }
        }

        writer.WriteEndObject();
    }

    private static bool IsSorted(MapValue map)
    {
        for (int i = 1; i < map.Count; i++)
        {
            if (string.CompareOrdinal(KeyText(map.KeyAt(i - 1)), KeyText(map.KeyAt(i))) > 0)
            {
                return false;
            }
        }

        return true;
    }

    // 1.0 stays a double when it is read back.
    private static void WriteDouble(Utf8JsonWriter writer, double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        bool whole = text.AsSpan().IndexOfAny('.', 'E') < 0;
        writer.WriteRawValue(whole ? text + ".0" : text, skipInputValidation: true);
    }

    private static string KeyText(in Value key) => key.StringOrNull() ?? ToText(key);

    private sealed class Scratch
    {
        internal Scratch() => Writer = new Utf8JsonWriter(Buffer, Compact);

        internal ArrayBufferWriter<byte> Buffer { get; } = new(4096);

        internal Utf8JsonWriter Writer { get; }

        internal void Clear()
        {
            Buffer.ResetWrittenCount();
            Writer.Reset();
        }
    }
}
