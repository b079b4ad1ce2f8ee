using System.Globalization;
using System.Text;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Times;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Texts;

/// <summary><c>'…'.format([…])</c>: the clauses %s %d %f %e %b %o %x %X and %%, with an optional precision.</summary>
internal static class FormatFunction
{
    private const int DefaultPrecision = 6;
    private const int MaxPrecision = 1_000;

    internal static Value Format(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (args[0].StringOrNull() is not { } text || args[1].ListOrNull() is not { } list)
        {
            reason = Fault.WrongType;
            return default;
        }

        StringBuilder result = new(text.Length);
        int next = 0;
        context.ChargeText(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            if (i < text.Length && text[i] == '%')
            {
                result.Append('%');
                continue;
            }

            int precision = DefaultPrecision;
            bool isWellFormed = TryPrecision(text, ref i, ref precision) && i < text.Length && next < list.Count;
            if (!isWellFormed || !Append(ref context, result, text[i], precision, list[next]))
            {
                reason = context.IsExhausted ? Fault.TooCostly : Fault.BadFormat;
                return default;
            }

            next++;
        }

        reason = null;
        return Value.Of(result.ToString());
    }

    private static bool TryPrecision(string text, ref int i, ref int precision)
    {
        if (i >= text.Length || text[i] != '.')
        {
            return true;
        }

        int start = ++i;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
        {
            i++;
        }

        return int.TryParse(text.AsSpan(start, i - start), NumberStyles.None, CultureInfo.InvariantCulture, out precision) && precision <= MaxPrecision;
    }

    private static bool Append(ref EvalContext context, StringBuilder result, char clause, int precision, in Value value)
    {
        context.ChargeText(clause is 'f' or 'e' ? precision : 1);
        string? text = clause switch
        {
            's' => null,
            'd' => Decimal(value),
            'f' => value.IsNumber ? NumberText.Fixed(Numbers.ToDouble(value), precision) : null,
            'e' => value.IsNumber ? NumberText.Scientific(Numbers.ToDouble(value), precision) : null,
            'b' => value.Kind == ValueKind.Bool ? (value.AsBool() ? "1" : "0") : Based(value, 2),
            'o' => Based(value, 8),
            'x' => Hex(ref context, value)?.ToLowerInvariant(),
            'X' => Hex(ref context, value),
            _ => null,
        };
        if (clause == 's')
        {
            return AppendText(ref context, result, value);
        }

        result.Append(text);
        return text is not null && !context.IsExhausted;
    }

    private static string? Decimal(in Value value) => value.Kind switch
    {
        ValueKind.Int => value.AsInt().ToString(CultureInfo.InvariantCulture),
        ValueKind.Uint => value.AsUint().ToString(CultureInfo.InvariantCulture),
        ValueKind.Double => NumberText.Plain(value.AsDouble()),
        _ => null,
    };

    // Negative numbers are written as a minus and their magnitude.
    private static string? Based(in Value value, int radix)
    {
        if (value.Kind is not (ValueKind.Int or ValueKind.Uint))
        {
            return null;
        }

        bool isNegative = value.Kind == ValueKind.Int && value.AsInt() < 0;
        ulong magnitude = value.Kind == ValueKind.Uint ? value.AsUint() : isNegative ? unchecked((ulong)-value.AsInt()) : (ulong)value.AsInt();
        Span<char> digits = stackalloc char[65];
        int at = digits.Length;
        do
        {
            digits[--at] = "0123456789ABCDEF"[(int)(magnitude % (ulong)radix)];
            magnitude /= (ulong)radix;
        }
        while (magnitude != 0);
        if (isNegative)
        {
            digits[--at] = '-';
        }

        return digits[at..].ToString();
    }

    private static string? Hex(ref EvalContext context, in Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.String:
                context.ChargeText(value.AsString().Length * 2);
                return Convert.ToHexString(Encoding.UTF8.GetBytes(value.AsString()));
            case ValueKind.Bytes:
                context.ChargeText(value.AsBytes().Length * 2);
                return Convert.ToHexString(value.AsBytes());
            default: return Based(value, 16);
        }
    }

    private static bool AppendText(ref EvalContext context, StringBuilder result, in Value value)
    {
        context.Left--;
        if (context.IsExhausted)
        {
            return false;
        }

        switch (value.Kind)
        {
            case ValueKind.Null: result.Append("null"); return true;
            case ValueKind.Bool: result.Append(value.AsBool() ? "true" : "false"); return true;
            case ValueKind.Int or ValueKind.Uint or ValueKind.Double: result.Append(Decimal(value)); return true;
            case ValueKind.Type: result.Append(value.AsType().Name); return true;
            case ValueKind.Timestamp: result.Append(TimeConversions.TimestampText(value)); return true;
            case ValueKind.Duration: result.Append(TimeConversions.DurationText(value)); return true;
            case ValueKind.String:
                context.ChargeText(value.AsString().Length);
                result.Append(value.AsString());
                return true;
            case ValueKind.Bytes:
                context.ChargeText(value.AsBytes().Length);
                result.Append(Encoding.UTF8.GetString(value.AsBytes()));
                return true;
            case ValueKind.List: return AppendList(ref context, result, value.AsList());
            case ValueKind.Map: return AppendMap(ref context, result, value.AsMap());
            default: return false;
        }
    }

    private static bool AppendList(ref EvalContext context, StringBuilder result, ListValue list)
    {
        result.Append('[');
        for (int i = 0; i < list.Count; i++)
        {
            result.Append(i == 0 ? "" : ", ");
            if (!AppendText(ref context, result, list[i]))
            {
                return false;
            }
        }

        result.Append(']');
        return true;
    }

    // Entries in the order of their keys' texts.
    private static bool AppendMap(ref EvalContext context, StringBuilder result, MapValue map)
    {
        (string Key, int Index)[] order = new (string, int)[map.Count];
        for (int i = 0; i < order.Length; i++)
        {
            StringBuilder key = new();
            if (!AppendText(ref context, key, map.KeyAt(i)))
            {
                return false;
            }

            order[i] = (key.ToString(), i);
        }

        Array.Sort(order, static (left, right) => string.CompareOrdinal(left.Key, right.Key) is var byKey and not 0 ? byKey : left.Index.CompareTo(right.Index));
        result.Append('{');
        for (int i = 0; i < order.Length; i++)
        {
            result.Append(i == 0 ? "" : ", ").Append(order[i].Key).Append(": ");
            if (!AppendText(ref context, result, map.ValueAt(order[i].Index)))
            {
                return false;
            }
        }

        result.Append('}');
        return true;
    }
}
