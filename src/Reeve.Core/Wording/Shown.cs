using System.Buffers;
using System.Globalization;

namespace Reeve.Core.Wording;

/// <summary>How names from outside stand in messages: quoted and short, so that no payload travels in an error.</summary>
public static class Shown
{
    private const int MaxName = 64;
    private const int MaxPointer = 512;

    // Of the characters beyond the first 65,536, those that begin with this one hold the tags, which show nothing and can spell.
    private const char TagLead = '\uDB40';

    private static readonly SearchValues<char> Hidden = SearchValues.Create([.. Enumerable.Range(0, 0x1_0000).Select(c => (char)c).Where(c => c == TagLead || IsHidden(c))]);

    /// <summary>A name in double quotes, cut after 64 characters, safe for a terminal.</summary>
    public static string Name(string name) => $"\"{Short(name, MaxName)}\"";

    /// <summary>
    /// A text on one line that shows as it is: what ends a line, commands a terminal, turns the direction of writing or has no width
    /// is replaced by U+FFFD, so that no text from outside looks like another or like a line of ours.
    /// </summary>
    public static string Line(string text)
    {
        int first = text.AsSpan().IndexOfAny(Hidden);
        return first < 0 ? text : string.Create(text.Length, text, static (line, from) =>
        {
            for (int i = 0; i < line.Length; i++)
            {
                bool isTag = char.IsSurrogate(from[i]) && IsHidden(CharUnicodeInfo.GetUnicodeCategory(from, char.IsLowSurrogate(from[i]) && i > 0 ? i - 1 : i));
                line[i] = isTag || IsHidden(from[i]) ? '\uFFFD' : from[i];
            }
        });
    }

    /// <summary>A text without quotes, cut after so many characters, safe for a terminal.</summary>
    public static string Short(string text, int longest) => Line(text.Length <= longest ? text : Cut(text, longest) + "…");

    /// <summary>A JSON pointer, cut after 512 characters.</summary>
    public static string Pointer(string pointer) => pointer.Length <= MaxPointer ? pointer : Cut(pointer, MaxPointer) + "…";

    private static bool IsHidden(char c) => IsHidden(char.GetUnicodeCategory(c));

    private static bool IsHidden(UnicodeCategory category) =>
        category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    // Never between the two halves of a character.
    private static string Cut(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}
