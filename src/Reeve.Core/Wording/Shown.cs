using System.Buffers;

namespace Reeve.Core.Wording;

/// <summary>How names from outside stand in messages: quoted and short, so that no payload travels in an error.</summary>
public static class Shown
{
    private const int MaxName = 64;
    private const int MaxPointer = 512;

    private static readonly SearchValues<char> Controls =
        SearchValues.Create([.. Enumerable.Range(0, 160).Select(c => (char)c).Where(char.IsControl)]);

    /// <summary>A name in double quotes, cut after 64 characters, safe for a terminal.</summary>
    public static string Name(string name) => $"\"{Short(name, MaxName)}\"";

    /// <summary>A text in which nothing moves a terminal's cursor: control characters are replaced by U+FFFD.</summary>
    public static string Line(string text)
    {
        int first = text.AsSpan().IndexOfAny(Controls);
        return first < 0 ? text : string.Create(text.Length, text, static (line, from) =>
        {
            for (int i = 0; i < line.Length; i++)
            {
                line[i] = char.IsControl(from[i]) ? '\uFFFD' : from[i];
            }
        });
    }

    /// <summary>A text without quotes, cut after so many characters, safe for a terminal.</summary>
    public static string Short(string text, int longest) => Line(text.Length <= longest ? text : Cut(text, longest) + "…");

    /// <summary>A JSON pointer, cut after 512 characters.</summary>
    public static string Pointer(string pointer) => pointer.Length <= MaxPointer ? pointer : Cut(pointer, MaxPointer) + "…";

    // Never between the two halves of a character.
    private static string Cut(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}
