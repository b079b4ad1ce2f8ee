using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Core.Policies;

/// <summary>What a policy may not say about its domain pack, and what in it is worth a warning.</summary>
internal static class PolicyChecks
{
    /// <summary>What is wrong with a reference that leads somewhere; null when nothing is.</summary>
    internal static ReeveError? Check(PackReference reference, DomainPack domain, TenantPolicy policy)
    {
        ToolList? blocked = domain.Guardrails.BlockLists;
        return reference.Kind switch
        {
            ReferenceKind.AllowedTool when blocked?.Tools.Contains(reference.Name) == true =>
                new ReeveError(ErrorCatalogue.Packs.AllowsBlocked, $"The domain pack blocks the tool {Shown.Name(reference.Name)}.", reference.Pointer),
            ReferenceKind.AllowedAction when blocked?.Actions.Contains(reference.Name) == true =>
                new ReeveError(ErrorCatalogue.Packs.AllowsBlocked, $"The domain pack blocks the action {Shown.Name(reference.Name)}.", reference.Pointer),
            ReferenceKind.BoundTool when domain.Tools.Find(reference.Name)?.Endpoint is not null =>
                new ReeveError(ErrorCatalogue.Packs.EndpointTaken, $"The domain pack gives the tool {Shown.Name(reference.Name)} its endpoint.", reference.Pointer),
            ReferenceKind.ApprovedTool => Version(reference, domain, policy.ApprovedTools ?? []),
            ReferenceKind.Tool => Version(reference, domain, policy.ToolOverrides),
            _ => null,
        };
    }

    internal static IEnumerable<ReeveError> Warnings(BoundPolicy bound, IReadOnlyList<(Playbook Old, Playbook New)> replaced)
    {
        foreach ((Playbook old, Playbook newer) in replaced)
        {
            if (old.FromTenant || newer.FromTenant)
            {
                yield return new ReeveError(
                    ErrorCatalogue.Packs.NoEffect,
                    $"The playbook {Shown.Name(old.Id.Value)} {old.Version} of the {Owner(old)} is replaced by {Shown.Name(newer.Id.Value)} {newer.Version} of the {Owner(newer)}.",
                    "");
            }
        }

        foreach (PackReference reference in bound.Policy.References)
        {
            string? reason = bound.ApprovalsDerived ? null : WhyNotUsable(reference, bound);
            bool isBlocked = reference.Kind == ReferenceKind.ApprovedTool
                && ToolAllowList.Check(new ToolName(reference.Name), bound) is ToolVerdict.Refused { By: ToolRefusal.Blocked };
            reason ??= isBlocked ? "It is in blockLists, which always win." : null;
            if (reason is not null)
            {
                yield return new ReeveError(ErrorCatalogue.Packs.NoEffect, $"{Shown.Name(reference.Name)} is approved, to no effect: {reason}", reference.Pointer);
            }
        }
    }

    // A reference to a playbook may also be an extends or includes; only the approved list can promise too much.
    private static string? WhyNotUsable(PackReference reference, BoundPolicy bound)
    {
        bool isApproval = reference.Kind == ReferenceKind.Playbook
            && bound.Policy.ApprovedBusinessProcesses?.Contains(new PlaybookId(reference.Name)) == true;
        return !isApproval ? null
            : bound.Playbooks.Find(reference.Name) is not { } playbook ? "A newer playbook of its name replaced it."
            : !playbook.Approved ? "It, or a playbook it is made of, is a draft that nobody has accepted."
            : ToolAllowList.Refusals(PlaybookUse.Of(playbook, bound.Tools), bound).FirstOrDefault()?.Reason;
    }

    // The same major version, and not newer than what the domain pack has (EX-TOOL-2).
    private static ReeveError? Version(PackReference reference, DomainPack domain, IReadOnlyList<ApprovedTool> asked)
    {
        if (asked.FirstOrDefault(tool => tool.Name.Value == reference.Name)?.Version is not { } version)
        {
            return null;
        }

        string offered = domain.Tools.Find(reference.Name)!.Version; // not null: the reference was checked
        return SemanticVersion.Read(offered).Serves(SemanticVersion.Read(version))
            ? null
            : new ReeveError(
                ErrorCatalogue.Packs.IncompatibleVersion,
                $"Version {version} of the tool {Shown.Name(reference.Name)} is asked for; the domain pack has {offered}.",
                reference.Pointer);
    }

    private static string Owner(Playbook playbook) => playbook.FromTenant ? "tenant" : "domain pack";
}
