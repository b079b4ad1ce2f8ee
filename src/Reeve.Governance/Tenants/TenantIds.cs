using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Governance.Tenants;

/// <summary>
/// The ids that tenants may have: a letter or a digit, then letters, digits, <c>.</c>, <c>_</c>, <c>-</c>, all ASCII, 128 at most
/// (docs/decisions/0009). Pure.
/// </summary>
public static class TenantIds
{
    private const int Longest = 128;

    /// <summary>Whether a tenant may have the id; <see cref="PlatformTenant.Id"/> is no tenant.</summary>
    public static bool IsValid(TenantId tenant)
    {
        string? text = tenant.Value;
        if (text is null || text.Length is 0 or > Longest || !char.IsAsciiLetterOrDigit(text[0]))
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Refuses what no tenant may have.</summary>
    /// <exception cref="ReeveException">TENANT-001.</exception>
    public static void Demand(TenantId tenant)
    {
        if (!IsValid(tenant))
        {
            string reason = tenant == PlatformTenant.Id ? $"{PlatformTenant.Id} is reserved." : $"{Shown.Name(tenant.Value ?? "")} is no id of a tenant.";
            throw new ReeveException(new ReeveError(ErrorCatalogue.Tenants.BadId, reason, "tenantId"));
        }
    }
}

/// <summary>The reserved tenant of what belongs to none: the keys of platform administrators, the node's own secrets.</summary>
public static class PlatformTenant
{
    /// <summary>No tenant may have this id.</summary>
    public static readonly TenantId Id = TenantId.Platform;
}
