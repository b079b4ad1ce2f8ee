using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Reeve.Core.Values;

namespace Reeve.Core.Documents;

/// <summary>
/// What a document says, as a hash: the SHA-256 of its compact JSON, members in their order and numbers as they are spelled.
/// Both can change what a pack decides (the first of two equal rules wins; <c>1</c> and <c>1.0</c> reach a tool as they
/// are), so both count; layout, comments, and whether it was JSON or YAML do not.
/// </summary>
public static class ContentHash
{
    /// <summary>The hash in lower-case hex, 64 characters.</summary>
    public static string Of(in Value value)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using (Utf8JsonWriter writer = new(buffer, JsonText.Compact))
        {
            Write(writer, value);
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    private static void Write(Utf8JsonWriter writer, in Value value)
    {
        switch (value.Kind)
        {
            // JSON has no word for what is not finite; YAML does (.inf, .nan), and these must not hash like null.
            case ValueKind.Double when !double.IsFinite(value.AsDouble()) && value.SourceText is null:
                writer.WriteRawValue(value.AsDouble().ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
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
                MapValue map = value.AsMap();
                writer.WriteStartObject();
                for (int i = 0; i < map.Count; i++)
                {
                    writer.WritePropertyName(map.KeyAt(i).AsString());
                    Write(writer, map.ValueAt(i));
                }

                writer.WriteEndObject();
                break;
            default:
                JsonText.Write(writer, value);
                break;
        }
    }
}
