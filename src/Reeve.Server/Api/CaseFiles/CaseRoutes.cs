using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Redaction;
using Reeve.Core.Values;
using Reeve.Engine.Recording;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Server.Api.Describing;
using Reeve.Server.Hosting;
using Reeve.Server.SignIn;

namespace Reeve.Server.Api.CaseFiles;

/// <summary>GET /exceptions/{tenantId} and /exceptions/{tenantId}/{exceptionId} (EX-API-2, 3).</summary>
internal static class CaseRoutes
{
    private static readonly string[] Filters = ["domain", "status", "severity", "type", "created_from", "created_to"];

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead("/exceptions/{tenantId}", Permission.Read, ListAsync)
            .WithName("listExceptions")
            .WithTags("Exceptions")
            .WithSummary("Lists exceptions, newest first.")
            .WithDescription("By number (page, page_size) or by place (limit, cursor); the header Link names the next page.")
            .Documented(new RouteDocument
            {
                Query =
                [
                    new("domain", "Those of one domain."),
                    new("status", "Those that stand so.", [.. Wire.All<ResolutionStatus>()]),
                    new("severity", "Those of one severity.", [.. Wire.All<Severity>()]),
                    new("type", "Those of one exception type."),
                    new("created_from", "Those received at or after this time (ISO 8601)."),
                    new("created_to", "Those received before this time (ISO 8601)."),
                    new("page", "The page's number, from 1.") { IsNumber = true },
                    new("page_size", "Items per page, 1 to 100; 50 unless given.") { IsNumber = true },
                    new("limit", "Items per page when paged by place, 1 to 10,000.") { IsNumber = true },
                    new("cursor", "Where the page before ended: next_cursor of its answer."),
                ],
                Statuses = [400],
                AnswerHeaders = [new("Link", "The next page, as rel=\"next\"; absent on the last.")],
            })
            .Produces<ExceptionList>();
        routes.MapRead("/exceptions/{tenantId}/{exceptionId}", Permission.Read, FindAsync)
            .WithName("getException")
            .WithTags("Exceptions")
            .WithSummary("Shows one exception: its record, what was decided, and its history.")
            .Documented(new RouteDocument { Statuses = [400, 404] })
            .Produces<ExceptionDetail>();
    }

    private static async Task ListAsync(HttpContext context, string tenantId, StoreSession store)
    {
        QueryText query = new(context.Request, [.. Filters, .. PageRequest.Parameters]);
        PageRequest page = PageRequest.Read(query);
        ExceptionQuery wanted = new()
        {
            Domain = query.Text("domain") is { } domain ? new DomainName(domain) : null,
            Status = query.Word<ResolutionStatus>("status"),
            Severity = query.Word<Severity>("severity"),
            Type = query.Text("type") is { } type ? new ExceptionTypeName(type) : null,
            From = query.Time("created_from"),
            To = query.Time("created_to"),
            Limit = page.Size,
            Skip = page.Skip,
            Cursor = page.Cursor,
        };
        query.Check();

        ExceptionPage found = await store.Exceptions.ListAsync(new TenantId(tenantId), wanted, context.RequestAborted);
        page.Link(context, found.Next);
        await WireJson.WriteAsync(
            context, StatusCodes.Status200OK,
            new ExceptionList
            {
                Items = [.. found.Items.Select(ExceptionItem.Of)],
                Total = found.Total,
                TotalIsLowerBound = found.TotalIsLowerBound,
                Page = page.ByPlace ? null : page.Number,
                PageSize = page.Size,
                TotalPages = page.PagesOf(found.Total),
                NextCursor = found.Next,
            },
            WireJson.Of.ExceptionList);
    }

    private static async Task FindAsync(HttpContext context, string tenantId, string exceptionId, StoreSession store)
    {
        new QueryText(context.Request).Check();
        ExceptionId id = new(LastOfPath(context) ?? exceptionId);
        if (await store.History.FindAsync(new TenantId(tenantId), id, context.RequestAborted) is not { } found)
        {
            // The same words for an id that nobody has and for one that another tenant has.
            throw new ReeveException(new ReeveError(ErrorCatalogue.Http.NotFound, "The tenant has no exception of that id."));
        }

        Caller caller = Callers.Of(context);
        bool masked = !AccessRules.Allows(caller.Principal, Permission.PayloadRead);
        await WireJson.WriteAsync(
            context, StatusCodes.Status200OK,
            new ExceptionDetail
            {
                ExceptionId = found.Row.Record.ExceptionId.Value,
                TenantId = found.Row.Record.TenantId.Value,
                Domain = found.Row.Domain.Value,
                ResolutionStatus = found.Row.Record.ResolutionStatus,
                Exception = Part(found.WriteRecord, masked),
                PayloadMasked = masked,
                PayloadErased = found.RawPayload is null,
                PipelineResult = Part(found.WriteResult, masked),
                AuditTrail = Part(found.WriteTrail, masked: false),
                CreatedAt = found.Row.CreatedAt,
                UpdatedAt = found.Row.UpdatedAt,
            },
            WireJson.Of.ExceptionDetail);
    }

    private static RawJson Part(Action<Utf8JsonWriter> write, bool masked)
    {
        byte[] json = JsonText.Render(write, static (writer, part) => part(writer));
        return new RawJson(masked ? PayloadMask.Apply(json) : json);
    }

    // Callers choose ids, and an id may hold a slash. The server decodes everything in a path but that, so only what was sent
    // tells an id with a slash from one with %2F in it.
    private static string? LastOfPath(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestFeature>()?.RawTarget is not { Length: > 0 } target)
        {
            return null;
        }

        int query = target.IndexOf('?');
        string path = (query < 0 ? target : target[..query]).TrimEnd('/');
        return Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
    }
}
