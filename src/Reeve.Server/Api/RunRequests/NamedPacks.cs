using System.Text.RegularExpressions;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Wording;
using Reeve.Engine.PackFiles;
using Reeve.Engine.PackVersions;
using Reeve.Server.Problems;

namespace Reeve.Server.Api.RunRequests;

/// <summary>The packs that a run names: two files in the configured folders, or two stored versions. Thread-safe.</summary>
internal sealed partial class NamedPacks(PackFolders folders, PackRegistry registry)
{
    private const string DomainMember = "domainPackPath";
    private const string PolicyMember = "tenantPolicyPath";

    /// <summary>Finds, validates and binds them.</summary>
    /// <exception cref="ReeveException">HTTP-015, INPUT-…, PACK-….</exception>
    /// <exception cref="ProblemException">PACK-…, with the file that each is about.</exception>
    internal async Task<BoundPolicy> BindAsync(TenantId tenant, RunBody run, CancellationToken cancellationToken)
    {
        bool domainIsStored = IsReference(run.DomainPack, DomainMember);
        bool policyIsStored = IsReference(run.TenantPolicy, PolicyMember);
        if (domainIsStored != policyIsStored)
        {
            throw new ReeveException(new ReeveError(
                ErrorCatalogue.Http.BadBody, "One of the packs is a file and the other a stored version; both must be the same.", "/" + PolicyMember));
        }

        if (domainIsStored)
        {
            return await registry.BindAsync(tenant, run.DomainPack, run.TenantPolicy, cancellationToken);
        }

        Document domainText = Open(run.DomainPack, DomainMember);
        Document policyText = Open(run.TenantPolicy, PolicyMember);
        PackReading<DomainPack> domain = DomainPackReader.Read(domainText);
        PackReading<TenantPolicy> policy = TenantPolicyReader.Read(policyText);
        Refuse([.. Fields(domain.Errors, DomainMember), .. Fields(policy.Errors, PolicyMember)]);
        if (policy.Pack is { } read && read.TenantId != tenant)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Identity.OtherTenant, "The policy is another tenant's than the credential's.", "/" + PolicyMember));
        }

        PackReading<BoundPolicy> bound = PolicyBinder.Bind(domain.Pack!, policy.Pack!); // not null: neither has errors
        Refuse(Fields(policyText.Place(bound.Errors), PolicyMember));
        return bound.Pack!; // not null: it has no errors
    }

    // Errors name the file by the request's own member: the path on this machine is no caller's business.
    private Document Open(string path, string member)
    {
        string file = folders.Resolve(path, "/" + member);
        try
        {
            return PackFileReader.Read(file);
        }
        catch (ReeveException fault)
        {
            ReeveError error = fault.Error;
            throw new ProblemException(
                Problem.Of(new ReeveError(error.Kind, error.Message, "/" + member, error.Position, error.NextStep)) with
                {
                    Fields = [new ProblemField(new ReeveError(error.Kind, error.Message, error.Subject == file ? null : error.Subject, error.Position), File: member)],
                },
                fault);
        }
    }

    private static IReadOnlyList<ProblemField> Fields(IReadOnlyList<ReeveError> errors, string member) => [.. errors.Select(error => new ProblemField(error, File: member))];

    private static void Refuse(IReadOnlyList<ProblemField> fields)
    {
        if (fields.Count > 0)
        {
            throw new ProblemException(Problem.Of([.. fields.Select(field => field.Error)]) with { Fields = fields });
        }
    }

    private static bool IsReference(string text, string member)
    {
        if (!Reference().IsMatch(text))
        {
            return false;
        }

        int at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at == text.LastIndexOf('@') && at < text.Length - 1
            ? true
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Packs.BadReference, $"{Shown.Name(text)} is no DOMAIN@VERSION.", "/" + member));
    }

    // What is meant for a stored version, well-formed or not; a file of such a name has an extension.
    [GeneratedRegex(@"^[^/\\]*@[^/\\]*(?<!\.(json|ya?ml))$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
