using System.Runtime.CompilerServices;
using Reeve.Core.Schemas.Checks;
using Reeve.Core.Schemas.Compiling;
using Reeve.Core.Schemas.Samples;
using Reeve.Core.Values;

namespace Reeve.Core.Schemas;

/// <summary>Equality of JSON values as JSON Schema means it: numbers by their exact value, objects without order.</summary>
internal sealed class JsonEquality : IEqualityComparer<Value>
{
    internal static JsonEquality Instance { get; } = new();

    public bool Equals(Value left, Value right) => AreEqual(left, right);

    // Seeded by the process and fed whole values, so that no document can be made of equal hashes.
    public int GetHashCode(Value value)
    {
        HashCode hash = default;
        Add(ref hash, value);
        return hash.ToHashCode();
    }

    internal static bool AreEqual(in Value first, in Value second)
    {
        Value left = PlainJson.Scalar(first);
        Value right = PlainJson.Scalar(second);
        if (left.IsNumber)
        {
            return right.IsNumber && ExactNumber.Compare(left, right) == 0;
        }

        if (left.Kind != right.Kind)
        {
            return false;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (left.Kind)
        {
            case ValueKind.List:
                ListValue list = left.AsList();
                ListValue other = right.AsList();
                if (list.Count != other.Count)
                {
                    return false;
                }

                for (int i = 0; i < list.Count; i++)
                {
                    if (!AreEqual(list[i], other[i]))
                    {
                        return false;
                    }
                }

                return true;
            case ValueKind.Map:
                MapValue map = left.AsMap();
                MapValue otherMap = right.AsMap();
                if (map.Count != otherMap.Count)
                {
                    return false;
                }

                for (int i = 0; i < map.Count; i++)
                {
                    if (!otherMap.TryGet(map.KeyAt(i), out Value found) || !AreEqual(map.ValueAt(i), found))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return left == right;
        }
    }

    private static void Add(ref HashCode hash, in Value raw)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        Value value = PlainJson.Scalar(raw);
        switch (value.Kind)
        {
            case ValueKind.Null: hash.Add(0); break;
            case ValueKind.Bool: hash.Add(value.AsBool()); break;
            case ValueKind.String: hash.Add(value.AsString()); break;
            case ValueKind.Int: AddNumber(ref hash, value.AsInt()); break;
            case ValueKind.Uint: AddNumber(ref hash, value.AsUint()); break;
            case ValueKind.Double: AddNumber(ref hash, value.AsDouble()); break;
            case ValueKind.List:
                hash.Add(value.AsList().Count);
                foreach (ref readonly Value item in value.AsList().Items)
                {
                    Add(ref hash, item);
                }

                break;
            default:
                MapValue map = value.AsMap();
                int sum = map.Count;
                for (int i = 0; i < map.Count; i++)
                {
                    HashCode entry = default;
                    entry.Add(PlainJson.KeyAt(map, i));
                    Add(ref entry, map.ValueAt(i));
                    sum = unchecked(sum + entry.ToHashCode());
                }

                hash.Add(sum);
                break;
        }
    }

    // Numbers that are equal have one double, -0.0 and 0.0 aside; its two halves go in apart.
    private static void AddNumber(ref HashCode hash, double number)
    {
        long bits = BitConverter.DoubleToInt64Bits(number + 0.0);
        hash.Add((int)bits);
        hash.Add((int)(bits >> 32));
    }
}
