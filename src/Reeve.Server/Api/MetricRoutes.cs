using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Core.Records;
using Reeve.Governance.Access;
using Reeve.Operations.Metrics;
using Reeve.Server.Api.Describing;
using Reeve.Server.Hosting;

namespace Reeve.Server.Api;

/// <summary>GET /metrics/{tenantId}: the figures of a tenant (EX-API-12).</summary>
internal static class MetricRoutes
{
    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapRead("/metrics/{tenantId}", Permission.ReadAggregates, AnswerAsync)
            .WithName("getMetrics")
            .WithTags("Metrics")
            .WithSummary("Shows how a tenant's exceptions fare.")
            .Documented(new RouteDocument { Statuses = [400] })
            .Produces<TenantFigures>();

    private static async Task AnswerAsync(HttpContext context, string tenantId, StoreSession store)
    {
        new QueryText(context.Request).Check();
        TenantMetrics found = await store.Metrics.ReadAsync(new TenantId(tenantId), context.RequestAborted);
        await WireJson.WriteAsync(context, StatusCodes.Status200OK, TenantFigures.Of(tenantId, found), WireJson.Of.TenantFigures);
    }
}
