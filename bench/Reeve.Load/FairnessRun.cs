using Reeve.Load.Measures;
using Reeve.Load.Targets;
using Reeve.Storage.Databases;

namespace Reeve.Load;

/// <summary>What one of the two tenants met with.</summary>
public sealed record FairnessSide
{
    /// <summary>Exceptions per second.</summary>
    public required double ExceptionsPerSecond { get; init; }

    /// <summary>Half of its submits were answered within this.</summary>
    public double? P50Ms { get; init; }

    /// <summary>99 %.</summary>
    public double? P99Ms { get; init; }

    /// <summary>The longest.</summary>
    public double? MaxMs { get; init; }

    /// <summary>Submits that were refused with 429.</summary>
    public required long TooMany { get; init; }

    /// <summary>Other submits that failed.</summary>
    public required long Errors { get; init; }

    /// <summary>What was wrong with the first.</summary>
    public string? FirstError { get; init; }
}

/// <summary>How a tenant that floods the store bears on another.</summary>
public sealed record FairnessReport
{
    /// <summary>sqlite or postgres.</summary>
    public required string Store { get; init; }

    /// <summary>process or http.</summary>
    public required string Via { get; init; }

    /// <summary>Processes that decided.</summary>
    public required int Nodes { get; init; }

    /// <summary>How many callers flood.</summary>
    public required int Callers { get; init; }

    /// <summary>How long was measured.</summary>
    public required double Seconds { get; init; }

    /// <summary>The tenant without limit.</summary>
    public required FairnessSide Flood { get; init; }

    /// <summary>The tenant that sends ten in a second.</summary>
    public required FairnessSide Quiet { get; init; }

    /// <summary>99 % of the commits took at most this; null when the engine is another process.</summary>
    public double? CommitP99Ms { get; init; }
}

/// <summary>One tenant sends from many callers as fast as it is let; another sends ten exceptions a second, in an open loop.</summary>
internal sealed class FairnessRun(LoadOptions options, TextWriter progress)
{
    private const double QuietRate = 10;
    private const int QuietCallers = 32;

    internal async Task<FairnessReport> RunAsync(CancellationToken cancellationToken)
    {
        StoreAddress address = StoreAddress.Parse(options.Store, Environment.CurrentDirectory);
        LoadOptions both = options with { Tenants = Math.Max(2, options.Tenants) };
        await using Rig rig = await Rig.OpenAsync(address, both, LoadRun.NewPayloads(options), cancellationToken);
        using CommitWatch commits = new();
        LoadOptions one = both with { Tenants = 1, Rate = null };
        Callers flooding = new(one, rig.Target);
        Callers calling = new(one with { Rate = QuietRate, Callers = QuietCallers, Batch = 1 }, rig.Target, firstTenant: 1);
        progress.WriteLine($"warming up for {options.Warmup} s ...");
        await BothAsync(TimeSpan.FromSeconds(options.Warmup));
        progress.WriteLine($"measuring for {options.Seconds} s ...");
        _ = commits.Take();
        (Stretch flood, Stretch quiet) = await BothAsync(TimeSpan.FromSeconds(options.Seconds));
        return new FairnessReport
        {
            Store = address.Dialect == Dialect.Sqlite ? "sqlite" : "postgres",
            Via = options.Via == Via.Process ? "process" : "http",
            Nodes = rig.Nodes,
            Callers = options.Callers,
            Seconds = flood.Took.TotalSeconds,
            Flood = Side(flood),
            Quiet = Side(quiet),
            CommitP99Ms = commits.Take().Commits.Milliseconds(990),
        };

        async Task<(Stretch Flood, Stretch Quiet)> BothAsync(TimeSpan length)
        {
            Task<Stretch> first = flooding.RunAsync(length, cancellationToken);
            Stretch second = await calling.RunAsync(length, cancellationToken);
            return (await first, second);
        }
    }

    private static FairnessSide Side(Stretch stretch) => new()
    {
        ExceptionsPerSecond = stretch.Accepted / stretch.Took.TotalSeconds,
        P50Ms = stretch.Latencies.Milliseconds(500),
        P99Ms = stretch.Latencies.Milliseconds(990),
        MaxMs = stretch.Latencies.Milliseconds(1000),
        TooMany = stretch.TooMany,
        Errors = stretch.Errors,
        FirstError = stretch.FirstError,
    };
}
