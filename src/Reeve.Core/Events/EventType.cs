namespace Reeve.Core.Events;

/// <summary>
/// A kind of event in the log. Names are permanent: one is added, never renamed or reused (docs/decisions/0007).
/// </summary>
/// <param name="Name">Past tense, PascalCase.</param>
public readonly record struct EventType(string Name)
{
    /// <summary>A record was made of what a source sent; its body is the record and what Intake knew beside it.</summary>
    public static readonly EventType ExceptionReceived = new("ExceptionReceived");

    /// <summary>A stage is decided; its body is the agent's decision with the evidence it had.</summary>
    public static readonly EventType StageCompleted = new("StageCompleted");

    /// <summary>A stage could not be decided: it failed or took too long; its body is the error.</summary>
    public static readonly EventType StageFailed = new("StageFailed");

    /// <summary>
    /// An exception was received and decided to the end of its pass, in one commit; its body holds the receipt, the stages and the end as parts
    /// (docs/decisions/0016).
    /// </summary>
    public static readonly EventType ExceptionDecided = new("ExceptionDecided");

    /// <summary>
    /// The exception reached the end of a pass whose beginning was on record; its body holds the stages that were not, and the end (status and hash of the
    /// decision document), as parts. In version 1 the end stands alone.
    /// </summary>
    public static readonly EventType PipelineCompleted = new("PipelineCompleted");

    /// <summary>A run began; its body is what it decides with.</summary>
    public static readonly EventType RunStarted = new("RunStarted");

    /// <summary>A tenant was made.</summary>
    public static readonly EventType TenantCreated = new("TenantCreated");

    /// <summary>A version of a pack was stored.</summary>
    public static readonly EventType PackStored = new("PackStored");

    /// <summary>A version of a pack became the active one.</summary>
    public static readonly EventType PackActivated = new("PackActivated");

    /// <summary>A version of a pack became the active one again, because somebody went back to it.</summary>
    public static readonly EventType PackRolledBack = new("PackRolledBack");

    /// <summary>The text of a pack in a watched folder was refused; its body names the file, the text's hash and what is wrong.</summary>
    public static readonly EventType PackRefused = new("PackRefused");

    /// <summary>An API key was made; its secret is in no event.</summary>
    public static readonly EventType ApiKeyCreated = new("ApiKeyCreated");

    /// <summary>An API key was revoked.</summary>
    public static readonly EventType ApiKeyRevoked = new("ApiKeyRevoked");

    /// <summary>Bodies of earlier events were emptied; its body names them.</summary>
    public static readonly EventType BodiesErased = new("BodiesErased");

    /// <summary>A schedule was set.</summary>
    public static readonly EventType ScheduleSet = new("ScheduleSet");

    /// <summary>A schedule was removed.</summary>
    public static readonly EventType ScheduleRemoved = new("ScheduleRemoved");

    /// <summary>Somebody stopped every effect, of a tenant or, in the platform's log, of all.</summary>
    public static readonly EventType HoldPlaced = new("HoldPlaced");

    /// <summary>Effects may go on, as far as these holds are concerned; its body names them.</summary>
    public static readonly EventType HoldLifted = new("HoldLifted");

    /// <summary>The store was put in place from a backup, and is on hold; its body says how much of the log it held.</summary>
    public static readonly EventType StoreRestored = new("StoreRestored");

    /// <summary>The tool gate refused a call, and nothing was sent; its body is the call with every check and its reason (docs/decisions/0019).</summary>
    public static readonly EventType ToolCallRefused = new("ToolCallRefused");

    /// <summary>A call that may change something was let through and is about to be sent; its body is the call with its idempotency key.</summary>
    public static readonly EventType ToolCallIntended = new("ToolCallIntended");

    /// <summary>What became of a call, with every attempt; of one that only reads, the call itself, too.</summary>
    public static readonly EventType ToolCallSettled = new("ToolCallSettled");

    /// <summary>A tool failed so often that it is not called for a while, or answers again: the breaker's state changed.</summary>
    public static readonly EventType BreakerChanged = new("BreakerChanged");

    /// <summary>A tool was switched off or on for a tenant.</summary>
    public static readonly EventType ToolSwitched = new("ToolSwitched");

    /// <summary>How far a tenant's automation goes was changed.</summary>
    public static readonly EventType TenantModeChanged = new("TenantModeChanged");

    /// <summary>A pass decided on a playbook whose plan is to run, or waits for an approval (docs/decisions/0020).</summary>
    public static readonly EventType PlaybookAssigned = new("PlaybookAssigned");

    /// <summary>Somebody began to drive a plan, or goes on with it.</summary>
    public static readonly EventType PlaybookStarted = new("PlaybookStarted");

    /// <summary>Something became of a part of a plan that runs: it succeeded or failed, waits for a person, or nobody knows.</summary>
    public static readonly EventType PlaybookStepCompleted = new("PlaybookStepCompleted");

    /// <summary>A part of a plan is left out: its condition does not hold, it is for people, or a person skipped it.</summary>
    public static readonly EventType PlaybookStepSkipped = new("PlaybookStepSkipped");

    /// <summary>A plan has ended; its body holds how, and what Feedback made of it.</summary>
    public static readonly EventType PlaybookCompleted = new("PlaybookCompleted");

    /// <summary>A secret was entered, or replaced by another value; its body has its name.</summary>
    public static readonly EventType SecretSet = new("SecretSet");

    /// <summary>A secret was removed; its body has its name.</summary>
    public static readonly EventType SecretRemoved = new("SecretRemoved");

    /// <summary>People are asked to approve calls; its body is what they are asked (docs/decisions/0021).</summary>
    public static readonly EventType ApprovalRequested = new("ApprovalRequested");

    /// <summary>A person approved or rejected.</summary>
    public static readonly EventType ApprovalDecided = new("ApprovalDecided");

    /// <summary>An approval is no longer pending; its body says how it ended.</summary>
    public static readonly EventType ApprovalClosed = new("ApprovalClosed");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
