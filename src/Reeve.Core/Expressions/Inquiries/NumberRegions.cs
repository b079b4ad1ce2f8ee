using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Inquiries;

/// <summary>Numbers below, between and above those that a path is compared with.</summary>
internal static class NumberRegions
{
    // More than there are ever paths compared with one another.
    private const int MaxSteps = 100;

    /// <summary>Adds them.</summary>
    /// <param name="values">Takes them.</param>
    /// <param name="known">The numbers that are compared with.</param>
    /// <param name="byOrder">Whether the regions between them differ; else one other number is enough.</param>
    /// <param name="spare">How many of each region: as many as there are paths that are compared with one another.</param>
    internal static void Add(List<Value?> values, Value[] known, bool byOrder, int spare)
    {
        if (known.Length == 0)
        {
            for (long i = 1; byOrder && i <= spare; i++)
            {
                values.Add(Value.Of(i));
            }

            return;
        }

        Array.Sort(known, (left, right) => ValueEquality.CompareNumbers(left, right) ?? 0);
        for (int i = 1; i <= spare; i++)
        {
            Offer(values, known[^1], i, null);
        }

        if (!byOrder)
        {
            return;
        }

        for (int i = 1; i <= spare; i++)
        {
            Offer(values, known[0], -i, null);
            for (int at = 1; at < known.Length; at++)
            {
                Offer(values, known[at - 1], i, known[at]);
                Offer(values, Between(known[at - 1], known[at], i / (spare + 1.0)), 0, null);
            }
        }
    }

    // A number at so many steps from another, below a bound if there is one.
    private static void Offer(List<Value?> values, in Value from, int steps, Value? below)
    {
        Value offered = from;
        if (steps != 0)
        {
            double number = Number(from);
            offered = from.Kind == ValueKind.Int && from.AsInt() is > long.MinValue + MaxSteps and < long.MaxValue - MaxSteps
                ? Value.Of(from.AsInt() + steps)
                : Value.Of(number + (steps * Math.Max(1, Math.Abs(number) * 1e-3)));
        }

        if (below is not { } bound || ValueEquality.CompareNumbers(offered, bound) < 0)
        {
            values.Add(offered);
        }
    }

    private static Value Between(in Value low, in Value high, double share) => Value.Of(Number(low) + ((Number(high) - Number(low)) * share));

    private static double Number(in Value value) => value.Kind switch
    {
        ValueKind.Int => value.AsInt(),
        ValueKind.Uint => value.AsUint(),
        _ => value.AsDouble(),
    };
}
