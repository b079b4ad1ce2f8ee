using Reeve.Core.Expressions.Syntax;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Evaluation;

/// <summary>Checked arithmetic on numbers; null answers come with the reason.</summary>
internal static class Numbers
{
    internal static double ToDouble(in Value value) => value.Kind switch
    {
        ValueKind.Int => value.AsInt(),
        ValueKind.Uint => value.AsUint(),
        _ => value.AsDouble(),
    };

    /// <summary>One operation on two numbers of one kind.</summary>
    internal static Value Same(Operator kind, in Value left, in Value right, out string? reason)
    {
        reason = null;
        return left.Kind switch
        {
            ValueKind.Int => Ints(kind, left.AsInt(), right.AsInt(), out reason),
            ValueKind.Uint => Uints(kind, left.AsUint(), right.AsUint(), out reason),
            _ => Doubles(kind, left.AsDouble(), right.AsDouble(), out reason),
        };
    }

    /// <summary>One operation on numbers of different kinds: a double makes it one of doubles; int and uint give an int if it fits, else a uint.</summary>
    internal static Value Mixed(Operator kind, in Value left, in Value right, out string? reason)
    {
        if (left.Kind == ValueKind.Double || right.Kind == ValueKind.Double)
        {
            return Doubles(kind, ToDouble(left), ToDouble(right), out reason);
        }

        Int128 one = left.Kind == ValueKind.Int ? left.AsInt() : left.AsUint();
        Int128 other = right.Kind == ValueKind.Int ? right.AsInt() : right.AsUint();
        reason = null;
        if (other == 0 && kind is Operator.Divide or Operator.Modulo && other == 0)
        {
            reason = kind == Operator.Divide ? Fault.DivideByZero : Fault.ModuloByZero;
            return default;
        }

        // 64 bits times 64 bits never leaves 128.
        Int128 result = kind switch
        {
            Operator.Add => one + other,
            Operator.Subtract => one - other,
            Operator.Multiply => one * other,
            Operator.Divide => one / other,
            _ => one % other,
        };
        if (result >= long.MinValue && result <= long.MaxValue)
        {
            return Value.Of((long)result);
        }

        if (result >= 0 && result <= ulong.MaxValue)
        {
            return Value.Of((ulong)result);
        }

        reason = Fault.Overflow;
        return default;
    }

    private static Value Ints(Operator kind, long left, long right, out string? reason)
    {
        long result;
        bool overflows;
        reason = null;
        switch (kind)
        {
            case Operator.Add:
                result = unchecked(left + right);
                overflows = ((left ^ result) & (right ^ result)) < 0;
                break;
            case Operator.Subtract:
                result = unchecked(left - right);
                overflows = ((left ^ right) & (left ^ result)) < 0;
                break;
            case Operator.Multiply:
                long high = Math.BigMul(left, right, out result);
                overflows = high != (result < 0 ? -1 : 0);
                break;
            default:
                if (right == 0)
                {
                    reason = kind == Operator.Divide ? Fault.DivideByZero : Fault.ModuloByZero;
                    return default;
                }

                overflows = left == long.MinValue && right == -1;
                result = overflows ? 0 : kind == Operator.Divide ? left / right : left % right;
                break;
        }

        reason = overflows ? Fault.Overflow : null;
        return overflows ? default : Value.Of(result);
    }

    private static Value Uints(Operator kind, ulong left, ulong right, out string? reason)
    {
        ulong result;
        bool overflows = false;
        reason = null;
        switch (kind)
        {
            case Operator.Add:
                result = unchecked(left + right);
                overflows = result < left;
                break;
            case Operator.Subtract:
                result = unchecked(left - right);
                overflows = right > left;
                break;
            case Operator.Multiply:
                overflows = Math.BigMul(left, right, out result) != 0;
                break;
            default:
                if (right == 0)
                {
                    reason = kind == Operator.Divide ? Fault.DivideByZero : Fault.ModuloByZero;
                    return default;
                }

                result = kind == Operator.Divide ? left / right : left % right;
                break;
        }

        reason = overflows ? Fault.Overflow : null;
        return overflows ? default : Value.Of(result);
    }

    private static Value Doubles(Operator kind, double left, double right, out string? reason)
    {
        reason = kind == Operator.Modulo ? Fault.WrongType : null;
        return kind switch
        {
            Operator.Add => Value.Of(left + right),
            Operator.Subtract => Value.Of(left - right),
            Operator.Multiply => Value.Of(left * right),
            Operator.Divide => Value.Of(left / right),
            _ => default,
        };
    }
}
