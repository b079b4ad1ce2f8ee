using System.Collections.Concurrent;
using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Recording;
using Reeve.Engine.Runtime;
using Reeve.Server.Hosting;

namespace Reeve.Server.Api.Ingesting;

/// <summary>The runs that ingestion belongs to: one per tenant, start of this process and pair of active packs (EX-MODEL-9). Thread-safe.</summary>
internal sealed class IngestionRuns(IIdSource ids, TimeProvider clock)
{
    private static readonly Principal Server = new(PrincipalKind.Service, "system:server", "reeve", []);

    // Bounded by tenants and how often their packs change while the process lives.
    private readonly ConcurrentDictionary<(TenantId, string, string), Run> runs = [];

    /// <summary>The run of a pair.</summary>
    internal Run Of(BoundPolicy policy) => runs.GetOrAdd((policy.TenantId, policy.Domain.ContentHash, policy.Policy.ContentHash), static (_, made) => made.runs.New(made.policy), (runs: this, policy));

    private Run New(BoundPolicy policy)
    {
        DateTimeOffset now = TimeText.ToMicroseconds(clock.GetUtcNow());
        return new Run
        {
            Id = new RunId(ids.Next(now)),
            TenantId = policy.TenantId,
            Kind = RunKind.Ingestion,
            Domain = policy.Domain.Name,
            DomainPack = policy.Domain.ContentHash,
            TenantPolicy = policy.Policy.ContentHash,
            LogicVersion = DecisionDocument.LogicVersion,
            Product = Product.Version,
            StartedAt = now,
            StartedBy = Server,
        };
    }
}
