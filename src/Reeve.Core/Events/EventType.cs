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

    /// <inheritdoc/>
    public override string ToString() => Name;
}
