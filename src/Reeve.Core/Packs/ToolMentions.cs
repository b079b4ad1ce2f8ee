namespace Reeve.Core.Packs;

/// <summary>
/// Finds tools in the texts of steps (EX-PB-3): whole words only, case counts. A word is made of letters, digits and
/// <c>_</c>; a hyphen, dot or colon joins it only between two of these, so <c>get-order</c> is one word, "use getOrder."
/// ends with one, and <c>getOrder/getItems</c> holds two. Words in placeholders are paths. Immutable.
/// </summary>
public sealed class ToolMentions
{
    private readonly HashSet<string> tools;

    /// <summary>Takes the names of the tools to find.</summary>
    public ToolMentions(IEnumerable<string> tools) => this.tools = new HashSet<string>(tools, StringComparer.Ordinal);

    /// <summary>The tools a text names, in order; one named twice is there twice.</summary>
    public IReadOnlyList<string> In(string text)
    {
        List<string>? found = null;
        foreach ((int start, int end) in Words(text))
        {
            string word = text[start..end];
            if (tools.Contains(word))
            {
                (found ??= []).Add(word);
            }
        }

        return found ?? (IReadOnlyList<string>)[];
    }

    /// <summary>The first word right before an opening bracket that is no tool, such as a mistyped one; null when there is none.</summary>
    public string? BracketedStranger(string text)
    {
        foreach ((int start, int end) in Words(text))
        {
            bool isCall = end < text.Length && text[end] == '(' && !char.IsAsciiDigit(text[start]) && !IsPlural(text.AsSpan(end));
            if (isCall && !tools.Contains(text[start..end]))
            {
                return text[start..end];
            }
        }

        return null;
    }

    private static IEnumerable<(int Start, int End)> Words(string text)
    {
        int at = 0;
        int lastClose = text.LastIndexOf('}');
        while (at < text.Length)
        {
            if (text[at] == '{' && at < lastClose)
            {
                at = text.IndexOf('}', at) + 1;
            }
            else if (!IsWordCharacter(text[at]))
            {
                at++;
            }
            else
            {
                int start = at;
                while (at < text.Length && (IsWordCharacter(text[at]) || Joins(text, at)))
                {
                    at++;
                }

                yield return (start, at);
            }
        }
    }

    private static bool Joins(string text, int at) => text[at] is '-' or '.' or ':' && at + 1 < text.Length && IsWordCharacter(text[at + 1]);

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || c == '_';

    // "order(s)", "batch(es)".
    private static bool IsPlural(ReadOnlySpan<char> bracket) => bracket.StartsWith("(s)") || bracket.StartsWith("(es)");
}
