namespace Reeve.Core.Errors;

/// <content>
/// Codes of the agent runtime that callers may already prepare for. Each is reserved from the first release: nothing else
/// takes its number, and the part that raises it takes the code over and drops the mark.
/// </content>
public static partial class ErrorCatalogue
{
    /// <summary>Reserved: work items that cannot be accepted.</summary>
    public static class WorkItems
    {
        /// <summary>Reserved: a required field is missing.</summary>
        public static readonly ErrorCode MissingField = new("VAL-001", "A required field of the work item is missing.", 422, "Add the field named and submit the item again.") { IsReserved = true };

        /// <summary>Reserved: a field breaks its constraint.</summary>
        public static readonly ErrorCode ConstraintViolated = new("VAL-002", "A field of the work item breaks its constraint.", 422, "Correct the field named and submit the item again.") { IsReserved = true };

        /// <summary>Reserved: the request says too little to act on.</summary>
        public static readonly ErrorCode VagueRequest = new("VAL-003", "The request is too vague to act on.", 422, "Answer the questions that came with this error.") { IsReserved = true };
    }

    /// <summary>Reserved: runtime agents that cannot work.</summary>
    public static class RuntimeAgents
    {
        /// <summary>Reserved: the agent does not start.</summary>
        public static readonly ErrorCode CannotStart = new("AGT-001", "The agent cannot start.", 503, "Run `reeve doctor` and check the credentials of the model provider.") { IsReserved = true };

        /// <summary>Reserved: the agent is not active.</summary>
        public static readonly ErrorCode Inactive = new("AGT-002", "The agent is not active.", 503, "Start the agent; `reeve doctor` says what keeps it from starting.", IsTransient: true) { IsReserved = true };

        /// <summary>Reserved: the agent was restarted too often and is kept apart.</summary>
        public static readonly ErrorCode Quarantined = new("AGT-003", "The agent is quarantined after repeated failures.", 503, "Read its last errors, mend the cause, and restart it by hand.") { IsReserved = true };
    }

    /// <summary>Reserved: answers of runtime agents.</summary>
    public static class WorkResults
    {
        /// <summary>Reserved: the result does not follow the protocol.</summary>
        public static readonly ErrorCode Malformed = new("RES-001", "The agent's result is malformed.", 502, "Inspect the agent's log: `reeve logs --agent NAME`.") { IsReserved = true };
    }

    /// <summary>Reserved: running a work item.</summary>
    public static class Execution
    {
        /// <summary>Reserved: the item failed.</summary>
        public static readonly ErrorCode Failed = new("EXE-001", "The work item failed.", 500, "Read the context that came with this error.") { IsReserved = true };

        /// <summary>Reserved: the item took too long.</summary>
        public static readonly ErrorCode TimedOut = new("EXE-002", "The work item timed out.", 504, "Split the work, or give the item more time.", IsTransient: true) { IsReserved = true };

        /// <summary>Reserved: the agent used all its tool rounds.</summary>
        public static readonly ErrorCode RoundsExhausted = new("EXE-003", "The tool rounds are exhausted.", 500, "Split the work into smaller items.") { IsReserved = true };
    }

    /// <summary>Reserved: the model provider. The numbers 401, 429 and 500 are the statuses providers answer with.</summary>
    public static class Model
    {
        /// <summary>Reserved: the provider is not reached.</summary>
        public static readonly ErrorCode Unreachable = new("MOD-001", "The model provider is unreachable.", 503, "Check the network and the provider's address.", IsTransient: true) { IsReserved = true };

        /// <summary>Reserved: calls are stopped after repeated failures.</summary>
        public static readonly ErrorCode CircuitOpen = new("MOD-002", "Calls to the model provider are suspended after repeated failures.", 503, "Wait for the time in `retry_after`.", IsTransient: true) { IsReserved = true };

        /// <summary>Reserved: the provider rejects the key.</summary>
        public static readonly ErrorCode KeyRejected = new("MOD-401", "The model provider rejected the key.", 502, "Replace the key.") { IsReserved = true };

        /// <summary>Reserved: the provider limits the rate.</summary>
        public static readonly ErrorCode RateLimited = new("MOD-429", "The model provider's rate limit is reached.", 503, "Wait 60 seconds, then retry with growing pauses.", IsTransient: true) { IsReserved = true };

        /// <summary>Reserved: the provider fails.</summary>
        public static readonly ErrorCode ProviderFault = new("MOD-500", "The model provider failed.", 502, "Retry; see the provider's status page if it goes on.", IsTransient: true) { IsReserved = true };
    }

    /// <summary>Reserved: the context window of a model.</summary>
    public static class ContextWindow
    {
        /// <summary>Reserved: the input does not fit.</summary>
        public static readonly ErrorCode Exceeded = new("CTX-001", "The input exceeds the context window.", 413, "Split the input; it is never cut silently.") { IsReserved = true };
    }

    /// <summary>Reserved: reviews.</summary>
    public static class Review
    {
        /// <summary>Reserved: a quality gate failed.</summary>
        public static readonly ErrorCode GateFailed = new("REV-001", "A quality gate failed.", 422, "Fix the issues listed and submit again.") { IsReserved = true };
    }

    /// <summary>Reserved: what the product needs from its surroundings.</summary>
    public static class Dependency
    {
        /// <summary>Reserved: a dependency is missing.</summary>
        public static readonly ErrorCode Missing = new("DEP-001", "A dependency is missing.", 503, "Install it, then restart; `reeve doctor --deps` lists all.") { IsReserved = true };
    }
}
