using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks.Driving;

namespace Reeve.Engine.PlaybookWork;

/// <summary>A run that this process drives: its rows as they stand in the store, and what its parts came to. Not thread-safe: one driver owns one.</summary>
internal sealed class DrivenRun(DrivePorts ports, TimeProvider clock, PlaybookRun run, ExceptionRow row)
{
    // A person who edits an exception again and again could keep a run from ever being committed.
    private const int MostConflicts = 20;

    private int conflicts;

    /// <summary>The run's row.</summary>
    internal PlaybookRun Run { get; private set; } = run;

    /// <summary>The exception's row.</summary>
    internal ExceptionRow Row { get; private set; } = row;

    /// <summary>What the parts came to.</summary>
    internal Dictionary<PartKey, PartProgress> Progress { get; set; } = [];

    /// <summary>Whether it is somebody else's now, or is over.</summary>
    internal bool IsLost { get; private set; }

    /// <summary>It is over, or somebody else's: nothing more is done with it here.</summary>
    internal void Leave() => IsLost = true;

    /// <summary>The one reading of the clock for what is committed next.</summary>
    internal DateTimeOffset Now() => TimeText.ToMicroseconds(clock.GetUtcNow());

    /// <summary>
    /// Moves the run on, together with the exception's row. When only the exception was changed meanwhile, its row is read again and the caller sees what is next then.
    /// </summary>
    /// <param name="step">What happens.</param>
    /// <param name="more">What else is committed with it, given the rows as they will be.</param>
    /// <returns>Whether it is committed.</returns>
    internal async Task<bool> CommitAsync(RunStep step, Func<PlaybookRun, ExceptionRow, IEnumerable<Change>> more)
    {
        bool isMine = step is { State: RunState.Ready, Lets: false };
        PlaybookRun next = Run.In(step.State, step.Reason, step.At) with
        {
            Ruling = step.Begins ? Run.Ruling : null,
            Attempts = isMine ? Run.Attempts + (step.Begins ? 1 : 0) : 0,
            StartedAt = Run.StartedAt ?? (step.Starts ? step.At : null),
        };
        ExceptionRow changed = Row with
        {
            Record = step.Record,
            Version = Row.Version + 1,
            UpdatedAt = step.At,
            ResolvedAt = step.Record.ResolutionStatus == ResolutionStatus.Resolved ? Row.ResolvedAt ?? step.At : null,
            ResolvedAutomatically = step.ResolvedAutomatically && step.Record.ResolutionStatus == ResolutionStatus.Resolved,
        };
        List<Change> changes = [new ExceptionChange.Update(changed, Row.Version), new PlaybookRunChange.Moved(next, isMine, step.Wake), .. more(next, changed)];

        // What becomes of it must be noticed, whoever has given up waiting. What asks people is written by its store, which goes alone.
        Task<CommitOutcome> committing = step.Asks ? ports.Committer.CommitAloneAsync(next.TenantId, changes, CancellationToken.None) : ports.Committer.CommitAsync(changes, CancellationToken.None);
        if (await committing is CommitOutcome.Committed)
        {
            Run = next;
            Row = changed;
            conflicts = 0;
            return true;
        }

        PlaybookRun? found = await ports.Runs.FindAsync(Run.TenantId, Run.Pass, CancellationToken.None);
        ExceptionRow? there = await ports.Exceptions.FindAsync(Run.TenantId, Run.Exception, CancellationToken.None);
        IsLost = found?.Version != Run.Version || there is null || ++conflicts > MostConflicts;
        Row = there ?? Row;
        return false;
    }
}

/// <summary>Where a commit leaves a run and its exception.</summary>
/// <param name="State">The run.</param>
/// <param name="Reason">Why, in a sentence; empty when it speaks for itself.</param>
/// <param name="Record">The exception.</param>
/// <param name="At">When.</param>
internal sealed record RunStep(RunState State, string Reason, ExceptionRecord Record, DateTimeOffset At)
{
    /// <summary>Whether it begins to be driven: an attempt is counted, and what was ruled stays until something came of it.</summary>
    internal bool Begins { get; init; }

    /// <summary>Whether that is to do something, and not only to see to what was ruled.</summary>
    internal bool Starts { get; init; }

    /// <summary>Whether people are asked in the same commit.</summary>
    internal bool Asks { get; init; }

    /// <summary>Whether a READY run is let go, for others to go on with.</summary>
    internal bool Lets { get; init; }

    /// <summary>How long nobody need look at it.</summary>
    internal TimeSpan Wake { get; init; }

    /// <summary>Whether no person had a hand in its being RESOLVED.</summary>
    internal bool ResolvedAutomatically { get; init; }
}
