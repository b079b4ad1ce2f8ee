using System.Text;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Texts;

/// <summary><c>replace</c> and <c>split</c>: an empty pattern matches between any two code points, a negative limit is none.</summary>
internal static class StringSplitting
{
    internal static Value Replace(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        string? text = args[0].StringOrNull();
        string? old = args[1].StringOrNull();
        string? replacement = args[2].StringOrNull();
        if (text is null || old is null || replacement is null || !TryLimit(args, 3, out long limit))
        {
            reason = Fault.WrongType;
            return default;
        }

        context.ChargeText(text.Length);
        StringBuilder result = new(text.Length);
        int at = 0;
        for (long done = 0; limit < 0 || done < limit; done++)
        {
            int found = old.Length > 0 ? text.IndexOf(old, at, StringComparison.Ordinal)
                : done == 0 ? 0
                : at < text.Length ? at + CodePoints.LengthAt(text, at)
                : -1;
            context.ChargeText(replacement.Length);
            if (found < 0 || context.IsExhausted)
            {
                break;
            }

            result.Append(text, at, found - at).Append(replacement);
            at = found + old.Length;
        }

        reason = context.IsExhausted ? Fault.TooCostly : null;
        return reason is null ? Value.Of(result.Append(text, at, text.Length - at).ToString()) : default;
    }

    internal static Value Split(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        string? text = args[0].StringOrNull();
        string? separator = args[1].StringOrNull();
        if (text is null || separator is null || !TryLimit(args, 2, out long limit))
        {
            reason = Fault.WrongType;
            return default;
        }

        reason = null;
        context.ChargeText(text.Length);
        List<Value> parts = [];
        int at = 0;
        while (limit < 0 || parts.Count < limit - 1)
        {
            int found = separator.Length > 0 ? text.IndexOf(separator, at, StringComparison.Ordinal)
                : at < text.Length && at + CodePoints.LengthAt(text, at) < text.Length ? at + CodePoints.LengthAt(text, at)
                : -1;
            context.Left--;
            if (found < 0 || context.IsExhausted)
            {
                break;
            }

            parts.Add(Value.Of(text[at..found]));
            at = found + separator.Length;
        }

        if (context.IsExhausted)
        {
            reason = Fault.TooCostly;
            return default;
        }

        // The empty text splits into nothing by an empty separator, and a limit of nothing gives nothing.
        if (limit != 0 && (separator.Length > 0 || text.Length > 0))
        {
            parts.Add(Value.Of(text[at..]));
        }

        return Value.Of(parts.Count == 0 ? ListValue.Empty : new ListValue([.. parts]));
    }

    private static bool TryLimit(ReadOnlySpan<Value> args, int index, out long limit)
    {
        limit = -1;
        if (args.Length <= index)
        {
            return true;
        }

        limit = args[index].Kind == ValueKind.Int ? args[index].AsInt() : 0;
        return args[index].Kind == ValueKind.Int;
    }
}
