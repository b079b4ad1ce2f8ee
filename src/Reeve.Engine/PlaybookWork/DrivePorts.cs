using Reeve.Core.Ports;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Recording;

namespace Reeve.Engine.PlaybookWork;

/// <summary>What plans are driven with. Thread-safe, as each of them is.</summary>
public sealed record DrivePorts
{
    /// <summary>Writes.</summary>
    public required ICommitter Committer { get; init; }

    /// <summary>The rows of exceptions.</summary>
    public required IExceptionStore Exceptions { get; init; }

    /// <summary>The rows of runs.</summary>
    public required IPlaybookRunStore Runs { get; init; }

    /// <summary>The log.</summary>
    public required IEventLog Log { get; init; }

    /// <summary>The packs that a pass was decided with.</summary>
    public required PacksByHash Packs { get; init; }

    /// <summary>The one way to a tool.</summary>
    public required IToolGate Gate { get; init; }

    /// <summary>Who has people asked; null: nobody, and what waits for an approval waits.</summary>
    public PlanApprovals? Approvals { get; init; }
}
