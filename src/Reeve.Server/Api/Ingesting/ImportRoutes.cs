using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Engine.Imports;
using Reeve.Governance.Access;
using Reeve.Server.Api.Describing;
using Reeve.Server.Hosting;

namespace Reeve.Server.Api.Ingesting;

/// <summary>GET /exceptions/{tenantId}/imports/{importId}: what became of the items of an import (EX-API-82).</summary>
internal static class ImportRoutes
{
    private const int DefaultSize = 50;
    private const int Largest = 10_000;

    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapRead("/exceptions/{tenantId}/imports/{importId}", Permission.Read, AnswerAsync)
            .WithName("getImport")
            .WithTags("Exceptions")
            .WithSummary("Shows what became of the items of an import.")
            .WithDescription("An import is a stream of JSON Lines, or a document that was sent with an Idempotency-Key. It can be asked for from its first item on, and for at least a day after its start.")
            .Documented(new RouteDocument
            {
                Query =
                [
                    new("limit", "Items per page, 1 to 10,000; 50 unless given.") { IsNumber = true },
                    new("cursor", "Where the page before ended: next_cursor of its answer."),
                    new("refused", "only: those that were refused.", "only"),
                ],
                Statuses = [400, 404],
                AnswerHeaders = [new("Link", "The next page, as rel=\"next\"; absent on the last.")],
            })
            .Produces<ImportDetail>();

    private static async Task AnswerAsync(HttpContext context, string tenantId, string importId, StoreSession store)
    {
        QueryText query = new(context.Request, "limit", "cursor", "refused");
        PageRequest page = new(1, query.Number("limit", 1, Largest) ?? DefaultSize, query.Text("cursor"), ByPlace: true);
        bool refusedOnly = query.Text("refused") is { } refused && (refused == "only" || Only(query));
        query.Check();

        // The same words for an id that nobody has and for one that another tenant has.
        Import import = Guid.TryParseExact(importId, "D", out Guid id) && await store.Imports.FindAsync(new TenantId(tenantId), new ImportId(id), context.RequestAborted) is { } found
            ? found
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Http.NotFound, "The tenant has no import of that id, or no longer has it."));
        ImportPage items = await store.Imports.PageAsync(import, page.Size, page.Cursor, refusedOnly, context.RequestAborted);
        page.Link(context, items.Next);
        await WireJson.WriteAsync(context, StatusCodes.Status200OK, ImportDetail.Of(import, items), WireJson.Of.ImportDetail);
    }

    private static bool Only(QueryText query)
    {
        query.Fail("refused", "It must be only.");
        return true;
    }
}
