using System.Text;
using System.Text.RegularExpressions;
using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Core.Packs.StepTexts;

/// <summary>Reads what stands in the brackets after a tool's name.</summary>
internal static partial class TextArguments
{
    /// <summary>Reads from an opening bracket; null if it is never closed, so that it is part of the sentence.</summary>
    internal static Brackets? Read(string text, int open)
    {
        List<TextArgument> arguments = [];
        List<(int Start, int End)> places = [];
        int depth = 0;
        char quote = '\0';
        int start = open + 1;
        for (int i = open; i < text.Length; i++)
        {
            char c = text[i];
            if (quote != '\0')
            {
                i += c == '\\' ? 1 : 0;
                quote = c == quote ? '\0' : quote;
                continue;
            }

            switch (c)
            {
                case '\'' or '"': quote = c; break;
                case '(' or '[' or '{': depth++; break;
                case ')' or ']' or '}': depth--; break;
                case ',' when depth == 1:
                    Add(i);
                    start = i + 1;
                    break;
            }

            if (depth == 0)
            {
                if (arguments.Count > 0 || !text.AsSpan(start, i - start).IsWhiteSpace())
                {
                    Add(i);
                }

                return new Brackets(arguments, places, i + 1);
            }
        }

        return null;

        void Add(int end)
        {
            arguments.Add(Read(text[start..end].Trim()));
            places.Add((start, end));
        }
    }

    private static TextArgument Read(string text)
    {
        Match named = Named().Match(text);
        string? name = named.Success ? named.Groups[1].Value : null;
        string body = named.Success ? named.Groups[2].Value : text;
        if (body is "true" or "false")
        {
            return new TextArgument(name, TextArgumentKind.Literal, body, Value.Of(body == "true"));
        }

        if (BareWord().IsMatch(body))
        {
            return new TextArgument(name, TextArgumentKind.Path, body, Value.Null);
        }

        if (Quoted(body) is { } literal)
        {
            return new TextArgument(name, TextArgumentKind.Literal, body, Value.Of(literal));
        }

        if (body is ['{', .., '}'])
        {
            return new TextArgument(name, TextArgumentKind.Literal, body, Value.Of(body));
        }

        return Number(body) is { } number
            ? new TextArgument(name, TextArgumentKind.Literal, body, number)
            : new TextArgument(name, TextArgumentKind.Unreadable, body, Value.Null);
    }

    private static string? Quoted(string text)
    {
        if (text.Length < 2 || text[0] is not ('\'' or '"') || text[^1] != text[0])
        {
            return null;
        }

        StringBuilder result = new(text.Length);
        for (int i = 1; i < text.Length - 1; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length - 1)
            {
                i++;
            }
            else if (text[i] == text[0])
            {
                return null;
            }

            result.Append(text[i]);
        }

        return result.ToString();
    }

    private static Value? Number(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiDigit(text[0]) || text[0] == '-'))
        {
            return null;
        }

        try
        {
            Value value = JsonText.Parse(text);
            return value.IsNumber ? value : null;
        }
        catch (ReeveException)
        {
            return null;
        }
    }

    // group='x' and group: 'x', but not a == b. Packs are uploaded by strangers: neither pattern may backtrack.
    [GeneratedRegex(@"^([A-Za-z_][A-Za-z0-9_]*)\s*[:=]\s*([^=\s].*)$", RegexOptions.NonBacktracking | RegexOptions.Singleline)]
    private static partial Regex Named();

    [GeneratedRegex(@"^[A-Za-z_$][\w$-]*(\.[\w$-]+|\[[0-9]+\])*$", RegexOptions.NonBacktracking)]
    private static partial Regex BareWord();
}

/// <summary>What stands between brackets.</summary>
/// <param name="Arguments">The arguments.</param>
/// <param name="Places">Where each of them stands in the text.</param>
/// <param name="End">The place after the closing bracket.</param>
internal sealed record Brackets(IReadOnlyList<TextArgument> Arguments, IReadOnlyList<(int Start, int End)> Places, int End);
