using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Values;

namespace Reeve.Core.PackDocuments;

/// <summary>What a document is.</summary>
public enum PackKind
{
    /// <summary>A domain pack.</summary>
    Domain,

    /// <summary>A tenant policy.</summary>
    Tenant,
}

/// <summary>Tells the two kinds of document apart by what they say.</summary>
public static class PackKinds
{
    // What only policies have; so a policy that lacks its tenant is told so, instead of being taken for a domain pack.
    private static readonly string[] OfPolicies =
    [
        "tenantId", "workflowPolicies", "approvedBusinessProcesses", "approvedTools", "toolsAllowList", "guardrailOverrides", "customGuardrails",
        "severityOverrides", "customSeverityOverrides", "humanApprovalRules", "customPlaybooks", "routingRules", "retentionPolicies",
    ];

    /// <summary>The kind of a document: only a domain pack has exception types, only a policy a tenant and what it allows.</summary>
    /// <exception cref="ReeveException">PACK-021: it is neither.</exception>
    public static PackKind Of(Document document)
    {
        if (document.Root.MapOrNull() is ObjectMap map)
        {
            ObjectFields fields = new(map, "", new Notes());
            if (fields.Has("exceptionTypes"))
            {
                return PackKind.Domain;
            }

            if (Array.Exists(OfPolicies, fields.Has))
            {
                return PackKind.Tenant;
            }

            if (fields.Has("domainName"))
            {
                return PackKind.Domain;
            }
        }

        ReeveError error = new(ErrorCatalogue.Packs.NotAPack, "It has neither exceptionTypes nor tenantId nor domainName.", "");
        throw new ReeveException(document.Place([error])[0]);
    }
}
