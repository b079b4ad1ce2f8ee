using System.Text;

namespace Reeve.Core.Folding;

/// <summary>Canonical decomposition: NFD of UAX #15.</summary>
internal static class Decomposition
{
    /// <summary>The code points of a text, decomposed and in canonical order.</summary>
    internal static List<int> Of(string text)
    {
        List<int> codes = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            Add(codes, rune.Value);
        }

        Order(codes);
        return codes;
    }

    private static void Add(List<int> codes, int code)
    {
        if (Hangul.TryDecompose(code, codes))
        {
            return;
        }

        int[] parts = FoldingTables.Decompose(code);
        if (parts.Length == 0)
        {
            codes.Add(code);
            return;
        }

        foreach (int part in parts)
        {
            Add(codes, part);
        }
    }

    // Marks behind a starter are sorted by class, those of one class stay as they are: each run by a stable sort, so that a
    // text of nothing but marks costs no square.
    private static void Order(List<int> codes)
    {
        int start = 0;
        while (start < codes.Count)
        {
            int end = start;
            while (end < codes.Count && FoldingTables.ClassOf(codes[end]) != 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                int[] ordered = [.. codes.GetRange(start, end - start).OrderBy(FoldingTables.ClassOf)];
                for (int i = 0; i < ordered.Length; i++)
                {
                    codes[start + i] = ordered[i];
                }
            }

            start = end + 1;
        }
    }
}
