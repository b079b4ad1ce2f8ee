namespace Reeve.Core.Values;

/// <summary>Equality and order of numbers and deep equality of values.</summary>
public static class ValueEquality
{
    // 2^63 and 2^64, the first doubles past the integers.
    private const double PastInt = 9223372036854775808.0;
    private const double PastUint = 18446744073709551616.0;

    /// <summary>
    /// Compares two numbers of any kind by their exact mathematical value. Null when one is NaN or not a number.
    /// </summary>
    public static int? CompareNumbers(in Value left, in Value right)
    {
        switch (left.Kind, right.Kind)
        {
            case (ValueKind.Int, ValueKind.Int): return left.AsInt().CompareTo(right.AsInt());
            case (ValueKind.Uint, ValueKind.Uint): return left.AsUint().CompareTo(right.AsUint());
            case (ValueKind.Double, ValueKind.Double): return CompareDoubles(left.AsDouble(), right.AsDouble());
            case (ValueKind.Int, ValueKind.Uint): return CompareIntUint(left.AsInt(), right.AsUint());
            case (ValueKind.Uint, ValueKind.Int): return -CompareIntUint(right.AsInt(), left.AsUint());
            case (ValueKind.Int, ValueKind.Double): return CompareIntDouble(left.AsInt(), right.AsDouble());
            case (ValueKind.Double, ValueKind.Int): return -CompareIntDouble(right.AsInt(), left.AsDouble());
            case (ValueKind.Uint, ValueKind.Double): return CompareUintDouble(left.AsUint(), right.AsDouble());
            case (ValueKind.Double, ValueKind.Uint): return -CompareUintDouble(right.AsUint(), left.AsDouble());
            default: return null;
        }
    }

    internal static bool DeepEquals(in Value left, in Value right)
    {
        ValueKind kind = left.Kind;
        if (left.IsNumber)
        {
            return CompareNumbers(left, right) == 0
                || (kind == ValueKind.Double && right.Kind == ValueKind.Double
                    && double.IsNaN(left.AsDouble()) && double.IsNaN(right.AsDouble()));
        }

        if (kind != right.Kind)
        {
            return false;
        }

        return kind switch
        {
            ValueKind.Null => true,
            ValueKind.Bool => left.AsBool() == right.AsBool(),
            ValueKind.String => string.Equals(left.AsString(), right.AsString()),
            ValueKind.Bytes => left.AsBytes().SequenceEqual(right.AsBytes()),
            ValueKind.Timestamp or ValueKind.Duration => left.Seconds == right.Seconds && left.Nanos == right.Nanos,
            ValueKind.Type => string.Equals(left.AsType().Name, right.AsType().Name),
            ValueKind.List => ListsEqual(left.AsList(), right.AsList()),
            ValueKind.Map => MapsEqual(left.AsMap(), right.AsMap()),
            ValueKind.Opaque => left.AsOpaque().Equals(right.AsOpaque()),
            _ => ReferenceEquals(left.AsError(), right.AsError()),
        };
    }

    internal static int Hash(in Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Null: return 0;
            case ValueKind.Bool: return value.AsBool() ? 1 : 2;
            case ValueKind.Int: return HashDouble(value.AsInt());
            case ValueKind.Uint: return HashDouble(value.AsUint());
            case ValueKind.Double: return HashDouble(value.AsDouble());
            case ValueKind.String: return string.GetHashCode(value.AsString(), StringComparison.Ordinal);
            case ValueKind.Timestamp or ValueKind.Duration: return HashCode.Combine(value.Kind, value.Seconds, value.Nanos);
            case ValueKind.Type: return string.GetHashCode(value.AsType().Name, StringComparison.Ordinal);
            case ValueKind.Bytes:
                HashCode bytes = default;
                bytes.AddBytes(value.AsBytes());
                return bytes.ToHashCode();
            case ValueKind.List:
                HashCode list = default;
                foreach (ref readonly Value item in value.AsList().Items)
                {
                    list.Add(Hash(item));
                }

                return list.ToHashCode();
            case ValueKind.Map:
                MapValue map = value.AsMap();
                int sum = map.Count;
                for (int i = 0; i < map.Count; i++)
                {
                    sum = unchecked(sum + HashCode.Combine(Hash(map.KeyAt(i)), Hash(map.ValueAt(i))));
                }

                return sum;
            case ValueKind.Opaque: return value.AsOpaque().GetHashCode();
            default: return System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value.AsError());
        }
    }

    // Equal numbers of different kinds share one double, so they share its hash (0.0 and -0.0 are equal, too).
    private static int HashDouble(double value) => (value + 0.0).GetHashCode();

    private static int? CompareDoubles(double left, double right) =>
        left < right ? -1 : left > right ? 1 : left == right ? 0 : null;

    private static int CompareIntUint(long left, ulong right) =>
        left < 0 ? -1 : ((ulong)left).CompareTo(right);

    private static int? CompareIntDouble(long left, double right)
    {
        if (double.IsNaN(right))
        {
            return null;
        }

        if (right >= PastInt)
        {
            return -1;
        }

        if (right < -PastInt)
        {
            return 1;
        }

        long whole = (long)right;
        int order = left.CompareTo(whole);
        return order != 0 ? order : 0.0.CompareTo(right - Math.Truncate(right));
    }

    private static int? CompareUintDouble(ulong left, double right)
    {
        if (double.IsNaN(right))
        {
            return null;
        }

        if (right < 0)
        {
            return 1;
        }

        if (right >= PastUint)
        {
            return -1;
        }

        ulong whole = (ulong)right;
        int order = left.CompareTo(whole);
        return order != 0 ? order : 0.0.CompareTo(right - Math.Truncate(right));
    }

    private static bool ListsEqual(ListValue left, ListValue right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            if (!DeepEquals(left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool MapsEqual(MapValue left, MapValue right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            if (!right.TryGet(left.KeyAt(i), out Value other) || !DeepEquals(left.ValueAt(i), other))
            {
                return false;
            }
        }

        return true;
    }
}
