using System.Diagnostics.Metrics;

namespace Reeve.Load.Measures;

/// <summary>Listens to how long the committer of this process takes for each commit. Thread-safe.</summary>
internal sealed class CommitWatch : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly Lock recording = new();
    private LatencyHistogram commits = new();
    private long exceptions;

    internal CommitWatch()
    {
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "Reeve.Storage", Name: "reeve.storage.commit.duration" or "reeve.storage.commit.outcomes" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) =>
        {
            lock (recording)
            {
                commits.Record(TimeSpan.FromSeconds(seconds));
            }
        });
        listener.SetMeasurementEventCallback<int>((_, outcomes, _, _) =>
        {
            lock (recording)
            {
                exceptions += outcomes;
            }
        });
        listener.Start();
    }

    /// <summary>What was seen since the last call: the commits, and how many outcomes they held on average.</summary>
    internal (LatencyHistogram Commits, double? Outcomes) Take()
    {
        lock (recording)
        {
            (LatencyHistogram, double?) seen = (commits, commits.Count > 0 ? exceptions / (double)commits.Count : null);
            commits = new LatencyHistogram();
            exceptions = 0;
            return seen;
        }
    }

    public void Dispose() => listener.Dispose();
}
