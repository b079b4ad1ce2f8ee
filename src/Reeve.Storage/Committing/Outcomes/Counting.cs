using Reeve.Core.Records;
using Reeve.Operations.Metrics;

namespace Reeve.Storage.Committing.Outcomes;

/// <summary>What a row of an exception is counted by.</summary>
internal readonly record struct CountedRow
{
    internal required string Status { get; init; }

    internal required string? Severity { get; init; }

    internal required string? Actionability { get; init; }

    internal required string Domain { get; init; }

    internal required string? Type { get; init; }

    internal required bool ResolvedAutomatically { get; init; }

    /// <summary>Microseconds from received to triaged; null until then.</summary>
    internal required long? TriageTook { get; init; }

    /// <summary>Microseconds from received to RESOLVED; null while it is not.</summary>
    internal required long? ResolveTook { get; init; }

    internal static CountedRow Of(ExceptionRow row) => new()
    {
        Status = Wire.Name(row.Record.ResolutionStatus),
        Severity = row.Record.Severity is { } severity ? Wire.Name(severity) : null,
        Actionability = row.Actionability is { } actionability ? Wire.Name(actionability) : null,
        Domain = row.Domain.Value,
        Type = row.Record.ExceptionType?.Value,
        ResolvedAutomatically = row.ResolvedAutomatically,
        TriageTook = Took(row.CreatedAt, row.TriagedAt),
        ResolveTook = Took(row.CreatedAt, row.ResolvedAt),
    };

    internal static long? Took(DateTimeOffset from, DateTimeOffset? to) => to is { } end ? (end - from).Ticks / TimeSpan.TicksPerMicrosecond : null;
}

/// <summary>
/// What a batch adds to the counters of its slot. Every exception is counted once under each heading, and so that an update can
/// take back what the row before it counted. Not thread-safe.
/// </summary>
internal sealed class Counting
{
    private readonly Dictionary<(string Tenant, string Name), long> changes = [];

    /// <summary>An exception came in.</summary>
    internal void Receive(string tenant) => Add(tenant, "received", 1);

    /// <summary>A row is there (1), or no longer as it was (-1).</summary>
    internal void Count(string tenant, in CountedRow row, int by)
    {
        Add(tenant, "status:" + row.Status, by);
        Add(tenant, "severity:" + (row.Severity ?? "none"), by);
        Add(tenant, "actionability:" + (row.Actionability ?? "none"), by);
        Add(tenant, "domain:" + row.Domain, by);
        Add(tenant, CounterNames.Type(row.Type), by);
        if (row.ResolvedAutomatically)
        {
            Add(tenant, "resolved_auto", by);
        }

        if (row.ResolveTook is { } resolve)
        {
            Add(tenant, "resolve_us", by * resolve);
            Add(tenant, "resolve_count", by);
        }

        if (row.TriageTook is { } triage)
        {
            Add(tenant, "triage_us", by * triage);
            Add(tenant, "triage_count", by);
        }
    }

    /// <summary>What changed, by tenant, then name: the one order in which counters are locked.</summary>
    internal List<(string Tenant, string Name, long By)> Sorted()
    {
        List<(string Tenant, string Name, long By)> sorted = new(changes.Count);
        foreach (((string tenant, string name), long by) in changes)
        {
            if (by != 0)
            {
                sorted.Add((tenant, name, by));
            }
        }

        sorted.Sort(static (left, right) => string.CompareOrdinal(left.Tenant, right.Tenant) is not 0 and int tenants
            ? tenants : string.CompareOrdinal(left.Name, right.Name));
        return sorted;
    }

    private void Add(string tenant, string name, long by) => changes[(tenant, name)] = changes.GetValueOrDefault((tenant, name)) + by;
}
