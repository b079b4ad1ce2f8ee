using Reeve.Core.Decisions;
using Reeve.Core.Documents;
using Reeve.Core.PackDocuments;
using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Intake;
using Reeve.Engine.PackFiles;
using Reeve.Engine.PackVersions;
using Reeve.Engine.Recording;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Server.Hosting;

namespace Reeve.Commands.Serving;

/// <summary>A tenant of a sample pack, with the key that was made for it now.</summary>
/// <param name="Id">The tenant.</param>
/// <param name="Key">The key's text: the only time it is known.</param>
/// <param name="Exceptions">How many of its samples were taken in now; 0 when it had exceptions.</param>
internal sealed record DemoTenant(TenantId Id, string Key, int Exceptions);

/// <summary>
/// The tenants of the sample packs that come with the program: made at the first start, with their packs active and their
/// samples decided. Each start makes a key per tenant, because the keys of earlier starts cannot be shown again.
/// </summary>
internal sealed class DemoTenants(StoreSession session, Principal actor, TimeProvider clock)
{
    // Long enough for whoever tries the product, short enough that keys in old terminals die.
    private static readonly TimeSpan KeyLife = TimeSpan.FromDays(30);

    /// <summary>Where the sample packs lie: beside the program, so that it finds them from any folder.</summary>
    internal static string PackFolder => Path.Combine(AppContext.BaseDirectory, "packs");

    /// <summary>Makes what is missing, and a key per tenant.</summary>
    internal async Task<IReadOnlyList<DemoTenant>> PrepareAsync(CancellationToken cancellationToken)
    {
        List<DemoTenant> tenants = [];
        foreach (string folder in Sorted(Directory.Exists(PackFolder) ? Directory.GetDirectories(PackFolder) : []))
        {
            string domain = Path.Combine(folder, "domain.yaml");
            foreach (string policy in Sorted(File.Exists(domain) ? Directory.GetFiles(folder, "policy.*.yaml") : []))
            {
                tenants.Add(await PrepareAsync(domain, policy, Path.Combine(folder, "exceptions.jsonl"), cancellationToken));
            }
        }

        return tenants;
    }

    private static IEnumerable<string> Sorted(string[] paths) => paths.Order(StringComparer.Ordinal);

    private async Task<DemoTenant> PrepareAsync(string domain, string policy, string samples, CancellationToken cancellationToken)
    {
        Document domainText = PackFileReader.Read(domain);
        Document policyText = PackFileReader.Read(policy);
        TenantPolicy read = TenantPolicyReader.Read(policyText).OrThrow();
        TenantId tenant = read.TenantId;
        await session.Tenants.CreateAsync(tenant, read.TenantName.Length == 0 ? null : read.TenantName, AutomationMode.Shadow, actor, cancellationToken);
        DomainName of = await ActivateAsync(tenant, domainText, policyText, cancellationToken);
        int taken = 0;
        ExceptionPage page = await session.Exceptions.ListAsync(tenant, new ExceptionQuery { Limit = 1 }, cancellationToken);
        if (page.Items.Count == 0 && File.Exists(samples))
        {
            taken = await IngestAsync(tenant, of, samples, cancellationToken);
        }

        KeyRequest request = new(tenant, PrincipalKind.Service, "demo", [Roles.Admin], clock.GetUtcNow() + KeyLife);
        (_, string key) = await session.Keys.CreateAsync(request, actor, cancellationToken);
        return new DemoTenant(tenant, key, taken);
    }

    // What people made of a demo tenant is theirs: a domain that has active versions keeps them.
    private async Task<DomainName> ActivateAsync(TenantId tenant, Document domain, Document policy, CancellationToken cancellationToken)
    {
        StoredPack pack = await session.Packs.StoreAsync(tenant, domain, actor, cancellationToken);
        StoredPack own = await session.Packs.StoreAsync(tenant, policy, actor, cancellationToken);
        IReadOnlyList<StoredPack> versions = await session.Packs.ListAsync(tenant, cancellationToken);
        if (!versions.Any(version => version.IsActive && version.Key.Kind == PackKindStored.Policy && version.Key.Domain == pack.Key.Domain))
        {
            await session.Packs.ActivateAsync(tenant, [pack.Key, own.Key], actor, cancellationToken);
        }

        return pack.Key.Domain;
    }

    private async Task<int> IngestAsync(TenantId tenant, DomainName domain, string samples, CancellationToken cancellationToken)
    {
        BoundPolicy policy = await session.Packs.ActiveAsync(tenant, domain, cancellationToken);
        DateTimeOffset now = clock.GetUtcNow();
        Run run = new()
        {
            Id = new RunId(session.Ids.Next(now)),
            TenantId = tenant,
            Kind = RunKind.Ingestion,
            Domain = policy.Domain.Name,
            DomainPack = policy.Domain.ContentHash,
            TenantPolicy = policy.Policy.ContentHash,
            LogicVersion = DecisionDocument.LogicVersion,
            Product = Product.Version,
            StartedAt = now,
            StartedBy = actor,
        };
        int taken = 0;
        await using FileStream input = File.OpenRead(samples);
        await foreach (ExceptionResult result in session.Pipeline.IngestAsync(BatchReader.ReadAsync(input, lines: true, cancellationToken), policy, run, import: null, cancellationToken))
        {
            taken += result.Status is null ? 0 : 1;
        }

        return taken;
    }
}
