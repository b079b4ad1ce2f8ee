using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Patterns;

namespace Reeve.Core.JsonPaths;

/// <summary>
/// Patterns of <c>match</c> and <c>search</c>: I-Regexp (RFC 9485), read as RE2. What RE2 knows beyond it (<c>\d</c>, lazy
/// quantifiers, anchors) is accepted, because authors write it and silence would be worse than an extension.
/// </summary>
internal static class IRegexp
{
    // RFC 9485, section 5: the envelope of match; a dot is any character but a line break.
    private const string Dot = @"[^\n\r]";

    /// <exception cref="ReeveException">As <see cref="Pattern.Compile"/>.</exception>
    internal static Pattern Compile(string text, bool whole)
    {
        string body = WithoutBareDots(text);
        return Pattern.Compile(whole ? @"\A(?:" + body + @")\z" : body, PatternSyntax.Re2);
    }

    private static string WithoutBareDots(string text)
    {
        StringBuilder result = new(text.Length + 16);
        bool inClass = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && i + 1 < text.Length)
            {
                result.Append(c).Append(text[++i]);
                continue;
            }

            inClass = inClass ? c != ']' : c == '[';
            result.Append(c == '.' && !inClass ? Dot : c.ToString());
        }

        return result.ToString();
    }
}
