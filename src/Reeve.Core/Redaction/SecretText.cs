using System.Text;

namespace Reeve.Core.Redaction;

/// <summary>
/// Finds secrets in free text by the name before them: <c>password=x</c>, <c>api_key: x</c>, <c>"token":"x"</c> (also with its quotes
/// escaped, as in JSON inside JSON), <c>&lt;secret&gt;x&lt;/secret&gt;</c>, <c>--token x</c>. One pass, linear: every character is looked at a
/// bounded number of times.
/// </summary>
internal ref struct SecretText
{
    private const int LongestName = 64;
    private const int LongestTag = 512;
    private readonly ReadOnlySpan<char> text;
    private StringBuilder? hidden;
    private int copied;

    // Set while the value of a pair that was named apart is looked for: { "name": "Authorization", "value": "…" }.
    private bool named;

    private SecretText(ReadOnlySpan<char> text) => this.text = text;

    /// <summary>The text with what follows secret names replaced; the same string when there is nothing.</summary>
    public static string Hide(string text)
    {
        SecretText scan = new(text);
        scan.Run();
        return scan.hidden is null ? text : scan.hidden.Append(text.AsSpan(scan.copied)).ToString();
    }

    private void Run()
    {
        int at = 0;
        while (at < text.Length)
        {
            int found = text[at..].IndexOfAny("=:<-");
            if (found < 0)
            {
                return;
            }

            at += found;
            at = text[at] switch
            {
                '<' => Element(at),
                '-' => Flag(at),
                _ => Pair(at),
            };
        }
    }

    // name = value
    private int Pair(int separator)
    {
        int after = separator + 1;
        (int start, int end) = NameBefore(separator);
        Secrecy secrecy = start == end ? Secrecy.None : JudgeName(start, end);
        if (secrecy == Secrecy.None || text[after..].StartsWith("//"))
        {
            return after;
        }

        while (after < text.Length && text[after] is '=' or ':' or '>')
        {
            after++;
        }

        while (after < text.Length && text[after] is ' ' or '\t')
        {
            after++;
        }

        return HideValue(after, secrecy);
    }

    // The name that ends before a separator, in quotes or not.
    private readonly (int Start, int End) NameBefore(int separator)
    {
        int end = separator;
        while (end > 0 && text[end - 1] is ' ' or '\t')
        {
            end--;
        }

        while (end > 0 && text[end - 1] is '"' or '\'' or '`' or '\\' or ']')
        {
            end--;
        }

        return (NameStart(end), end);
    }

    private Secrecy JudgeName(int start, int end)
    {
        ReadOnlySpan<char> name = text[start..end];
        if (named && name.Equals("value", StringComparison.OrdinalIgnoreCase))
        {
            named = false;
            return Secrecy.Always;
        }

        if (Redactor.IsNamingKey(name))
        {
            named = SecretNames.Judge(NameAfter(end)) != Secrecy.None;
        }

        // In prose a name may be two words: "private key: …".
        Secrecy secrecy = SecretNames.Judge(name);
        return secrecy == Secrecy.None && start > 0 && text[start - 1] == ' '
            ? SecretNames.Judge(text[NameStart(start - 1)..end])
            : secrecy;
    }

    private readonly ReadOnlySpan<char> NameAfter(int at)
    {
        ReadOnlySpan<char> rest = text.Slice(at, Math.Min(2 * LongestName, text.Length - at)).TrimStart(" \t\r\n\\\"'`:=");
        int length = 0;
        while (length < rest.Length && IsNamePart(rest[length]))
        {
            length++;
        }

        return rest[..length];
    }

    private readonly int NameStart(int end)
    {
        int start = end;
        while (start > 0 && end - start < LongestName && IsNamePart(text[start - 1]))
        {
            start--;
        }

        return start;
    }

    // <name …>value</name>
    private int Element(int open)
    {
        int start = open + 1;
        int end = start;
        while (end < text.Length && end - start < LongestName && (IsNamePart(text[end]) || text[end] == ':'))
        {
            end++;
        }

        ReadOnlySpan<char> name = text[start..end];
        Secrecy secrecy = SecretNames.Judge(name[(name.LastIndexOf(':') + 1)..]);
        if (secrecy == Secrecy.None)
        {
            return start;
        }

        ReadOnlySpan<char> rest = text.Slice(end, Math.Min(LongestTag, text.Length - end));
        int close = rest.IndexOf('>');
        if (close < 0 || (close > 0 && rest[close - 1] == '/'))
        {
            return start;
        }

        int value = end + close + 1;
        int length = text[value..].IndexOf("</");
        return Replace(value, length < 0 ? text.Length : value + length, secrecy);
    }

    // --name value
    private int Flag(int dash)
    {
        int start = dash + 2;
        if (!text[dash..].StartsWith("--") || (dash > 0 && !char.IsWhiteSpace(text[dash - 1]) && text[dash - 1] is not ('"' or '\'')))
        {
            return dash + 1;
        }

        int end = start;
        while (end < text.Length && end - start < LongestName && IsNamePart(text[end]))
        {
            end++;
        }

        // With a separator it is a pair, found there.
        Secrecy secrecy = SecretNames.Judge(text[start..end]);
        return secrecy == Secrecy.None || end + 1 >= text.Length || text[end] != ' ' || text[end + 1] is '-' or ' '
            ? Math.Max(end, dash + 1)
            : HideValue(end + 1, secrecy == Secrecy.Line ? Secrecy.Always : secrecy);
    }

    private int HideValue(int start, Secrecy secrecy)
    {
        if (start >= text.Length)
        {
            return start;
        }

        int quote = start;
        while (quote < text.Length && text[quote] == '\\')
        {
            quote++;
        }

        if (quote < text.Length && text[quote] is '"' or '\'' or '`')
        {
            return Replace(quote + 1, QuotedEnd(quote, quote - start), secrecy);
        }

        if (text[start] is '{' or '[')
        {
            return Replace(start, BracketEnd(start), secrecy);
        }

        ReadOnlySpan<char> rest = text[start..];
        int length = secrecy == Secrecy.Line ? rest.IndexOfAny("\r\n\"'<") : rest.IndexOfAny(" \t\r\n,;&)]}\"'<");
        return Replace(start, length < 0 ? text.Length : start + length, secrecy);
    }

    // The end of a quoted value: its own quote behind as many backslashes as before the first. Unterminated: the end of the text.
    private readonly int QuotedEnd(int quote, int depth)
    {
        int slashes = 0;
        for (int i = quote + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                slashes++;
            }
            else if (text[i] == text[quote] && (depth == 0 ? slashes % 2 == 0 : slashes <= depth))
            {
                return depth == 0 ? i : i - slashes;
            }
            else
            {
                slashes = 0;
            }
        }

        return text.Length;
    }

    // The end of a list or object written in the text. A bracket inside a string may end it early or late; early ends leave
    // at most what follows the bracket, so strings are skipped.
    private readonly int BracketEnd(int start)
    {
        int depth = 0;
        for (int i = start; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '{' or '[':
                    depth++;
                    break;
                case '}' or ']' when --depth == 0:
                    return i + 1;
                case '"':
                    int slashes = i > 0 && text[i - 1] == '\\' ? 1 : 0;
                    i = QuotedEnd(i, slashes) + slashes;
                    break;
                default:
                    break;
            }
        }

        return text.Length;
    }

    private int Replace(int start, int end, Secrecy secrecy)
    {
        ReadOnlySpan<char> value = text[start..end];
        if (value.IsEmpty || value is "true" or "false" or "null" or Redactor.Mark || (secrecy == Secrecy.UnlessNumber && IsNumber(value)))
        {
            return Math.Max(end, start);
        }

        hidden ??= new StringBuilder(text.Length);
        hidden.Append(text[copied..start]).Append(Redactor.Mark);
        copied = end;
        return end;
    }

    private static bool IsNumber(ReadOnlySpan<char> value) => value.IndexOfAnyExcept("0123456789.,+-eE") < 0;

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '.';
}
