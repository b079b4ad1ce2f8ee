using System.Runtime.CompilerServices;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Functions;
using Reeve.Core.Patterns;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Nodes;

/// <summary>A call of a function. Its arguments are evaluated before; an error among them is the answer.</summary>
internal sealed class CallNode(int position, Function function, Node[] arguments) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context)
    {
        context.Left--;
        if (arguments.Length > FourValues.Length)
        {
            return Invoke(ref context, new Value[arguments.Length]);
        }

        FourValues few = default;
        return Invoke(ref context, few);
    }

    private Value Invoke(ref EvalContext context, Span<Value> values)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i].Evaluate(ref context);
            if (values[i].IsError)
            {
                return values[i];
            }
        }

        Value result = function.Body(ref context, values[..arguments.Length], out string? reason);
        return reason switch
        {
            null => result,
            Fault.WrongType => RaiseArgument(ref context, values[..arguments.Length]),
            _ => Raise(ref context, reason, this),
        };
    }

    // No overload takes these: blame what is missing, else the first argument that data feeds.
    private Value RaiseArgument(ref EvalContext context, ReadOnlySpan<Value> values)
    {
        Node? blamed = null;
        for (int i = 0; i < arguments.Length; i++)
        {
            if (values[i].IsNull && !context.IsStrict)
            {
                return Raise(ref context, Fault.Missing, arguments[i]);
            }

            blamed ??= arguments[i] is ConstantNode ? null : arguments[i];
        }

        return Raise(ref context, Fault.WrongType, blamed);
    }

    internal override string? Path() => ErrorNode.FirstPath(arguments);

    [InlineArray(Length)]
    private struct FourValues
    {
        internal const int Length = 4;

        private Value first;
    }
}

/// <summary><c>text.matches('pattern')</c> with a constant pattern, compiled with the expression.</summary>
internal sealed class MatchesNode(int position, Node operand, Pattern pattern) : Node(position)
{
    internal override Value Evaluate(ref EvalContext context) => FromTruth(ref context, Test(ref context));

    internal override TruthKind Test(ref EvalContext context)
    {
        context.Left--;
        Value value = operand.Evaluate(ref context);
        if (value.StringOrNull() is { } text)
        {
            Regexes.Charge(ref context, text, pattern);
            return !context.IsExhausted && pattern.IsMatch(text) ? TruthKind.True : TruthKind.False;
        }

        context.Why = value.IsError ? value.AsError() : RaiseOperand(ref context, operand, value).AsError();
        return TruthKind.Unknown;
    }

    internal override string? Path() => operand.Path();
}
