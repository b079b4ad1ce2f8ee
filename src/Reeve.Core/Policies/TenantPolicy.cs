using Reeve.Core.Calendars;
using Reeve.Core.Documents;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Policies;

/// <summary>What one tenant allows (EX-MODEL-13), read and compiled, not yet bound to a domain pack. Immutable.</summary>
public sealed record TenantPolicy
{
    /// <summary>The tenant.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>For people; empty when not given.</summary>
    public string TenantName { get; init; } = "";

    /// <summary>For people, such as <c>production</c>; empty when not given.</summary>
    public string Environment { get; init; } = "";

    /// <summary>The policy's semantic version.</summary>
    public string Version { get; init; } = "1.0.0";

    /// <summary>What the document says, as a SHA-256 in lower-case hex; see <see cref="Documents.ContentHash"/>.</summary>
    public required string ContentHash { get; init; }

    /// <summary>The document as it was read.</summary>
    public required StoredDocument Source { get; init; }

    /// <summary>The domain it is for; null binds it to the one domain pack that satisfies it (EX-PACK-9).</summary>
    public DomainName? DomainName { get; init; }

    /// <summary>Playbooks the tenant approved; null derives the list (EX-PACK-10), empty approves none.</summary>
    public IReadOnlyList<PlaybookId>? ApprovedBusinessProcesses { get; init; }

    /// <summary>Severities by type that replace Triage's.</summary>
    public NamedList<SeverityOverride> SeverityOverrides { get; init; } = new([], _ => "");

    /// <summary>The override for a type: its own, else its nearest ancestor's; null when there is none.</summary>
    public SeverityOverride? SeverityOverrideOf(ExceptionType type)
    {
        for (int i = 0; i < type.Lineage.Count; i++)
        {
            if (SeverityOverrides.Find(type.Lineage[i].Value) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Who receives escalations; null when nobody was named.</summary>
    public string? EscalationQueue { get; init; }

    /// <summary>How old an exception of a type may get before it goes to the escalation queue.</summary>
    public IReadOnlyList<AgingThreshold> AgingThresholds { get; init; } = [];

    /// <summary>Tools the tenant allows; null allows all of the domain pack's, empty none.</summary>
    public IReadOnlyList<ApprovedTool>? ApprovedTools { get; init; }

    /// <summary>Time-outs and retries by tool.</summary>
    public IReadOnlyList<ApprovedTool> ToolOverrides { get; init; } = [];

    /// <summary>Endpoints for tools that the domain pack defines without one.</summary>
    public IReadOnlyList<ToolEndpoint> ToolEndpoints { get; init; } = [];

    /// <summary>Guardrails of the tenant: a key given here replaces the domain pack's, but block lists and rules add.</summary>
    public Guardrails Guardrails { get; init; } = new();

    /// <summary>When people must approve.</summary>
    public IReadOnlyList<HumanApprovalRule> HumanApprovalRules { get; init; } = [];

    /// <summary>The tenant's own playbooks.</summary>
    public IReadOnlyList<Playbook> CustomPlaybooks { get; init; } = [];

    /// <summary>Which group gets what; the first that matches.</summary>
    public IReadOnlyList<RoutingRule> RoutingRules { get; init; } = [];

    /// <summary>Business calendars; each replaces its namesake of the domain pack.</summary>
    public NamedList<BusinessCalendar> Calendars { get; init; } = new([], _ => "");

    /// <summary>Whether a success criterion that is a sentence counts as met without a person.</summary>
    public bool AcceptTextCriteria { get; init; }

    /// <summary>How long data is kept.</summary>
    public RetentionPolicy Retention { get; init; } = RetentionPolicy.Default;

    /// <summary>The policy's own tests, which add to the domain pack's or restate them; see <see cref="BoundPolicy.TestSuites"/>.</summary>
    public IReadOnlyList<TestSuite> TestSuites { get; init; } = [];

    /// <summary>Every name the policy uses and its domain pack (or itself) must declare, with its place, for binding.</summary>
    public IReadOnlyList<PackReference> References { get; init; } = [];
}

/// <summary>A severity that replaces Triage's for a type and its descendants.</summary>
public sealed record SeverityOverride(ExceptionTypeName ExceptionType, Severity Severity);

/// <summary>How old an exception of a type may get.</summary>
public sealed record AgingThreshold(ExceptionTypeName ExceptionType, PackDuration Age);

/// <summary>A tool the tenant allows, or overrides; null leaves the domain pack's figure.</summary>
public sealed record ApprovedTool(ToolName Name, TimeSpan? Timeout, int? MaxRetries, string? Version);

/// <summary>Where a tenant's tool is called; <paramref name="Binding"/> holds auth and the like, by canonical names.</summary>
public sealed record ToolEndpoint(ToolName Name, string Endpoint, ObjectMap Binding);

/// <summary>When people must approve, or need not: all parts given must hold.</summary>
public sealed record HumanApprovalRule
{
    /// <summary>How decisions cite it, such as <c>humanApprovalRules:CRITICAL</c>.</summary>
    public required RuleId Id { get; init; }

    /// <summary>The effective severity it is about; null means any.</summary>
    public Severity? Severity { get; init; }

    /// <summary>The type it is about, with its descendants; null means any.</summary>
    public ExceptionTypeName? ExceptionType { get; init; }

    /// <summary>What else must hold; null means nothing.</summary>
    public Expression? Condition { get; init; }

    /// <summary>Whether a person must approve.</summary>
    public required bool RequireApproval { get; init; }

    /// <summary>How many of which roles; empty means one operator.</summary>
    public IReadOnlyList<QuorumPart> Quorum { get; init; } = [];

    /// <summary>Within what time; null means the configured default.</summary>
    public PackDuration? Within { get; init; }

    /// <summary>Whether an exception of this type and severity is one it is about; its condition is asked only then.</summary>
    /// <param name="lineage">The type, its parent, and so on to the root.</param>
    /// <param name="severity">The effective severity.</param>
    public bool Concerns(IReadOnlyList<ExceptionTypeName> lineage, Severity severity) =>
        (Severity is not { } wanted || wanted == severity) && (ExceptionType is not { } type || lineage.Contains(type));
}

/// <summary>So many people of one role.</summary>
public sealed record QuorumPart(int Count, string Role);

/// <summary>Gives a group what its condition matches.</summary>
public sealed record RoutingRule(RuleId Id, Expression Condition, string AssignGroup);
