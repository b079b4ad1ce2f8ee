using System.Collections;

namespace Reeve.Operations.Logs;

/// <summary>
/// What the records written inside a scope are about. Open it with <c>logger.BeginScope(new LogScope { Tenant = … })</c>; the fields that
/// are not null add to those of outer scopes and replace them.
/// </summary>
public sealed record LogScope : IReadOnlyList<KeyValuePair<string, object?>>
{
    internal const string AgentField = "agent";
    internal const string TenantField = "tenant";
    internal const string WorkItemField = "workItem";
    internal const string PhaseField = "phase";
    internal const string CorrelationIdField = "correlationId";

    /// <summary>The agent that works.</summary>
    public string? Agent { get; init; }

    /// <summary>The tenant it works for.</summary>
    public string? Tenant { get; init; }

    /// <summary>The work item or exception it works on.</summary>
    public string? WorkItem { get; init; }

    /// <summary>The stage of the pipeline, or the phase of the work.</summary>
    public string? Phase { get; init; }

    /// <summary>What ties the records of one request or run together. Without one the id of the current trace serves.</summary>
    public string? CorrelationId { get; init; }

    /// <inheritdoc/>
    int IReadOnlyCollection<KeyValuePair<string, object?>>.Count => 5;

    /// <inheritdoc/>
    KeyValuePair<string, object?> IReadOnlyList<KeyValuePair<string, object?>>.this[int index] => index switch
    {
        0 => new(AgentField, Agent),
        1 => new(TenantField, Tenant),
        2 => new(WorkItemField, WorkItem),
        3 => new(PhaseField, Phase),
        4 => new(CorrelationIdField, CorrelationId),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    /// <inheritdoc/>
    IEnumerator<KeyValuePair<string, object?>> IEnumerable<KeyValuePair<string, object?>>.GetEnumerator()
    {
        IReadOnlyList<KeyValuePair<string, object?>> fields = this;
        for (int i = 0; i < fields.Count; i++)
        {
            yield return fields[i];
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<KeyValuePair<string, object?>>)this).GetEnumerator();
}
