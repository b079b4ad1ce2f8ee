using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Syntax;
using Reeve.Core.Expressions.Times;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Nodes;

/// <summary><c>+ - * / %</c> on numbers, texts, bytes, lists, timestamps and durations.</summary>
internal sealed class ArithmeticNode(int position, Operator kind, Node left, Node right) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left--;
        Value one = left.Evaluate(ref context);
        if (one.IsError)
        {
            return one;
        }

        Value other = right.Evaluate(ref context);
        if (other.IsError)
        {
            return other;
        }

        string? reason = Fault.WrongType;
        Value result = default;
        if (one.IsNumber && other.IsNumber)
        {
            if (one.Kind == other.Kind)
            {
                result = Numbers.Same(kind, one, other, out reason);
            }
            else if (!context.IsStrict)
            {
                result = Numbers.Mixed(kind, one, other, out reason);
            }
        }
        else if (kind == Operator.Add)
        {
            result = Joining.Add(ref context, one, other, out reason);
        }
        else if (kind == Operator.Subtract)
        {
            result = TimeArithmetic.Subtract(one, other, out reason);
        }

        return reason switch
        {
            null => result,
            Fault.WrongType => RaiseOperands(ref context, left, one, right, other),
            _ => Raise(ref context, reason, this),
        };
    }

    internal override string? Path() => left.Path() ?? right.Path();
}

/// <summary><c>-operand</c>.</summary>
internal sealed class NegateNode(int position, Node operand) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left--;
        Value value = operand.Evaluate(ref context);
        return value.Kind switch
        {
            ValueKind.Error => value,
            ValueKind.Int when value.AsInt() == long.MinValue => Raise(ref context, Fault.Overflow, this),
            ValueKind.Int => Value.Of(-value.AsInt()),
            ValueKind.Double => Value.Of(-value.AsDouble()),
            _ => RaiseOperand(ref context, operand, value),
        };
    }

    internal override string? Path() => operand.Path();
}
