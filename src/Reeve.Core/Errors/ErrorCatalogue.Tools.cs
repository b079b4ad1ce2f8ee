namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Tools: what the gate refuses, and what becomes of calls.</summary>
    public static class Tools
    {
        /// <summary>No such tool for this tenant and domain.</summary>
        public static readonly ErrorCode NotDefined = new("TOOL-001", "The tool is not defined.", 404, "`reeve tools list` shows the tools of the tenant's domains.");

        /// <summary>Somebody switched it off.</summary>
        public static readonly ErrorCode Disabled = new("TOOL-002", "The tool is disabled.", 403, "An administrator enables it: `reeve tools enable`.");

        /// <summary>Its version does not serve.</summary>
        public static readonly ErrorCode IncompatibleVersion = new("TOOL-003", "The tool's version is not compatible.", 409, "Ask for a version of the same major that is not newer than the one defined.");

        /// <summary>Default deny.</summary>
        public static readonly ErrorCode NotAllowed = new("TOOL-004", "The tool is not allowed for this tenant.", 403, "Add it to approvedTools, and to allowLists where there are any, and activate the policy.");

        /// <summary>A block list names it.</summary>
        public static readonly ErrorCode Blocked = new("TOOL-005", "The tool is blocked.", 403, "A block list of the packs names it; block lists always win.");

        /// <summary>It is another tenant's.</summary>
        public static readonly ErrorCode OutOfScope = new("TOOL-006", "The tool is out of scope.", 403, "A tool of tenantScope 'tenant' belongs to the tenant whose packs define it.");

        /// <summary>What is evaluated before an action says no.</summary>
        public static readonly ErrorCode NotRecommended = new("TOOL-007", "The evaluation before the action refuses it.", 403, "The reason names the rule; fixed rules are lowered by nobody.");

        /// <summary>People must approve exactly this call first.</summary>
        public static readonly ErrorCode NeedsApproval = new("TOOL-008", "The call needs an approval.", 403, "Have exactly this call approved; altered arguments need an approval of their own.");

        /// <summary>It would break what policy says.</summary>
        public static readonly ErrorCode Violation = new("TOOL-009", "The call would violate policy.", 403, "The reason names the rule; a person decides what happens instead.");

        /// <summary>A safety limit.</summary>
        public static readonly ErrorCode Unsafe = new("TOOL-010", "The call breaks a safety limit.", 403, "The reason names the limit.");

        /// <summary>A quota.</summary>
        public static readonly ErrorCode OverQuota = new("TOOL-011", "The tenant's quota is used up.", 429, "Wait until the period ends, or ask the platform's administrator for more.", IsTransient: true);

        /// <summary>The breaker is open.</summary>
        public static readonly ErrorCode BreakerOpen = new("TOOL-012", "The tool's breaker is open.", 503, "The tool failed again and again; it is tried again by itself after a minute.", IsTransient: true);

        /// <summary>Bad arguments.</summary>
        public static readonly ErrorCode BadInput = new("TOOL-013", "The arguments do not satisfy the tool's schema.", 422, "Each problem names its pointer.");

        /// <summary>Effects are on hold.</summary>
        public static readonly ErrorCode OnHold = new("TOOL-014", "Effects are on hold.", 409, "`reeve hold list` says by whom and why; `reeve resume` ends it.", IsTransient: true);

        /// <summary>Nothing to call.</summary>
        public static readonly ErrorCode NoEndpoint = new("TOOL-015", "The tool cannot be called: it lacks what its kind needs.", 422, "Give it an endpoint in the domain pack or in toolEndpoints of the tenant policy; dry runs work without.");

        /// <summary>A target that is not allowed.</summary>
        public static readonly ErrorCode TargetRefused = new("TOOL-016", "The tool's target is not allowed.", 403, "HTTPS to public addresses is allowed; others need allowHosts of the tool and tools.allowedPrivateHosts of the configuration.");

        /// <summary>Provably not run.</summary>
        public static readonly ErrorCode NotReached = new("TOOL-017", "The tool was not reached.", 502, "Check its name, its address and its certificate; nothing was sent.", IsTransient: true);

        /// <summary>No answer in time.</summary>
        public static readonly ErrorCode TimedOut = new("TOOL-018", "The tool did not answer in time.", 504, "Whether it did its work is unknown unless it is a read or idempotent.", IsTransient: true);

        /// <summary>The connection broke.</summary>
        public static readonly ErrorCode Broken = new("TOOL-019", "The connection to the tool broke.", 502, "Whether it did its work is unknown unless it is a read or idempotent.", IsTransient: true);

        /// <summary>The tool said no.</summary>
        public static readonly ErrorCode Declined = new("TOOL-020", "The tool refused the call.", 502, "Read the tool's answer in the execution; mend the arguments or the tool's credentials.");

        /// <summary>The tool failed after it had the request.</summary>
        public static readonly ErrorCode ToolFailed = new("TOOL-021", "The tool failed.", 502, "Whether it did its work is unknown unless it is a read or idempotent.", IsTransient: true);

        /// <summary>The tool asks to come back later.</summary>
        public static readonly ErrorCode Busy = new("TOOL-022", "The tool is busy.", 503, "It did nothing and asks to be called later.", IsTransient: true);

        /// <summary>It did it, and answered nonsense.</summary>
        public static readonly ErrorCode BadOutput = new("TOOL-023", "The tool's answer is not what it declares.", 502, "It did its work, so it is rolled back; mend the tool or its output schema.");

        /// <summary>Nobody knows.</summary>
        public static readonly ErrorCode UnknownOutcome = new("TOOL-024", "Nobody knows whether the call happened.", 502, "Look at the tool's own records and settle the execution by hand; it is not repeated.");

        /// <summary>No such secret.</summary>
        public static readonly ErrorCode NoSecret = new("TOOL-025", "A secret that the tool needs is not there.", 422, "Set REEVE_SECRET_<NAME>, or the file /run/secrets/<name>, or `reeve secrets set`.");

        /// <summary>A check that could not be asked denies.</summary>
        public static readonly ErrorCode CheckFailed = new("TOOL-026", "A check of the call failed, so the call is refused.", 503, "Read the log for what failed; nothing was sent.", IsTransient: true);

        /// <summary>A kind that nobody serves.</summary>
        public static readonly ErrorCode NoKind = new("TOOL-027", "Tools of this kind are planned and tried dry only.", 422, "Give the tool another type, such as http.");

        /// <summary>Too many at once.</summary>
        public static readonly ErrorCode Crowded = new("TOOL-028", "The tenant has too many calls under way.", 429, "Wait until some of them end; tools.callsPerTenant is the limit.", IsTransient: true);

        /// <summary>An MCP server says something else than what was approved.</summary>
        public static readonly ErrorCode DefinitionChanged = new("TOOL-029", "The tool's definition has changed at its server.", 409, "Compare it, put the new definitionHash into the pack and activate it.");

        /// <summary>A program failed.</summary>
        public static readonly ErrorCode CommandFailed = new("TOOL-030", "The tool's program failed.", 502, "Read its output in the execution.");

        /// <summary>One id, two calls.</summary>
        public static readonly ErrorCode OtherCall = new("TOOL-031", "The execution id belongs to another call.", 409, "Use a new id for another call.");

        /// <summary>Not live.</summary>
        public static readonly ErrorCode NotLive = new("TOOL-032", "The tenant's automation is not live.", 409, "An administrator raises it: `reeve tenants mode TENANT live`.");

        /// <summary>No such execution.</summary>
        public static readonly ErrorCode NoExecution = new("TOOL-033", "There is no such execution.", 404, "`reeve tools executions` lists them.");

        /// <summary>A definition that its kind cannot use.</summary>
        public static readonly ErrorCode BadDefinition = new("TOOL-034", "The tool's definition cannot be used for a call.", 422, "Mend the member that is named in the pack.");

        /// <summary>Somebody else is making it.</summary>
        public static readonly ErrorCode UnderWay = new("TOOL-035", "The call is under way elsewhere.", 409, "Ask again later with the same id: it is made once, and its end is in the record.", IsTransient: true);

        /// <summary>Not a line.</summary>
        public static readonly ErrorCode BadReason = new("TOOL-036", "The reason is not a line of text.", 400, "Give a reason of 1 to 200 visible characters.");

        /// <summary>Its end is known, or not yet for a person to say.</summary>
        public static readonly ErrorCode NotUnknown = new("TOOL-037", "The execution's outcome is not open.", 409, "Only an execution that ended as unknown, or whose node is gone for good, is settled by hand.");

        /// <summary>A person looked.</summary>
        public static readonly ErrorCode SaidNotDone = new("TOOL-038", "A person says that the call did not happen.", 502, "Who and why is in the execution's last event.");

        /// <summary>No such exception.</summary>
        public static readonly ErrorCode NoException = new("TOOL-040", "The exception that the call is for is not there.", 404, "Check its id and the tenant: `reeve exceptions list`.");
    }
}
