using System.Collections.Frozen;
using Reeve.Core.Packs;
using Reeve.Core.Records;

namespace Reeve.Engine.Playbooks.StepTexts;

/// <summary>
/// Finds the tools in a text step. Only the author's words are read, never text with data filled in, so that data cannot
/// name a tool.
/// </summary>
internal static class StepTextReader
{
    private static readonly FrozenSet<string> ConditionalWords =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "if", "when", "unless", "while", "until", "repeat", "for");

    internal static StepText Read(string text, NamedList<ToolDefinition> tools)
    {
        List<TextCall> calls = [];
        List<string> unknown = [];
        int at = 0;
        while (at < text.Length)
        {
            if (text[at] == '{')
            {
                // A placeholder: its words are paths.
                int close = text.IndexOf('}', at);
                at = close < 0 ? at + 1 : close + 1;
                continue;
            }

            if (!IsWordCharacter(text[at]))
            {
                at++;
                continue;
            }

            int start = at;
            at = EndOfWord(text, at);
            string word = text[start..at];
            bool hasBracket = at < text.Length && text[at] == '(';
            if (tools.Has(word))
            {
                IReadOnlyList<TextArgument> arguments = [];
                if (hasBracket && TextArguments.TryRead(text, at, out arguments, out int end))
                {
                    at = end;
                }

                calls.Add(new TextCall(new ToolName(word), arguments));
            }
            else if (hasBracket && !char.IsAsciiDigit(word[0]) && !IsPlural(text, at))
            {
                unknown.Add(word);
            }
        }

        return new StepText(ConditionalWord(text), calls, unknown);
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
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        string word = text[start..end];
        return ConditionalWords.Contains(word) ? word.ToLowerInvariant() : null;
    }

    // A hyphen, dot or colon joins a word only between its characters: "get-order" is one word, "use getOrder." ends with one.
    private static int EndOfWord(string text, int at)
    {
        while (at < text.Length)
        {
            bool joins = text[at] is '-' or '.' or ':' && at + 1 < text.Length && IsWordCharacter(text[at + 1]);
            if (!IsWordCharacter(text[at]) && !joins)
            {
                break;
            }

            at++;
        }

        return at;
    }

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || c == '_';

    // "order(s)", "batch(es)".
    private static bool IsPlural(string text, int bracket) =>
        string.CompareOrdinal(text, bracket, "(s)", 0, 3) == 0 || string.CompareOrdinal(text, bracket, "(es)", 0, 4) == 0;
}
