using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Evaluation;

/// <summary>
/// Guards those who walk a result: a few bound lists of lists of themselves denote more values than memory holds, although
/// building them cost nothing.
/// </summary>
internal static class ResultSize
{
    internal static bool IsExcessive(in Value value)
    {
        int left = ExpressionLimits.MaxResultValues;
        return value.Kind is ValueKind.List or ValueKind.Map or ValueKind.Opaque && !Count(value, ref left);
    }

    private static bool Count(in Value value, ref int left)
    {
        switch (value.Kind)
        {
            case ValueKind.List:
                ListValue list = value.AsList();
                left -= list.Count;
                for (int i = 0; i < list.Count && left >= 0; i++)
                {
                    Count(list[i], ref left);
                }

                break;
            case ValueKind.Map:
                MapValue map = value.AsMap();
                left -= map.Count;
                for (int i = 0; i < map.Count && left >= 0; i++)
                {
                    Count(map.ValueAt(i), ref left);
                }

                break;
            case ValueKind.Opaque when value.AsOpaque() is OptionalValue optional:
                return Count(optional.Value, ref left);
        }

        return left >= 0;
    }
}
