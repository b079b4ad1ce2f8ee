namespace Reeve.Core.Expressions.Texts;

/// <summary>
/// Positions in a text counted by Unicode code points, as CEL counts them. Texts without surrogates, nearly all, cost no
/// walk: there both counts are one.
/// </summary>
internal static class CodePoints
{
    internal static int Count(ReadOnlySpan<char> text)
    {
        int at = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        if (at < 0)
        {
            return text.Length;
        }

        int count = at;
        for (int i = at; i < text.Length; i++)
        {
            count += char.IsLowSurrogate(text[i]) && i > 0 && char.IsHighSurrogate(text[i - 1]) ? 0 : 1;
        }

        return count;
    }

    /// <summary>The UTF-16 index of a code point, -1 when the text has fewer; the one behind the last exists.</summary>
    internal static int IndexOf(ReadOnlySpan<char> text, long codePoint)
    {
        if (codePoint < 0)
        {
            return -1;
        }

        int plain = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        if (plain < 0 || codePoint <= plain)
        {
            return codePoint <= text.Length ? (int)codePoint : -1;
        }

        int at = plain;
        for (long left = codePoint - plain; left > 0; left--)
        {
            if (at >= text.Length)
            {
                return -1;
            }

            at += LengthAt(text, at);
        }

        return at;
    }

    /// <summary>How many UTF-16 units the code point at an index takes.</summary>
    internal static int LengthAt(ReadOnlySpan<char> text, int index) =>
        char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]) ? 2 : 1;
}
