using System.Globalization;
using Reeve.Core.Patterns;
using Reeve.Core.Schemas.Compiling;
using Reeve.Core.Schemas.Samples;
using Reeve.Core.Values;

namespace Reeve.Core.Schemas.Checks;

/// <summary><c>const</c> and <c>enum</c>.</summary>
internal sealed class EnumCheck(string location, Value[] allowed) : Check(location)
{
    private const int ScanLimit = 8;

    private readonly HashSet<Value>? index = allowed.Length > ScanLimit ? new HashSet<Value>(allowed, JsonEquality.Instance) : null;

    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        if (index is not null)
        {
            if (index.Contains(value))
            {
                return true;
            }
        }
        else
        {
            foreach (ref readonly Value one in allowed.AsSpan())
            {
                if (JsonEquality.AreEqual(one, value))
                {
                    return true;
                }
            }
        }

        return run.Fail(Location, $"is not {(allowed.Length == 1 ? "the value required" : $"one of the {allowed.Length} values allowed")}");
    }
}

/// <summary><c>minimum</c>, <c>maximum</c> and their exclusive forms: the sign of the comparison must be one of two.</summary>
internal sealed class BoundCheck(string location, Value bound, int sign, bool exclusive) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        int order = ExactNumber.Compare(value, bound) * sign;
        return order > 0 || (order == 0 && !exclusive) || run.Fail(Location, $"{Message()}");
    }

    private string Message() => $"must be {(sign > 0 ? exclusive ? "more than" : "at least" : exclusive ? "less than" : "at most")} {bound}";
}

/// <summary><c>multipleOf</c>, in decimal: 0.3 is a multiple of 0.1.</summary>
internal sealed class MultipleCheck : Check
{
    private readonly Value unit;
    private readonly ExactNumber exactUnit;
    private readonly long wholeUnit;
    private readonly decimal decimalUnit;

    internal MultipleCheck(string location, Value unit)
        : base(location)
    {
        this.unit = unit;
        exactUnit = ExactNumber.Of(unit);
        wholeUnit = unit.Kind == ValueKind.Int ? unit.AsInt() : 0;
        decimalUnit = TryDecimal(unit, out decimal read) ? read : 0;
    }

    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        bool multiple = wholeUnit != 0 && value.Kind == ValueKind.Int ? value.AsInt() % wholeUnit == 0
            : decimalUnit != 0 && TryDecimal(value, out decimal number) ? number % decimalUnit == 0
            : ExactNumber.Of(value).IsMultipleOf(exactUnit);
        return multiple || run.Fail(Location, $"is not a multiple of {unit}");
    }

    // A double has at most 17 digits, a plain text of 28 characters at most 27; between these bounds a decimal holds them
    // and every place after the point.
    private static bool TryDecimal(in Value value, out decimal number)
    {
        number = 0;
        if (value.Kind == ValueKind.Int)
        {
            number = value.AsInt();
            return true;
        }

        double magnitude = value.Kind == ValueKind.Double ? Math.Abs(value.AsDouble()) : 0;
        if (magnitude is < 1e-9 or >= 1e15)
        {
            return false;
        }

        if (value.SourceText is { } source)
        {
            return source.Length <= 28 && !source.AsSpan().ContainsAny('e', 'E')
                && decimal.TryParse(source, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
        }

        Span<char> text = stackalloc char[32];
        return value.AsDouble().TryFormat(text, out int written, "R", CultureInfo.InvariantCulture)
            && decimal.TryParse(text[..written], NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }
}

/// <summary><c>minLength</c> and <c>maxLength</c>, in code points.</summary>
internal sealed class LengthCheck(string location, long bound, bool isMaximum) : Check(location)
{
    internal override bool Test(in Value value, SchemaRun run, Marks marks)
    {
        string text = value.AsString();
        if (isMaximum)
        {
            return text.Length <= bound || CodePoints(text) <= bound
                || run.Fail(Location, $"is longer than {bound} characters");
        }

        return text.Length >= bound * 2 || (text.Length >= bound && CodePoints(text) >= bound)
            || run.Fail(Location, $"is shorter than {bound} characters");
    }

    private static int CodePoints(string text)
    {
        int count = text.Length;
        for (int i = 1; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i - 1], text[i]))
            {
                count--;
                i++;
            }
        }

        return count;
    }
}

/// <summary><c>pattern</c>.</summary>
internal sealed class PatternCheck(string location, Pattern pattern) : Check(location)
{
    internal Pattern Pattern { get; } = pattern;

    internal override bool Test(in Value value, SchemaRun run, Marks marks) =>
        Pattern.IsMatch(value.AsString()) || run.Fail(Location, "does not match the pattern");
}
