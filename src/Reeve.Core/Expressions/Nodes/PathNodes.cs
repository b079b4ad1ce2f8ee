using System.Globalization;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Nodes;

/// <summary><c>operand.field</c>.</summary>
internal sealed class SelectNode(int position, Node operand, string field) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left--;
        Value target = operand.Evaluate(ref context);
        if (target.IsError)
        {
            return target;
        }

        Value value = Selection.Field(target, field, out string? reason);
        return reason is not null && context.IsStrict ? Raise(ref context, reason, this) : value;
    }

    internal override string? Path() => operand.Path() is { } path ? path + "." + field : null;
}

/// <summary><c>operand[key]</c>.</summary>
internal sealed class IndexNode(int position, Node operand, Node key) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left--;
        Value target = operand.Evaluate(ref context);
        if (target.IsError)
        {
            return target;
        }

        Value at = key.Evaluate(ref context);
        if (at.IsError)
        {
            return at;
        }

        Value value = Selection.Element(target, at, out string? reason);
        return reason is not null && context.IsStrict ? Raise(ref context, reason, this) : value;
    }

    internal override string? Path()
    {
        if (operand.Path() is not { } path)
        {
            return key.Path();
        }

        return key is ConstantNode constant
            ? path + "[" + (constant.Value.StringOrNull() is { } text ? "'" + text + "'" : constant.Value.ToString()) + "]"
            : string.Create(CultureInfo.InvariantCulture, $"{path}[{key.Path()}]");
    }
}

/// <summary><c>operand.?field</c> and <c>operand[?key]</c>: an optional of what is there.</summary>
internal sealed class OptionalSelectNode(int position, Node operand, Node key) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left--;
        Value target = operand.Evaluate(ref context);
        Value at = target.IsError ? target : key.Evaluate(ref context);
        if (at.IsError)
        {
            return at;
        }

        if (target.IsNull && !context.IsStrict)
        {
            return Value.Of(OptionalValue.None);
        }

        Value value = Selection.Element(target, at, out string? reason);
        if (target.Kind != ValueKind.Opaque)
        {
            value = OptionalValue.Wrap(value, ref reason);
        }

        return reason is null ? value : RaiseOperand(ref context, this, target);
    }

    internal override string? Path() => operand.Path();
}

/// <summary><c>has(operand.field)</c>; in lenient expressions also <c>has(operand[key])</c>. It never becomes unknown there.</summary>
internal sealed class HasNode(int position, Node operand, Node key) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context) => FromTruth(ref context, Test(ref context));

    internal override TruthKind Test(ref EvalContext context)
    {
        context.Left--;
        Value target = operand.Evaluate(ref context);
        Value at = target.IsError ? target : key.Evaluate(ref context);
        if (at.IsError)
        {
            context.Why = at.AsError();
            return context.IsStrict ? TruthKind.Unknown : TruthKind.False;
        }

        if (at.StringOrNull() is { } field)
        {
            TruthKind answer = Selection.Has(target, field);
            if (answer != TruthKind.Unknown)
            {
                return answer;
            }
        }
        else if (!context.IsStrict)
        {
            Selection.Element(target, at, out string? reason);
            return reason is null ? TruthKind.True : TruthKind.False;
        }

        context.Why = Raise(ref context, Fault.HasNeedsField, operand).AsError();
        return context.IsStrict ? TruthKind.Unknown : TruthKind.False;
    }

    internal override string? Path() => operand.Path();
}

/// <summary><c>has(name)</c> and <c>has(root.field)</c> of lenient expressions, over the short forms of those paths.</summary>
internal sealed class HasPathNode(int position, Node path) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context) => Value.Of(Test(ref context) == TruthKind.True);

    internal override TruthKind Test(ref EvalContext context)
    {
        context.Left -= 2;
        bool exists = path switch
        {
            SlotFieldNode field => field.Exists(ref context),
            SlotNode slot => slot.IsKnown(ref context),
            NameNode name => name.IsKnown(ref context),
            _ => !path.Evaluate(ref context).IsNull,
        };
        return exists ? TruthKind.True : TruthKind.False;
    }

    internal override string? Path() => path.Path();
}
