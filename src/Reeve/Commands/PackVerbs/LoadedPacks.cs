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
    /// <param name="context">The command, for where it talks and where paths begin.</param>
    /// <param name="domainPath">The domain pack's file.</param>
    /// <param name="policyPath">The policy's file; null for the policy that the domain pack alone implies.</param>
    internal static BoundPolicy? Load(CommandContext context, string domainPath, string? policyPath)
    {
        Document? domainText = Open(context, domainPath, PackKind.Domain);
        Document? policyText = policyPath is null ? null : Open(context, policyPath, PackKind.Tenant);
        PackReading<DomainPack>? domain = domainText is null ? null : DomainPackReader.Read(domainText);
        PackReading<TenantPolicy>? policy = policyText is null ? null : TenantPolicyReader.Read(policyText);
        Tell(context, domain?.Warnings ?? [], domainPath);
        Tell(context, policy?.Warnings ?? [], policyPath);
        Terminal.Refuse(context.Error, domain?.Errors ?? [], domainPath);
        Terminal.Refuse(context.Error, policy?.Errors ?? [], policyPath);
        if (domain?.Pack is not { } pack || (policy?.Pack is null && policyPath is not null))
        {
            return null;
        }

        PackReading<BoundPolicy> bound = PolicyBinder.Bind(pack, policy?.Pack ?? Implied(pack));
        Tell(context, Place(bound.Warnings, policyText), policyPath);
        Terminal.Refuse(context.Error, Place(bound.Errors, policyText), policyPath);
        return bound.Pack;
    }

    // Both files are read before anything is refused, so that all that is wrong comes out together.
    private static Document? Open(CommandContext context, string path, PackKind wanted)
    {
        try
        {
            Document document = PackFileReader.Read(context.PathOf(path));
            return IsTheOther(document, wanted) ? throw new ReeveException(Exchanged(wanted)) : document;
        }
        catch (ReeveException fault)
        {
            IReadOnlyList<ReeveError> errors = Terminal.Errors(fault);
            Terminal.Refuse(context.Error, errors, errors[0].Subject == context.PathOf(path) ? null : path);
            return null;
        }
    }

    // What it certainly is, so that two files in each other's place are not told twenty unknown fields.
    private static bool IsTheOther(Document document, PackKind wanted)
    {
        bool hasTypes = document.Root.MapOrNull() is { } map && (map.TryGet("exceptionTypes", out _) || map.TryGet("exception_types", out _));
        bool hasTenant = document.Root.MapOrNull() is { } root && (root.TryGet("tenantId", out _) || root.TryGet("tenant_id", out _));
        return hasTypes != hasTenant && hasTypes == (wanted == PackKind.Tenant);
    }

    private static ReeveError Exchanged(PackKind wanted) => wanted == PackKind.Domain
        ? new ReeveError(ErrorCatalogue.Packs.NotAPack, "It is a tenant policy; a domain pack belongs here.", "", nextStep: "Give the domain pack here, and the policy in its place.")
        : new ReeveError(ErrorCatalogue.Packs.NotAPack, "It is a domain pack; a tenant policy belongs here.", "", nextStep: "Give the policy here, and the domain pack in its place.");

    private static IReadOnlyList<ReeveError> Place(IReadOnlyList<ReeveError> errors, Document? text) => text?.Place(errors) ?? errors;

    private static void Tell(CommandContext context, IReadOnlyList<ReeveError> warnings, string? path)
    {
        foreach (ReeveError warning in warnings)
        {
            context.Error.WriteLine(Terminal.Clean($"{path ?? "policy"}: warning {warning}"));
        }
    }

    // Everything that the pack itself allows, for a tenant that exists only while the tests run.
    private static TenantPolicy Implied(DomainPack domain)
    {
        string json = JsonText.ToText(Value.Of(ObjectMap.Of(("tenantId", Value.Of("PACK_TEST")), ("domainName", Value.Of(domain.Name.Value)))));
        return TenantPolicyReader.Read(DocumentReader.ReadJson(Encoding.UTF8.GetBytes(json), JsonLimits.Default)).OrThrow();
    }
}
