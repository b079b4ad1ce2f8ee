using System.Globalization;

namespace Reeve.Load;

/// <summary>How exceptions reach the store.</summary>
public enum Via
{
    /// <summary>The pipeline in this process, on the store as a server opens it; no HTTP.</summary>
    Process,

    /// <summary>POST /exceptions/{tenant} of one server or several.</summary>
    Http,
}

/// <summary>What is run and measured. Immutable.</summary>
public sealed record LoadOptions
{
    /// <summary><c>sqlite:PATH</c> or <c>postgres:CONNECTION</c>.</summary>
    public string Store { get; init; } = "";

    /// <summary>How long is measured; 20 s.</summary>
    public double Seconds { get; init; } = 20;

    /// <summary>How long runs before that and is not measured; 3 s.</summary>
    public double Warmup { get; init; } = 3;

    /// <summary>How long the ceiling is measured; 5 s, 0 for no ceiling.</summary>
    public double CeilingSeconds { get; init; } = 5;

    /// <summary>Between how many tenants exceptions are divided evenly; 50.</summary>
    public int Tenants { get; init; } = 50;

    /// <summary>How many submits wait for their answer at once at most; 64.</summary>
    public int Callers { get; init; } = 64;

    /// <summary>Exceptions that begin in a second whatever becomes of them (an open loop); null: each caller begins when its last ended.</summary>
    public double? Rate { get; init; }

    /// <summary>How.</summary>
    public Via Via { get; init; } = Via.Process;

    /// <summary>How many exceptions one submit holds; 1.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Whether every stage commits.</summary>
    public bool CommitsStages { get; init; }

    /// <summary>Servers to use, for HTTP; empty: some are started.</summary>
    public IReadOnlyList<Uri> Nodes { get; init; } = [];

    /// <summary>How many servers are started, for HTTP; 1.</summary>
    public int OwnNodes { get; init; } = 1;

    /// <summary>How many small exceptions the store holds before it is measured; 0 for as many as it does.</summary>
    public long Stored { get; init; }

    /// <summary>How many whole ones are added to those; 0.</summary>
    public long StoredFull { get; init; }

    /// <summary>Whether it is measured how a tenant that floods the store bears on another.</summary>
    public bool IsFairness { get; init; }

    /// <summary>A file that the store is backed up to while it is measured, again and again; null for none.</summary>
    public string? Backup { get; init; }

    /// <summary>The other store of a comparison; null for none.</summary>
    public string? OtherStore { get; init; }

    /// <summary>How often each store of a comparison is measured; 7.</summary>
    public int Runs { get; init; } = 7;

    /// <summary>Where chance begins; null: somewhere else in each run, so that ids never repeat on one store.</summary>
    public long? Seed { get; init; }

    /// <summary>Whether the report is JSON.</summary>
    public bool Json { get; init; }
}

/// <summary>Reads the words behind a verb. Pure.</summary>
public static class LoadArguments
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Usage = """
        reeve bench load --store sqlite:PATH --seconds 20 --tenants 50 -o json
        reeve bench load --store postgres:CONNECTION --callers 1
        reeve bench load --store sqlite:PATH --via http --batch 100
        reeve bench load --store sqlite:PATH --fairness
        reeve bench compare --store sqlite:FULL --store sqlite:EMPTY --runs 7 -o json

        Measures how many exceptions Reeve takes in, decides and makes durable, and what the database alone would take.
        The store must be empty or one that this made: what it writes is no data.

          --store S             sqlite:PATH or postgres:CONNECTION
          --seconds S           how long is measured (20)
          --warmup S            how long runs before that (3)
          --ceiling-seconds S   how long the database alone is measured (5); 0 for not at all
          --tenants N           tenants that exceptions are divided between (50)
          --callers N           submits that wait for their answer at once (64)
          --rate N              exceptions begun per second, in an open loop; without it, in a closed one
          --batch N             exceptions in one submit (1)
          --commit once|stage   whether every stage commits (once)
          --via process|http    the pipeline in this process, or servers (process)
          --nodes N|URL,URL     so many servers of its own (1), or those at these addresses
          --stored N            fill the store beforehand until it holds N exceptions: small ones, over 90 days
          --stored-full N       and add N whole ones
          --fairness            one tenant sends without limit from all callers, another 10 in a second
          --backup FILE         back the store up to FILE meanwhile, again and again (SQLite, in this process)
          --runs N              with compare: how often each store is measured, in turn (7)
          --seed S              where chance begins; without it, elsewhere in each run
          -o table|json         how the report is printed (table)

        Ends with 0, with 1 when the run was refused or submits failed, and with 2 when the words are wrong.
        """;

    /// <summary>Reads them.</summary>
    /// <param name="verb"><c>load</c> or <c>compare</c>.</param>
    /// <param name="words">The words behind it.</param>
    /// <exception cref="FormatException">A word is wrong; the message says which.</exception>
    public static LoadOptions Read(string verb, IReadOnlyList<string> words)
    {
        bool compares = verb switch
        {
            "load" => false,
            "compare" => true,
            _ => throw new FormatException($"{verb} is no verb of bench."),
        };
        LoadOptions options = new();
        for (int i = 0; i < words.Count; i += 2)
        {
            string name = words[i];
            if (name == "--fairness")
            {
                options = options with { IsFairness = true };
                i--;
                continue;
            }

            string value = i + 1 < words.Count ? words[i + 1] : throw new FormatException($"{name} needs a value.");
            options = name switch
            {
                "--store" when options.Store.Length == 0 => options with { Store = value },
                "--store" when compares && options.OtherStore is null => options with { OtherStore = value },
                "--store" => throw new FormatException("--store is given too often."),
                "--runs" => options with { Runs = Whole(name, value, 1000) },
                "--stored" => options with { Stored = Whole(name, value, 1_000_000_000) },
                "--stored-full" => options with { StoredFull = Whole(name, value, 1_000_000_000) },
                "--nodes" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) => options with { OwnNodes = Whole(name, value, 16) },
                "--seconds" => options with { Seconds = Number(name, value, above: 0) },
                "--warmup" => options with { Warmup = Number(name, value, above: -1) },
                "--ceiling-seconds" => options with { CeilingSeconds = Number(name, value, above: -1) },
                "--tenants" => options with { Tenants = Whole(name, value, 100_000) },
                "--callers" => options with { Callers = Whole(name, value, 10_000) },
                "--rate" => options with { Rate = Number(name, value, above: 0) },
                "--batch" => options with { Batch = Whole(name, value, 10_000) },
                "--backup" => options with { Backup = value },
                "--commit" => options with { CommitsStages = Choice(name, value, "once", "stage") == 1 },
                "--via" => options with { Via = (Via)Choice(name, value, "process", "http") },
                "--nodes" => options with { Nodes = [.. value.Split(',').Select(url => Uri.TryCreate(url, UriKind.Absolute, out Uri? node) ? node : throw new FormatException($"{name}: {url} is no URL."))] },
                "--seed" => options with { Seed = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seed) ? seed : throw Bad(name, value) },
                "-o" or "--output" => options with { Json = Choice(name, value, "table", "json") == 1 },
                _ => throw new FormatException($"{name} is no option."),
            };
        }

        return options switch
        {
            { Store.Length: 0 } => throw new FormatException("--store is missing."),
            { OtherStore: null } when compares => throw new FormatException("compare needs --store twice."),
            { IsFairness: true } when compares => throw new FormatException("--fairness and compare do not go together."),
            { Backup: not null } when compares || options.IsFairness || options.Via == Via.Http => throw new FormatException("--backup goes with load via process alone."),
            { Via: Via.Http, CommitsStages: true } => throw new FormatException("--commit stage needs --via process."),
            { Via: Via.Process, Nodes.Count: > 0 } or { Via: Via.Process, OwnNodes: > 1 } => throw new FormatException("--nodes needs --via http."),
            _ => options,
        };
    }

    private static double Number(string name, string value, double above) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number > above && number <= 1e9 ? number : throw Bad(name, value);

    private static int Whole(string name, string value, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most
            ? number
            : throw new FormatException($"{name}: {value} is no whole number from 1 to {most}.");

    private static int Choice(string name, string value, params string[] choices) =>
        Array.IndexOf(choices, value) is >= 0 and int place ? place : throw new FormatException($"{name} is one of {string.Join(", ", choices)}, not {value}.");

    private static FormatException Bad(string name, string value) => new($"{name}: {value} is not a number that fits.");
}
