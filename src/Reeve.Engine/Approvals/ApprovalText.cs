using System.Globalization;
using System.Text.Json;
using Reeve.Core.Calls;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Approvals;

/// <summary>How requests for approval are written: in their row and in <c>ApprovalRequested</c> (docs/decisions/0021). Pure.</summary>
public static class ApprovalText
{
    private static readonly JsonLimits Limits = new() { MaxBytes = int.MaxValue, MaxDepth = 512, AllowNul = true, InfiniteIsNull = true };

    /// <summary>A request as bytes.</summary>
    public static byte[] Write(ApprovalRequest request) => JsonText.Render(request, static (writer, asked) =>
    {
        writer.WriteStartObject();
        WriteMembers(writer, asked);
        writer.WriteEndObject();
    });

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="ReeveException">STORE-008: it is something else.</exception>
    public static ApprovalRequest Read(ReadOnlySpan<byte> bytes)
    {
        ObjectMap map = Map(JsonText.Parse(bytes, Limits), "request");
        return new ApprovalRequest([.. Items(map["items"]).Select(Item)], [.. Items(map["evidence"]).Select(text => text.StringOrNull() ?? "")], map["because"].StringOrNull() ?? "");
    }

    /// <summary>The bounds that somebody gave, as bytes; null for none.</summary>
    public static byte[]? Write(IReadOnlyList<GivenBound> bounds) => bounds.Count == 0 ? null : JsonText.Render(bounds, static (writer, given) => WriteBounds(writer, given));

    /// <summary>Reads what <see cref="Write(IReadOnlyList{GivenBound})"/> wrote.</summary>
    /// <exception cref="ReeveException">STORE-008: it is something else.</exception>
    public static IReadOnlyList<GivenBound> ReadBounds(ReadOnlySpan<byte> bytes) => [.. Items(JsonText.Parse(bytes, Limits)).Select(Given)];

    /// <summary>What stands where an awaited argument will: nothing when its author wrote nothing there.</summary>
    public static Value Shown(ApprovalItem item, AwaitedArgument awaited) => Find(Value.Of(item.Arguments), JsonPointer.Parts(awaited.Pointer));

    private static Value Find(Value value, IEnumerable<string> parts)
    {
        foreach (string part in parts)
        {
            if (value.MapOrNull() is ObjectMap map && map.TryGet(part, out Value member))
            {
                value = member;
            }
            else if (value.ListOrNull() is { } list && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < list.Count)
            {
                value = list[index];
            }
            else
            {
                return Value.Null;
            }
        }

        return value;
    }

    internal static void WriteBounds(Utf8JsonWriter writer, IReadOnlyList<GivenBound> bounds)
    {
        writer.WriteStartArray();
        foreach (GivenBound given in bounds)
        {
            writer.WriteStartObject();
            writer.WriteNumber("place", given.Place);
            writer.WriteString("part", given.Part);
            writer.WriteString("pointer", given.Pointer);
            writer.WritePropertyName("bound");
            JsonText.Write(writer, Value.Of(given.Bound.ToMap()));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static GivenBound Given(Value value)
    {
        ObjectMap map = Map(value, "bounds");
        return new GivenBound((int)map["place"].AsInt(), Text(map, "part"), Text(map, "pointer"), ArgumentBound.Read(map["bound"], "bound"));
    }

    /// <summary>Writes the members <c>items</c>, <c>evidence</c> and <c>because</c>.</summary>
    internal static void WriteMembers(Utf8JsonWriter writer, ApprovalRequest request)
    {
        writer.WriteStartArray("items");
        foreach (ApprovalItem item in request.Items)
        {
            Write(writer, item);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("evidence");
        foreach (string reason in request.Evidence)
        {
            writer.WriteStringValue(reason);
        }

        writer.WriteEndArray();
        writer.WriteString("because", request.Because);
    }

    private static void Write(Utf8JsonWriter writer, ApprovalItem item)
    {
        writer.WriteStartObject();
        writer.WriteNumber("place", item.Place);
        writer.WriteString("part", item.Part);
        writer.WriteString("stepId", item.StepId);
        writer.WriteString("action", item.Action);
        writer.WriteString("tool", item.Tool?.Value);
        writer.WriteString("toolVersion", item.ToolVersion);
        writer.WriteString("target", item.Target);
        writer.WritePropertyName("arguments");
        JsonText.Write(writer, Value.Of(item.Arguments));
        writer.WriteString("digest", item.Digest?.Hex);
        writer.WriteStartArray("awaited");
        foreach (AwaitedArgument awaited in item.Awaited)
        {
            writer.WriteStartObject();
            writer.WriteString("pointer", awaited.Pointer);
            writer.WritePropertyName("shown");
            JsonText.Write(writer, Shown(item, awaited));
            writer.WritePropertyName("bound");
            JsonText.Write(writer, awaited.Bound is { } bound ? Value.Of(bound.ToMap()) : Value.Null);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("effect", item.Effect is { } effect ? Wire.Name(effect) : null);
        writer.WriteString("amount", item.Amount?.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("currency", item.Currency);
        writer.WriteString("undo", item.Undo);
        writer.WriteEndObject();
    }

    private static ApprovalItem Item(Value value)
    {
        ObjectMap map = Map(value, "items");
        return new ApprovalItem
        {
            Place = (int)map["place"].AsInt(),
            Part = Text(map, "part"),
            StepId = Text(map, "stepId"),
            Action = Text(map, "action"),
            Tool = map["tool"].StringOrNull() is { } tool ? new ToolName(tool) : null,
            ToolVersion = map["toolVersion"].StringOrNull(),
            Target = map["target"].StringOrNull(),
            Arguments = Map(map["arguments"], "arguments"),
            Digest = map["digest"].StringOrNull() is { } digest ? new CallDigest(digest) : null,
            Awaited = [.. Items(map["awaited"]).Select(Awaited)],
            Effect = Wire.TryParse(map["effect"].StringOrNull() ?? "", out ToolEffect effect) ? effect : null,
            Amount = decimal.TryParse(map["amount"].StringOrNull(), NumberStyles.Number, CultureInfo.InvariantCulture, out decimal amount) ? amount : null,
            Currency = map["currency"].StringOrNull(),
            Undo = map["undo"].StringOrNull(),
        };
    }

    private static AwaitedArgument Awaited(Value value)
    {
        ObjectMap map = Map(value, "awaited");
        return new AwaitedArgument(Text(map, "pointer"), map["bound"].IsNull ? null : ArgumentBound.Read(map["bound"], "bound"));
    }

    private static IEnumerable<Value> Items(Value value)
    {
        ListValue list = value.ListOrNull() ?? throw Broken("a list");
        return [.. list.Items];
    }

    private static ObjectMap Map(in Value value, string name) => value.MapOrNull() as ObjectMap ?? throw Broken(name);

    private static string Text(ObjectMap map, string name) => map[name].StringOrNull() ?? throw Broken(name);

    private static ReeveException Broken(string name) => new(new ReeveError(ErrorCatalogue.Storage.Corrupt, $"A request for approval has no '{name}'."));
}
