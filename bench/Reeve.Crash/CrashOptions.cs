using System.Globalization;

namespace Reeve.Crash;

/// <summary>What a campaign is to do.</summary>
internal sealed record CrashOptions
{
    /// <summary><c>sqlite:FOLDER</c>, where each round's file is made; <c>postgres:CONNECTION</c>, a superuser's, where each round's database is; or <c>postgres</c>, a server of its own.</summary>
    internal required string Store { get; init; }

    /// <summary>How many processes share the store; 1 on a file.</summary>
    internal int Nodes { get; init; } = 1;

    /// <summary>How many processes are killed before it ends; at least 1.</summary>
    internal int Kills { get; init; } = 100;

    /// <summary>How many of them in one round, which has a store of its own that is checked at its end.</summary>
    internal int KillsPerRound { get; init; } = 20;

    /// <summary>How long a round goes without a fault at first, at most; at random, so that some rounds hit nodes that have just begun.</summary>
    internal TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how long no round begins any more; null: when all kills are done.</summary>
    internal TimeSpan? Within { get; init; }

    /// <summary>Of the first round; the next has the next.</summary>
    internal int Seed { get; init; } = 1;

    /// <summary>Where it remembers how far it came; null: nowhere.</summary>
    internal string? State { get; init; }

    /// <summary>How many send at once.</summary>
    internal int Callers { get; init; } = 8;

    /// <summary>Whether the report is JSON.</summary>
    internal bool Json { get; init; }

    /// <summary>Whether it is the round of the exception that kills whoever decides it, in place of a campaign.</summary>
    internal bool Poison { get; init; }

    internal bool IsFile => Store.StartsWith("sqlite:", StringComparison.Ordinal);

    /// <summary>What makes it another campaign; without a password.</summary>
    internal string Name => $"reeve-crash {(IsFile ? "sqlite" : "postgres")} nodes {Nodes} seed {Seed} round {KillsPerRound}";

    /// <summary>How the round of a seed is begun again.</summary>
    internal string Again(int seed) => $"./test --crash --store {(IsFile ? Store : "postgres")} --nodes {Nodes} --kills {KillsPerRound} --seed {seed}";

    /// <exception cref="FormatException">The words are not of that language.</exception>
    internal static CrashOptions Read(IReadOnlyList<string> words)
    {
        CrashOptions options = new() { Store = "" };
        int? nodes = null;
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            if (word is "--crash" or "--poison")
            {
                options = options with { Poison = options.Poison || word == "--poison" };
                continue;
            }

            string value = ++i < words.Count ? words[i] : throw new FormatException($"{word} needs a value.");
            switch (word)
            {
                case "--store": options = options with { Store = value }; break;
                case "--nodes": nodes = Number(word, value, 1, 9); break;
                case "--kills": options = options with { Kills = Number(word, value, 1, 1_000_000) }; break;
                case "--round": options = options with { KillsPerRound = Number(word, value, 1, 1_000) }; break;
                case "--minutes": options = options with { Within = Minutes(value) }; break;
                case "--seed": options = options with { Seed = Number(word, value, 0, 1_000_000_000) }; break;
                case "--state": options = options with { State = value }; break;
                case "--callers": options = options with { Callers = Number(word, value, 1, 256) }; break;
                case "-o": options = options with { Json = value == "json" ? true : value == "table" ? false : throw new FormatException("-o is table or json.") }; break;
                default: throw new FormatException($"{word} is no option.");
            }
        }

        if (!options.IsFile && options.Store != "postgres" && !options.Store.StartsWith("postgres:", StringComparison.Ordinal))
        {
            throw new FormatException("--store is sqlite:FOLDER, postgres:CONNECTION (a superuser's), or postgres for a server of its own.");
        }

        return options.IsFile && nodes > 1
            ? throw new FormatException("A file belongs to one process.")
            : options with { Nodes = nodes ?? (options.IsFile ? 1 : 3) };
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
