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

    /// <summary>Whether plans reach the world, of passes that begin in no tenant's own mode: runs, tests of packs, replays. What is ingested begins in the mode of its tenant.</summary>
    public AutomationMode Mode { get; init; } = AutomationMode.Shadow;

    /// <summary>How often a pass is committed; once, at its end, by default.</summary>
    public CommitMode Commits { get; init; } = CommitMode.Once;
}

/// <summary>
/// How often a pass is committed. By default one that fetches nothing is committed once: what is lost with a crash is then decided again from what its
/// source sends again, and nothing was spent on it.
/// </summary>
public enum CommitMode
{
    /// <summary>When it is decided to its end; before that only where something has to be fetched. A crash before the end asks everything again.</summary>
    Once,

    /// <summary>
    /// When it is received, and after each stage, also where nothing is fetched. A crash repeats no finished stage, and asks nothing again that was answered
    /// for one; each stage costs a commit.
    /// </summary>
    Stage,
}

/// <summary>What all exceptions of one run share.</summary>
/// <param name="Id">The run.</param>
/// <param name="Now">The run's one time for all stages; null: each stage reads the clock.</param>
public sealed record RunContext(RunId Id, DateTimeOffset? Now);
