using Reeve.Core.Packs;
using Reeve.Core.Records;

namespace Reeve.Core.Policies;

/// <summary>Guardrails in force (EX-AGENT-POLICY-1): a key the tenant gives replaces the domain's, but block lists and rules add.</summary>
internal static class GuardrailMerge
{
    // What holds when neither pack speaks of it.
    private static readonly IReadOnlyList<Severity> NeverAutomatic = [Severity.Critical];

    internal static Guardrails Merge(Guardrails domain, Guardrails tenant) => new()
    {
        AllowLists = tenant.AllowLists ?? domain.AllowLists,
        BlockLists = Union(domain.BlockLists, tenant.BlockLists),
        HumanApprovalThreshold = tenant.HumanApprovalThreshold ?? domain.HumanApprovalThreshold,
        EscalateIfConfidenceBelow = tenant.EscalateIfConfidenceBelow ?? domain.EscalateIfConfidenceBelow,
        NoAutoActionIfSeverityIn = tenant.NoAutoActionIfSeverityIn ?? domain.NoAutoActionIfSeverityIn ?? NeverAutomatic,
        RequireHumanApprovalFor = tenant.RequireHumanApprovalFor ?? domain.RequireHumanApprovalFor,
        MaxAutoRetries = tenant.MaxAutoRetries ?? domain.MaxAutoRetries,
        SeverityGates = tenant.SeverityGates ?? domain.SeverityGates,
        Rules = [.. domain.Rules, .. tenant.Rules],
    };

    private static ToolList? Union(ToolList? domain, ToolList? tenant) =>
        domain is null ? tenant
        : tenant is null ? domain
        : new ToolList([.. domain.Tools.Union(tenant.Tools)], [.. domain.Actions.Union(tenant.Actions)]);
}
