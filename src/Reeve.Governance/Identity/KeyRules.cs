using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Governance.Access;
using Reeve.Governance.Tenants;

namespace Reeve.Governance.Identity;

/// <summary>Which keys may be made, and by whom. Pure.</summary>
internal static class KeyRules
{
    /// <summary>The request as it is carried out: the owner on one line, roles once each and in order, the expiry in microseconds.</summary>
    /// <exception cref="ReeveException">TENANT-001; AUTH-004 to AUTH-008.</exception>
    internal static KeyRequest Check(KeyRequest request, Principal actor, DateTimeOffset now)
    {
        if (request.Tenant != PlatformTenant.Id)
        {
            TenantIds.Demand(request.Tenant);
        }

        if (request.Kind is not (PrincipalKind.Person or PrincipalKind.Service))
        {
            throw Refusal(ErrorCatalogue.Identity.BadKind, "Agents present no key.", "kind");
        }

        string owner = OneLine.Straighten(request.Owner);
        if (!OneLine.IsValid(owner))
        {
            throw Refusal(ErrorCatalogue.Identity.BadOwner, $"The owner is not a line of 1 to {OneLine.Longest} visible characters.", "owner");
        }

        IReadOnlyList<string> roles = RolesOf(request);
        if (roles.FirstOrDefault(role => !AccessRules.MayGrant(actor, role)) is { } denied)
        {
            throw Refusal(ErrorCatalogue.Identity.CannotGrant, $"The caller may not give the role {denied}.", "roles");
        }

        DateTimeOffset? expires = request.ExpiresAt is { } given ? TimeText.ToMicroseconds(given) : null;
        return expires <= now
            ? throw Refusal(ErrorCatalogue.Identity.BadExpiry, "The expiry is not in the future.", "expiresAt")
            : request with { Owner = owner, Roles = roles, ExpiresAt = expires };
    }

    private static IReadOnlyList<string> RolesOf(KeyRequest request)
    {
        IReadOnlyList<string> allowed = request.Tenant == PlatformTenant.Id ? [Roles.Platform] : Roles.OfTenants;
        if (request.Roles.FirstOrDefault(role => !allowed.Contains(role)) is { } other)
        {
            string where = request.Tenant == PlatformTenant.Id ? "of the platform" : "of a tenant";
            throw Refusal(ErrorCatalogue.Identity.BadRole, $"A key {where} cannot have the role {Shown.Name(other)}.{DidYouMean.Sentence(other, allowed)}", "roles");
        }

        return request.Roles.Count > 0
            ? [.. allowed.Where(request.Roles.Contains)]
            : throw Refusal(ErrorCatalogue.Identity.BadRole, "A key without a role could do nothing.", "roles");
    }

    private static ReeveException Refusal(ErrorCode code, string message, string subject) => new(new ReeveError(code, message, subject));
}
