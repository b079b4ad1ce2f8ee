using Reeve.Core.Calls;
using Reeve.Core.Principals;
using Reeve.Core.Records;

namespace Reeve.Engine.Playbooks.Driving;

/// <summary>Where the run of a playbook stands. The names are in rows and events, so they stay.</summary>
public enum RunState
{
    /// <summary>READY: to be driven, or being driven.</summary>
    Ready,

    /// <summary>WAITING: for a person.</summary>
    Waiting,

    /// <summary>PAUSED: on hold, not live, or something to come back to; it goes on by itself.</summary>
    Paused,

    /// <summary>ENDED.</summary>
    Ended,
}

/// <summary>What whoever drives a run next is told about it. The names are in rows, so they stay.</summary>
public enum RunRuling
{
    /// <summary>ASK: people are to be asked before anything is done.</summary>
    Ask,

    /// <summary>APPROVED: people agreed to what it waited for.</summary>
    Approved,

    /// <summary>REJECTED: a person said no.</summary>
    Rejected,

    /// <summary>ESCALATED: nobody decided in time.</summary>
    Escalated,

    /// <summary>WITHDRAWN: what people were asked is no longer to be done so; they are asked anew.</summary>
    Withdrawn,

    /// <summary>SUPERSEDED: another pass decides about the exception now.</summary>
    Superseded,
}

/// <summary>The run of the playbook that a pass decided on: its row (docs/decisions/0020). Whose it is, the store knows. Immutable.</summary>
public sealed record PlaybookRun
{
    /// <summary>Whose.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>The pass that decided it; there is at most one run of it.</summary>
    public required PassId Pass { get; init; }

    /// <summary>The exception.</summary>
    public required ExceptionKey Exception { get; init; }

    /// <summary>The run of that pass.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The playbook.</summary>
    public required PlaybookId Playbook { get; init; }

    /// <summary>Its version.</summary>
    public required string PlaybookVersion { get; init; }

    /// <summary>Where it stands.</summary>
    public required RunState State { get; init; }

    /// <summary>What is to be made of it before it is driven on; null: nothing.</summary>
    public RunRuling? Ruling { get; init; }

    /// <summary>Whether a person had a hand in it, so that nothing it reaches was reached by Reeve alone (EX-OBS-3).</summary>
    public bool IsAssisted { get; init; }

    /// <summary>How often somebody began to drive it and neither ended nor gave it back.</summary>
    public int Attempts { get; init; }

    /// <summary>Why it stands there, in a sentence; empty when it speaks for itself.</summary>
    public string Reason { get; init; } = "";

    /// <summary>How often the row was written, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>When it was first driven; null until then.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the row was last written, by the clock of whoever wrote it.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The row as it is after a change, one version on, without ruling.</summary>
    public PlaybookRun In(RunState state, string reason, DateTimeOffset at) => this with { State = state, Ruling = null, Reason = reason, Version = Version + 1, UpdatedAt = at };
}

/// <summary>What became of one part of a run's plan: its row. Outputs are in the log. Immutable.</summary>
public sealed record RecordedPart
{
    /// <summary>Which part.</summary>
    public required PartKey Key { get; init; }

    /// <summary>The step; null for a criterion.</summary>
    public StepId? Step { get; init; }

    /// <summary>What became of it.</summary>
    public required PartStatus Status { get; init; }

    /// <summary>The execution of its call; null when it called nothing.</summary>
    public ExecutionId? Execution { get; init; }

    /// <summary>Who did it: the kind and the id of the principal.</summary>
    public required PrincipalKind ByKind { get; init; }

    /// <summary>See <see cref="ByKind"/>.</summary>
    public required string ById { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Why, or what the person said; empty when it speaks for itself.</summary>
    public string Note { get; init; } = "";
}
