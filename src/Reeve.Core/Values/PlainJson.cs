namespace Reeve.Core.Values;

/// <summary>Values in the types JSON has, as <see cref="JsonText"/> would write them: tools receive JSON, and schemas know no timestamp.</summary>
public static class PlainJson
{
    /// <summary>The value itself, through and through.</summary>
    public static Value Of(Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Uint when value.AsUint() <= long.MaxValue: return Value.Of((long)value.AsUint());
            case ValueKind.Uint: return Value.Of((double)value.AsUint());
            case ValueKind.List:
                ListValue list = value.AsList();
                Value[] items = new Value[list.Count];
                for (int i = 0; i < items.Length; i++)
                {
                    items[i] = Of(list[i]);
                }

                return Value.Of(new ListValue(items));
            case ValueKind.Map:
                MapValue map = value.AsMap();
                string[] keys = new string[map.Count];
                Value[] values = new Value[map.Count];
                for (int i = 0; i < keys.Length; i++)
                {
                    keys[i] = KeyAt(map, i);
                    values[i] = Of(map.ValueAt(i));
                }

                return Value.Of(new ObjectMap(keys, values));
            default: return Scalar(value);
        }
    }

    /// <summary>The value, unless it is a list or map: those, and uints, stay as they are.</summary>
    public static Value Scalar(in Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Timestamp: return Value.Of(TimeText.Timestamp(value));
            case ValueKind.Duration: return Value.Of(TimeText.Duration(value));
            case ValueKind.Bytes: return Value.Of(Convert.ToBase64String(value.AsBytes()));
            case ValueKind.Type: return Value.Of(value.AsType().Name);
            case ValueKind.Error: return Value.Null;
            case ValueKind.Double when !double.IsFinite(value.AsDouble()) && value.SourceText is null: return Value.Null;
            default: return value;
        }
    }

    /// <summary>A key as JSON writes it.</summary>
    public static string KeyAt(MapValue map, int index)
    {
        Value key = map.KeyAt(index);
        return key.StringOrNull() ?? JsonText.ToText(key);
    }
}
