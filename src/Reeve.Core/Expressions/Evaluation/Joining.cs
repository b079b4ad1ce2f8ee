using Reeve.Core.Expressions.Times;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Evaluation;

/// <summary><c>+</c> of what is not a number.</summary>
internal static class Joining
{
    internal static Value Add(ref EvalContext context, in Value left, in Value right, out string? reason)
    {
        reason = null;
        switch (left.Kind, right.Kind)
        {
            case (ValueKind.String, ValueKind.String):
                context.ChargeText(left.AsString().Length + right.AsString().Length);
                return context.IsExhausted ? Costly(out reason) : Value.Of(string.Concat(left.AsString(), right.AsString()));
            case (ValueKind.Bytes, ValueKind.Bytes):
                context.ChargeText(left.AsBytes().Length + right.AsBytes().Length);
                return context.IsExhausted ? Costly(out reason) : Value.Of((byte[])[.. left.AsBytes(), .. right.AsBytes()]);
            case (ValueKind.List, ValueKind.List):
                context.Left -= left.AsList().Count + right.AsList().Count;
                return context.IsExhausted ? Costly(out reason) : Value.Of(new ListValue([.. left.AsList().Items, .. right.AsList().Items]));
            default: return TimeArithmetic.Add(left, right, out reason);
        }
    }

    private static Value Costly(out string? reason)
    {
        reason = Fault.TooCostly;
        return default;
    }
}
