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
/// Counts rows of exceptions. Every exception is counted once under each heading, and so that an update can take back what the row
/// before it counted. Pure but for the counters it is given.
/// </summary>
internal static class Counting
{
    /// <summary>An exception came in.</summary>
    internal static void Receive(this CounterRow counters) => counters.Add(new CounterKey(Heading.Received, null), 1);

    /// <summary>A row is there (1), or no longer as it was (-1).</summary>
    internal static void Count(this CounterRow counters, in CountedRow row, int by)
    {
        counters.Add(new CounterKey(Heading.Status, row.Status), by);
        counters.Add(new CounterKey(Heading.Severity, row.Severity), by);
        counters.Add(new CounterKey(Heading.Actionability, row.Actionability), by);
        counters.Add(new CounterKey(Heading.Domain, row.Domain), by);
        counters.Add(new CounterKey(Heading.Type, row.Type), by);
        if (row.ResolvedAutomatically)
        {
            counters.Add(new CounterKey(Heading.ResolvedAutomatically, null), by);
        }

        if (row.ResolveTook is { } resolve)
        {
            counters.Add(new CounterKey(Heading.ResolveMicroseconds, null), by * resolve);
            counters.Add(new CounterKey(Heading.ResolveCount, null), by);
        }

        if (row.TriageTook is { } triage)
        {
            counters.Add(new CounterKey(Heading.TriageMicroseconds, null), by * triage);
            counters.Add(new CounterKey(Heading.TriageCount, null), by);
        }
    }
}

/// <summary>What a counter counts by.</summary>
internal enum Heading
{
    Received,
    Status,
    Severity,
    Actionability,
    Domain,
    Type,
    ResolvedAutomatically,
    ResolveMicroseconds,
    ResolveCount,
    TriageMicroseconds,
    TriageCount,
}

/// <summary>One counter: a heading and what it is about; null is none.</summary>
internal readonly record struct CounterKey(Heading Heading, string? Value)
{
    /// <summary>As it is kept.</summary>
    internal string Name => Heading switch
    {
        Heading.Received => CounterNames.Received,
        Heading.Status => CounterNames.Status(Value ?? CounterNames.None),
        Heading.Severity => CounterNames.Severity(Value ?? CounterNames.None),
        Heading.Actionability => CounterNames.Actionability(Value ?? CounterNames.None),
        Heading.Domain => CounterNames.Domain(Value ?? CounterNames.None),
        Heading.Type => CounterNames.Type(Value),
        Heading.ResolvedAutomatically => CounterNames.ResolvedAutomatically,
        Heading.ResolveMicroseconds => CounterNames.ResolveMicroseconds,
        Heading.ResolveCount => CounterNames.ResolveCount,
        Heading.TriageMicroseconds => CounterNames.TriageMicroseconds,
        Heading.TriageCount => CounterNames.TriageCount,
        _ => throw new InvalidOperationException($"{Heading} is no heading."),
    };
}
