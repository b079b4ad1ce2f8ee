using System.Globalization;
using System.Numerics;
using Reeve.Core.Values;

namespace Reeve.Engine.PackFiles;

/// <summary>
/// What a plain scalar is by the core schema of YAML 1.2.2, section 10.3.2. So <c>yes</c>, <c>on</c>, <c>12:30</c> and
/// <c>2026-01-02</c> are strings.
/// </summary>
internal static class YamlScalars
{
    internal static Value Resolve(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => Value.Null,
        "true" or "True" or "TRUE" => Value.True,
        "false" or "False" or "FALSE" => Value.False,
        ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => Value.Of(double.PositiveInfinity),
        "-.inf" or "-.Inf" or "-.INF" => Value.Of(double.NegativeInfinity),
        ".nan" or ".NaN" or ".NAN" => Value.Of(double.NaN),
        _ when text[0] is '+' or '-' or '.' || char.IsAsciiDigit(text[0]) => Number(text) ?? Value.Of(text),
        _ => Value.Of(text),
    };

    private static Value? Number(string text)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal) || text.StartsWith("0o", StringComparison.Ordinal))
        {
            return Radix(text.AsSpan(2), text[1] == 'x' ? 16 : 8);
        }

        return JsonSpelling(text) is { } number ? JsonText.Parse(number) : null;
    }

    private static Value? Radix(ReadOnlySpan<char> digits, int radix)
    {
        // More digits than a double has room for are nobody's number, and cost more than they are worth.
        if (digits.Length is 0 or > 400)
        {
            return null;
        }

        BigInteger number = BigInteger.Zero;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
            {
                return null;
            }

            number = (number * radix) + digit;
        }

        // Read from its decimal digits, because the cast to double cuts where reading rounds.
        return JsonText.Parse(number.ToString(CultureInfo.InvariantCulture));
    }

    // [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?, in the spelling of JSON, which knows no plus sign,
    // no leading zeros and no bare point; null if the text is no number.
    private static string? JsonSpelling(string text)
    {
        ReadOnlySpan<char> rest = text;
        bool negative = rest[0] == '-';
        rest = rest[0] is '+' or '-' ? rest[1..] : rest;
        ReadOnlySpan<char> whole = Digits(ref rest);
        ReadOnlySpan<char> fraction = default;
        bool hasPoint = !rest.IsEmpty && rest[0] == '.';
        if (hasPoint)
        {
            rest = rest[1..];
            fraction = Digits(ref rest);
        }

        if (whole.IsEmpty && fraction.IsEmpty)
        {
            return null;
        }

        string exponent = "";
        if (!rest.IsEmpty && rest[0] is 'e' or 'E')
        {
            string sign = rest.Length > 1 && rest[1] is '+' or '-' ? rest[1].ToString() : "";
            rest = rest[(1 + sign.Length)..];
            ReadOnlySpan<char> power = Digits(ref rest);
            if (power.IsEmpty)
            {
                return null;
            }

            exponent = string.Create(CultureInfo.InvariantCulture, $"e{sign}{power}");
        }

        if (!rest.IsEmpty)
        {
            return null;
        }

        whole = whole.TrimStart('0');
        string point = hasPoint ? "." : "";
        return $"{(negative ? "-" : "")}{(whole.IsEmpty ? "0" : whole)}{point}{(hasPoint && fraction.IsEmpty ? "0" : fraction)}{exponent}";
    }

    private static ReadOnlySpan<char> Digits(scoped ref ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> digits = end < 0 ? text : text[..end];
        text = text[digits.Length..];
        return digits;
    }
}
