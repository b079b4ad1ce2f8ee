using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Intake;
using Reeve.Engine.Recording;
using Reeve.Server.Hosting;

namespace Reeve.Load.Targets;

/// <summary>The pipeline in this process, driven as the ingestion route drives it.</summary>
internal sealed class ProcessTarget : ITarget
{
    private readonly StoreSession session;
    private readonly Payloads payloads;
    private readonly TenantId[] tenants;
    private readonly Run?[] runs;

    internal ProcessTarget(StoreSession session, Payloads payloads, int count)
    {
        this.session = session;
        this.payloads = payloads;
        tenants = [.. Enumerable.Range(0, count).Select(LoadTenants.Id)];
        runs = new Run?[count];
    }

    public async Task<Submitted> SubmitAsync(int tenant, int count, CancellationToken cancellationToken)
    {
        try
        {
            return await IngestAsync(tenant, count, cancellationToken);
        }
        catch (ReeveException fault)
        {
            return new Submitted(0, fault.Error.Kind.HttpStatus == 429, fault.Error.ToString());
        }
    }

    private async Task<Submitted> IngestAsync(int tenant, int count, CancellationToken cancellationToken)
    {
        BoundPolicy policy = await session.Packs.ActiveAsync(tenants[tenant], null, cancellationToken);
        int accepted = 0;
        ReeveError? error = null;
        await foreach (ExceptionResult result in session.Pipeline.IngestAsync(MakeAsync(count), policy, RunOf(tenant, policy), import: null, cancellationToken))
        {
            accepted += result.Status is null || result.IsRepeat ? 0 : 1;
            error ??= result.Errors.Count > 0 ? result.Errors[0] : null;
        }

        return new Submitted(accepted, error?.Kind.HttpStatus == 429, error?.ToString());
    }

    private async IAsyncEnumerable<RawItem> MakeAsync(int count)
    {
        await Task.CompletedTask;
        for (int i = 0; i < count; i++)
        {
            yield return new RawItem(payloads.Next(), null);
        }
    }

    // One run per tenant, as a server has until its packs change.
    private Run RunOf(int tenant, BoundPolicy policy)
    {
        if (Volatile.Read(ref runs[tenant]) is { } known)
        {
            return known;
        }

        DateTimeOffset now = TimeText.ToMicroseconds(TimeProvider.System.GetUtcNow());
        Run made = new()
        {
            Id = new RunId(session.Ids.Next(now)),
            TenantId = tenants[tenant],
            Kind = RunKind.Ingestion,
            Domain = policy.Domain.Name,
            DomainPack = policy.Domain.ContentHash,
            TenantPolicy = policy.Policy.ContentHash,
            LogicVersion = DecisionDocument.LogicVersion,
            Product = Product.Version,
            StartedAt = now,
            StartedBy = LoadTenants.Actor,
        };
        return Interlocked.CompareExchange(ref runs[tenant], made, null) ?? made;
    }
}
