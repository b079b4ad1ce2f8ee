using System.Globalization;
using System.Reflection;

namespace Reeve.Core.Patterns;

/// <summary>The Unicode data that the framework lacks, from this assembly's resources, and its general categories as sets.</summary>
internal static class UnicodeTable
{
    // In the order of the framework's enum UnicodeCategory.
    private const string CategoryNames = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Cn";

    private static readonly string[] Names = CategoryNames.Split(' ');

    private static readonly Lazy<CodeSet[]> Categories = new(ScanCategories);

    private static readonly Lazy<Dictionary<string, CodeSet>> Scripts = new(LoadScripts);

    /// <summary>The code points of a category such as <c>Lu</c>, or of a group such as <c>L</c>; null if there is none of that name.</summary>
    internal static CodeSet? Category(string name)
    {
        CodeSetBuilder builder = new();
        bool found = false;
        for (int i = 0; i < Names.Length; i++)
        {
            bool named = Names[i] == name || (name.Length == 1 && Names[i][0] == name[0]) || (name == "LC" && i < 3);
            if (named)
            {
                builder.Add(Categories.Value[i]);
                found = true;
            }
        }

        return found ? builder.ToSet() : null;
    }

    /// <summary>The code points of a script by its long name, such as <c>Greek</c>; null if there is none.</summary>
    internal static CodeSet? Script(string name) => Scripts.Value.GetValueOrDefault(name);

    /// <summary>The words of a resource, without its comment line.</summary>
    internal static string[] Words(string resource) => Lines(resource).SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();

    private static IEnumerable<string> Lines(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Patterns." + resource)
            ?? throw new InvalidOperationException($"The resource {resource} is not in the assembly.");
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                yield return line;
            }
        }
    }

    private static Dictionary<string, CodeSet> LoadScripts()
    {
        Dictionary<string, CodeSet> scripts = [];
        string name = "";
        CodeSetBuilder ranges = new();
        foreach (string line in Lines("Scripts"))
        {
            bool continued = line[0] == ' ';
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!continued)
            {
                Keep();
                name = words[0];
                ranges = new CodeSetBuilder();
            }

            foreach (string word in words.AsSpan(continued ? 0 : 1))
            {
                int dash = word.IndexOf('-', StringComparison.Ordinal);
                ReadOnlySpan<char> first = dash < 0 ? word : word.AsSpan(0, dash);
                ranges.Add(Hex(first), Hex(word.AsSpan(dash + 1)));
            }
        }

        Keep();
        return scripts;

        void Keep()
        {
            if (name.Length > 0)
            {
                scripts.Add(name, ranges.ToSet());
            }
        }
    }

    private static CodeSet[] ScanCategories()
    {
        List<int>[] bounds = new List<int>[Names.Length];
        for (int i = 0; i < bounds.Length; i++)
        {
            bounds[i] = [];
        }

        int start = 0;
        UnicodeCategory current = CharUnicodeInfo.GetUnicodeCategory(0);
        for (int at = 1; at <= CodeSet.Last + 1; at++)
        {
            UnicodeCategory next = at > CodeSet.Last ? (UnicodeCategory)(-1) : CharUnicodeInfo.GetUnicodeCategory(at);
            if (next != current)
            {
                bounds[(int)current].Add(start);
                bounds[(int)current].Add(at - 1);
                (start, current) = (at, next);
            }
        }

        return [.. bounds.Select(each => CodeSet.Trusted([.. each]))];
    }

    private static int Hex(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
