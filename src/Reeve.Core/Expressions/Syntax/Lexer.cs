using System.Buffers;
using System.Globalization;
using Reeve.Core.Errors;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Syntax;

/// <summary>Splits a text into tokens, one at a time, as the lexis of the CEL language definition says.</summary>
internal ref struct Lexer(string text)
{
    /// <summary>The digits of the int literal that is only valid behind a minus.</summary>
    internal const string IntLimit = "9223372036854775808";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly ReadOnlySpan<char> source = text;
    private int at;

    internal Token Next()
    {
        SkipBlanks();
        if (at >= source.Length)
        {
            return new Token(TokenKind.End, at, at);
        }

        int start = at;
        char c = source[at];
        if (IsNameStart(c))
        {
            return StartsString(out int prefix) ? ReadString(start, prefix) : ReadName(start);
        }

        return c switch
        {
            '"' or '\'' => ReadString(start, 0),
            '`' => ReadQuotedName(start),
            '.' when char.IsAsciiDigit(Peek(1)) => ReadNumber(start),
            _ when char.IsAsciiDigit(c) => ReadNumber(start),
            _ => ReadPunctuation(start, c),
        };
    }

    private void SkipBlanks()
    {
        while (at < source.Length)
        {
            char c = source[at];
            if (c is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                at++;
            }
            else if (c == '/' && Peek(1) == '/')
            {
                int end = source[at..].IndexOf('\n');
                at = end < 0 ? source.Length : at + end + 1;
            }
            else
            {
                return;
            }
        }
    }

    private readonly char Peek(int ahead) => at + ahead < source.Length ? source[at + ahead] : '\0';

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    // A string may be led by r (raw), b (bytes) or br, in any case.
    private readonly bool StartsString(out int prefix)
    {
        prefix = 0;
        if (Peek(prefix) is 'b' or 'B')
        {
            prefix++;
        }

        if (Peek(prefix) is 'r' or 'R')
        {
            prefix++;
        }

        return prefix > 0 && Peek(prefix) is '"' or '\'';
    }

    private Token ReadName(int start)
    {
        while (IsNamePart(Peek(0)))
        {
            at++;
        }

        ReadOnlySpan<char> name = source[start..at];
        return name switch
        {
            "true" => new Token(TokenKind.Literal, start, at, Value.True),
            "false" => new Token(TokenKind.Literal, start, at, Value.False),
            "null" => new Token(TokenKind.Literal, start, at, Value.Null),
            "in" => new Token(TokenKind.In, start, at),
            _ => new Token(TokenKind.Name, start, at, Text: TextPool.Share(name)),
        };
    }

    private Token ReadQuotedName(int start)
    {
        int length = source[(at + 1)..].IndexOf('`');
        ReadOnlySpan<char> name = length > 0 ? source.Slice(at + 1, length) : default;
        if (length <= 0)
        {
            throw Fault(ErrorCatalogue.Expressions.Syntax, "A field name in backquotes and its closing ` were expected.", start);
        }

        foreach (char c in name)
        {
            if (!IsNamePart(c) && c is not ('.' or '-' or '/' or ' '))
            {
                throw Fault(ErrorCatalogue.Expressions.Syntax, "A name in backquotes may hold letters, digits, _ . - / and spaces only.", start);
            }
        }

        at += length + 2;
        return new Token(TokenKind.QuotedName, start, at, Text: TextPool.Share(name));
    }

    private Token ReadNumber(int start)
    {
        if (source[at] == '0' && Peek(1) is 'x' or 'X')
        {
            at += 2;
            int digits = SkipAny(HexDigits);
            if (digits == 0)
            {
                throw Fault(ErrorCatalogue.Expressions.BadLiteral, "Hexadecimal digits were expected behind 0x.", start);
            }

            return WholeNumber(start, source.Slice(at - digits, digits), NumberStyles.AllowHexSpecifier);
        }

        SkipAny(Digits);
        bool isDouble = false;
        if (Peek(0) == '.' && char.IsAsciiDigit(Peek(1)))
        {
            isDouble = true;
            at++;
            SkipAny(Digits);
        }

        if (Peek(0) is 'e' or 'E')
        {
            int sign = Peek(1) is '+' or '-' ? 1 : 0;
            if (char.IsAsciiDigit(Peek(1 + sign)))
            {
                isDouble = true;
                at += 1 + sign;
                SkipAny(Digits);
            }
        }

        return isDouble ? DoubleNumber(start) : WholeNumber(start, source[start..at], NumberStyles.None);
    }

    private Token DoubleNumber(int start)
    {
        NoNameBehind(start);
        double value = double.Parse(source[start..at], NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(value)
            ? new Token(TokenKind.Literal, start, at, Value.Of(value))
            : throw Fault(ErrorCatalogue.Expressions.BadLiteral, "A double literal must be within ±1.8e308.", start);
    }

    private Token WholeNumber(int start, ReadOnlySpan<char> digits, NumberStyles styles)
    {
        bool isUnsigned = Peek(0) is 'u' or 'U';
        bool fits = ulong.TryParse(digits, styles, CultureInfo.InvariantCulture, out ulong value);
        at += isUnsigned ? 1 : 0;
        NoNameBehind(start);
        if (fits && isUnsigned)
        {
            return new Token(TokenKind.Literal, start, at, Value.Of(value));
        }

        if (fits && value <= long.MaxValue)
        {
            return new Token(TokenKind.Literal, start, at, Value.Of((long)value));
        }

        return fits && value == (ulong)long.MaxValue + 1
            ? new Token(TokenKind.Literal, start, at, Text: IntLimit)
            : throw Fault(ErrorCatalogue.Expressions.BadLiteral, isUnsigned ? "A uint literal must fit 64 bits." : "An int literal must fit 64 bits with sign.", start);
    }

    private readonly void NoNameBehind(int start)
    {
        if (IsNamePart(Peek(0)))
        {
            throw Fault(ErrorCatalogue.Expressions.BadLiteral, "A number must not run into a name.", start);
        }
    }

    private int SkipAny(SearchValues<char> set)
    {
        int length = source[at..].IndexOfAnyExcept(set);
        length = length < 0 ? source.Length - at : length;
        at += length;
        return length;
    }

    private Token ReadString(int start, int prefix)
    {
        bool isBytes = source[start] is 'b' or 'B';
        bool isRaw = prefix > 0 && source[start + prefix - 1] is 'r' or 'R';
        at = start + prefix;
        char quote = source[at];
        int quotes = Peek(1) == quote && Peek(2) == quote ? 3 : 1;
        at += quotes;
        int contentStart = at;
        while (true)
        {
            char c = Peek(0);
            if (at >= source.Length || (quotes == 1 && c is '\n' or '\r'))
            {
                throw Fault(ErrorCatalogue.Expressions.Syntax, $"The string is not closed; {new string(quote, quotes)} was expected.", start);
            }

            if (c == '\\' && !isRaw)
            {
                at += 2;
            }
            else if (c == quote && (quotes == 1 || (Peek(1) == quote && Peek(2) == quote)))
            {
                break;
            }
            else
            {
                at++;
            }
        }

        ReadOnlySpan<char> content = source[contentStart..at];
        at += quotes;
        Value value = StringLiteral.Read(text, contentStart, content, isBytes, isRaw);
        return new Token(TokenKind.Literal, start, at, value);
    }

    private Token ReadPunctuation(int start, char c)
    {
        char next = Peek(1);
        (TokenKind kind, int length) = (c, next) switch
        {
            ('&', '&') => (TokenKind.And, 2),
            ('|', '|') => (TokenKind.Or, 2),
            ('=', '=') => (TokenKind.Equal, 2),
            ('!', '=') => (TokenKind.NotEqual, 2),
            ('<', '=') => (TokenKind.LessOrEqual, 2),
            ('>', '=') => (TokenKind.GreaterOrEqual, 2),
            ('<', _) => (TokenKind.Less, 1),
            ('>', _) => (TokenKind.Greater, 1),
            ('!', _) => (TokenKind.Not, 1),
            ('(', _) => (TokenKind.LeftParen, 1),
            (')', _) => (TokenKind.RightParen, 1),
            ('[', _) => (TokenKind.LeftBracket, 1),
            (']', _) => (TokenKind.RightBracket, 1),
            ('{', _) => (TokenKind.LeftBrace, 1),
            ('}', _) => (TokenKind.RightBrace, 1),
            ('.', _) => (TokenKind.Dot, 1),
            (',', _) => (TokenKind.Comma, 1),
            (':', _) => (TokenKind.Colon, 1),
            ('?', _) => (TokenKind.Question, 1),
            ('+', _) => (TokenKind.Plus, 1),
            ('-', _) => (TokenKind.Minus, 1),
            ('*', _) => (TokenKind.Star, 1),
            ('/', _) => (TokenKind.Slash, 1),
            ('%', _) => (TokenKind.Percent, 1),
            _ => (TokenKind.End, 0),
        };
        if (length == 0)
        {
            string hint = c switch
            {
                '=' => "; == compares",
                '&' => "; && is the conjunction",
                '|' => "; || is the disjunction",
                _ => "",
            };
            string shown = c is > ' ' and < '\x7f' ? $"'{c}'" : $"U+{(int)c:X4}";
            throw Fault(ErrorCatalogue.Expressions.Syntax, $"The character {shown} has no meaning here{hint}.", start);
        }

        at += length;
        return new Token(kind, start, at);
    }

    private readonly ReeveException Fault(ErrorCode kind, string message, int offset) => SyntaxFault.At(kind, message, text, offset);
}
