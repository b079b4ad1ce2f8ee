using System.Collections.Concurrent;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Governance.Retention;

/// <summary>What active policies say of retention. A content is read once and then known by its hash, which is its name. Thread-safe.</summary>
internal sealed class RetentionPolicies(IRetentionStore store)
{
    // Of each a hash and two numbers; beyond that many, which nobody has, they are read again.
    private const int Most = 100_000;

    private readonly ConcurrentDictionary<string, RetentionPolicy> known = new(StringComparer.Ordinal);

    /// <exception cref="ReeveException">AUDIT-005 when a policy cannot be read; STORE-….</exception>
    internal async Task<TenantRetention> OfAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        List<(DomainName, RetentionPolicy)> policies = [];
        foreach (ActivePolicy policy in await store.PoliciesAsync(tenant, cancellationToken))
        {
            if (!known.TryGetValue(policy.ContentHash, out RetentionPolicy? retention))
            {
                retention = await ReadAsync(tenant, policy, cancellationToken);
                if (known.Count < Most)
                {
                    known[policy.ContentHash] = retention;
                }
            }

            policies.Add((policy.Domain, retention));
        }

        return new TenantRetention(policies);
    }

    private async Task<RetentionPolicy> ReadAsync(TenantId tenant, ActivePolicy policy, CancellationToken cancellationToken) =>
        await store.ContentAsync(tenant, policy, cancellationToken) is { } content && TenantPolicyReader.Retention(content) is { } retention
            ? retention
            : throw new ReeveException(new ReeveError(
                ErrorCatalogue.Audit.UnknownRetention, $"The active policy {policy.Domain}@{policy.Version} cannot be read for that.", tenant.Value));
}
