using Reeve.Core.Calendars;
using Reeve.Core.Packs;
using Reeve.Core.Records;

namespace Reeve.Core.Policies;

/// <summary>
/// A tenant policy bound to its domain pack: everything a decision asks, merged and resolved once. Immutable, thread-safe.
/// Made by <see cref="PolicyBinder.Bind"/>.
/// </summary>
public sealed record BoundPolicy
{
    /// <summary>The domain pack.</summary>
    public required DomainPack Domain { get; init; }

    /// <summary>The tenant policy.</summary>
    public required TenantPolicy Policy { get; init; }

    /// <summary>The tenant.</summary>
    public TenantId TenantId => Policy.TenantId;

    /// <summary>Merged: a tenant's key replaces the domain's; block lists and rules of both are in; noAutoActionIfSeverityIn is never null.</summary>
    public required Guardrails Guardrails { get; init; }

    /// <summary>Whether the tenant policy itself gives noAutoActionIfSeverityIn (EX-AGENT-POLICY-4).</summary>
    public required bool TenantGivesNoAutoAction { get; init; }

    /// <summary>Domain tools with the tenant's overrides and endpoints.</summary>
    public required NamedList<ToolDefinition> Tools { get; init; }

    /// <summary>Tools the tenant allows by name (null in the policy = all of the domain's); block and allow lists of guardrails are not yet applied.</summary>
    public required IReadOnlySet<string> ApprovedTools { get; init; }

    /// <summary>All playbooks with extends and includes resolved; domain first, then the tenant's, in file order; a higher version of a name has replaced the lower.</summary>
    public required NamedList<Playbook> Playbooks { get; init; }

    /// <summary>Ids of playbooks approved for the tenant.</summary>
    public required IReadOnlySet<string> ApprovedProcesses { get; init; }

    /// <summary>Whether <see cref="ApprovedProcesses"/> was derived (EX-PACK-10).</summary>
    public required bool ApprovalsDerived { get; init; }

    /// <summary>Calendars of both, the tenant's replacing namesakes.</summary>
    public required NamedList<BusinessCalendar> Calendars { get; init; }

    /// <summary>
    /// The tests of both: the domain pack's suites, with the cases that the policy restates in their places and those it adds at
    /// their ends, then the policy's other suites. They take no part in binding: a case that cannot be run says so itself.
    /// </summary>
    public IReadOnlyList<TestSuite> TestSuites { get; init; } = [];
}
