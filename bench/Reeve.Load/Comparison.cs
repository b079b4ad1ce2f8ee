using Reeve.Storage.Databases;

namespace Reeve.Load;

/// <summary>A figure in several runs.</summary>
public sealed record Spread
{
    /// <summary>The one in the middle; of an even number of runs, the mean of the two.</summary>
    public required double Median { get; init; }

    /// <summary>The least.</summary>
    public required double Least { get; init; }

    /// <summary>The most.</summary>
    public required double Most { get; init; }

    /// <summary>All of them in the order of the runs.</summary>
    public required IReadOnlyList<double> Runs { get; init; }

    /// <summary>The figure of some runs, at least one.</summary>
    public static Spread Of(IReadOnlyList<double> runs)
    {
        double[] sorted = [.. runs.Order()];
        return new Spread
        {
            Median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2,
            Least = sorted[0],
            Most = sorted[^1],
            Runs = runs,
        };
    }
}

/// <summary>One store of a comparison.</summary>
public sealed record ComparedStore
{
    /// <summary>Where it is, without its password.</summary>
    public required string Store { get; init; }

    /// <summary>Processor seconds per exception, all together.</summary>
    public required Spread CpuSecondsPerException { get; init; }

    /// <summary>Bytes written per exception; null when they cannot be had.</summary>
    public Spread? BytesPerException { get; init; }

    /// <summary>Exceptions per second.</summary>
    public required Spread ExceptionsPerSecond { get; init; }

    /// <summary>Submits that failed, in all runs.</summary>
    public required long Errors { get; init; }
}

/// <summary>Two stores under the same load.</summary>
public sealed record ComparisonReport
{
    /// <summary>How often each was measured.</summary>
    public required int Runs { get; init; }

    /// <summary>The first.</summary>
    public required ComparedStore First { get; init; }

    /// <summary>The second.</summary>
    public required ComparedStore Second { get; init; }

    /// <summary>The first's median of processor time by the second's.</summary>
    public required double CpuRatio { get; init; }

    /// <summary>The same of bytes written.</summary>
    public double? BytesRatio { get; init; }
}

/// <summary>Measures two stores in turn, so that what else the machine does falls on both.</summary>
internal sealed class Comparison(LoadOptions options, TextWriter progress)
{
    internal async Task<ComparisonReport> RunAsync(CancellationToken cancellationToken)
    {
        string[] stores = [options.Store, options.OtherStore!]; // not null: the arguments were read for a comparison
        List<LoadReport>[] reports = [[], []];
        for (int run = 0; run < options.Runs; run++)
        {
            // Who goes first changes, too.
            foreach (int place in (int[])(run % 2 == 0 ? [0, 1] : [1, 0]))
            {
                progress.WriteLine($"run {run + 1} of {options.Runs}, store {place + 1}");
                LoadOptions one = options with { Store = stores[place], CeilingSeconds = 0, Stored = 0, StoredFull = 0 };
                reports[place].Add(await new LoadRun(one, TextWriter.Null).RunAsync(cancellationToken));
            }
        }

        ComparedStore first = Of(stores[0], reports[0]);
        ComparedStore second = Of(stores[1], reports[1]);
        return new ComparisonReport
        {
            Runs = options.Runs,
            First = first,
            Second = second,
            CpuRatio = first.CpuSecondsPerException.Median / second.CpuSecondsPerException.Median,
            BytesRatio = first.BytesPerException?.Median / second.BytesPerException?.Median,
        };
    }

    private static ComparedStore Of(string store, List<LoadReport> reports) => new()
    {
        Store = StoreAddress.Parse(store, Environment.CurrentDirectory).Masked,
        CpuSecondsPerException = Spread.Of([.. reports.Select(report => report.CpuSecondsPerException)]),
        BytesPerException = reports.TrueForAll(report => report.BytesPerException is not null) ? Spread.Of([.. reports.Select(report => report.BytesPerException!.Value)]) : null, // not null: just asked
        ExceptionsPerSecond = Spread.Of([.. reports.Select(report => report.ExceptionsPerSecond)]),
        Errors = reports.Sum(report => report.Errors),
    };
}
