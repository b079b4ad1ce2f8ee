using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.Placeholders;

/// <summary>What a mapping computed, in the types JSON has: tools receive JSON, and schemas know no timestamp.</summary>
internal static class PlainJson
{
    internal static Value Of(Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Timestamp: return Value.Of(TimeText.Timestamp(value));
            case ValueKind.Duration: return Value.Of(TimeText.Duration(value));
            case ValueKind.Bytes: return Value.Of(Convert.ToBase64String(value.AsBytes()));
            case ValueKind.Type: return Value.Of(value.AsType().Name);
            case ValueKind.Error: return Value.Null;
            case ValueKind.Uint when value.AsUint() <= long.MaxValue: return Value.Of((long)value.AsUint());
            case ValueKind.Uint: return Value.Of((double)value.AsUint());
            case ValueKind.Double when !double.IsFinite(value.AsDouble()): return Value.Null;
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
                    keys[i] = map.KeyAt(i).StringOrNull() ?? JsonText.ToText(map.KeyAt(i));
                    values[i] = Of(map.ValueAt(i));
                }

                return Value.Of(new ObjectMap(keys, values));
            default: return value;
        }
    }
}
