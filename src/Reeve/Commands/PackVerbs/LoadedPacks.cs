using System.CommandLine;
using System.Text;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Values;
using Reeve.Engine.PackFiles;

namespace Reeve.Commands.PackVerbs;

/// <summary>Packs that a command names by file.</summary>
internal static class LoadedPacks
{
    /// <summary>Reads, validates and binds a domain pack and a policy; prints every error and warning. Null when they cannot be used.</summary>
    /// <param name="call">The command, for where it talks.</param>
    /// <param name="domainPath">The domain pack's file.</param>
    /// <param name="policyPath">The policy's file; null for the policy that the domain pack alone implies.</param>
    internal static BoundPolicy? Load(ParseResult call, string domainPath, string? policyPath)
    {
        PackReading<DomainPack> domain = DomainPackReader.Read(PackFileReader.Read(domainPath));
        Tell(call, domain.Warnings, domainPath);
        PackReading<TenantPolicy>? policy = policyPath is null ? null : TenantPolicyReader.Read(PackFileReader.Read(policyPath));
        Tell(call, policy?.Warnings ?? [], policyPath);
        if (!domain.IsValid || policy is { IsValid: false })
        {
            Terminal.Refuse(call, domain.Errors, domainPath);
            Terminal.Refuse(call, policy?.Errors ?? [], policyPath);
            return null;
        }

        TenantPolicy given = policy?.Pack ?? Implied(domain.OrThrow());
        PackReading<BoundPolicy> bound = PolicyBinder.Bind(domain.OrThrow(), given);
        Tell(call, bound.Warnings, policyPath);
        if (!bound.IsValid)
        {
            Terminal.Refuse(call, bound.Errors, policyPath);
        }

        return bound.Pack;
    }

    private static void Tell(ParseResult call, IReadOnlyList<ReeveError> warnings, string? path)
    {
        foreach (ReeveError warning in warnings)
        {
            call.InvocationConfiguration.Error.WriteLine(Terminal.Clean($"{path ?? "policy"}: warning {warning}"));
        }
    }

    // Everything that the pack itself allows, for a tenant that exists only while the tests run.
    private static TenantPolicy Implied(DomainPack domain)
    {
        string json = JsonText.ToText(Value.Of(ObjectMap.Of(("tenantId", Value.Of("PACK_TEST")), ("domainName", Value.Of(domain.Name.Value)))));
        return TenantPolicyReader.Read(DocumentReader.ReadJson(Encoding.UTF8.GetBytes(json), JsonLimits.Default)).OrThrow();
    }
}
