using System.Globalization;
using Reeve.Testing.Simulated.Worlds;

namespace Reeve.Simulator;

/// <summary>How far a campaign came and what it met, in memory and, where one is named, in a file of lines: the campaign, then words and numbers.</summary>
internal sealed class CampaignState
{
    private readonly CampaignOptions options;

    private CampaignState(CampaignOptions options)
    {
        this.options = options;
        Next = options.First;
    }

    /// <summary>The seed that is lived next.</summary>
    internal long Next { get; private set; }

    /// <summary>How many were.</summary>
    internal long Lived { get; private set; }

    internal long Steps { get; private set; }

    internal long Exceptions { get; private set; }

    internal long FewestSteps { get; private set; } = long.MaxValue;

    internal long FewestExceptions { get; private set; } = long.MaxValue;

    internal long FewestFaults { get; private set; } = long.MaxValue;

    internal SortedDictionary<FaultKind, long> Faults { get; } = [];

    /// <summary>What nodes told of.</summary>
    internal SortedDictionary<string, long> Met { get; } = new(StringComparer.Ordinal);

    /// <summary>Begins a campaign, or goes on with it.</summary>
    /// <exception cref="InvalidDataException">The file is another campaign's.</exception>
    internal static CampaignState Open(CampaignOptions options)
    {
        CampaignState state = new(options);
        if (options.State is not { } path || !File.Exists(path))
        {
            return state;
        }

        string[] lines = File.ReadAllLines(path);
        if (lines.Length == 0 || !string.Equals(lines[0], options.Name, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path} is the state of another campaign ({(lines.Length == 0 ? "" : lines[0])}). Name another file, or delete this one.");
        }

        foreach (string line in lines.Skip(1))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0 || !long.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            {
                throw new InvalidDataException($"{path} holds the line '{line}', which no campaign writes.");
            }

            state.Set(line[..space], number);
        }

        return state;
    }

    /// <summary>Takes in what became of the next seed.</summary>
    internal void Add(SimulationResult result)
    {
        Next++;
        Lived++;
        Steps += result.Steps;
        Exceptions += result.Exceptions;
        FewestSteps = Math.Min(FewestSteps, result.Steps);
        FewestExceptions = Math.Min(FewestExceptions, result.Exceptions);
        FewestFaults = Math.Min(FewestFaults, result.Faults.Values.Sum());
        foreach ((FaultKind kind, int count) in result.Faults)
        {
            Faults[kind] = Faults.GetValueOrDefault(kind) + count;
        }

        foreach ((string what, int count) in result.Met)
        {
            Met[what] = Met.GetValueOrDefault(what) + count;
        }
    }

    /// <summary>Writes it where it is kept, whole or not at all.</summary>
    internal void Keep()
    {
        if (options.State is not { } path)
        {
            return;
        }

        string[] lines =
        [
            options.Name, $"next {Next}", $"lived {Lived}", $"steps {Steps}", $"exceptions {Exceptions}",
            $"fewest-steps {FewestSteps}", $"fewest-exceptions {FewestExceptions}", $"fewest-faults {FewestFaults}",
            .. Faults.Select(fault => $"fault:{fault.Key} {fault.Value}"), .. Met.Select(item => $"met:{item.Key} {item.Value}"),
        ];
        string beside = path + ".new";
        File.WriteAllLines(beside, lines);
        File.Move(beside, path, overwrite: true);
    }

    private void Set(string word, long number)
    {
        switch (word)
        {
            case "next": Next = number; break;
            case "lived": Lived = number; break;
            case "steps": Steps = number; break;
            case "exceptions": Exceptions = number; break;
            case "fewest-steps": FewestSteps = number; break;
            case "fewest-exceptions": FewestExceptions = number; break;
            case "fewest-faults": FewestFaults = number; break;
            case var met when met.StartsWith("met:", StringComparison.Ordinal): Met[met["met:".Length..]] = number; break;
            case var fault when fault.StartsWith("fault:", StringComparison.Ordinal) && Enum.TryParse(fault["fault:".Length..], out FaultKind kind): Faults[kind] = number; break;
            default: throw new InvalidDataException($"No campaign writes '{word}' into its state.");
        }
    }
}
