using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Texts;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Functions;

/// <summary>The lists and sets extensions.</summary>
internal static class ListFunctions
{
    private const int MostFlattened = 16;

    internal static Value Slice(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (args[0].ListOrNull() is not { } list || args[1].Kind != ValueKind.Int || args[2].Kind != ValueKind.Int)
        {
            reason = Fault.WrongType;
            return default;
        }

        long start = args[1].AsInt();
        long end = args[2].AsInt();
        reason = start < 0 || end < start || end > list.Count ? Fault.NoSuchIndex : null;
        context.Left -= reason is null ? (int)(end - start) : 0;
        return reason is null ? Value.Of(new ListValue(list.Items[(int)start..(int)end].ToArray())) : default;
    }

    internal static Value Flatten(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        long depth = args.Length == 1 ? 1 : args[1].Kind == ValueKind.Int ? args[1].AsInt() : -1;
        reason = args[0].Kind != ValueKind.List || (args.Length == 2 && args[1].Kind != ValueKind.Int) ? Fault.WrongType : depth < 0 ? Fault.OutOfRange : null;
        if (reason is not null)
        {
            return default;
        }

        List<Value> items = [];
        Flatten(ref context, args[0].AsList(), Math.Min(depth, MostFlattened), items);
        reason = context.IsExhausted ? Fault.TooCostly : null;
        return Value.Of(new ListValue([.. items]));
    }

    internal static Value Distinct(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (args[0].ListOrNull() is not { } list)
        {
            reason = Fault.WrongType;
            return default;
        }

        List<Value> items = [];
        foreach (ref readonly Value item in list.Items)
        {
            bool seen = false;
            for (int i = 0; i < items.Count && !seen && !context.IsExhausted; i++)
            {
                context.Left--;
                seen = Comparison.AreEqual(ref context, items[i], item);
            }

            if (!seen)
            {
                items.Add(item);
            }
        }

        reason = context.IsExhausted ? Fault.TooCostly : null;
        return Value.Of(new ListValue([.. items]));
    }

    internal static Value Sort(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (args[0].ListOrNull() is not { } list)
        {
            reason = Fault.WrongType;
            return default;
        }

        Value[] items = list.Items.ToArray();
        reason = Sorting.Sort(ref context, list.Items.ToArray(), items);
        return Value.Of(new ListValue(items));
    }

    internal static Value Reverse(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (args[0].ListOrNull() is not { } list)
        {
            return StringFunctions.Reverse(ref context, args, out reason);
        }

        reason = null;
        context.Left -= list.Count;
        Value[] items = list.Items.ToArray();
        Array.Reverse(items);
        return Value.Of(new ListValue(items));
    }

    internal static Value Range(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        long count = args[0].Kind == ValueKind.Int ? args[0].AsInt() : -1;
        reason = args[0].Kind != ValueKind.Int ? Fault.WrongType : count < 0 ? Fault.OutOfRange : count > context.Left ? Fault.TooCostly : null;
        if (reason is not null)
        {
            context.Left = reason == Fault.TooCostly ? -1 : context.Left;
            return default;
        }

        context.Left -= (int)count;
        Value[] items = new Value[count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = Value.Of((long)i);
        }

        return Value.Of(new ListValue(items));
    }

    internal static Value First(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) => End(args, atStart: true, out reason);

    internal static Value Last(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) => End(args, atStart: false, out reason);

    internal static Value SetContains(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryTwo(args, out ListValue left, out ListValue right, out reason) ? Value.Of(ContainsAll(ref context, left, right)) : default;

    internal static Value SetEquivalent(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryTwo(args, out ListValue left, out ListValue right, out reason)
            ? Value.Of(ContainsAll(ref context, left, right) && ContainsAll(ref context, right, left))
            : default;

    internal static Value SetIntersects(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (!TryTwo(args, out ListValue left, out ListValue right, out reason))
        {
            return default;
        }

        foreach (ref readonly Value item in right.Items)
        {
            if (Comparison.Contains(ref context, left, item))
            {
                return Value.True;
            }
        }

        return Value.False;
    }

    private static bool ContainsAll(ref EvalContext context, ListValue list, ListValue sought)
    {
        foreach (ref readonly Value item in sought.Items)
        {
            if (!Comparison.Contains(ref context, list, item))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryTwo(ReadOnlySpan<Value> args, out ListValue left, out ListValue right, out string? reason)
    {
        left = args[0].ListOrNull() ?? ListValue.Empty;
        right = args[1].ListOrNull() ?? ListValue.Empty;
        reason = args[0].Kind == ValueKind.List && args[1].Kind == ValueKind.List ? null : Fault.WrongType;
        return reason is null;
    }

    private static Value End(ReadOnlySpan<Value> args, bool atStart, out string? reason)
    {
        if (args[0].ListOrNull() is not { } list)
        {
            reason = Fault.WrongType;
            return default;
        }

        reason = null;
        return list.Count == 0 ? Value.Of(OptionalValue.None) : OptionalValue.Of(list[atStart ? 0 : list.Count - 1]);
    }

    private static void Flatten(ref EvalContext context, ListValue list, long depth, List<Value> items)
    {
        foreach (ref readonly Value item in list.Items)
        {
            context.Left--;
            if (context.IsExhausted)
            {
                return;
            }

            if (depth > 0 && item.ListOrNull() is { } inner)
            {
                Flatten(ref context, inner, depth - 1, items);
            }
            else
            {
                items.Add(item);
            }
        }
    }
}
