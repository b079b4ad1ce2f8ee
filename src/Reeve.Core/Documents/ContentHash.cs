using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Reeve.Core.Values;

namespace Reeve.Core.Documents;

/// <summary>
/// What a document says, as a hash: two texts that mean the same (JSON or YAML, members in any order, numbers in any
/// spelling) have one hash. It is the SHA-256 of compact JSON with keys in ordinal order and every number by its value:
/// <c>1</c>, <c>1.0</c> and <c>1e0</c> are <c>1</c>, other doubles their shortest form that reads back the same.
/// </summary>
public static class ContentHash
{
    // The doubles at and beyond which a whole number no longer fits an int.
    private const double PastInt = 9223372036854775808.0;

    private static readonly JsonWriterOptions Options = new() { SkipValidation = true, MaxDepth = 1024 };

    /// <summary>The hash in lower-case hex, 64 characters.</summary>
    public static string Of(in Value value)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using (Utf8JsonWriter writer = new(buffer, Options))
        {
            Write(writer, value);
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    private static void Write(Utf8JsonWriter writer, in Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Int:
                writer.WriteNumberValue(value.AsInt());
                break;
            case ValueKind.Double:
                WriteDouble(writer, value.AsDouble());
                break;
            case ValueKind.List:
                writer.WriteStartArray();
                foreach (ref readonly Value item in value.AsList().Items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case ValueKind.Map:
                WriteMap(writer, value.AsMap());
                break;
            default:
                JsonText.Write(writer, value);
                break;
        }
    }

    private static void WriteMap(Utf8JsonWriter writer, MapValue map)
    {
        int[] order = new int[map.Count];
        string[] keys = new string[map.Count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            keys[i] = map.KeyAt(i).AsString();
        }

        Array.Sort(keys, order, StringComparer.Ordinal);
        writer.WriteStartObject();
        for (int i = 0; i < order.Length; i++)
        {
            writer.WritePropertyName(keys[i]);
            Write(writer, map.ValueAt(order[i]));
        }

        writer.WriteEndObject();
    }

    // JSON has no word for what is not finite; YAML does (.inf, .nan), and these must not hash like null.
    private static void WriteDouble(Utf8JsonWriter writer, double value)
    {
        if (!double.IsFinite(value))
        {
            writer.WriteRawValue(value.ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
        }
        else if (value == Math.Truncate(value) && value is >= -PastInt and < PastInt)
        {
            writer.WriteNumberValue((long)value);
        }
        else
        {
            writer.WriteRawValue(value.ToString("R", CultureInfo.InvariantCulture), skipInputValidation: true);
        }
    }
}
