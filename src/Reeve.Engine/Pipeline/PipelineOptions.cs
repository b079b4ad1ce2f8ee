using Reeve.Core.Records;

namespace Reeve.Engine.Pipeline;

/// <summary>How the pipeline runs. Immutable.</summary>
public sealed record PipelineOptions
{
    /// <summary>How long one attempt at a stage may wait for its evidence; 300 s by default.</summary>
    public TimeSpan StageTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How often a stage that failed is tried again; none by default.</summary>
    public int StageRetries { get; init; }

    /// <summary>How often an agent may send an exception back to Triage; once by default.</summary>
    public int RetriageLimit { get; init; } = 1;

    /// <summary>Whether the Supervisor reviews; on by default.</summary>
    public bool Supervised { get; init; } = true;

    /// <summary>How many exceptions are decided at once; at least 1.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Whether plans reach the world. Tenants start in shadow.</summary>
    public AutomationMode Mode { get; init; } = AutomationMode.Shadow;
}

/// <summary>What all exceptions of one run share.</summary>
/// <param name="Id">The run.</param>
/// <param name="Now">The run's one time for all stages; null: each stage reads the clock.</param>
public sealed record RunContext(RunId Id, DateTimeOffset? Now);
