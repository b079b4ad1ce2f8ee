using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Functions;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Nodes;

/// <summary><c>[a, b, ?c]</c>.</summary>
internal sealed class ListNode(int position, Node[] elements, bool[]? optional) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left -= elements.Length + 1;
        Value[] items = new Value[elements.Length];
        int count = 0;
        for (int i = 0; i < elements.Length; i++)
        {
            Value item = elements[i].Evaluate(ref context);
            if (item.IsError)
            {
                return item;
            }

            if (optional is not null && optional[i])
            {
                if (item.Kind != ValueKind.Opaque || item.AsOpaque() is not OptionalValue maybe)
                {
                    return RaiseOperand(ref context, elements[i], item);
                }

                if (!maybe.HasValue)
                {
                    continue;
                }

                item = maybe.Value;
            }

            items[count++] = item;
        }

        return Value.Of(count == 0 ? ListValue.Empty : new ListValue(count == items.Length ? items : items[..count]));
    }

    internal override string? Path() => ErrorNode.FirstPath(elements);
}

/// <summary><c>{key: value, ?key: optional}</c>.</summary>
internal sealed class MapNode(int position, Node[] keys, Node[] values, bool[]? optional) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left -= (2 * keys.Length) + 1;
        Value[] foundKeys = new Value[keys.Length];
        Value[] foundValues = new Value[keys.Length];
        int count = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            Value key = keys[i].Evaluate(ref context);
            Value value = key.IsError ? key : values[i].Evaluate(ref context);
            if (value.IsError)
            {
                return value;
            }

            if (optional is not null && optional[i])
            {
                if (value.Kind != ValueKind.Opaque || value.AsOpaque() is not OptionalValue maybe)
                {
                    return RaiseOperand(ref context, values[i], value);
                }

                if (!maybe.HasValue)
                {
                    continue;
                }

                value = maybe.Value;
            }

            foundKeys[count] = key;
            foundValues[count++] = value;
        }

        Value map = GeneralMap.Build(foundKeys.AsSpan(0, count), foundValues.AsSpan(0, count), out string? reason);
        return reason is null ? map : Raise(ref context, reason, this);
    }

    internal override string? Path() => ErrorNode.FirstPath(keys) ?? ErrorNode.FirstPath(values);
}

/// <summary>A message of one of protobuf's well-known types; other messages do not exist here.</summary>
internal sealed class MessageNode(int position, string typeName, string[] fields, Node[] values) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left -= values.Length + 1;
        Value[] given = new Value[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            given[i] = values[i].Evaluate(ref context);
            if (given[i].IsError)
            {
                return given[i];
            }
        }

        Value message = WellKnownTypes.Build(typeName, fields, given, out string? reason);
        return reason is null ? message : Raise(ref context, reason, this);
    }

    internal override string? Path() => ErrorNode.FirstPath(values);
}
