using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Syntax;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Nodes;

/// <summary><c>==</c> and <c>!=</c>.</summary>
internal sealed class EqualNode(int position, Node left, Node right, bool negated) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context) => FromTruth(ref context, Test(ref context));

    internal override TruthKind Test(ref EvalContext context)
    {
        context.Left--;
        Value one = left.Evaluate(ref context);
        if (one.IsError)
        {
            context.Why = one.AsError();
            return TruthKind.Unknown;
        }

        Value other = right.Evaluate(ref context);
        if (other.IsError)
        {
            context.Why = other.AsError();
            return TruthKind.Unknown;
        }

        return Comparison.AreEqual(ref context, one, other) != negated ? TruthKind.True : TruthKind.False;
    }

    internal override string? Path() => left.Path() ?? right.Path();
}

/// <summary><c>operand == 'text'</c> and <c>!=</c>, the commonest condition of all.</summary>
internal sealed class EqualTextNode(int position, Node operand, string text, bool negated) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context) => FromTruth(ref context, Test(ref context));

    internal override TruthKind Test(ref EvalContext context)
    {
        context.Left--;
        Value value = operand.Evaluate(ref context);
        if (value.StringOrNull() is { } given)
        {
            return string.Equals(given, text) != negated ? TruthKind.True : TruthKind.False;
        }

        if (value.IsError)
        {
            context.Why = value.AsError();
            return TruthKind.Unknown;
        }

        return negated ? TruthKind.True : TruthKind.False;
    }

    internal override string? Path() => operand.Path();
}

/// <summary><c>&lt; &lt;= &gt; &gt;=</c>.</summary>
internal sealed class OrderNode(int position, Operator kind, Node left, Node right) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context) => FromTruth(ref context, Test(ref context));

    internal override TruthKind Test(ref EvalContext context)
    {
        context.Left--;
        Value one = left.Evaluate(ref context);
        if (one.IsError)
        {
            context.Why = one.AsError();
            return TruthKind.Unknown;
        }

        Value other = right.Evaluate(ref context);
        if (other.IsError)
        {
            context.Why = other.AsError();
            return TruthKind.Unknown;
        }

        int? order = Comparison.Order(ref context, one, other, out bool comparable);
        if (!comparable)
        {
            context.Why = RaiseOperands(ref context, left, one, right, other).AsError();
            return TruthKind.Unknown;
        }

        return order is { } known && Holds(kind, known) ? TruthKind.True : TruthKind.False;
    }

    internal static bool Holds(Operator kind, int order) => kind switch
    {
        Operator.Less => order < 0,
        Operator.LessOrEqual => order <= 0,
        Operator.Greater => order > 0,
        _ => order >= 0,
    };

    internal override string? Path() => left.Path() ?? right.Path();
}

/// <summary>An order comparison with an int constant on the right.</summary>
internal sealed class OrderIntNode(int position, Operator kind, Node operand, long bound) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context) => FromTruth(ref context, Test(ref context));

    internal override TruthKind Test(ref EvalContext context)
    {
        context.Left--;
        Value value = operand.Evaluate(ref context);
        if (value.IsPlainInt)
        {
            return OrderNode.Holds(kind, value.AsInt().CompareTo(bound)) ? TruthKind.True : TruthKind.False;
        }

        if (value.IsNumber)
        {
            return Comparison.CompareNumbers(value, Value.Of(bound), context.IsStrict) is { } order && OrderNode.Holds(kind, order)
                ? TruthKind.True : TruthKind.False;
        }

        context.Why = value.IsError ? value.AsError() : RaiseOperand(ref context, operand, value).AsError();
        return TruthKind.Unknown;
    }

    internal override string? Path() => operand.Path();
}

/// <summary><c>element in container</c>.</summary>
internal sealed class InNode(int position, Node element, Node container) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context) => FromTruth(ref context, Test(ref context));

    internal override TruthKind Test(ref EvalContext context)
    {
        context.Left--;
        Value sought = element.Evaluate(ref context);
        if (sought.IsError)
        {
            context.Why = sought.AsError();
            return TruthKind.Unknown;
        }

        Value holder = container.Evaluate(ref context);
        if (holder.IsError)
        {
            context.Why = holder.AsError();
            return TruthKind.Unknown;
        }

        if (sought.IsNull && context.IsCondition && element is not ConstantNode)
        {
            context.Why = RaiseOperand(ref context, element, sought).AsError();
            return TruthKind.Unknown;
        }

        switch (holder.Kind)
        {
            case ValueKind.List: return Comparison.Contains(ref context, holder.AsList(), sought) ? TruthKind.True : TruthKind.False;
            case ValueKind.Map: return holder.AsMap().TryGet(sought, out _) ? TruthKind.True : TruthKind.False;
            default:
                context.Why = RaiseOperand(ref context, container, holder).AsError();
                return TruthKind.Unknown;
        }
    }

    internal override string? Path() => element.Path() ?? container.Path();
}

/// <summary><c>element in ['a', 'b', …]</c> with constant texts, sorted when there are many.</summary>
internal sealed class InTextsNode(int position, Node element, string[] texts) : Node(position)
{
    /// <summary>Up to this many texts a scan beats a search.</summary>
    internal const int ScanLimit = 16;

    internal override Value Evaluate(ref EvalContext context) => FromTruth(ref context, Test(ref context));

    internal override TruthKind Test(ref EvalContext context)
    {
        context.Left--;
        Value sought = element.Evaluate(ref context);
        if (sought.StringOrNull() is { } given)
        {
            if (texts.Length > ScanLimit)
            {
                context.Left -= ScanLimit;
                return Array.BinarySearch(texts, given, StringComparer.Ordinal) >= 0 ? TruthKind.True : TruthKind.False;
            }

            foreach (string text in texts)
            {
                context.Left--;
                if (string.Equals(text, given))
                {
                    return TruthKind.True;
                }
            }

            return TruthKind.False;
        }

        if (sought.IsError)
        {
            context.Why = sought.AsError();
            return TruthKind.Unknown;
        }

        if (sought.IsNull && context.IsCondition)
        {
            context.Why = RaiseOperand(ref context, element, sought).AsError();
            return TruthKind.Unknown;
        }

        return TruthKind.False;
    }

    internal override string? Path() => element.Path();
}
