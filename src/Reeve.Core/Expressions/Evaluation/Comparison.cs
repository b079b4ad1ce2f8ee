using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Evaluation;

/// <summary>Equality and order as CEL has them, charged by size.</summary>
internal static class Comparison
{
    /// <summary>
    /// Equality: values of different types differ (numbers aside), NaN equals nothing. Walking over elements is charged;
    /// with nothing left the answer means nothing and the caller's is replaced.
    /// </summary>
    internal static bool AreEqual(ref EvalContext context, in Value left, in Value right)
    {
        ValueKind kind = left.Kind;
        if (kind is ValueKind.Int or ValueKind.Uint or ValueKind.Double)
        {
            return CompareNumbers(left, right, context.IsStrict) == 0;
        }

        if (kind != right.Kind)
        {
            return false;
        }

        switch (kind)
        {
            case ValueKind.String:
                context.Left -= left.AsString().Length / 10;
                return string.Equals(left.AsString(), right.AsString());
            case ValueKind.List: return ListsEqual(ref context, left.AsList(), right.AsList());
            case ValueKind.Map: return MapsEqual(ref context, left.AsMap(), right.AsMap());
            case ValueKind.Opaque when left.AsOpaque() is OptionalValue one && right.AsOpaque() is OptionalValue other:
                return one.HasValue == other.HasValue && (!one.HasValue || AreEqual(ref context, one.Value, other.Value));
            default: return left.Equals(right);
        }
    }

    /// <summary>Whether a list holds a value.</summary>
    internal static bool Contains(ref EvalContext context, ListValue list, in Value sought)
    {
        foreach (ref readonly Value item in list.Items)
        {
            context.Left--;
            if (context.IsExhausted || AreEqual(ref context, item, sought))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The order of two values; null when one is NaN. <paramref name="comparable"/> is false when their types have no order.</summary>
    internal static int? Order(ref EvalContext context, in Value left, in Value right, out bool comparable)
    {
        comparable = true;
        ValueKind kind = left.Kind;
        if (kind is ValueKind.Int or ValueKind.Uint or ValueKind.Double)
        {
            comparable = right.IsNumber;
            return CompareNumbers(left, right, context.IsStrict);
        }

        comparable = kind == right.Kind;
        if (!comparable)
        {
            return null;
        }

        switch (kind)
        {
            case ValueKind.Bool: return left.AsBool().CompareTo(right.AsBool());
            case ValueKind.String:
                context.ChargeText(Math.Min(left.AsString().Length, right.AsString().Length));
                return CompareText(left.AsString(), right.AsString());
            case ValueKind.Bytes:
                context.ChargeText(Math.Min(left.AsBytes().Length, right.AsBytes().Length));
                return left.AsBytes().SequenceCompareTo(right.AsBytes());
            case ValueKind.Timestamp or ValueKind.Duration:
                int seconds = left.Seconds.CompareTo(right.Seconds);
                return seconds != 0 ? seconds : left.Nanos.CompareTo(right.Nanos);
            default:
                comparable = false;
                return null;
        }
    }

    /// <summary>
    /// The order of two numbers, null when one is NaN or none. Strict expressions compare a whole number with a double as
    /// doubles, which is what the conformance suite asks for; lenient ones compare the exact values.
    /// </summary>
    internal static int? CompareNumbers(in Value left, in Value right, bool isStrict)
    {
        if (!isStrict || left.Kind == right.Kind || (left.Kind != ValueKind.Double && right.Kind != ValueKind.Double) || !right.IsNumber)
        {
            return ValueEquality.CompareNumbers(left, right);
        }

        double one = Numbers.ToDouble(left);
        double other = Numbers.ToDouble(right);
        return one < other ? -1 : one > other ? 1 : one == other ? 0 : null;
    }

    /// <summary>Order by code points, which differs from UTF-16's where surrogates meet U+E000 to U+FFFF.</summary>
    internal static int CompareText(string left, string right)
    {
        int same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        char one = left[same];
        char other = right[same];
        return char.IsSurrogate(one) == char.IsSurrogate(other) ? one.CompareTo(other) : char.IsSurrogate(one) ? 1 : -1;
    }

    private static bool ListsEqual(ref EvalContext context, ListValue left, ListValue right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            context.Left--;
            if (context.IsExhausted || !AreEqual(ref context, left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool MapsEqual(ref EvalContext context, MapValue left, MapValue right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            context.Left--;
            if (context.IsExhausted || !right.TryGet(left.KeyAt(i), out Value other) || !AreEqual(ref context, left.ValueAt(i), other))
            {
                return false;
            }
        }

        return true;
    }
}
