using System.Diagnostics;
using Reeve.Load.Measures;
using Reeve.Storage.Databases;
using Reeve.Storage.Locks;

namespace Reeve.Load.Ceilings;

/// <summary>What the database took without Reeve.</summary>
/// <param name="Exceptions">Exceptions whose rows were written.</param>
/// <param name="Took">The time that writing took; making rows ready is not in it.</param>
/// <param name="Spent">What it cost.</param>
/// <param name="Commits">How long each commit took.</param>
internal sealed record CeilingResult(long Exceptions, TimeSpan Took, Footprint Spent, LatencyHistogram Commits)
{
    internal double PerSecond => Exceptions / Took.TotalSeconds;
}

/// <summary>
/// Measures how many exceptions' rows a database takes: the committer's statements, its batch size, its connections, the same tables, and
/// durable commits. Rows are made ready in rounds between the parts that are timed, so that making them costs the database nothing.
/// </summary>
internal static class Ceiling
{
    private const int CommitsPerRound = 48;

    internal static async Task<CeilingResult> MeasureAsync(StoreAddress address, CeilingRows rows, double seconds, FootprintSource footprints, CancellationToken cancellationToken)
    {
        using StoreLock? held = address.Dialect == Dialect.Sqlite ? StoreLock.Take(address, null) : null;
        await using Database database = address.Dialect == Dialect.Sqlite ? new SqliteDatabase(address) : new PostgresDatabase(address);
        List<CeilingWriter> writers = await CeilingWriter.OpenAsync(database, cancellationToken);
        try
        {
            // The first round fills caches and prepares statements.
            await RoundAsync(writers, rows, new LatencyHistogram(), footprints, cancellationToken);
            LatencyHistogram commits = new();
            CeilingResult all = new(0, TimeSpan.Zero, new Footprint(), commits);
            while (all.Took.TotalSeconds < seconds)
            {
                (long exceptions, TimeSpan took, Footprint spent) = await RoundAsync(writers, rows, commits, footprints, cancellationToken);
                all = all with { Exceptions = all.Exceptions + exceptions, Took = all.Took + took, Spent = all.Spent + spent };
            }

            return all;
        }
        finally
        {
            foreach (CeilingWriter writer in writers)
            {
                await writer.DisposeAsync();
            }
        }
    }

    private static async Task<(long Exceptions, TimeSpan Took, Footprint Spent)> RoundAsync(
        List<CeilingWriter> writers, CeilingRows rows, LatencyHistogram commits, FootprintSource footprints, CancellationToken cancellationToken)
    {
        for (int i = 0; i < CommitsPerRound; i++)
        {
            foreach (CeilingWriter writer in writers)
            {
                writer.Prepare(rows.Next(CeilingWriter.Committer.BatchSize));
            }
        }

        // What the preparing left behind is collected here and not in the time.
        GC.Collect();
        Footprint before = await footprints.TakeAsync(cancellationToken);
        long began = Stopwatch.GetTimestamp();
        (long Exceptions, LatencyHistogram Commits)[] written = await Task.WhenAll(writers.Select(writer => Task.Run(() => WriteAsync(writer, cancellationToken), cancellationToken)));
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        Footprint spent = await footprints.TakeAsync(cancellationToken) - before;
        foreach ((_, LatencyHistogram of) in written)
        {
            commits.Add(of);
        }

        return (written.Sum(item => item.Exceptions), took, spent);
    }

    private static async Task<(long Exceptions, LatencyHistogram Commits)> WriteAsync(CeilingWriter writer, CancellationToken cancellationToken)
    {
        LatencyHistogram commits = new();
        long exceptions = 0;
        while (true)
        {
            long began = Stopwatch.GetTimestamp();
            int count = await writer.WriteAsync(cancellationToken);
            if (count == 0)
            {
                return (exceptions, commits);
            }

            commits.Record(Stopwatch.GetElapsedTime(began));
            exceptions += count;
        }
    }
}
