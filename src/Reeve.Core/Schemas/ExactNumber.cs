using System.Globalization;
using System.Numerics;
using Reeve.Core.Schemas.Checks;
using Reeve.Core.Schemas.Compiling;
using Reeve.Core.Schemas.Samples;
using Reeve.Core.Values;

namespace Reeve.Core.Schemas;

/// <summary>
/// A number as its JSON text says it, to the last digit: <c>Digits × 10^Exponent</c>, without trailing zeros in Digits.
/// The common cases are answered from int64 and double without making one.
/// </summary>
internal readonly record struct ExactNumber(BigInteger Digits, long Exponent)
{
    // A longer spelling is judged by its double: parsing takes more than linear time.
    private const int LongestText = 1_000;

    // No exponent is followed further; nothing that fits a document tells larger ones apart.
    private const long Farthest = 1_000_000_000_000;

    // Doubles below this hold every integer exactly, so comparing them with integers is exact.
    private const double Exact = 9007199254740992.0;

    /// <summary>The number a value holds; call only on numbers.</summary>
    internal static ExactNumber Of(in Value value) => value.Kind switch
    {
        ValueKind.Int when value.SourceText is null => Normal(value.AsInt(), 0),
        ValueKind.Uint => Normal(value.AsUint(), 0),
        _ when value.SourceText is { Length: <= LongestText } text => Parse(text),
        ValueKind.Int => Normal(value.AsInt(), 0),
        _ when double.IsFinite(value.AsDouble()) => Parse(value.AsDouble().ToString("R", CultureInfo.InvariantCulture)),
        _ => new ExactNumber(double.IsNegative(value.AsDouble()) ? -1 : 1, 400),
    };

    /// <summary>Whether a number has no fraction; call only on numbers.</summary>
    internal static bool IsInteger(in Value value)
    {
        if (value.Kind != ValueKind.Double)
        {
            return true;
        }

        double number = value.AsDouble();
        bool fraction = double.IsFinite(number) && Math.Floor(number) != number;
        return !fraction && (value.SourceText is null || Of(value).Exponent >= 0);
    }

    /// <summary>Compares two numbers.</summary>
    internal static int Compare(in Value left, in Value right)
    {
        // Rounding to double keeps the order, so only numbers with the same double need their texts.
        double near = ToDouble(left);
        double otherNear = ToDouble(right);
        if (near != otherNear)
        {
            return near < otherNear ? -1 : 1;
        }

        return IsPlain(left) && IsPlain(right) && ValueEquality.CompareNumbers(left, right) is { } order
            ? order
            : Of(left).CompareTo(Of(right));
    }

    /// <summary>Whether this is an integral multiple of another number, which must not be zero.</summary>
    internal bool IsMultipleOf(in ExactNumber unit)
    {
        if (Digits.IsZero)
        {
            return true;
        }

        // Below the unit's last decimal place something would have to end in a zero, and Digits does not.
        return Exponent >= unit.Exponent
            && (Digits * BigInteger.ModPow(10, Exponent - unit.Exponent, BigInteger.Abs(unit.Digits)) % unit.Digits).IsZero;
    }

    internal int CompareTo(in ExactNumber other)
    {
        if (Digits.Sign != other.Digits.Sign || Digits.Sign == 0)
        {
            return Digits.Sign.CompareTo(other.Digits.Sign);
        }

        // The place of the first digit decides, unless it is the same.
        long size = Magnitude() + Exponent;
        long otherSize = other.Magnitude() + other.Exponent;
        if (size != otherSize)
        {
            return size.CompareTo(otherSize) * Digits.Sign;
        }

        long least = Math.Min(Exponent, other.Exponent);
        return Scaled(least).CompareTo(other.Scaled(least));
    }

    private BigInteger Scaled(long exponent) => Digits * BigInteger.Pow(10, (int)(Exponent - exponent));

    private long Magnitude() => BigInteger.Abs(Digits).ToString(CultureInfo.InvariantCulture).Length;

    private static double ToDouble(in Value value) => value.Kind switch
    {
        ValueKind.Int => value.AsInt(),
        ValueKind.Uint => value.AsUint(),
        _ => value.AsDouble(),
    };

    // Comparing with int64 and double says what the texts say.
    private static bool IsPlain(in Value value) =>
        value.Kind != ValueKind.Double || (value.SourceText is null && Math.Abs(value.AsDouble()) < Exact);

    private static ExactNumber Parse(ReadOnlySpan<char> text)
    {
        int mark = text.IndexOfAny('e', 'E');
        long exponent = 0;
        if (mark >= 0 && !long.TryParse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            exponent = text[mark + 1] == '-' ? -Farthest : Farthest;
        }

        exponent = Math.Clamp(exponent, -Farthest, Farthest);
        ReadOnlySpan<char> digits = mark < 0 ? text : text[..mark];
        int point = digits.IndexOf('.');
        if (point >= 0)
        {
            exponent -= digits.Length - point - 1;
            digits = string.Concat(digits[..point], digits[(point + 1)..]);
        }

        return Normal(BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), exponent);
    }

    private static ExactNumber Normal(BigInteger digits, long exponent)
    {
        if (digits.IsZero)
        {
            return new ExactNumber(0, 0);
        }

        while (true)
        {
            BigInteger tenth = BigInteger.DivRem(digits, 10, out BigInteger rest);
            if (!rest.IsZero)
            {
                return new ExactNumber(digits, exponent);
            }

            digits = tenth;
            exponent++;
        }
    }
}
