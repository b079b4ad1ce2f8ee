using System.Globalization;
using System.Text.Json;
using Reeve.Core.Values;

namespace Reeve.Commands.Cel;

/// <summary>
/// Values with their CEL types in JSON, as files of conformance cases spell them: <c>{"int":"-1"}</c>, <c>{"double":"NaN"}</c>,
/// <c>{"bytes":"base64"}</c>, <c>{"list":[V]}</c>, <c>{"map":[[K,V]]}</c>, <c>{"type":"int"}</c>,
/// <c>{"timestamp":{"seconds":"0","nanos":0}}</c> and so on.
/// </summary>
internal static class TypedValueJson
{
    /// <summary>Reads a typed value.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    internal static Value Read(in Value json)
    {
        if (json.MapOrNull() is not { Count: 1 } map)
        {
            throw new FormatException("a typed value is an object with one member");
        }

        string kind = map.KeyAt(0).AsString();
        Value content = map.ValueAt(0);
        return kind switch
        {
            "null" => Value.Null,
            "bool" when content.Kind == ValueKind.Bool => content,
            "int" => Value.Of(long.Parse(Text(content), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)),
            "uint" => Value.Of(ulong.Parse(Text(content), NumberStyles.None, CultureInfo.InvariantCulture)),
            "double" => Value.Of(double.Parse(Text(content), NumberStyles.Float, CultureInfo.InvariantCulture)),
            "string" when content.Kind == ValueKind.String => content,
            "bytes" => Value.Of(Convert.FromBase64String(Text(content))),
            "type" => Value.Of(new TypeValue(Text(content))),
            "timestamp" => ReadTimestamp(Seconds(content), Nanos(content)),
            "duration" => ReadDuration(Seconds(content), Nanos(content)),
            "list" when content.ListOrNull() is { } list => Value.Of(ReadList(list)),
            "map" when content.ListOrNull() is { } entries => ReadMap(entries),
            _ => throw new FormatException($"there is no typed value '{kind}' of this form"),
        };
    }

    /// <summary>Writes a typed value; an optional or an address as the data it stands for.</summary>
    internal static void Write(Utf8JsonWriter writer, in Value value)
    {
        if (value.Kind == ValueKind.Opaque)
        {
            Write(writer, value.AsOpaque().ToData());
            return;
        }

        writer.WriteStartObject();
        switch (value.Kind)
        {
            case ValueKind.Null: writer.WriteNull("null"); break;
            case ValueKind.Bool: writer.WriteBoolean("bool", value.AsBool()); break;
            case ValueKind.Int: writer.WriteString("int", value.AsInt().ToString(CultureInfo.InvariantCulture)); break;
            case ValueKind.Uint: writer.WriteString("uint", value.AsUint().ToString(CultureInfo.InvariantCulture)); break;
            case ValueKind.Double: writer.WriteString("double", DoubleText(value.AsDouble())); break;
            case ValueKind.String: writer.WriteString("string", value.AsString()); break;
            case ValueKind.Bytes: writer.WriteBase64String("bytes", value.AsBytes()); break;
            case ValueKind.Type: writer.WriteString("type", value.AsType().Name); break;
            case ValueKind.Timestamp: WriteTime(writer, "timestamp", value); break;
            case ValueKind.Duration: WriteTime(writer, "duration", value); break;
            case ValueKind.List:
                writer.WriteStartArray("list");
                foreach (ref readonly Value item in value.AsList().Items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case ValueKind.Map: WriteMap(writer, value.AsMap()); break;
            default: throw new InvalidOperationException($"A value of kind {value.Kind} has no typed form.");
        }

        writer.WriteEndObject();
    }

    /// <summary>Whether a result is what a case expects: of the same types all the way down, NaN equal to itself.</summary>
    internal static bool Matches(in Value expected, in Value actual)
    {
        if (expected.Kind != actual.Kind)
        {
            return false;
        }

        switch (expected.Kind)
        {
            case ValueKind.List:
                ListValue items = actual.AsList();
                if (expected.AsList().Count != items.Count)
                {
                    return false;
                }

                for (int i = 0; i < items.Count; i++)
                {
                    if (!Matches(expected.AsList()[i], items[i]))
                    {
                        return false;
                    }
                }

                return true;
            case ValueKind.Map:
                MapValue map = expected.AsMap();
                bool same = map.Count == actual.AsMap().Count;
                for (int i = 0; i < map.Count && same; i++)
                {
                    same = actual.AsMap().TryGet(map.KeyAt(i), out Value value) && Matches(map.ValueAt(i), value);
                }

                return same;
            default: return expected == actual;
        }
    }

    private static string Text(in Value content) => content.StringOrNull() ?? content.ToString();

    private static long Seconds(in Value time) => time.MapOrNull() is { } map && map.TryGet("seconds", out Value seconds)
        ? long.Parse(Text(seconds), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
        : 0;

    private static int Nanos(in Value time) => time.MapOrNull() is { } map && map.TryGet("nanos", out Value nanos)
        ? int.Parse(Text(nanos), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
        : 0;

    // The years 1 to 9999, with nanoseconds that count forward.
    private static Value ReadTimestamp(long seconds, int nanos) =>
        seconds is >= -62_135_596_800 and <= 253_402_300_799 && nanos is >= 0 and <= 999_999_999
            ? Value.Timestamp(seconds, nanos)
            : throw new FormatException("a timestamp lies in the years 1 to 9999 and has 0 to 999999999 nanos");

    // Protobuf's range, some 10,000 years either way, with nanoseconds of the same sign.
    private static Value ReadDuration(long seconds, int nanos) =>
        seconds is >= -315_576_000_000 and <= 315_576_000_000 && nanos is >= -999_999_999 and <= 999_999_999
            && (seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0))
            ? Value.Duration(seconds, nanos)
            : throw new FormatException("a duration is at most 315576000000 seconds long and has nanos of the same sign");

    private static ListValue ReadList(ListValue list)
    {
        Value[] items = new Value[list.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = Read(list[i]);
        }

        return new ListValue(items);
    }

    private static Value ReadMap(ListValue entries)
    {
        (Value Key, Value Value)[] pairs = new (Value, Value)[entries.Count];
        for (int i = 0; i < pairs.Length; i++)
        {
            if (entries[i].ListOrNull() is not { Count: 2 } pair)
            {
                throw new FormatException("an entry of a map is a list of key and value");
            }

            Value key = Read(pair[0]);
            if (key.Kind is not (ValueKind.String or ValueKind.Int or ValueKind.Uint or ValueKind.Bool))
            {
                throw new FormatException("a key of a map is a string, an int, a uint or a bool");
            }

            pairs[i] = (key, Read(pair[1]));
        }

        return Value.Of(new TypedMap(pairs));
    }

    private static void WriteMap(Utf8JsonWriter writer, MapValue map)
    {
        writer.WriteStartArray("map");
        for (int i = 0; i < map.Count; i++)
        {
            writer.WriteStartArray();
            Write(writer, map.KeyAt(i));
            Write(writer, map.ValueAt(i));
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter writer, string kind, in Value value)
    {
        writer.WriteStartObject(kind);
        writer.WriteString("seconds", value.Seconds.ToString(CultureInfo.InvariantCulture));
        writer.WriteNumber("nanos", value.Nanos);
        writer.WriteEndObject();
    }

    private static string DoubleText(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        }

        string text = value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        return text.AsSpan().IndexOfAny('.', 'e') < 0 ? text + ".0" : text;
    }

    // A map with keys of any kind, as bindings may hold.
    private sealed class TypedMap((Value Key, Value Value)[] entries) : MapValue
    {
        public override int Count => entries.Length;

        public override Value KeyAt(int index) => entries[index].Key;

        public override Value ValueAt(int index) => entries[index].Value;

        public override bool TryGet(string key, out Value value) => TryGet(Value.Of(key), out value);

        public override bool TryGet(Value key, out Value value)
        {
            foreach ((Value known, Value held) in entries)
            {
                if (known == key)
                {
                    value = held;
                    return true;
                }
            }

            value = default;
            return false;
        }
    }
}
