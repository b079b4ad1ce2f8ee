namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Stages that could not decide.</summary>
    public static class Pipeline
    {
        /// <summary>A stage failed.</summary>
        public static readonly ErrorCode StageFailed = new("PIPE-001", "A stage could not be decided.", 500, "The exception is escalated with what is known; look at its evidence, and re-run it.");

        /// <summary>A stage took longer than allowed.</summary>
        public static readonly ErrorCode StageTimedOut = new("PIPE-002", "A stage took too long.", 504, "The exception is escalated; check what the stage waits for, then re-run it.", IsTransient: true);

        /// <summary>Agents sent an exception in a circle.</summary>
        public static readonly ErrorCode Loop = new("PIPE-003", "The exception went through the same stages too often.", 500, "The exception is escalated; look at which agents send it back.");

        /// <summary>Deciding it has stopped the process before.</summary>
        public static readonly ErrorCode StopsProcess = new("PIPE-007", "Deciding it has stopped the process before.", 500, "The exception is escalated undecided; the log of the process that stopped tells more. Decide it by hand.");

        /// <summary>No node could decide it in time.</summary>
        public static readonly ErrorCode NobodyDecides = new("PIPE-008", "No node was able to decide it.", 500, "The exception is escalated undecided: what it began with (packs, decision logic, time-zone data) is on no node any more. Send it again, or decide it by hand.");

        /// <summary>A pass that was resumed decides otherwise than it did before.</summary>
        public static readonly ErrorCode Diverged = new("PIPE-004", "A stage was decided otherwise than is recorded.", 500, "The exception is escalated; `reeve audit replay` shows the difference, and re-running decides it anew.");
    }
}
