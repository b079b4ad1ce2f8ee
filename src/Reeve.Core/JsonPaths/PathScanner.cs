using System.Globalization;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Core.JsonPaths;

/// <summary>Reads the terminals of RFC 9535's grammar: blanks, names, strings, integers, numbers.</summary>
internal sealed class PathScanner(string text)
{
    // RFC 9535, section 2.1: integers stay within I-JSON's exact range.
    private const long LargestInteger = (1L << 53) - 1;

    internal int Offset { get; private set; }

    internal bool AtEnd => Offset >= text.Length;

    internal char Current => Offset < text.Length ? text[Offset] : '\0';

    internal char Next => Offset + 1 < text.Length ? text[Offset + 1] : '\0';

    internal void SkipBlanks()
    {
        while (Current is ' ' or '\t' or '\n' or '\r')
        {
            Offset++;
        }
    }

    internal bool TryTake(string expected)
    {
        if (string.CompareOrdinal(text, Offset, expected, 0, expected.Length) != 0)
        {
            return false;
        }

        Offset += expected.Length;
        return true;
    }

    internal void Take(string expected)
    {
        if (!TryTake(expected))
        {
            throw Fault(ErrorCatalogue.JsonPath.Malformed, AtEnd ? $"The path ends where '{expected}' was expected." : $"'{expected}' was expected.");
        }
    }

    internal bool AtNameStart => IsNameFirst(Current);

    /// <summary>A member name in shorthand, as after a dot.</summary>
    internal string Name()
    {
        int start = Offset;
        if (!AtNameStart)
        {
            throw Fault(ErrorCatalogue.JsonPath.Malformed, "A member name, '*' or '[' was expected.");
        }

        while (IsNameFirst(Current) || char.IsAsciiDigit(Current))
        {
            if (char.IsSurrogate(Current))
            {
                if (!char.IsSurrogatePair(Current, Next))
                {
                    throw Fault(ErrorCatalogue.JsonPath.Malformed, "A lone surrogate is no character.");
                }

                Offset++;
            }

            Offset++;
        }

        return text[start..Offset];
    }

    /// <summary>The name of a function, if one and its bracket stand here; else null and nothing is taken.</summary>
    internal string? FunctionName()
    {
        int end = Offset;
        while (end < text.Length && (char.IsAsciiLetterLower(text[end]) || (end > Offset && (text[end] == '_' || char.IsAsciiDigit(text[end])))))
        {
            end++;
        }

        if (end == Offset || end >= text.Length || text[end] != '(')
        {
            return null;
        }

        string name = text[Offset..end];
        Offset = end;
        return name;
    }

    /// <summary>A quoted string; the current character is its quote.</summary>
    internal string QuotedString()
    {
        char quote = Current;
        int start = Offset++;
        StringBuilder result = new();
        while (true)
        {
            if (AtEnd)
            {
                throw Fault(ErrorCatalogue.JsonPath.Malformed, "The string is not closed.", start);
            }

            char c = Current;
            if (c == quote)
            {
                Offset++;
                return result.ToString();
            }

            if (c < ' ')
            {
                throw Fault(ErrorCatalogue.JsonPath.Malformed, "A control character in a string must be written as an escape.");
            }

            if (c == '\\')
            {
                Escape(quote, result);
            }
            else if (char.IsSurrogate(c) && !char.IsSurrogatePair(c, Next))
            {
                throw Fault(ErrorCatalogue.JsonPath.Malformed, "A lone surrogate is no character.");
            }
            else
            {
                int length = char.IsSurrogate(c) ? 2 : 1;
                result.Append(text, Offset, length);
                Offset += length;
            }
        }
    }

    /// <summary>An integer of an index or a slice; null if none stands here.</summary>
    internal long? Integer()
    {
        int start = Offset;
        int digits = Current == '-' ? Offset + 1 : Offset;
        int end = digits;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        if (end == digits)
        {
            return digits == start ? null : throw Fault(ErrorCatalogue.JsonPath.Malformed, "A digit was expected after '-'.");
        }

        bool leadingZero = text[digits] == '0' && (end - digits > 1 || digits > start);
        if (leadingZero || !long.TryParse(text.AsSpan(start, end - start), out long value) || value is > LargestInteger or < -LargestInteger)
        {
            throw Fault(ErrorCatalogue.JsonPath.Malformed, "An index has no leading zero, is not -0, and lies within ±(2^53 - 1).", start);
        }

        Offset = end;
        return value;
    }

    /// <summary>A number literal; null if none stands here.</summary>
    internal Value? Number()
    {
        int start = Offset;
        int at = Current == '-' ? Offset + 1 : Offset;
        if (at >= text.Length || !char.IsAsciiDigit(text[at]))
        {
            return null;
        }

        int wholeStart = at;
        at = Digits(at);
        bool malformed = text[wholeStart] == '0' && at - wholeStart > 1;
        bool isInteger = true;
        if (at < text.Length && text[at] == '.')
        {
            isInteger = false;
            int fraction = at + 1;
            at = Digits(fraction);
            malformed |= at == fraction;
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            isInteger = false;
            int exponent = at + 1 < text.Length && text[at + 1] is '+' or '-' ? at + 2 : at + 1;
            at = Digits(exponent);
            malformed |= at == exponent;
        }

        ReadOnlySpan<char> spelled = text.AsSpan(start, at - start);
        double number = malformed ? double.NaN : double.Parse(spelled, CultureInfo.InvariantCulture);
        if (!double.IsFinite(number))
        {
            throw Fault(ErrorCatalogue.JsonPath.Malformed, "The number is not spelled as JSON spells numbers, or is too large.", start);
        }

        Offset = at;
        return isInteger && long.TryParse(spelled, out long whole) ? Value.Of(whole) : Value.Of(number);
    }

    internal ReeveException Fault(ErrorCode kind, string message, int? at = null)
    {
        int offset = Math.Min(at ?? Offset, text.Length);
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < offset; i++)
        {
            if (text[i] == '\n')
            {
                line++;
                lineStart = i + 1;
            }
        }

        return new ReeveException(new ReeveError(kind, message, position: new SourcePosition(line, offset - lineStart + 1)));
    }

    private int Digits(int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at;
    }

    private void Escape(char quote, StringBuilder result)
    {
        char c = Next;
        int start = Offset;
        Offset += 2;
        switch (c)
        {
            case 'b': result.Append('\b'); break;
            case 'f': result.Append('\f'); break;
            case 'n': result.Append('\n'); break;
            case 'r': result.Append('\r'); break;
            case 't': result.Append('\t'); break;
            case '/' or '\\': result.Append(c); break;
            case 'u': UnicodeEscape(start, result); break;
            case '\'' or '"' when c == quote: result.Append(c); break;
            default: throw Fault(ErrorCatalogue.JsonPath.Malformed, "The escape is unknown.", start);
        }
    }

    private void UnicodeEscape(int start, StringBuilder result)
    {
        char first = HexDigits(start);
        if (!char.IsSurrogate(first))
        {
            result.Append(first);
            return;
        }

        if (!char.IsHighSurrogate(first) || !TryTake("\\u"))
        {
            throw Fault(ErrorCatalogue.JsonPath.Malformed, "A lone surrogate is no character.", start);
        }

        char second = HexDigits(start);
        if (!char.IsLowSurrogate(second))
        {
            throw Fault(ErrorCatalogue.JsonPath.Malformed, "A lone surrogate is no character.", start);
        }

        result.Append(first).Append(second);
    }

    private char HexDigits(int start)
    {
        int code = 0;
        for (int i = 0; i < 4; i++, Offset++)
        {
            if (!char.IsAsciiHexDigit(Current))
            {
                throw Fault(ErrorCatalogue.JsonPath.Malformed, "Four hex digits were expected after '\\u'.", start);
            }

            code = (code << 4) | Convert.ToInt32(Current.ToString(), 16);
        }

        return (char)code;
    }

    // RFC 9535, section 2.5.1.1: letters, '_' and everything beyond ASCII.
    private static bool IsNameFirst(char c) => char.IsAsciiLetter(c) || c == '_' || c >= '\u0080';
}
