using System.Buffers;
using System.Globalization;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Syntax;

/// <summary>What the inside of a string or bytes literal denotes.</summary>
internal static class StringLiteral
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Reads the inside; <paramref name="offset"/> is where it starts in <paramref name="text"/>, for errors.</summary>
    internal static Value Read(string text, int offset, ReadOnlySpan<char> content, bool isBytes, bool isRaw)
    {
        if (isRaw || content.IndexOf('\\') < 0)
        {
            if (!isBytes)
            {
                return HasLoneSurrogate(content) ? throw Bad(text, offset, "A string must be valid Unicode.") : Value.Of(TextPool.Share(content));
            }

            byte[] plain = new byte[Encoding.UTF8.GetByteCount(content)];
            Encoding.UTF8.GetBytes(content, plain);
            return Value.Of(plain);
        }

        return isBytes ? ReadBytes(text, offset, content) : ReadString(text, offset, content);
    }

    private static Value ReadString(string text, int offset, ReadOnlySpan<char> content)
    {
        StringBuilder result = new(content.Length);
        for (int i = 0; i < content.Length;)
        {
            if (content[i] != '\\')
            {
                result.Append(content[i++]);
                continue;
            }

            int codePoint = ReadEscape(text, offset, content, ref i, isBytes: false);
            if (!Rune.TryCreate(codePoint, out Rune rune))
            {
                throw Bad(text, offset + i, "An escape denotes no Unicode code point.");
            }

            result.Append(rune.ToString());
        }

        string read = result.ToString();
        return HasLoneSurrogate(read) ? throw Bad(text, offset, "A string must be valid Unicode.") : Value.Of(TextPool.Share(read));
    }

    private static Value ReadBytes(string text, int offset, ReadOnlySpan<char> content)
    {
        List<byte> result = new(content.Length);
        Span<byte> utf8 = stackalloc byte[4];
        for (int i = 0; i < content.Length;)
        {
            if (content[i] == '\\')
            {
                result.Add((byte)ReadEscape(text, offset, content, ref i, isBytes: true));
                continue;
            }

            if (Rune.DecodeFromUtf16(content[i..], out Rune rune, out int used) != System.Buffers.OperationStatus.Done)
            {
                throw Bad(text, offset + i, "A literal must be valid Unicode.");
            }

            result.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
            i += used;
        }

        return Value.Of(result.ToArray());
    }

    // Reads the escape at i and moves i behind it. In bytes, \x and octal escapes are octets and \u is not allowed.
    private static int ReadEscape(string text, int offset, ReadOnlySpan<char> content, ref int i, bool isBytes)
    {
        char kind = content[i + 1];
        int start = i;
        i += 2;
        switch (kind)
        {
            case 'a': return '\a';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'v': return '\v';
            case '\\' or '?' or '"' or '\'' or '`': return kind;
            case 'x' or 'X': return Hex(text, offset + start, content, ref i, 2);
            case 'u' when !isBytes: return Hex(text, offset + start, content, ref i, 4);
            case 'U' when !isBytes: return Hex(text, offset + start, content, ref i, 8);
            case >= '0' and <= '3' when i + 1 < content.Length && content[i] is >= '0' and <= '7' && content[i + 1] is >= '0' and <= '7':
                i += 2;
                return ((kind - '0') * 64) + ((content[i - 2] - '0') * 8) + (content[i - 1] - '0');
            default:
                throw Bad(text, offset + start, isBytes
                    ? "The escape is unknown; in bytes \\a \\b \\f \\n \\r \\t \\v \\\\ \\? \\\" \\' \\` \\xHH and \\OOO exist."
                    : "The escape is unknown; \\a \\b \\f \\n \\r \\t \\v \\\\ \\? \\\" \\' \\` \\xHH \\uHHHH \\UHHHHHHHH and \\OOO exist.");
        }
    }

    private static int Hex(string text, int position, ReadOnlySpan<char> content, ref int i, int digits)
    {
        if (i + digits > content.Length
            || content.Slice(i, digits).ContainsAnyExcept(HexDigits) // a NUL at the end, say, which the parser overlooks
            || !uint.TryParse(content.Slice(i, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value)
            || value > 0x10FFFF)
        {
            throw Bad(text, position, $"{digits} hexadecimal digits of a code point were expected in the escape.");
        }

        i += digits;
        return (int)value;
    }

    private static bool HasLoneSurrogate(ReadOnlySpan<char> content)
    {
        for (int i = content.IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < content.Length; i++)
        {
            if (char.IsLowSurrogate(content[i]) || (char.IsHighSurrogate(content[i]) && (i + 1 == content.Length || !char.IsLowSurrogate(content[i + 1]))))
            {
                return true;
            }

            i += char.IsHighSurrogate(content[i]) ? 1 : 0;
        }

        return false;
    }

    private static ReeveException Bad(string text, int offset, string message) =>
        SyntaxFault.At(ErrorCatalogue.Expressions.BadLiteral, message, text, offset);
}
