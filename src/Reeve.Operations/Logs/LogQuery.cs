namespace Reeve.Operations.Logs;

/// <summary>Which records of a log are wanted; a filter that is null lets all pass.</summary>
public sealed record LogQuery
{
    /// <summary>This severity or a higher one.</summary>
    public LogSeverity? Level { get; init; }

    /// <summary>This component or one below it: <c>Engine</c> includes <c>Engine.Pipeline</c>.</summary>
    public string? Component { get; init; }

    /// <summary>Exactly this agent.</summary>
    public string? Agent { get; init; }

    /// <summary>Exactly this tenant.</summary>
    public string? Tenant { get; init; }

    /// <summary>Exactly this work item.</summary>
    public string? Item { get; init; }

    /// <summary>The last so many of what matches; null for all.</summary>
    public int? Last { get; init; }

    /// <summary>Whether a record passes all filters.</summary>
    public bool Matches(LogRecord record) =>
        (Level is null || record.Level >= Level)
        && (Component is null || IsWithin(record.Component, Component))
        && (Agent is null || record.Agent == Agent)
        && (Tenant is null || record.Tenant == Tenant)
        && (Item is null || record.WorkItem == Item);

    /// <summary>The records that match, in the order of the lines; lines that are no records are passed over.</summary>
    /// <param name="lines">Read once and not kept: memory holds the answer only.</param>
    public IEnumerable<LogRecord> Select(IEnumerable<string> lines)
    {
        IEnumerable<LogRecord> matching = lines.Select(LogRecord.Parse).OfType<LogRecord>().Where(Matches);
        return Last is { } last ? matching.TakeLast(last) : matching;
    }

    private static bool IsWithin(string component, string name) =>
        component.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (component.Length == name.Length || component[name.Length] == '.');
}
