using System.Globalization;

namespace Reeve.Core.Patterns;

/// <summary>
/// Simple case folding of Unicode: which code points differ only in case (k, K and the Kelvin sign; s, S and the long s).
/// From our own table, so that the answer does not depend on the platform's casing data.
/// </summary>
internal static class CaseFolding
{
    private static readonly Lazy<(int[] Members, int[] Next)> Rings = new(Load);

    /// <summary>The set and everything that differs from a member only in case.</summary>
    internal static CodeSet Close(CodeSet set)
    {
        (int[] members, int[] next) = Rings.Value;
        CodeSetBuilder builder = new();
        builder.Add(set);
        ReadOnlySpan<int> bounds = set.Bounds;
        for (int i = 0; i < bounds.Length; i += 2)
        {
            int from = Array.BinarySearch(members, bounds[i]);
            for (int at = from < 0 ? ~from : from; at < members.Length && members[at] <= bounds[i + 1]; at++)
            {
                for (int other = next[at]; other != members[at]; other = next[Array.BinarySearch(members, other)])
                {
                    builder.Add(other, other);
                }
            }
        }

        return builder.ToSet();
    }

    // Each class of code points that fold alike becomes a ring: next[i] is the one after members[i].
    private static (int[] Members, int[] Next) Load()
    {
        SortedDictionary<int, SortedSet<int>> classes = [];
        foreach (string run in UnicodeTable.Words("CaseFolding"))
        {
            int sign = run.AsSpan().IndexOfAny('+', '-');
            int dash = run[sign] == '-' && run.AsSpan(sign + 1).ContainsAny("+-") ? sign : -1;
            int distanceAt = dash < 0 ? sign : dash + 1 + run.AsSpan(dash + 1).IndexOfAny('+', '-');
            int distance = Hex(run.AsSpan(distanceAt + 1)) * (run[distanceAt] == '-' ? -1 : 1);
            (int first, int last, int step) = Range(run.AsSpan(0, distanceAt));
            for (int from = first; from <= last; from += step)
            {
                if (!classes.TryGetValue(from + distance, out SortedSet<int>? alike))
                {
                    classes.Add(from + distance, alike = [from + distance]);
                }

                alike.Add(from);
            }
        }

        SortedDictionary<int, int> rings = [];
        foreach (SortedSet<int> alike in classes.Values)
        {
            int previous = alike.Max;
            foreach (int member in alike)
            {
                rings.Add(previous, member);
                previous = member;
            }
        }

        return ([.. rings.Keys], [.. rings.Values]);
    }

    private static (int First, int Last, int Step) Range(ReadOnlySpan<char> text)
    {
        int slash = text.IndexOf('/');
        int step = slash < 0 ? 1 : Hex(text[(slash + 1)..]);
        ReadOnlySpan<char> range = slash < 0 ? text : text[..slash];
        int dash = range.IndexOf('-');
        return dash < 0 ? (Hex(range), Hex(range), step) : (Hex(range[..dash]), Hex(range[(dash + 1)..]), step);
    }

    private static int Hex(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
