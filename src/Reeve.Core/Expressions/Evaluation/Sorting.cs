using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Evaluation;

/// <summary>A stable sort of values of one ordered type, charged by comparison.</summary>
internal static class Sorting
{
    /// <summary>Sorts <paramref name="items"/> by <paramref name="keys"/> in place; the reason when the keys have no order.</summary>
    internal static string? Sort(ref EvalContext context, Value[] keys, Value[] items)
    {
        // A merge from the bottom: its comparisons can be charged and stopped, which a framework sort cannot.
        int count = keys.Length;
        Value[] otherKeys = new Value[count];
        Value[] otherItems = new Value[count];
        for (int width = 1; width < count; width *= 2)
        {
            for (int start = 0; start < count; start += 2 * width)
            {
                int middle = Math.Min(start + width, count);
                int end = Math.Min(start + (2 * width), count);
                int left = start;
                int right = middle;
                for (int to = start; to < end; to++)
                {
                    bool takeLeft = right >= end;
                    if (!takeLeft && left < middle)
                    {
                        context.Left--;
                        int? order = Comparison.Order(ref context, keys[left], keys[right], out bool comparable);
                        if (!comparable || context.IsExhausted || keys[left].Kind != keys[right].Kind)
                        {
                            return context.IsExhausted ? Fault.TooCostly : Fault.WrongType;
                        }

                        takeLeft = order is not > 0;
                    }

                    int from = takeLeft ? left++ : right++;
                    otherKeys[to] = keys[from];
                    otherItems[to] = items[from];
                }
            }

            otherKeys.CopyTo(keys, 0);
            otherItems.CopyTo(items, 0);
        }

        // One element alone was never compared, yet must be of a type that has an order.
        if (count == 1)
        {
            Comparison.Order(ref context, keys[0], keys[0], out bool comparable);
            return comparable ? null : Fault.WrongType;
        }

        return null;
    }
}
