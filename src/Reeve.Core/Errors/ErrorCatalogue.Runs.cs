namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Runs of playbooks.</summary>
    public static class Runs
    {
        /// <summary>The exception's latest pass decided on no playbook.</summary>
        public static readonly ErrorCode None = new("RUN-001", "The exception has no playbook.", 404, "Only an exception whose plan is to run, or waits for an approval, has one; read why in the exception's history.");

        /// <summary>A step whose turn it is not, or that Reeve does itself.</summary>
        public static readonly ErrorCode NotNext = new("RUN-002", "It is not this step that waits for a person.", 400, "Look at currentStep and at what the playbook waits for.");

        /// <summary>A gated step is done by nobody before it is approved.</summary>
        public static readonly ErrorCode NeedsApproval = new("RUN-003", "The step needs an approval first.", 403, "Have it approved; then it runs by itself.");

        /// <summary>Something was done already.</summary>
        public static readonly ErrorCode Begun = new("RUN-004", "The playbook has begun.", 409, "What has run stays; complete or skip what is left, or have the exception decided anew.");

        /// <summary>Somebody else did something with the run at the same time.</summary>
        public static readonly ErrorCode MovedOn = new("RUN-005", "The run has moved on meanwhile.", 409, "Look at it again, and repeat what is still to be done.", IsTransient: true);

        /// <summary>It is over.</summary>
        public static readonly ErrorCode Ended = new("RUN-006", "The playbook has ended.", 409, "Nothing more is done by it; read in the history how it ended.");

        /// <summary>Driving it stopped three processes.</summary>
        public static readonly ErrorCode StopsProcess = new("RUN-007", "Driving the plan has stopped the process before.", 500, "Look at what is unsettled of the exception, and go on by hand.");

        /// <summary>This release cannot go on with it.</summary>
        public static readonly ErrorCode Undrivable = new("RUN-008", "The plan cannot be driven on.", 409, "Look at what is done of it, and go on by hand.");

        /// <summary>The record and what is decided from it now are two things.</summary>
        public static readonly ErrorCode Diverged = new("RUN-009", "The plan comes out otherwise than it is on record.", 500, "Look at what is done of it, and go on by hand; report it, for the same record must always be decided the same.");
    }
}
