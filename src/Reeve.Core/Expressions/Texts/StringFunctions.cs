using System.Text;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Texts;

/// <summary>The string functions of the standard library and of the strings extension.</summary>
internal static class StringFunctions
{
    internal static Value Contains(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TwoTexts(ref context, args, out reason, out string text, out string part) ? Value.Of(text.Contains(part, StringComparison.Ordinal)) : default;

    internal static Value StartsWith(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TwoTexts(ref context, args, out reason, out string text, out string part) ? Value.Of(text.StartsWith(part, StringComparison.Ordinal)) : default;

    internal static Value EndsWith(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TwoTexts(ref context, args, out reason, out string text, out string part) ? Value.Of(text.EndsWith(part, StringComparison.Ordinal)) : default;

    internal static Value CharAt(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (!TextAndInt(ref context, args, out reason, out string text, out long position))
        {
            return default;
        }

        int at = CodePoints.IndexOf(text, position);
        reason = at < 0 ? Fault.NoSuchIndex : null;
        return at < 0 ? default : Value.Of(at == text.Length ? "" : text.Substring(at, CodePoints.LengthAt(text, at)));
    }

    internal static Value IndexOf(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (!Search(ref context, args, out reason, out string text, out string part, out int start, whole: false))
        {
            return default;
        }

        int at = text.IndexOf(part, start, StringComparison.Ordinal);
        return Value.Of(at < 0 ? -1L : CodePoints.Count(text.AsSpan(0, at)));
    }

    internal static Value LastIndexOf(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (!Search(ref context, args, out reason, out string text, out string part, out int start, whole: true))
        {
            return default;
        }

        // The match may start at the given place at the latest, wherever it ends.
        int end = Math.Min(text.Length, start + part.Length);
        int at = part.Length == 0 ? start : text.AsSpan(0, end).LastIndexOf(part.AsSpan(), StringComparison.Ordinal);
        return Value.Of(at < 0 ? -1L : CodePoints.Count(text.AsSpan(0, at)));
    }

    internal static Value LowerAscii(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        OneText(ref context, args, out reason, out string text) ? Value.Of(Cased(text, toUpper: false)) : default;

    internal static Value UpperAscii(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        OneText(ref context, args, out reason, out string text) ? Value.Of(Cased(text, toUpper: true)) : default;

    internal static Value Trim(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        OneText(ref context, args, out reason, out string text) ? Value.Of(text.Trim()) : default;

    internal static Value Reverse(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (!OneText(ref context, args, out reason, out string text))
        {
            return default;
        }

        StringBuilder reversed = new(text.Length);
        for (int i = text.Length; i > 0;)
        {
            int length = i > 1 && char.IsLowSurrogate(text[i - 1]) && char.IsHighSurrogate(text[i - 2]) ? 2 : 1;
            i -= length;
            reversed.Append(text, i, length);
        }

        return Value.Of(reversed.ToString());
    }

    internal static Value Quote(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (!OneText(ref context, args, out reason, out string text))
        {
            return default;
        }

        StringBuilder quoted = new(text.Length + 2);
        quoted.Append('"');
        foreach (char c in text)
        {
            _ = c switch
            {
                '\a' => quoted.Append("\\a"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\v' => quoted.Append("\\v"),
                '\\' => quoted.Append("\\\\"),
                '"' => quoted.Append("\\\""),
                _ => quoted.Append(c),
            };
        }

        return Value.Of(quoted.Append('"').ToString());
    }

    internal static Value Substring(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (!TextAndInt(ref context, args, out reason, out string text, out long from))
        {
            return default;
        }

        int start = CodePoints.IndexOf(text, from);
        int end = text.Length;
        if (args.Length == 3)
        {
            if (args[2].Kind != ValueKind.Int)
            {
                reason = Fault.WrongType;
                return default;
            }

            end = CodePoints.IndexOf(text, args[2].AsInt());
        }

        reason = start < 0 || end < start ? Fault.NoSuchIndex : null;
        return reason is null ? Value.Of(text[start..end]) : default;
    }

    internal static Value Join(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        string? separator = args.Length == 2 ? args[1].StringOrNull() : "";
        reason = separator is null || args[0].Kind != ValueKind.List ? Fault.WrongType : null;
        if (reason is not null)
        {
            return default;
        }

        StringBuilder joined = new();
        bool isFirst = true;
        foreach (ref readonly Value item in args[0].AsList().Items)
        {
            if (item.StringOrNull() is not { } text)
            {
                reason = Fault.WrongType;
                return default;
            }

            context.ChargeText(text.Length + separator!.Length);
            if (context.IsExhausted)
            {
                reason = Fault.TooCostly;
                return default;
            }

            joined.Append(isFirst ? "" : separator).Append(text);
            isFirst = false;
        }

        return Value.Of(joined.ToString());
    }

    private static string Cased(string text, bool toUpper) => string.Create(text.Length, (text, toUpper), static (span, state) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            char c = state.text[i];
            span[i] = state.toUpper ? char.IsAsciiLetterLower(c) ? (char)(c - 32) : c : char.IsAsciiLetterUpper(c) ? (char)(c + 32) : c;
        }
    });

    private static bool OneText(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason, out string text)
    {
        text = args[0].StringOrNull()!;
        reason = text is null ? Fault.WrongType : null;
        if (text is not null)
        {
            context.ChargeText(text.Length);
        }

        return reason is null;
    }

    private static bool TwoTexts(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason, out string text, out string part)
    {
        part = args[1].StringOrNull()!;
        if (part is null)
        {
            text = "";
            reason = Fault.WrongType;
            return false;
        }

        return OneText(ref context, args, out reason, out text);
    }

    private static bool TextAndInt(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason, out string text, out long number)
    {
        bool isInt = args[1].Kind == ValueKind.Int;
        number = isInt ? args[1].AsInt() : 0;
        bool isText = OneText(ref context, args, out reason, out text);
        reason = isInt ? reason : Fault.WrongType;
        return isText && isInt;
    }

    // The arguments of indexOf and lastIndexOf; start is the UTF-16 index to begin at.
    private static bool Search(
        ref EvalContext context, ReadOnlySpan<Value> args, out string? reason, out string text, out string part, out int start, bool whole)
    {
        start = 0;
        if (!TwoTexts(ref context, args, out reason, out text, out part))
        {
            return false;
        }

        start = whole ? text.Length : 0;
        if (args.Length == 3)
        {
            if (args[2].Kind != ValueKind.Int)
            {
                reason = Fault.WrongType;
                return false;
            }

            start = CodePoints.IndexOf(text, args[2].AsInt());
            reason = start < 0 ? Fault.NoSuchIndex : null;
        }

        return reason is null;
    }
}
