using System.Globalization;

namespace Reeve.Core.Expressions.Texts;

/// <summary>Doubles as texts, in the forms CEL's reference implementation prints.</summary>
internal static class NumberText
{
    /// <summary>The shortest text that reads back the same; below 1e-4 and from 1e6 on it has an exponent. NaN, +Inf and -Inf are spelled so.</summary>
    internal static string Shortest(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        }

        (string sign, string digits, int exponent) = Decompose(value);
        if (exponent is >= -4 and < 6)
        {
            return sign + Positional(digits, exponent);
        }

        string fraction = digits.Length > 1 ? "." + digits[1..] : "";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }

    /// <summary>Reads ASCII digits and nothing else; the framework's parsers alone overlook NULs at the end.</summary>
    internal static bool TryDigits(ReadOnlySpan<char> digits, out int value)
    {
        value = 0;
        return digits.IndexOfAnyExceptInRange('0', '9') < 0 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The shortest digits, never with an exponent; <c>Infinity</c> is spelled out.</summary>
    internal static string Plain(double value)
    {
        if (!double.IsFinite(value))
        {
            return Special(value);
        }

        (string sign, string digits, int exponent) = Decompose(value);
        return sign + Positional(digits, exponent);
    }

    /// <summary>So many digits behind the point.</summary>
    internal static string Fixed(double value, int precision) =>
        double.IsFinite(value) ? value.ToString("F" + precision.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : Special(value);

    /// <summary>Scientific notation with so many digits behind the point and an exponent of at least two digits.</summary>
    internal static string Scientific(double value, int precision)
    {
        if (!double.IsFinite(value))
        {
            return Special(value);
        }

        // .NET writes at least three digits of exponent.
        string text = value.ToString("e" + precision.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int mark = text.IndexOf('e');
        string exponent = text[(mark + 2)..].TrimStart('0').PadLeft(2, '0');
        return string.Concat(text.AsSpan(0, mark + 2), exponent);
    }

    private static string Special(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

    // The value as 0.d1d2d3… digits with the decimal exponent of the first digit.
    private static (string Sign, string Digits, int Exponent) Decompose(double value)
    {
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        string sign = shortest[0] == '-' ? "-" : "";
        ReadOnlySpan<char> rest = shortest.AsSpan(sign.Length);
        int mark = rest.IndexOf('E');
        int exponent = mark < 0 ? 0 : int.Parse(rest[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        ReadOnlySpan<char> mantissa = mark < 0 ? rest : rest[..mark];
        int point = mantissa.IndexOf('.');
        string digits = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        int whole = point < 0 ? digits.Length : point;
        int leading = digits.Length - digits.TrimStart('0').Length;
        string significant = digits.Trim('0');
        return significant.Length == 0 ? (sign, "0", 0) : (sign, significant, exponent + whole - leading - 1);
    }

    private static string Positional(string digits, int exponent)
    {
        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + digits;
        }

        return digits.Length <= exponent + 1
            ? digits.PadRight(exponent + 1, '0')
            : string.Concat(digits.AsSpan(0, exponent + 1), ".", digits.AsSpan(exponent + 1));
    }
}
