using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Benchmarks;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.PackVersions;
using Reeve.Engine.Pipeline;
using Reeve.Governance.Access;
using Reeve.Governance.Tenants;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;

namespace Reeve.Load.Targets;

/// <summary>The tenants of a store that is measured.</summary>
internal static class LoadTenants
{
    private const string Prefix = "LOAD-";

    internal static readonly Principal Actor = new(PrincipalKind.Service, "local:bench", "bench", [Roles.Platform]);

    internal static TenantId Id(int number) => new($"{Prefix}{number:D5}");

    /// <summary>Opens a store and makes what is missing of its tenants, each with the same pack stored and active.</summary>
    /// <exception cref="ReeveException">STORE-…</exception>
    /// <exception cref="FormatException">The store has tenants of somebody else.</exception>
    internal static async Task<StoreSession> OpenAsync(StoreAddress address, LoadOptions options, CancellationToken cancellationToken)
    {
        StoreSession session = await StoreSession.OpenAsync(
            address, new StoreSessionOptions { Workers = Environment.ProcessorCount, Commits = options.CommitsStages ? CommitMode.Stage : CommitMode.Once }, NullLoggerFactory.Instance, cancellationToken);
        try
        {
            await PrepareAsync(session, options.Tenants, cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    private static async Task PrepareAsync(StoreSession session, int count, CancellationToken cancellationToken)
    {
        IReadOnlyList<Tenant> there = await session.Tenants.ListAsync(cancellationToken);
        if (there.FirstOrDefault(tenant => tenant.Id != PlatformTenant.Id && !tenant.Id.Value.StartsWith(Prefix, StringComparison.Ordinal)) is { } other)
        {
            throw new FormatException($"The store has the tenant {other.Id}, which is not of a measurement: its log would be spoilt. Name an empty store.");
        }

        HashSet<TenantId> known = [.. there.Select(tenant => tenant.Id)];
        Document domain = BenchPack.Json(BenchPack.Domain());
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count).Select(Id).Where(tenant => !known.Contains(tenant)), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken },
            async (tenant, stop) =>
            {
                await session.Tenants.CreateAsync(tenant, null, AutomationMode.Shadow, Actor, stop);
                StoredPack pack = await session.Packs.StoreAsync(tenant, domain, Actor, stop);
                StoredPack policy = await session.Packs.StoreAsync(tenant, BenchPack.Json(BenchPack.Policy(tenant.Value)), Actor, stop);
                await session.Packs.ActivateAsync(tenant, [pack.Key, policy.Key], Actor, stop);
            });
    }
}
