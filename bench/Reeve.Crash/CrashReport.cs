using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Crash;

/// <summary>What a campaign did and found, over all its rounds; also what it remembers between two starts.</summary>
internal sealed class CrashReport
{
    private static readonly JsonSerializerOptions Wire = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true, PreferredObjectCreationHandling = JsonObjectCreationHandling.Populate,
    };

    public required string Campaign { get; init; }

    public required int Seed { get; init; }

    public int Rounds { get; set; }

    public int Kills { get; set; }

    /// <summary>What was done to nodes and database, by kind; two nodes killed at once are two kills.</summary>
    public SortedDictionary<string, int> Faults { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Requests that were acknowledged.</summary>
    public long Requests { get; set; }

    /// <summary>How often one was sent again: no answer, or one that says to try again.</summary>
    public long Retries { get; set; }

    /// <summary>Ids that were acknowledged.</summary>
    public long Acknowledged { get; set; }

    /// <summary>Exceptions that were there in the end.</summary>
    public long Checked { get; set; }

    public SortedDictionary<string, long> ByStatus { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Those that were escalated undecided, because three nodes died while they had them (PIPE-007).</summary>
    public long EscalatedUndecided { get; set; }

    /// <summary>Events whose hashes were recomputed.</summary>
    public long Events { get; set; }

    /// <summary>The longest time from the end of the load until nothing was left to decide, in seconds.</summary>
    public double LongestRest { get; set; }

    public double Seconds { get; set; }

    public List<string> Findings { get; init; } = [];

    /// <summary>Begins a campaign, or goes on with it.</summary>
    /// <exception cref="InvalidDataException">The file is another campaign's.</exception>
    internal static CrashReport Open(CrashOptions options)
    {
        CrashReport fresh = new() { Campaign = options.Name, Seed = options.Seed };
        if (options.State is not { } path || !File.Exists(path))
        {
            return fresh;
        }

        CrashReport kept = JsonSerializer.Deserialize<CrashReport>(File.ReadAllBytes(path), Wire) ?? throw new InvalidDataException($"{path} holds no state.");
        return kept.Campaign == fresh.Campaign
            ? kept
            : throw new InvalidDataException($"{path} is the state of another campaign ({kept.Campaign}). Name another file, or delete this one.");
    }

    /// <summary>Writes it where it is kept, whole or not at all.</summary>
    internal void Keep(string? path)
    {
        if (path is not null)
        {
            File.WriteAllText(path + ".new", ToJson());
            File.Move(path + ".new", path, overwrite: true);
        }
    }

    internal void Count(string fault, int kills = 0)
    {
        Faults[fault] = Faults.GetValueOrDefault(fault) + 1;
        Kills += kills;
    }

    /// <summary>Notes a finding; several may at once.</summary>
    internal void Find(string finding)
    {
        lock (Findings)
        {
            Findings.Add(finding);
        }
    }

    internal string ToJson() => JsonSerializer.Serialize(this, Wire);

    internal string ToText()
    {
        StringBuilder text = new();
        text.AppendLine($"{Campaign}: {Rounds} rounds, {Kills} kills, {Seconds:N0} s");
        text.AppendLine($"  faults       {string.Join(", ", Faults.Select(fault => $"{fault.Key} {fault.Value}"))}");
        text.AppendLine($"  acknowledged {Acknowledged:N0} in {Requests:N0} requests, {Retries:N0} retries");
        text.AppendLine($"  checked      {Checked:N0}: {string.Join(", ", ByStatus.Select(status => $"{status.Key} {status.Value:N0}"))}; {EscalatedUndecided:N0} escalated undecided");
        text.AppendLine($"  audit        {Events:N0} events");
        text.Append($"  findings     {Findings.Count}");
        foreach (string finding in Findings)
        {
            text.AppendLine().Append("    ").Append(finding);
        }

        return text.ToString();
    }
}
