using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Functions;

/// <summary>The math extension.</summary>
internal static class MathFunctions
{
    internal static Value Greatest(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) => Extreme(ref context, args, 1, out reason);

    internal static Value Least(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) => Extreme(ref context, args, -1, out reason);

    internal static Value Ceil(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryDouble(args, out double value, out reason) ? Value.Of(Math.Ceiling(value)) : default;

    internal static Value Floor(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryDouble(args, out double value, out reason) ? Value.Of(Math.Floor(value)) : default;

    internal static Value Round(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryDouble(args, out double value, out reason) ? Value.Of(Math.Round(value, MidpointRounding.AwayFromZero)) : default;

    internal static Value Truncate(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryDouble(args, out double value, out reason) ? Value.Of(Math.Truncate(value)) : default;

    internal static Value IsNaN(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryDouble(args, out double value, out reason) ? Value.Of(double.IsNaN(value)) : default;

    internal static Value IsInfinite(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryDouble(args, out double value, out reason) ? Value.Of(double.IsInfinity(value)) : default;

    internal static Value IsFinite(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryDouble(args, out double value, out reason) ? Value.Of(double.IsFinite(value)) : default;

    internal static Value SquareRoot(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = args[0].IsNumber ? null : Fault.WrongType;
        return reason is null ? Value.Of(Math.Sqrt(Numbers.ToDouble(args[0]))) : default;
    }

    internal static Value Absolute(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        switch (args[0].Kind)
        {
            case ValueKind.Uint: return args[0];
            case ValueKind.Double: return Value.Of(Math.Abs(args[0].AsDouble()));
            case ValueKind.Int when args[0].AsInt() != long.MinValue: return Value.Of(Math.Abs(args[0].AsInt()));
            default:
                reason = args[0].Kind == ValueKind.Int ? Fault.Overflow : Fault.WrongType;
                return default;
        }
    }

    internal static Value Sign(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        switch (args[0].Kind)
        {
            case ValueKind.Int: return Value.Of((long)Math.Sign(args[0].AsInt()));
            case ValueKind.Uint: return Value.Of(args[0].AsUint() == 0 ? 0UL : 1UL);
            case ValueKind.Double:
                double value = args[0].AsDouble();
                return Value.Of(value > 0 ? 1.0 : value < 0 ? -1.0 : value);
            default:
                reason = Fault.WrongType;
                return default;
        }
    }

    internal static Value BitAnd(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryBits(args, out ulong left, out ulong right, out reason) ? OfBits(left & right, args[0]) : default;

    internal static Value BitOr(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryBits(args, out ulong left, out ulong right, out reason) ? OfBits(left | right, args[0]) : default;

    internal static Value BitXor(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryBits(args, out ulong left, out ulong right, out reason) ? OfBits(left ^ right, args[0]) : default;

    internal static Value BitNot(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        bool isWhole = args[0].Kind is ValueKind.Int or ValueKind.Uint;
        reason = isWhole ? null : Fault.WrongType;
        return isWhole ? OfBits(~args[0].AsUint(), args[0]) : default;
    }

    internal static Value ShiftLeft(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (!TryShift(args, out long by, out reason))
        {
            return default;
        }

        return OfBits(by > 63 ? 0 : args[0].AsUint() << (int)by, args[0]);
    }

    internal static Value ShiftRight(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (!TryShift(args, out long by, out reason))
        {
            return default;
        }

        // Zeros come in from the left, for int too: the extension shifts the bits, not the number.
        return OfBits(by > 63 ? 0 : args[0].AsUint() >> (int)by, args[0]);
    }

    private static Value OfBits(ulong bits, in Value like) => like.Kind == ValueKind.Uint ? Value.Of(bits) : Value.Of(unchecked((long)bits));

    private static bool TryDouble(ReadOnlySpan<Value> args, out double value, out string? reason)
    {
        bool isDouble = args[0].Kind == ValueKind.Double;
        value = isDouble ? args[0].AsDouble() : 0;
        reason = isDouble ? null : Fault.WrongType;
        return isDouble;
    }

    private static bool TryBits(ReadOnlySpan<Value> args, out ulong left, out ulong right, out string? reason)
    {
        bool fits = args[0].Kind is ValueKind.Int or ValueKind.Uint && args[0].Kind == args[1].Kind;
        left = fits ? args[0].AsUint() : 0;
        right = fits ? args[1].AsUint() : 0;
        reason = fits ? null : Fault.WrongType;
        return fits;
    }

    private static bool TryShift(ReadOnlySpan<Value> args, out long by, out string? reason)
    {
        bool fits = args[0].Kind is ValueKind.Int or ValueKind.Uint && args[1].Kind == ValueKind.Int;
        by = fits ? args[1].AsInt() : 0;
        reason = !fits ? Fault.WrongType : by < 0 ? Fault.OutOfRange : null;
        return reason is null;
    }

    // Of one list argument its elements, else of the arguments; the first of equals wins.
    private static Value Extreme(ref EvalContext context, ReadOnlySpan<Value> args, int sign, out string? reason)
    {
        ReadOnlySpan<Value> numbers = args.Length == 1 && args[0].ListOrNull() is { } list ? list.Items : args;
        context.Left -= numbers.Length;
        reason = numbers.Length == 0 ? Fault.WrongType : null;
        Value best = default;
        foreach (ref readonly Value number in numbers)
        {
            if (!number.IsNumber)
            {
                reason = Fault.WrongType;
                return default;
            }

            best = best.IsNull || Comparison.CompareNumbers(number, best, context.IsStrict) * sign > 0 ? number : best;
        }

        return best;
    }
}
