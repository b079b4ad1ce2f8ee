namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Approvals: what people are asked, and who may answer.</summary>
    public static class Approvals
    {
        /// <summary>No such approval.</summary>
        public static readonly ErrorCode NotFound = new("APPR-001", "There is no such approval.", 404, "`reeve approvals list` shows those of the tenant.");

        /// <summary>It is decided.</summary>
        public static readonly ErrorCode Decided = new("APPR-002", "The approval is decided already.", 409, "Nothing is decided twice; its history says by whom.");

        /// <summary>The same person again.</summary>
        public static readonly ErrorCode DecidedByYou = new("APPR-003", "You have decided this already.", 409, "All credentials of one owner count as one person; somebody else decides now.");

        /// <summary>Not a person.</summary>
        public static readonly ErrorCode NotAPerson = new("APPR-004", "Only a person decides approvals.", 403, "Use a person's key: `reeve keys create --kind person`.");

        /// <summary>Its own proposal.</summary>
        public static readonly ErrorCode Proposer = new("APPR-005", "Whoever proposed it does not decide it.", 403, "Ask somebody else who has one of the roles that the quorum names.");

        /// <summary>The time is over.</summary>
        public static readonly ErrorCode TooLate = new("APPR-006", "The time to decide is over.", 409, "Silence is no approval: it is escalated. Have it planned again if it is still wanted.");

        /// <summary>A role that the quorum does not ask for.</summary>
        public static readonly ErrorCode RoleNotAsked = new("APPR-007", "None of your roles is asked for.", 403, "The quorum names the roles whose say counts.");

        /// <summary>Comments that are none.</summary>
        public static readonly ErrorCode BadComments = new("APPR-008", "These comments cannot be kept.", 422, "Write at most 4,000 characters; a rejection says why.");

        /// <summary>A time that is none.</summary>
        public static readonly ErrorCode BadTimeout = new("APPR-009", "This is no time to decide within.", 422, "Give 1 to 43,200 minutes.");

        /// <summary>A bound that is none.</summary>
        public static readonly ErrorCode BadBound = new("APPR-010", "This is no bound.", 422, "Give equals, oneOf, min and max, or pattern, for an argument that is shown as awaited.");

        /// <summary>Nothing to decide.</summary>
        public static readonly ErrorCode NothingToApprove = new("APPR-012", "There is nothing to approve.", 422, "Submit the calls of a plan that waits, or one call.");

        /// <summary>It was withdrawn.</summary>
        public static readonly ErrorCode Withdrawn = new("APPR-013", "The approval was withdrawn.", 409, "Its reason says why; what replaces it waits for a decision of its own.");
    }
}
