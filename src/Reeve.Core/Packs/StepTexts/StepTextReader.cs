using System.Collections.Frozen;
using Reeve.Core.Records;

namespace Reeve.Core.Packs.StepTexts;

/// <summary>
/// Finds the tools in a text step (EX-PB-3): whole words only, case counts. A word is made of letters, digits and <c>_</c>; a
/// hyphen, dot or colon joins it only between two of these, so <c>get-order</c> is one word, "use getOrder." ends with one, and
/// <c>getOrder/getItems</c> holds two. Words in placeholders are paths, and so is a bare word in a tool's brackets; an argument
/// that is neither path nor literal is read as words again, so that no tool hides in one. Only the author's words are read,
/// never text with data filled in. Packs are uploaded by strangers: time is proportional to the text. Thread-safe.
/// </summary>
public static class StepTextReader
{
    private static readonly FrozenSet<string> ConditionalWords =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "if", "when", "unless", "while", "until", "repeat", "for");

    /// <summary>Reads a text, given what is a tool.</summary>
    public static StepText Read<T>(string text, NamedList<T> tools)
        where T : class
    {
        Scan<T> scan = new(text, tools);
        scan.Read(0, text.Length, withArguments: true);
        return new StepText(ConditionalWord(text), scan.Calls, scan.Strangers);
    }

    // "Retry" is not "repeat", and "Forward" is not "for": the whole first word counts, past bullets and numbering.
    private static string? ConditionalWord(string text)
    {
        int start = 0;
        while (start < text.Length && !char.IsLetter(text[start]))
        {
            start++;
        }

        int end = start;
        while (end < text.Length && IsWordCharacter(text[end]))
        {
            end++;
        }

        string word = text[start..end];
        return ConditionalWords.Contains(word) ? word.ToLowerInvariant() : null;
    }

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || c == '_';

    private sealed class Scan<T>(string text, NamedList<T> tools)
        where T : class
    {
        private readonly int lastBrace = text.LastIndexOf('}');
        private readonly List<TextCall> calls = [];
        private readonly List<string> strangers = [];
        private HashSet<string>? known;

        // After a bracket that is never closed nobody can tell arguments from sentence, and looking for the end of each of
        // thousands would cost the square of the text.
        private bool isUnclosed;

        internal IReadOnlyList<TextCall> Calls => calls;

        internal IReadOnlyList<string> Strangers => strangers;

        internal void Read(int start, int end, bool withArguments)
        {
            int at = start;
            while (at < end)
            {
                if (text[at] == '{' && at < lastBrace)
                {
                    at = text.IndexOf('}', at) + 1;
                }
                else if (!IsWordCharacter(text[at]))
                {
                    at++;
                }
                else
                {
                    int word = at;
                    at = EndOfWord(at, end);
                    at = Take(text.AsSpan(word, at - word), at, withArguments);
                }
            }
        }

        // Takes the word that ends at a place, and returns the place to go on from.
        private int Take(ReadOnlySpan<char> word, int at, bool withArguments)
        {
            bool hasBracket = at < text.Length && text[at] == '(';
            if (!tools.Has(word))
            {
                bool isStranger = hasBracket && !char.IsAsciiDigit(word[0]) && !IsPlural(text.AsSpan(at));
                if (isStranger && word.ToString() is var stranger && (known ??= new HashSet<string>(StringComparer.Ordinal)).Add(stranger))
                {
                    strangers.Add(stranger);
                }

                return at;
            }

            ToolName tool = new(word.ToString());
            if (!hasBracket || !withArguments || isUnclosed)
            {
                calls.Add(new TextCall(tool, []));
                return at;
            }

            if (TextArguments.Read(text, at) is not { } brackets)
            {
                isUnclosed = true;
                calls.Add(new TextCall(tool, []));
                return at;
            }

            calls.Add(new TextCall(tool, brackets.Arguments));
            for (int i = 0; i < brackets.Arguments.Count; i++)
            {
                if (brackets.Arguments[i].Kind == TextArgumentKind.Unreadable)
                {
                    Read(brackets.Places[i].Start, brackets.Places[i].End, withArguments: false);
                }
            }

            return brackets.End;
        }

        private int EndOfWord(int at, int end)
        {
            while (at < end && (IsWordCharacter(text[at]) || Joins(at, end)))
            {
                at++;
            }

            return at;
        }

        private bool Joins(int at, int end) => text[at] is '-' or '.' or ':' && at + 1 < end && IsWordCharacter(text[at + 1]);

        // "order(s)", "batch(es)".
        private static bool IsPlural(ReadOnlySpan<char> bracket) => bracket.StartsWith("(s)") || bracket.StartsWith("(es)");
    }
}
