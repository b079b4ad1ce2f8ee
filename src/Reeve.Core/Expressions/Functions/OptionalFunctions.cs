using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Functions;

/// <summary>The functions of optional values.</summary>
internal static class OptionalFunctions
{
    internal static Value None(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        return Value.Of(OptionalValue.None);
    }

    internal static Value Of(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        return OptionalValue.Of(args[0]);
    }

    internal static Value OfNonZero(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        return IsZero(args[0]) ? Value.Of(OptionalValue.None) : OptionalValue.Of(args[0]);
    }

    internal static Value HasValue(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryOptional(args, out OptionalValue optional, out reason) ? Value.Of(optional.HasValue) : default;

    internal static Value GetValue(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (!TryOptional(args, out OptionalValue optional, out reason))
        {
            return default;
        }

        reason = optional.HasValue ? null : Fault.NoValue;
        return optional.Value;
    }

    internal static Value Or(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (!TryOptional(args, out OptionalValue optional, out reason))
        {
            return default;
        }

        bool otherFits = args[1].Kind == ValueKind.Opaque && args[1].AsOpaque() is OptionalValue;
        reason = otherFits ? null : Fault.WrongType;
        return optional.HasValue ? args[0] : args[1];
    }

    internal static Value OrValue(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryOptional(args, out OptionalValue optional, out reason) ? optional.HasValue ? optional.Value : args[1] : default;

    /// <summary>The values of the optionals in a list that have one.</summary>
    internal static Value Unwrap(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        if (args[0].ListOrNull() is not { } list)
        {
            reason = Fault.WrongType;
            return default;
        }

        List<Value> items = [];
        foreach (ref readonly Value item in list.Items)
        {
            context.Left--;
            if (item.Kind != ValueKind.Opaque || item.AsOpaque() is not OptionalValue optional)
            {
                reason = Fault.WrongType;
                return default;
            }

            if (optional.HasValue)
            {
                items.Add(optional.Value);
            }
        }

        return Value.Of(new ListValue([.. items]));
    }

    private static bool TryOptional(ReadOnlySpan<Value> args, out OptionalValue optional, out string? reason)
    {
        OptionalValue? found = args[0].Kind == ValueKind.Opaque ? args[0].AsOpaque() as OptionalValue : null;
        optional = found ?? OptionalValue.None;
        reason = found is null ? Fault.WrongType : null;
        return found is not null;
    }

    private static bool IsZero(in Value value) => value.Kind switch
    {
        ValueKind.Null => true,
        ValueKind.Bool => !value.AsBool(),
        ValueKind.Int => value.AsInt() == 0,
        ValueKind.Uint => value.AsUint() == 0,
        ValueKind.Double => value.AsDouble() == 0,
        ValueKind.String => value.AsString().Length == 0,
        ValueKind.Bytes => value.AsBytes().Length == 0,
        ValueKind.List => value.AsList().Count == 0,
        ValueKind.Map => value.AsMap().Count == 0,
        ValueKind.Timestamp or ValueKind.Duration => value.Seconds == 0 && value.Nanos == 0,
        ValueKind.Opaque => value.AsOpaque() is OptionalValue { HasValue: false },
        _ => false,
    };
}
