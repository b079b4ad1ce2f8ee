namespace Reeve.Core.Wording;

/// <summary>Finds what somebody who mistyped a name probably meant.</summary>
public static class DidYouMean
{
    // Beyond these a suggestion costs more than it helps.
    private const int MaxLength = 64;
    private const int MaxCandidates = 2_000;

    /// <summary>
    /// The nearest candidate, or null when none is near: at most a third of the letters may differ, none of a word of one
    /// or two, and case does not count. Of equally near ones the first.
    /// </summary>
    public static string? For(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > MaxLength)
        {
            return null;
        }

        string folded = word.ToLowerInvariant();
        string? best = null;
        int least = int.MaxValue;
        foreach (string candidate in candidates.Take(MaxCandidates))
        {
            int shortest = Math.Min(word.Length, candidate.Length);
            int allowed = shortest < 3 ? 0 : shortest / 3;
            if (candidate.Length > MaxLength || Math.Abs(candidate.Length - word.Length) > allowed)
            {
                continue;
            }

            int distance = Distance(folded, candidate.ToLowerInvariant());
            if (distance <= allowed && distance < least)
            {
                (best, least) = (candidate, distance);
            }
        }

        return best;
    }

    /// <summary>A sentence to append to a message: <c> Did you mean "x"?</c>, or nothing.</summary>
    public static string Sentence(string word, IEnumerable<string> candidates) =>
        For(word, candidates) is { } meant ? $" Did you mean \"{meant}\"?" : "";

    // Levenshtein's distance by rows, with a swap of neighbours counted as one (optimal string alignment).
    private static int Distance(string left, string right)
    {
        Span<int> before = stackalloc int[MaxLength + 1];
        Span<int> above = stackalloc int[MaxLength + 1];
        Span<int> row = stackalloc int[MaxLength + 1];
        for (int j = 0; j <= right.Length; j++)
        {
            above[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int change = left[i - 1] == right[j - 1] ? 0 : 1;
                int least = Math.Min(Math.Min(row[j - 1], above[j]) + 1, above[j - 1] + change);
                bool swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
                row[j] = swapped ? Math.Min(least, before[j - 2] + 1) : least;
            }

            above.CopyTo(before);
            row.CopyTo(above);
        }

        return above[right.Length];
    }
}
