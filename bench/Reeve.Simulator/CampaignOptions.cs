using System.Globalization;
using Reeve.Testing.Simulated.Plants;

namespace Reeve.Simulator;

/// <summary>What a campaign is to do.</summary>
internal sealed record CampaignOptions
{
    /// <summary>How many seeds; at least 1.</summary>
    internal int Seeds { get; init; } = 200;

    /// <summary>The first.</summary>
    internal int First { get; init; } = 1;

    /// <summary>After how long it ends in any case; null: when all seeds were lived.</summary>
    internal TimeSpan? Within { get; init; }

    /// <summary>How many nodes a world has; 1 to 9.</summary>
    internal int Nodes { get; init; } = 3;

    /// <summary>What is planted; null: nothing.</summary>
    internal Plant? Plant { get; init; }

    /// <summary>Where it remembers how far it came; null: nowhere.</summary>
    internal string? State { get; init; }

    /// <summary>What makes it another campaign.</summary>
    internal string Name => $"reeve-simulator seeds {First} to {(long)First + Seeds - 1}, nodes {Nodes}, plant {Plant?.Name ?? "none"}";

    /// <summary>How one of its seeds is lived again.</summary>
    internal string Again(int seed) => $"./test --sim 1 --seed {seed}{(Nodes == 3 ? "" : $" --nodes {Nodes}")}{(Plant is null ? "" : $" --plant {Plant.Name}")}";

    /// <exception cref="FormatException">The words are not of that language.</exception>
    internal static CampaignOptions Read(string[] words)
    {
        CampaignOptions options = new();
        for (int i = 0; i < words.Length; i += 2)
        {
            string value = i + 1 < words.Length ? words[i + 1] : throw new FormatException($"{words[i]} needs a value.");
            options = words[i] switch
            {
                "--sim" => options with { Seeds = Number(words[i], value, 1, int.MaxValue) },
                "--seed" => options with { First = Number(words[i], value, 0, int.MaxValue) },
                "--nodes" => options with { Nodes = Number(words[i], value, 1, 9) },
                "--minutes" => options with { Within = Minutes(value) },
                "--plant" => options with { Plant = Plant.Find(value) ?? throw new FormatException($"No bug is called {value}.") },
                "--state" => options with { State = value },
                _ => throw new FormatException($"{words[i]} is no option."),
            };
        }

        return (long)options.First + options.Seeds - 1 <= int.MaxValue ? options : throw new FormatException($"Seeds end at {int.MaxValue}.");
    }

    private static int Number(string word, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{word} is a whole number from {least} to {most}, not {value}.");

    private static TimeSpan Minutes(string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double minutes) && minutes is > 0 and < 1_000_000
            ? TimeSpan.FromMinutes(minutes)
            : throw new FormatException($"--minutes is a number above 0, not {value}.");
}
