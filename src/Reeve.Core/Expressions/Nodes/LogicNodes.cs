using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Nodes;

/// <summary><c>left &amp;&amp; right</c>: false absorbs an error on the other side.</summary>
internal sealed class AndNode(int position, Node left, Node right) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context) => FromTruth(ref context, Test(ref context));

    internal override TruthKind Test(ref EvalContext context)
    {
        context.Left--;
        TruthKind one = left.Test(ref context);
        if (one == TruthKind.False)
        {
            return TruthKind.False;
        }

        ValueError? why = context.Why;
        TruthKind other = right.Test(ref context);
        if (one == TruthKind.True || other == TruthKind.False)
        {
            return other;
        }

        context.Why = why;
        return TruthKind.Unknown;
    }

    internal override string? Path() => left.Path() ?? right.Path();
}

/// <summary><c>left || right</c>: true absorbs an error on the other side.</summary>
internal sealed class OrNode(int position, Node left, Node right) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context) => FromTruth(ref context, Test(ref context));

    internal override TruthKind Test(ref EvalContext context)
    {
        context.Left--;
        TruthKind one = left.Test(ref context);
        if (one == TruthKind.True)
        {
            return TruthKind.True;
        }

        ValueError? why = context.Why;
        TruthKind other = right.Test(ref context);
        if (one == TruthKind.False || other == TruthKind.True)
        {
            return other;
        }

        context.Why = why;
        return TruthKind.Unknown;
    }

    internal override string? Path() => left.Path() ?? right.Path();
}

/// <summary><c>!operand</c>.</summary>
internal sealed class NotNode(int position, Node operand) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context) => FromTruth(ref context, Test(ref context));

    internal override TruthKind Test(ref EvalContext context)
    {
        context.Left--;
        return operand.Test(ref context) switch
        {
            TruthKind.True => TruthKind.False,
            TruthKind.False => TruthKind.True,
            _ => TruthKind.Unknown,
        };
    }

    internal override string? Path() => operand.Path();
}

/// <summary><c>condition ? then : otherwise</c>.</summary>
internal sealed class ConditionalNode(int position, Node condition, Node then, Node otherwise) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left--;
        return condition.Test(ref context) switch
        {
            TruthKind.True => then.Evaluate(ref context),
            TruthKind.False => otherwise.Evaluate(ref context),
            _ => Value.Of(context.Why!),
        };
    }

    internal override TruthKind Test(ref EvalContext context)
    {
        context.Left--;
        return condition.Test(ref context) switch
        {
            TruthKind.True => then.Test(ref context),
            TruthKind.False => otherwise.Test(ref context),
            _ => TruthKind.Unknown,
        };
    }

    internal override string? Path() => condition.Path() ?? then.Path() ?? otherwise.Path();
}
