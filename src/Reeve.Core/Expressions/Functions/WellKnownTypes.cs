using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Times;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Functions;

/// <summary>
/// Messages of protobuf's well-known types, each of which is a plain value in CEL: wrappers are their content, Struct,
/// ListValue and Value are maps, lists and scalars. Other message types are unknown here.
/// </summary>
internal static class WellKnownTypes
{
    /// <summary>Builds the value of a message; when there is none, the reason.</summary>
    internal static Value Build(string typeName, string[] fields, Value[] values, out string? reason)
    {
        reason = Fault.BadMessageField;
        const string Prefix = "google.protobuf.";
        string name = typeName.StartsWith(Prefix, StringComparison.Ordinal) ? typeName[Prefix.Length..] : "";
        switch (name)
        {
            case "Timestamp" or "Duration": return BuildTime(name, fields, values, out reason);
            case "Struct" or "ListValue": return BuildContainer(name, fields, values, out reason);
            case "Value": return BuildJson(fields, values, out reason);
        }

        bool isEmpty = fields.Length == 0;
        if (!isEmpty && (fields.Length != 1 || fields[0] != "value"))
        {
            reason = IsWrapper(name) ? Fault.BadMessageField : Fault.UnknownMessage;
            return default;
        }

        Value value = isEmpty ? default : values[0];
        reason = null;
        switch (name)
        {
            case "BoolValue" when isEmpty || value.Kind == ValueKind.Bool: return isEmpty ? Value.False : value;
            case "StringValue" when isEmpty || value.Kind == ValueKind.String: return isEmpty ? Value.Of("") : value;
            case "BytesValue" when isEmpty || value.Kind == ValueKind.Bytes: return isEmpty ? Value.Of((byte[])[]) : value;
            case "DoubleValue" when isEmpty || value.Kind == ValueKind.Double: return isEmpty ? Value.Of(0.0) : value;
            case "FloatValue" when isEmpty || value.Kind == ValueKind.Double: return Value.Of(isEmpty ? 0.0 : (double)(float)value.AsDouble());
            case "Int64Value" when isEmpty || value.Kind == ValueKind.Int: return isEmpty ? Value.Of(0L) : value;
            case "UInt64Value" when isEmpty || value.Kind == ValueKind.Uint: return isEmpty ? Value.Of(0UL) : value;
            case "Int32Value" when isEmpty || (value.Kind == ValueKind.Int && value.AsInt() is >= int.MinValue and <= int.MaxValue):
                return isEmpty ? Value.Of(0L) : value;
            case "UInt32Value" when isEmpty || (value.Kind == ValueKind.Uint && value.AsUint() <= uint.MaxValue):
                return isEmpty ? Value.Of(0UL) : value;
            default:
                reason = IsWrapper(name) ? Fault.BadMessageField : Fault.UnknownMessage;
                return default;
        }
    }

    private static bool IsWrapper(string name) =>
        name is "BoolValue" or "StringValue" or "BytesValue" or "DoubleValue" or "FloatValue" or "Int64Value" or "UInt64Value" or "Int32Value" or "UInt32Value";

    private static Value BuildTime(string name, string[] fields, Value[] values, out string? reason)
    {
        Int128 total = 0;
        for (int i = 0; i < fields.Length; i++)
        {
            if (values[i].Kind != ValueKind.Int || fields[i] is not ("seconds" or "nanos"))
            {
                reason = Fault.BadMessageField;
                return default;
            }

            total += (Int128)values[i].AsInt() * (fields[i] == "seconds" ? TimeArithmetic.NanosPerSecond : 1);
        }

        return name == "Timestamp" ? TimeArithmetic.Timestamp(total, out reason) : TimeArithmetic.Duration(total, out reason);
    }

    private static Value BuildContainer(string name, string[] fields, Value[] values, out string? reason)
    {
        bool isStruct = name == "Struct";
        if (fields.Length == 0)
        {
            reason = null;
            return isStruct ? Value.Of(ObjectMap.Empty) : Value.Of(ListValue.Empty);
        }

        bool fits = fields.Length == 1 && fields[0] == (isStruct ? "fields" : "values")
            && (isStruct ? HasTextKeys(values[0]) : values[0].Kind == ValueKind.List);
        reason = fits ? null : Fault.BadMessageField;
        return fits ? values[0] : default;
    }

    private static bool HasTextKeys(in Value value)
    {
        if (value.MapOrNull() is not { } map)
        {
            return false;
        }

        for (int i = 0; i < map.Count; i++)
        {
            if (map.KeyAt(i).Kind != ValueKind.String)
            {
                return false;
            }
        }

        return true;
    }

    private static Value BuildJson(string[] fields, Value[] values, out string? reason)
    {
        reason = null;
        if (fields.Length == 0)
        {
            return Value.Null;
        }

        bool fits = fields.Length == 1 && fields[0] switch
        {
            "null_value" => values[0].IsNull || (values[0].Kind == ValueKind.Int && values[0].AsInt() == 0),
            "number_value" => values[0].Kind == ValueKind.Double,
            "string_value" => values[0].Kind == ValueKind.String,
            "bool_value" => values[0].Kind == ValueKind.Bool,
            "struct_value" => HasTextKeys(values[0]),
            "list_value" => values[0].Kind == ValueKind.List,
            _ => false,
        };
        reason = fits ? null : Fault.BadMessageField;
        return fits && fields[0] != "null_value" ? values[0] : default;
    }
}
