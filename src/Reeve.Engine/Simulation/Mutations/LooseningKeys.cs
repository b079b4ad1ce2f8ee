using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Values;
using Reeve.Engine.Simulation.Elements;

namespace Reeve.Engine.Simulation.Mutations;

/// <summary>Guardrails that are given empty and thereby lift what would hold without them: they have no entry to take out, so they go as a whole.</summary>
internal static class LooseningKeys
{
    internal static IEnumerable<PackElement> Of(BoundPolicy policy)
    {
        Guardrails domain = policy.Domain.Guardrails;
        Guardrails tenant = policy.Policy.Guardrails;
        RawPlace? own = new RawPlace(Value.Of(policy.Policy.Source.Read()), "").FindAny("guardrailOverrides", "customGuardrails");
        IEnumerable<PackElement?> keys =
        [
            // CRITICAL is in the list when nobody writes one.
            tenant.NoAutoActionIfSeverityIn is null && domain.NoAutoActionIfSeverityIn is { Count: 0 }
                ? Key(new RawPlace(Value.Of(policy.Domain.Source.Read()), "").Find("guardrails"), PackKind.Domain, "noAutoActionIfSeverityIn")
                : null,
            tenant.NoAutoActionIfSeverityIn is { Count: 0 } && domain.NoAutoActionIfSeverityIn is not { Count: 0 } ? Key(own, PackKind.Tenant, "noAutoActionIfSeverityIn") : null,
            tenant.AllowLists is { IsEmpty: true } && domain.AllowLists is { IsEmpty: false } ? Key(own, PackKind.Tenant, "allowLists") : null,
            tenant.RequireHumanApprovalFor is { Count: 0 } && domain.RequireHumanApprovalFor is { Count: > 0 } ? Key(own, PackKind.Tenant, "requireHumanApprovalFor") : null,
            tenant.SeverityGates is { Count: 0 } && domain.SeverityGates is { Count: > 0 } ? Key(own, PackKind.Tenant, "severityGates") : null,
        ];
        return keys.OfType<PackElement>();
    }

    private static PackElement? Key(RawPlace? guardrails, PackKind document, string key) =>
        guardrails?.Find(key) is { } place ? new PackElement(ElementKind.Guardrail, key, key, document, place.Pointer) : null;
}
