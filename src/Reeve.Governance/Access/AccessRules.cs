using Reeve.Core.Errors;
using Reeve.Core.Principals;

namespace Reeve.Governance.Access;

/// <summary>What a caller may want to do.</summary>
public enum Permission
{
    /// <summary>Read exceptions, runs, packs, the log.</summary>
    Read,

    /// <summary>Read counts and rates that show no single exception; whoever may read may do this, too.</summary>
    ReadAggregates,

    /// <summary>See raw payloads unmasked.</summary>
    PayloadRead,

    /// <summary>Send exceptions.</summary>
    Ingest,

    /// <summary>Start runs.</summary>
    Run,

    /// <summary>Store and activate packs.</summary>
    ManagePacks,

    /// <summary>Make and revoke keys.</summary>
    ManageKeys,

    /// <summary>Set, list and remove a tenant's secrets; nobody reads their values.</summary>
    ManageSecrets,

    /// <summary>Stop every effect of a tenant.</summary>
    Hold,

    /// <summary>Let a tenant's effects go on.</summary>
    Resume,

    /// <summary>Say how far a tenant's automation goes.</summary>
    SetMode,

    /// <summary>Have a tool called. What it changes passes the tool gate all the same.</summary>
    UseTools,

    /// <summary>Switch tools off and on.</summary>
    SwitchTools,

    /// <summary>Decide approvals. Who of those who may counts for one is the approval's own matter: its quorum, its proposer, persons only.</summary>
    Approve,

    /// <summary>Create tenants, read across them where granted; hold and resume all of them at once.</summary>
    Platform,
}

/// <summary>
/// Which roles may do what (EX-SEC-3, IN-55). What is not listed is denied, and a role that is not known may nothing. The roles
/// are asked at every action, never the kind of a caller or the name of its credential. Pure.
/// </summary>
public static class AccessRules
{
    /// <summary>Whether a principal may.</summary>
    public static bool Allows(Principal principal, Permission permission)
    {
        foreach (string role in principal.Roles)
        {
            if (Of(role).Contains(permission))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Refuses what a principal may not.</summary>
    /// <exception cref="ReeveException">AUTH-002.</exception>
    public static void Demand(Principal principal, Permission permission)
    {
        if (!Allows(principal, permission))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Identity.Forbidden, $"None of the caller's roles allows {permission}."));
        }
    }

    /// <summary>
    /// Whether a principal may give a role to a key: an admin what stays inside the tenant, only the platform administrator what
    /// reaches beyond it.
    /// </summary>
    public static bool MayGrant(Principal principal, string role) =>
        principal.Roles.Contains(Roles.Platform)
        || (principal.Roles.Contains(Roles.Admin) && role is not (Roles.Platform or Roles.Supervisor));

    private static ReadOnlySpan<Permission> Of(string role) => role switch
    {
        Roles.Viewer or Roles.Auditor => [Permission.Read, Permission.ReadAggregates],
        Roles.Operator => [Permission.Read, Permission.ReadAggregates, Permission.PayloadRead, Permission.Ingest, Permission.Run, Permission.Hold, Permission.UseTools, Permission.Approve],
        Roles.Admin =>
        [
            Permission.Read, Permission.ReadAggregates, Permission.PayloadRead, Permission.Ingest, Permission.Run, Permission.ManagePacks, Permission.ManageKeys,
            Permission.ManageSecrets, Permission.Hold, Permission.Resume, Permission.SetMode, Permission.UseTools, Permission.SwitchTools, Permission.Approve,
        ],
        Roles.Developer => [Permission.Read, Permission.ReadAggregates, Permission.ManagePacks],
        Roles.Supervisor => [Permission.ReadAggregates],
        Roles.Platform => [Permission.Platform, Permission.ManageSecrets, Permission.Hold, Permission.Resume, Permission.SetMode],
        _ => [],
    };
}
