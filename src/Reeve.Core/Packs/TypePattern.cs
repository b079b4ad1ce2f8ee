namespace Reeve.Core.Packs;

/// <summary>Patterns over the names of exception types: <c>*</c> is any text, <c>?</c> any one character; case counts.</summary>
public static class TypePattern
{
    /// <summary>Whether a text is a pattern rather than a name.</summary>
    public static bool IsPattern(string text) => text.AsSpan().IndexOfAny('*', '?') >= 0;

    /// <summary>Whether a name matches a pattern, or is the same when the pattern is a plain name.</summary>
    public static bool Matches(string pattern, string name)
    {
        // Greedy with one point to return to, which is enough for these two wildcards: time is bounded by the product of the lengths.
        int p = 0;
        int n = 0;
        int star = -1;
        int resume = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = n;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == name[n]))
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }
}
