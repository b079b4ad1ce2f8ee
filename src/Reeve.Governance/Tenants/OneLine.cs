using System.Buffers;
using System.Globalization;
using System.Text;

namespace Reeve.Governance.Tenants;

/// <summary>
/// Names that people give and read: one line, nothing in it that is not seen, so that two names that look the same have no
/// hidden difference and no log or screen is deceived by one. Pure.
/// </summary>
public static class OneLine
{
    /// <summary>The most UTF-16 units.</summary>
    public const int Longest = 200;

    /// <summary>Whether a text may be such a name: 1 to 200 units, no white space but single spaces inside.</summary>
    public static bool IsValid(string text)
    {
        if (text.Length is 0 or > Longest || text[0] == ' ' || text[^1] == ' ' || text.Contains("  ", StringComparison.Ordinal))
        {
            return false;
        }

        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            // A lone surrogate is not decoded, and PostgreSQL would refuse it.
            if (Rune.DecodeFromUtf16(rest, out Rune rune, out int used) != OperationStatus.Done || !IsSeen(rune))
            {
                return false;
            }

            rest = rest[used..];
        }

        return true;
    }

    /// <summary>The text on one line: every run of white space is one space, and none is at its ends.</summary>
    public static string Straighten(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The text on one line, without what is not seen: for names that label and decide nothing.</summary>
    public static string Clean(string text)
    {
        StringBuilder seen = new(text.Length);
        foreach (Rune rune in Straighten(text).EnumerateRunes())
        {
            if (IsSeen(rune))
            {
                seen.Append(rune.ToString());
            }
        }

        return Straighten(seen.ToString());
    }

    private static bool IsSeen(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
