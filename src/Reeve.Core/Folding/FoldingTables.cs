using System.Globalization;
using System.Reflection;

namespace Reeve.Core.Folding;

/// <summary>Unicode's tables from this assembly's resources, read once.</summary>
internal static class FoldingTables
{
    private static readonly Lazy<Tables> Once = new(Load);

    /// <summary>The first step of a code point's canonical decomposition; empty when it has none. Hangul is not in the table.</summary>
    internal static int[] Decompose(int code) => Once.Value.Decompositions.GetValueOrDefault(code, []);

    /// <summary>The code point that two compose to; null when they do not.</summary>
    internal static int? Compose(int first, int second) =>
        Once.Value.Compositions.TryGetValue((first, second), out int composed) ? composed : null;

    /// <summary>The canonical combining class: 0 for what starts a sequence.</summary>
    internal static int ClassOf(int code) => Once.Value.Classes.GetValueOrDefault(code);

    /// <summary>What a code point folds to; itself when it has no case.</summary>
    internal static int[] Fold(int code) => Once.Value.Foldings.GetValueOrDefault(code) ?? [code];

    private static Tables Load()
    {
        Dictionary<int, int[]> decompositions = [];
        Dictionary<(int, int), int> compositions = [];
        foreach (string word in Words("Decompositions"))
        {
            int sign = word.AsSpan().IndexOfAny('=', ':');
            int code = Hex(word[..sign]);
            int[] parts = Codes(word[(sign + 1)..]);
            decompositions.Add(code, parts);
            if (word[sign] == '=')
            {
                compositions.Add((parts[0], parts[1]), code);
            }
        }

        Dictionary<int, int> classes = [];
        foreach (string word in Words("CombiningClasses"))
        {
            int sign = word.IndexOf('=', StringComparison.Ordinal);
            string[] ends = word[(sign + 1)..].Split('-');
            for (int code = Hex(ends[0]); code <= Hex(ends[^1]); code++)
            {
                classes.Add(code, Hex(word[..sign]));
            }
        }

        Dictionary<int, int[]> foldings = [];
        foreach (string word in Words("FullCaseFoldings"))
        {
            int sign = word.IndexOf('=', StringComparison.Ordinal);
            foldings.Add(Hex(word[..sign]), Codes(word[(sign + 1)..]));
        }

        return new Tables(decompositions, compositions, classes, foldings);
    }

    private static List<string> Words(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Folding." + resource)
            ?? throw new InvalidOperationException($"The resource {resource} is not in the assembly.");
        using StreamReader reader = new(stream);
        List<string> words = [];
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                words.AddRange(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }
        }

        return words;
    }

    private static int[] Codes(string text) => [.. text.Split('.').Select(Hex)];

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private sealed record Tables(
        Dictionary<int, int[]> Decompositions,
        Dictionary<(int First, int Second), int> Compositions,
        Dictionary<int, int> Classes,
        Dictionary<int, int[]> Foldings);
}
