using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Engine.Agents;
using Reeve.Engine.Intake;

namespace Reeve.Engine.Pipeline;

/// <summary>What one pass begins with, or goes on with.</summary>
public sealed record PassStart
{
    /// <summary>What arrived.</summary>
    public required Arrival Arrival { get; init; }

    /// <summary>The packs; those that <see cref="Settings"/> names, where it is given.</summary>
    public required BoundPolicy Policy { get; init; }

    /// <summary>What the beginning recorded, or is to record; null: it begins now, with this pipeline's options.</summary>
    public PassSettings? Settings { get; init; }

    /// <summary>The one time of all stages that are not on record; null: each reads the clock.</summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>Stages on record, in order: they are decided again from their evidence and time, and nobody is asked.</summary>
    public IReadOnlyList<RecordedStage> Recorded { get; init; } = [];

    /// <summary>
    /// Whether a stage that is now decided otherwise than recorded ends in PIPE-004, escalated, because later stages on record
    /// relied on it. Else (a replay) the pass goes on with what is decided now.
    /// </summary>
    public bool MustAgree { get; init; }

    /// <summary>Why the first stage that is not on record fails without being decided; null: it is decided.</summary>
    public ReeveError? Stopped { get; init; }

    /// <summary>Puts the pass on record as it goes on; null: nobody does.</summary>
    public IPassJournal? Journal { get; init; }
}

/// <summary>One stage as it was recorded.</summary>
public sealed record RecordedStage
{
    /// <summary>The stage.</summary>
    public required Stage Stage { get; init; }

    /// <summary>Its reading of the clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The evidence it had.</summary>
    public required IReadOnlyList<Evidence> Evidence { get; init; }

    /// <summary>The decision as <see cref="DecisionDocument.Render(AgentDecision)"/> wrote it; empty when it failed.</summary>
    public ReadOnlyMemory<byte> Decision { get; init; }

    /// <summary>Why it failed, which is taken as given; null when it was decided.</summary>
    public ReeveError? Error { get; init; }
}

/// <summary>Puts a pass on record as it goes on. What it throws ends the pass with that exception.</summary>
public interface IPassJournal
{
    /// <summary>Something is about to be fetched: called before the first request of each attempt at a stage.</summary>
    /// <returns>Whether the pass goes on; false when somebody else has it.</returns>
    ValueTask<bool> BeforeFetchingAsync(ExceptionCase current, CancellationToken cancellationToken);

    /// <summary>A stage that was not on record is decided or has failed, and another follows.</summary>
    /// <returns>As <see cref="BeforeFetchingAsync"/>.</returns>
    ValueTask<bool> AfterStageAsync(ExceptionCase current, CancellationToken cancellationToken);
}
