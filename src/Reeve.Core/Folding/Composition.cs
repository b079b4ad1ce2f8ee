using System.Text;

namespace Reeve.Core.Folding;

/// <summary>Canonical composition: the second half of NFC (UAX #15, D117).</summary>
internal static class Composition
{
    // Below every class: nothing stands between a code point and its starter.
    private const int Nothing = -1;

    /// <summary>Composes decomposed code points in canonical order.</summary>
    internal static string Compose(List<int> codes)
    {
        List<int> composed = new(codes.Count);
        int starter = -1;
        int lastClass = Nothing;
        foreach (int code in codes)
        {
            int own = FoldingTables.ClassOf(code);

            // Blocked from its starter is what has something of its own or a higher class between.
            if (starter >= 0 && lastClass < own && Pair(composed[starter], code) is { } one)
            {
                composed[starter] = one;
                continue;
            }

            if (own == 0)
            {
                starter = composed.Count;
                lastClass = Nothing;
            }
            else
            {
                lastClass = own;
            }

            composed.Add(code);
        }

        StringBuilder text = new(composed.Count);
        foreach (int code in composed)
        {
            text.Append(new Rune(code).ToString());
        }

        return text.ToString();
    }

    private static int? Pair(int first, int second) => Hangul.Compose(first, second) ?? FoldingTables.Compose(first, second);
}
