using System.Globalization;
using System.Text;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Texts;
using Reeve.Core.Expressions.Times;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Functions;

/// <summary>Conversions between types, and <c>type</c>.</summary>
internal static class Conversions
{
    // The doubles past which an int or uint cannot be: 2^63 and 2^64.
    private const double PastInt = 9223372036854775808.0;
    private const double PastUint = 18446744073709551616.0;

    private static readonly TypeValue[] Types =
    [
        .. Enum.GetValues<ValueKind>().Select(kind => new TypeValue(kind switch
        {
            ValueKind.Null => "null_type",
            ValueKind.Timestamp => "google.protobuf.Timestamp",
            ValueKind.Duration => "google.protobuf.Duration",
            _ => kind.ToString().ToLowerInvariant(),
        })),
    ];

    /// <summary>The type of a value of this kind; not for opaque values and errors.</summary>
    internal static TypeValue TypeOf(ValueKind kind) => Types[(int)kind];

    internal static Value Type(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        // Lenient expressions treat null as missing, and what is missing has no type.
        reason = args[0].IsNull && !context.IsStrict ? Fault.WrongType : null;
        return args[0].Kind == ValueKind.Opaque ? Value.Of(new TypeValue(args[0].AsOpaque().TypeName)) : Value.Of(TypeOf(args[0].Kind));
    }

    internal static Value Bool(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        switch (args[0].Kind)
        {
            case ValueKind.Bool: return args[0];
            case ValueKind.String:
                switch (args[0].AsString())
                {
                    case "1" or "t" or "T" or "true" or "TRUE" or "True": return Value.True;
                    case "0" or "f" or "F" or "false" or "FALSE" or "False": return Value.False;
                    default:
                        reason = Fault.BadText;
                        return default;
                }

            default:
                reason = Fault.WrongType;
                return default;
        }
    }

    internal static Value Int(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        Value value = args[0];
        switch (value.Kind)
        {
            case ValueKind.Int: return value;
            case ValueKind.Timestamp: return Value.Of(value.Seconds);
            case ValueKind.Uint when value.AsUint() <= long.MaxValue: return Value.Of((long)value.AsUint());
            case ValueKind.Double when value.AsDouble() is > -PastInt and < PastInt: return Value.Of((long)value.AsDouble());
            case ValueKind.Uint or ValueKind.Double:
                reason = Fault.OutOfRange;
                return default;
            case ValueKind.String:
                long parsed = 0;
                bool isInt = !EndsInNul(value.AsString()) && long.TryParse(value.AsString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out parsed);
                reason = isInt ? null : Fault.BadText;
                return Value.Of(parsed);
            default:
                reason = Fault.WrongType;
                return default;
        }
    }

    internal static Value Uint(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        Value value = args[0];
        switch (value.Kind)
        {
            case ValueKind.Uint: return value;
            case ValueKind.Int when value.AsInt() >= 0: return Value.Of((ulong)value.AsInt());
            case ValueKind.Double when value.AsDouble() is >= 0 and < PastUint: return Value.Of((ulong)value.AsDouble());
            case ValueKind.Int or ValueKind.Double:
                reason = Fault.OutOfRange;
                return default;
            case ValueKind.String:
                ulong unsigned = 0;
                bool isUint = !EndsInNul(value.AsString()) && ulong.TryParse(value.AsString(), NumberStyles.None, CultureInfo.InvariantCulture, out unsigned);
                reason = isUint ? null : Fault.BadText;
                return Value.Of(unsigned);
            default:
                reason = Fault.WrongType;
                return default;
        }
    }

    // The framework's parsers overlook NULs at the end of a text.
    private static bool EndsInNul(string text) => text.EndsWith('\0');

    internal static Value Double(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        Value value = args[0];
        switch (value.Kind)
        {
            case ValueKind.Int or ValueKind.Uint or ValueKind.Double: return Value.Of(Numbers.ToDouble(value));
            case ValueKind.String: return ParseDouble(value.AsString(), out reason);
            default:
                reason = Fault.WrongType;
                return default;
        }
    }

    private static Value ParseDouble(string text, out string? reason)
    {
        reason = null;
        string name = text.TrimStart('+').ToLowerInvariant();
        switch (name)
        {
            case "inf" or "infinity" when text.Length <= name.Length + 1: return Value.Of(double.PositiveInfinity);
            case "-inf" or "-infinity" when text.Length == name.Length: return Value.Of(double.NegativeInfinity);
            case "nan" when text.Length == 3: return Value.Of(double.NaN);
            default:
                const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
                bool isNumber = double.TryParse(text, Styles, CultureInfo.InvariantCulture, out double parsed) && text.AsSpan().IndexOfAnyExcept("0123456789+-.eE") < 0;
                reason = !isNumber ? Fault.BadText : double.IsFinite(parsed) ? null : Fault.OutOfRange;
                return Value.Of(parsed);
        }
    }

    internal static Value String(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        Value value = args[0];
        switch (value.Kind)
        {
            case ValueKind.String: return value;
            case ValueKind.Bool: return Value.Of(value.AsBool() ? "true" : "false");
            case ValueKind.Int: return Value.Of(value.AsInt().ToString(CultureInfo.InvariantCulture));
            case ValueKind.Uint: return Value.Of(value.AsUint().ToString(CultureInfo.InvariantCulture));
            case ValueKind.Double: return Value.Of(NumberText.Shortest(value.AsDouble()));
            case ValueKind.Timestamp: return Value.Of(TimeConversions.TimestampText(value));
            case ValueKind.Duration: return Value.Of(TimeConversions.DurationText(value));
            case ValueKind.Opaque when value.AsOpaque() is NetworkValue network: return Value.Of(network.ToString());
            case ValueKind.Bytes:
                ReadOnlySpan<byte> bytes = value.AsBytes();
                context.ChargeText(bytes.Length);
                reason = System.Text.Unicode.Utf8.IsValid(bytes) ? null : Fault.BadUtf8;
                return reason is null ? Value.Of(Encoding.UTF8.GetString(bytes)) : default;
            default:
                reason = Fault.WrongType;
                return default;
        }
    }

    internal static Value Bytes(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        switch (args[0].Kind)
        {
            case ValueKind.Bytes: return args[0];
            case ValueKind.String:
                context.ChargeText(args[0].AsString().Length);
                return Value.Of(Encoding.UTF8.GetBytes(args[0].AsString()));
            default:
                reason = Fault.WrongType;
                return default;
        }
    }

    internal static Value Timestamp(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        switch (args[0].Kind)
        {
            case ValueKind.Timestamp: return args[0];
            case ValueKind.Int: return TimeArithmetic.Timestamp((Int128)args[0].AsInt() * TimeArithmetic.NanosPerSecond, out reason);
            case ValueKind.String: return TimeConversions.ParseTimestamp(args[0].AsString(), out reason);
            default:
                reason = Fault.WrongType;
                return default;
        }
    }

    internal static Value Duration(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        switch (args[0].Kind)
        {
            case ValueKind.Duration: return args[0];
            case ValueKind.String: return TimeConversions.ParseDuration(args[0].AsString(), out reason);
            default:
                reason = Fault.WrongType;
                return default;
        }
    }

    internal static Value Size(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = null;
        switch (args[0].Kind)
        {
            case ValueKind.String:
                context.ChargeText(args[0].AsString().Length);
                return Value.Of((long)CodePoints.Count(args[0].AsString()));
            case ValueKind.Bytes: return Value.Of((long)args[0].AsBytes().Length);
            case ValueKind.List: return Value.Of((long)args[0].AsList().Count);
            case ValueKind.Map: return Value.Of((long)args[0].AsMap().Count);
            default:
                reason = Fault.WrongType;
                return default;
        }
    }
}
