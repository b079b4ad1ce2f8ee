using System.Text.Json;
using System.Text.Json.Serialization;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Server.Api;

/// <summary>JSON that is written as it stands: what somebody else rendered, to the byte.</summary>
/// <param name="Utf8">A valid JSON value.</param>
internal readonly record struct RawJson(ReadOnlyMemory<byte> Utf8);

/// <summary>Writes <see cref="RawJson"/>.</summary>
internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("It is only written.");

    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) => writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
}

/// <summary>Writes times as everything of ours does: RFC 3339 in UTC with a Z.</summary>
internal sealed class WireTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TimeText.TryRead(reader.GetString(), out DateTimeOffset time) ? time : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(TimeText.Timestamp(value));
}

/// <summary>Writes enumerations by their wire names.</summary>
internal sealed class WireWordConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } text && Wire.TryParse(text, out T word) ? word : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Wire.Name(value));
}
