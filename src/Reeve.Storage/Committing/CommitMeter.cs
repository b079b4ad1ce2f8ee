using System.Diagnostics.Metrics;

namespace Reeve.Storage.Committing;

/// <summary>What the committer measures of itself, for whoever listens; costs nothing while nobody does. Thread-safe.</summary>
internal static class CommitMeter
{
    private static readonly Meter Meter = new("Reeve.Storage");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "reeve.storage.commit.duration", "s", "From the moment a slot takes a batch until what became of it is known.");

    private static readonly Histogram<int> Outcomes = Meter.CreateHistogram<int>(
        "reeve.storage.commit.outcomes", "{outcome}", "How many outcomes a batch held.");

    internal static void Record(TimeSpan took, int outcomes)
    {
        Duration.Record(took.TotalSeconds);
        Outcomes.Record(outcomes);
    }
}
