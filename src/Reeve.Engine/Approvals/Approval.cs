using Reeve.Core.Calls;
using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Approvals;

/// <summary>Where an approval stands (EX-MODEL-10).</summary>
public enum ApprovalStatus
{
    /// <summary>PENDING: the quorum is not met.</summary>
    Pending,

    /// <summary>APPROVED.</summary>
    Approved,

    /// <summary>REJECTED: one person is enough.</summary>
    Rejected,

    /// <summary>TIMED_OUT: nobody decided in time; on its way to ESCALATED.</summary>
    TimedOut,

    /// <summary>ESCALATED: after its time was over.</summary>
    Escalated,

    /// <summary>WITHDRAWN: what it was about is no longer to be done, or not so.</summary>
    Withdrawn,
}

/// <summary>What an approval is about.</summary>
public enum ApprovalScope
{
    /// <summary>PLAN: every call of a plan that changes something.</summary>
    Plan,

    /// <summary>STEP: one part of a plan.</summary>
    Step,

    /// <summary>CALL: one call that belongs to no plan.</summary>
    Call,
}

/// <summary>One thing that people are asked (EX-APPR-1). Immutable.</summary>
public sealed record Approval
{
    /// <summary>Whose.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>Its id, a UUIDv7.</summary>
    public required Guid Id { get; init; }

    /// <summary>What it is about.</summary>
    public required ApprovalScope Scope { get; init; }

    /// <summary>The exception; null for a call that is for none.</summary>
    public ExceptionKey? Exception { get; init; }

    /// <summary>The pass whose plan it is; null for a call without one.</summary>
    public PassId? Pass { get; init; }

    /// <summary>The execution that a CALL stands for, which is asked for once it is approved; null for plans and their parts.</summary>
    public ExecutionId? Execution { get; init; }

    /// <summary>The part of the plan, of the scope STEP; null else.</summary>
    public (int Place, string Part)? Part { get; init; }

    /// <summary>Where it stands.</summary>
    public required ApprovalStatus Status { get; init; }

    /// <summary>How many people of which roles.</summary>
    public required IReadOnlyList<QuorumPart> Quorum { get; init; }

    /// <summary>What is asked: the calls, as people see them and as they are bound. Null once it is erased.</summary>
    public required ApprovalRequest? Request { get; init; }

    /// <summary>Who proposed it: the principal's id.</summary>
    public required string Proposer { get; init; }

    /// <summary>The names under which the proposer counts, folded; empty when no person proposed it.</summary>
    public required IReadOnlyList<string> ProposerNames { get; init; }

    /// <summary>When it was submitted, by the database's clock as far as this process knew it.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>From when on nobody decides it any more.</summary>
    public required DateTimeOffset TimeoutAt { get; init; }

    /// <summary>When it left PENDING; null while it has not.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Why it left PENDING otherwise than by approval; empty else.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The version of its row, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>What people said, in order.</summary>
    public IReadOnlyList<ApprovalDecision> Decisions { get; init; } = [];

    /// <summary>The exception, the tool or the step has this text, in upper or lower case; false for what is erased.</summary>
    public bool Mentions(string text) => Request is { } request && request.Items.Any(item =>
        item.StepId.Contains(text, StringComparison.OrdinalIgnoreCase) || item.Tool?.Value.Contains(text, StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>
    /// Everything that an argument must be inside of: what its author wrote and what whoever approved gave, one beside the other, so that nobody makes it wider. Empty: it has no bound, and nothing is inside.
    /// </summary>
    public IReadOnlyList<ArgumentBound> BoundsOf(ApprovalItem item, AwaitedArgument awaited) =>
    [
        .. awaited.Bound is { } bound ? [bound] : Array.Empty<ArgumentBound>(),
        .. Decisions.Where(said => said.Approves).SelectMany(said => said.Bounds)
            .Where(given => given.Place == item.Place && given.Part == item.Part && given.Pointer == awaited.Pointer).Select(given => given.Bound),
    ];
}

/// <summary>What is asked.</summary>
/// <param name="Items">The calls; not empty.</param>
/// <param name="Evidence">Why it is proposed, in sentences.</param>
/// <param name="Because">What demands the approval, such as a rule.</param>
public sealed record ApprovalRequest(IReadOnlyList<ApprovalItem> Items, IReadOnlyList<string> Evidence, string Because);

/// <summary>One call, as people see it and as it is bound.</summary>
public sealed record ApprovalItem
{
    /// <summary>The part of a call that belongs to no plan; its place is 0.</summary>
    public const string WithoutStep = "call";

    /// <summary>The one-based place of its step; 0 for a call without plan.</summary>
    public required int Place { get; init; }

    /// <summary>The part of the step, as rows name it.</summary>
    public required string Part { get; init; }

    /// <summary>The step, as people know it.</summary>
    public required string StepId { get; init; }

    /// <summary>What the step is for, in its author's words.</summary>
    public required string Action { get; init; }

    /// <summary>The tool; null for a step that a person confirms and no tool does.</summary>
    public ToolName? Tool { get; init; }

    /// <summary>Its version; null without tool.</summary>
    public string? ToolVersion { get; init; }

    /// <summary>Where the call goes; null without tool.</summary>
    public string? Target { get; init; }

    /// <summary>Its arguments; of awaited ones, what the author wrote.</summary>
    public required ObjectMap Arguments { get; init; }

    /// <summary>What binds it; null without tool.</summary>
    public CallDigest? Digest { get; init; }

    /// <summary>The arguments that earlier outputs will give.</summary>
    public IReadOnlyList<AwaitedArgument> Awaited { get; init; } = [];

    /// <summary>What the tool does to the world; null without tool.</summary>
    public ToolEffect? Effect { get; init; }

    /// <summary>How much it is about, of a tool that says so and where it is known; null else.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Of which currency; null when it is not said.</summary>
    public string? Currency { get; init; }

    /// <summary>What undoes it, for people; null when nothing does.</summary>
    public string? Undo { get; init; }
}

/// <summary>An argument that is not known yet.</summary>
/// <param name="Pointer">Where in the arguments, as a JSON pointer.</param>
/// <param name="Bound">What it may be; null: nothing without being asked again.</param>
public sealed record AwaitedArgument(string Pointer, ArgumentBound? Bound);

/// <summary>What one person said.</summary>
/// <param name="Approves">Whether yes.</param>
/// <param name="Principal">The credential: a principal's id.</param>
/// <param name="Owner">Whose it is, as it was given.</param>
/// <param name="Names">The names under which the person counts, folded.</param>
/// <param name="Roles">The roles it had.</param>
/// <param name="At">When.</param>
/// <param name="Comments">What it remarked; empty when nothing, or when it was erased.</param>
public sealed record ApprovalDecision(bool Approves, string Principal, string Owner, IReadOnlyList<string> Names, IReadOnlyList<string> Roles, DateTimeOffset At, string Comments)
{
    /// <summary>The bounds it gave; empty when none, or when they were erased.</summary>
    public IReadOnlyList<GivenBound> Bounds { get; init; } = [];
}

/// <summary>A bound that somebody who approves gives an awaited argument.</summary>
/// <param name="Place">The item's place.</param>
/// <param name="Part">The item's part.</param>
/// <param name="Pointer">The argument, as <see cref="AwaitedArgument"/> names it.</param>
/// <param name="Bound">What it may be.</param>
public sealed record GivenBound(int Place, string Part, string Pointer, ArgumentBound Bound);
