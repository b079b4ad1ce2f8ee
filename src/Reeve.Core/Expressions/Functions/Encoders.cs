using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Functions;

/// <summary>The encoders extension.</summary>
internal static class Encoders
{
    internal static Value Encode(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        bool isBytes = args[0].Kind == ValueKind.Bytes;
        reason = isBytes ? null : Fault.WrongType;
        context.ChargeText(isBytes ? args[0].AsBytes().Length : 0);
        return isBytes ? Value.Of(Convert.ToBase64String(args[0].AsBytes())) : default;
    }

    internal static Value Decode(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (args[0].StringOrNull() is not { } text)
        {
            reason = Fault.WrongType;
            return default;
        }

        // Padding may be left out and lines may be broken; blanks, which the framework skips too, are refused.
        context.ChargeText(text.Length);
        string padded = text.Length % 4 == 0 ? text : text.PadRight(text.Length + 4 - (text.Length % 4), '=');
        byte[] bytes = new byte[padded.Length / 4 * 3];
        bool isBase64 = Convert.TryFromBase64String(padded, bytes, out int written) && !text.AsSpan().ContainsAny(' ', '\t');
        reason = isBase64 ? null : Fault.BadText;
        return isBase64 ? Value.Of(bytes[..written]) : default;
    }
}
