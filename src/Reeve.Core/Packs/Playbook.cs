using Reeve.Core.Expressions;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Packs;

/// <summary>A procedure for some types of exception (EX-MODEL-14).</summary>
public sealed record Playbook
{
    /// <summary>Its id; the exception type it handles when not given.</summary>
    public required PlaybookId Id { get; init; }

    /// <summary>For people; empty when not given.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its own semantic version, else the pack's.</summary>
    public string Version { get; init; } = "1.0.0";

    /// <summary>Whether an author vouches for it; a generated one is false until a person accepts it.</summary>
    public bool Approved { get; init; } = true;

    /// <summary>Types it handles: exact names or patterns with <c>*</c> and <c>?</c>.</summary>
    public IReadOnlyList<string> AppliesTo { get; init; } = [];

    /// <summary>The playbook whose steps it starts from; null when none.</summary>
    public PlaybookId? Extends { get; init; }

    /// <summary>Playbooks whose steps are inserted before its own.</summary>
    public IReadOnlyList<PlaybookId> Includes { get; init; } = [];

    /// <summary>What must hold besides the type.</summary>
    public PlaybookMatch Match { get; init; } = new();

    /// <summary>Among playbooks that apply the highest wins.</summary>
    public int Priority { get; init; }

    /// <summary>Its steps in order.</summary>
    public IReadOnlyList<PlaybookStep> Steps { get; init; } = [];

    /// <summary>What must hold after the last step.</summary>
    public IReadOnlyList<SuccessCriterion> SuccessCriteria { get; init; } = [];

    /// <summary>Whether the tenant's policy wrote it (else the domain pack did).</summary>
    public bool FromTenant { get; init; }

    /// <summary>Its zero-based place among the playbooks of its file; a later one wins the last tie.</summary>
    public int Position { get; init; }
}

/// <summary>Conditions of a playbook (EX-PB-2); what is null or empty asks nothing.</summary>
public sealed record PlaybookMatch
{
    /// <summary>The domain; compared without case.</summary>
    public string? Domain { get; init; }

    /// <summary>A type name or pattern besides those of the playbook.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>The severities; empty means all.</summary>
    public IReadOnlyList<Severity> Severities { get; init; } = [];

    /// <summary>Minutes to <c>sla_deadline</c> must be fewer; an exception without deadline matches.</summary>
    public double? SlaMinutesRemainingBelow { get; init; }

    /// <summary>Tags that <c>policy_tags</c> must all hold.</summary>
    public IReadOnlyList<string> PolicyTags { get; init; } = [];
}

/// <summary>One step as written.</summary>
public sealed record PlaybookStep
{
    /// <summary>Its id; its one-based position when not given.</summary>
    public required StepId Id { get; init; }

    /// <summary>For people; empty when not given.</summary>
    public string Name { get; init; } = "";

    /// <summary>An action of EX-PB-5, a tool's name, or text for a person in which tools may be named.</summary>
    public required string Action { get; init; }

    /// <summary>Arguments with placeholders, as written.</summary>
    public ObjectMap Parameters { get; init; } = ObjectMap.Empty;

    /// <summary>Runs only if this holds; null means always.</summary>
    public Expression? Conditional { get; init; }

    /// <summary>What is tried when it fails; null when nothing is.</summary>
    public PlaybookStep? Fallback { get; init; }

    /// <summary>What undoes it; null when nothing does.</summary>
    public StepRollback? Rollback { get; init; }

    /// <summary>Whether a person must agree before it runs.</summary>
    public bool RequiresApproval { get; init; }

    /// <summary>For people; empty when not given.</summary>
    public string Description { get; init; } = "";
}

/// <summary>How a step is undone.</summary>
public sealed record StepRollback(ToolName Tool, ObjectMap Parameters);

/// <summary>What must hold after the last step: a condition over outputs, a tool call, or a sentence put to a person.</summary>
public sealed record SuccessCriterion
{
    /// <summary>As written.</summary>
    public required string Text { get; init; }

    /// <summary>The condition; null when it is a tool call or a sentence.</summary>
    public Expression? Condition { get; init; }

    /// <summary>The tool to call; null when it is a condition or a sentence.</summary>
    public ToolName? Tool { get; init; }

    /// <summary>The tool's arguments with placeholders.</summary>
    public ObjectMap Parameters { get; init; } = ObjectMap.Empty;
}
