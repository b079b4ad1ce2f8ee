using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Nodes;

/// <summary>
/// One node of a compiled expression: immutable, shared by all tenants and threads. Errors are values of kind Error, never
/// exceptions. A node keeps only what evaluation needs (hundreds of thousands of trees live at once): no text, no types.
/// </summary>
internal abstract class Node(int position)
{
    /// <summary>Zero-based offset in the expression's text.</summary>
    internal int Position { get; } = position;

    /// <summary>The value, or an error.</summary>
    internal abstract Value Evaluate(ref EvalContext context);

    /// <summary>The value as a truth; when it is none, Unknown with the reason in the context.</summary>
    internal virtual TruthKind Test(ref EvalContext context) => AsTruth(ref context, Evaluate(ref context));

    /// <summary>The data path this reads, or the first one it depends on, as written; null when it depends on none.</summary>
    internal virtual string? Path() => null;

    private protected TruthKind AsTruth(ref EvalContext context, in Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Bool: return value.AsBool() ? TruthKind.True : TruthKind.False;
            case ValueKind.Error:
                context.Why = value.AsError();
                return TruthKind.Unknown;
            default:
                context.Why = Raise(ref context, value.IsNull ? Fault.Missing : Fault.NotBool, this).AsError();
                return TruthKind.Unknown;
        }
    }

    // For nodes whose natural answer is a truth.
    private protected static Value FromTruth(ref EvalContext context, TruthKind truth) =>
        truth == TruthKind.Unknown ? Value.Of(context.Why!) : Value.Of(truth == TruthKind.True);

    internal Value Raise(ref EvalContext context, string message, Node? blamed) => context.Faults.Raise(this, message, blamed);

    // The usual error of an operand: of two, the missing one is blamed, else the one that data feeds.
    private protected Value RaiseOperands(ref EvalContext context, Node leftNode, in Value left, Node rightNode, in Value right)
    {
        bool leftBlamed = left.IsNull ? !right.IsNull || leftNode.Path() is not null : !right.IsNull && leftNode is not ConstantNode;
        bool isMissing = left.IsNull || right.IsNull;
        return Raise(ref context, isMissing && !context.IsStrict ? Fault.Missing : Fault.WrongType, leftBlamed ? leftNode : rightNode);
    }

    private protected Value RaiseOperand(ref EvalContext context, Node operandNode, in Value operand) =>
        Raise(ref context, operand.IsNull && !context.IsStrict ? Fault.Missing : Fault.WrongType, operandNode);
}

/// <summary>A constant.</summary>
internal sealed class ConstantNode(int position, Value value) : Node(position)
{
    internal Value Value { get; } = value;

    internal override Value Evaluate(ref EvalContext context) => Value;
}

/// <summary>An error known when the expression was compiled, such as an unbound function in an unchecked expression.</summary>
internal sealed class ErrorNode(int position, string message, Node[] reads) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context) => Raise(ref context, message, this);

    internal override string? Path() => FirstPath(reads);

    internal static string? FirstPath(Node[] nodes)
    {
        foreach (Node node in nodes)
        {
            if (node.Path() is { } path)
            {
                return path;
            }
        }

        return null;
    }
}
