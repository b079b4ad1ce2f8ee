using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Evaluation;

/// <summary>What fields, keys and indexes lead to, in all modes.</summary>
internal static class Selection
{
    /// <summary>The field of a value; null, with the reason, when there is none.</summary>
    internal static Value Field(in Value operand, string field, out string? reason)
    {
        reason = null;
        if (operand.MapOrNull() is { } map)
        {
            if (!map.TryGet(field, out Value value))
            {
                reason = Fault.NoSuchKey;
            }

            return value;
        }

        if (operand.Kind == ValueKind.Opaque && operand.AsOpaque() is OptionalValue optional)
        {
            return optional.HasValue ? OptionalValue.Wrap(Field(optional.Value, field, out reason), ref reason) : operand;
        }

        reason = Fault.WrongType;
        return default;
    }

    /// <summary>The element under a key or index; null, with the reason, when there is none.</summary>
    internal static Value Element(in Value operand, in Value key, out string? reason)
    {
        reason = null;
        switch (operand.Kind)
        {
            case ValueKind.Map:
                if (!operand.AsMap().TryGet(key, out Value value))
                {
                    reason = Fault.NoSuchKey;
                }

                return value;
            case ValueKind.List:
                ListValue list = operand.AsList();
                if (TryIndex(key, out long index, out reason) && index >= 0 && index < list.Count)
                {
                    return list[(int)index];
                }

                reason ??= Fault.NoSuchIndex;
                return default;
            case ValueKind.Opaque when operand.AsOpaque() is OptionalValue optional:
                return optional.HasValue ? OptionalValue.Wrap(Element(optional.Value, key, out reason), ref reason) : operand;
            default:
                reason = Fault.WrongType;
                return default;
        }
    }

    /// <summary>Whether a field exists: Unknown when the operand has no fields at all.</summary>
    internal static TruthKind Has(in Value operand, string field)
    {
        if (operand.MapOrNull() is { } map)
        {
            return map.TryGet(field, out _) ? TruthKind.True : TruthKind.False;
        }

        return operand.Kind == ValueKind.Opaque && operand.AsOpaque() is OptionalValue optional
            ? optional.HasValue ? Has(optional.Value, field) : TruthKind.False
            : TruthKind.Unknown;
    }

    // Numbers of any kind index a list as long as they are whole.
    private static bool TryIndex(in Value key, out long index, out string? reason)
    {
        reason = null;
        index = -1;
        switch (key.Kind)
        {
            case ValueKind.Int:
                index = key.AsInt();
                return true;
            case ValueKind.Uint when key.AsUint() <= int.MaxValue:
                index = (long)key.AsUint();
                return true;
            case ValueKind.Uint:
                return true;
            case ValueKind.Double when key.AsDouble() is >= 0 and <= int.MaxValue && Math.Truncate(key.AsDouble()) == key.AsDouble():
                index = (long)key.AsDouble();
                return true;
            default:
                reason = key.IsNumber ? Fault.NoSuchIndex : Fault.WrongType;
                return false;
        }
    }
}
