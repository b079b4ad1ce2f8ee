using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Requests;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Server.Api.Describing;
using Reeve.Server.Api.RequestBodies;
using Reeve.Server.Hosting;
using Reeve.Server.SignIn;

namespace Reeve.Server.Api.ToolUse;

/// <summary>A tenant's tools and their switches: GET /tools, GET /tools/{toolId}, GET and PUT of its enablement, and the same for administrators by domain (EX-API-42, 43, 71, 74).</summary>
internal static class ToolRoutes
{
    internal const string Tag = "Tools";

    private const int LongestName = 512;
    private const int LongestReason = 1024;
    private const string NoReason = "No reason was given.";

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead("/tools", Permission.Read, ListAsync)
            .WithName("listTools")
            .WithTags(Tag)
            .WithSummary("Lists the tools of the tenant's active packs, also those that may not be called.")
            .Documented(new RouteDocument
            {
                Query =
                [
                    new("scope", "Those of one scope.", "tenant", "global"),
                    new("enabled", "true: those that are on; false: those that are off.", "true", "false"),
                    new("name", "Those whose name has this in it, in upper or lower case."),
                    new("type", "Those that are reached so.", [.. Wire.All<ToolType>()]),
                    new("domain", "Those of one domain."),
                    .. Paging,
                ],
                Statuses = [400, 422],
                AnswerHeaders = [NextPage],
            })
            .Produces<ToolPage>();
        routes.MapRead("/tools/{toolId}", Permission.Read, FindAsync)
            .WithName("getTool")
            .WithTags(Tag)
            .WithSummary("Shows one tool with its definition.")
            .Documented(new RouteDocument { Statuses = [400, 404, 422] })
            .Produces<ToolDetail>();
        routes.MapRead("/tools/{toolId}/enablement", Permission.Read, EnablementAsync)
            .WithName("getToolEnablement")
            .WithTags(Tag)
            .WithSummary("Says whether a tool is on.")
            .Documented(new RouteDocument { Statuses = [400, 404, 422] })
            .Produces<Enablement>();
        routes.MapPut("/tools/{toolId}/enablement", SetAsync)
            .Requires(Permission.SwitchTools)
            .WithName("setToolEnablement")
            .WithTags(Tag)
            .WithSummary("Switches a tool off or on: in force at once, on other nodes within a second.")
            .Documented(new RouteDocument { Bodies = [new("application/json", ToolBodies.Enablement())], Statuses = [400, 404, 422] })
            .Produces<Enablement>();
        routes.MapRead("/admin/tools/{tenantId}/{domain}", Permission.Read, DomainAsync)
            .WithName("listDomainTools")
            .WithTags(Tag)
            .WithSummary("Lists every tool of a domain with whether it may be called, and counts.")
            .Documented(new RouteDocument { Statuses = [400, 422] })
            .Produces<DomainTools>();
        Switch(routes, "disable", isEnabled: false);
        Switch(routes, "enable", isEnabled: true);
    }

    internal static readonly QueryParameter[] Paging =
    [
        new("page", "The page's number, from 1.") { IsNumber = true },
        new("page_size", "Items per page, 1 to 100; 50 unless given.") { IsNumber = true },
        new("limit", "Items per page when paged by place, 1 to 10,000.") { IsNumber = true },
        new("cursor", "Where the page before ended: next_cursor of its answer."),
    ];

    internal static readonly HeaderDocument NextPage = new("Link", "The next page, as rel=\"next\"; absent on the last.");

    /// <summary>The whole name of a tool in a path. One that names another tenant is refused as any path that does.</summary>
    /// <exception cref="ReeveException">AUTH-003.</exception>
    internal static string NameIn(HttpContext context, string toolId)
    {
        Caller caller = Callers.Of(context);
        int end = toolId.IndexOf(ToolId.Between);
        return end < 0 || toolId[..end] == caller.TenantId.Value ? toolId
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Identity.OtherTenant, "The path names another tenant than the credential's."));
    }

    private static void Switch(IEndpointRouteBuilder routes, string verb, bool isEnabled) =>
        routes.MapPost($"/admin/tools/{{tenantId}}/{{domain}}/{verb}", (HttpContext context, string domain, StoreSession store) => SwitchAsync(context, domain, isEnabled, store))
            .Requires(Permission.SwitchTools)
            .WithName($"{verb}Tool")
            .WithTags(Tag)
            .WithSummary($"Switches a tool {(isEnabled ? "on" : "off")}: in force at once, on other nodes within a second.")
            .Documented(new RouteDocument { Bodies = [new("application/json", ToolBodies.Switch())], Statuses = [400, 404, 422] })
            .Produces<Enablement>();

    private static async Task ListAsync(HttpContext context, StoreSession store)
    {
        QueryText query = new(context.Request, ["scope", "enabled", "name", "type", "domain", .. PageRequest.Parameters]);
        PageRequest page = PageRequest.Read(query);
        string? scope = OneOf(query, "scope", "tenant", "global");
        bool? enabled = OneOf(query, "enabled", "true", "false") is { } word ? word == "true" : null;
        string? name = query.Text("name");
        ToolType? type = query.Word<ToolType>("type");
        DomainName? domain = query.Text("domain") is { } given ? new DomainName(given) : null;
        query.Check();

        IReadOnlyList<ListedTool> all = await store.Tools.ListAsync(Callers.Of(context).TenantId, domain, context.RequestAborted);
        ListedTool[] found =
        [
            .. all.Where(tool => (scope is null || ToolItem.ScopeOf(tool.Tool) == scope) && (enabled is null || enabled != tool.IsDisabled) && (type is null || tool.Tool.Type == type)
                && (name is null || tool.Tool.Name.Value.Contains(name, StringComparison.OrdinalIgnoreCase))),
        ];
        int from = page.Cursor is { } cursor ? Behind(found, cursor) : page.Skip;
        ListedTool[] items = [.. found.Skip(from).Take(page.Size)];
        string? next = items.Length > 0 && from + items.Length < found.Length ? items[^1].Id.ToString() : null;
        page.Link(context, next);
        await WireJson.WriteAsync(
            context, StatusCodes.Status200OK,
            new ToolPage
            {
                Items = [.. items.Select(ToolItem.Of)],
                Total = found.Length,
                Page = page.ByPlace ? null : page.Number,
                PageSize = page.Size,
                TotalPages = page.PagesOf(found.Length),
                NextCursor = next,
            },
            WireJson.Of.ToolPage);
    }

    // A list of what packs define is short and ordered, so the last tool of a page is its place.
    private static int Behind(ListedTool[] found, string cursor)
    {
        int at = Array.FindIndex(found, tool => tool.Id.ToString() == cursor);
        return at >= 0 ? at + 1 : throw new ReeveException(new ReeveError(ErrorCatalogue.Record.BadCursor, "It is not the cursor of this list of tools.", "cursor"));
    }

    private static string? OneOf(QueryText query, string name, params string[] words)
    {
        if (query.Text(name) is not { } text)
        {
            return null;
        }

        if (words.Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return text.ToLowerInvariant();
        }

        query.Fail(name, $"It must be one of {string.Join(", ", words)}.");
        return null;
    }

    private static async Task FindAsync(HttpContext context, string toolId, StoreSession store)
    {
        new QueryText(context.Request).Check();
        ListedTool found = await store.Tools.FindAsync(Callers.Of(context).TenantId, NameIn(context, toolId), null, context.RequestAborted);
        await WireJson.WriteAsync(context, StatusCodes.Status200OK, ToolDetail.Of(found), WireJson.Of.ToolDetail);
    }

    private static async Task EnablementAsync(HttpContext context, string toolId, StoreSession store)
    {
        new QueryText(context.Request).Check();
        ListedTool found = await store.Tools.FindAsync(Callers.Of(context).TenantId, NameIn(context, toolId), null, context.RequestAborted);
        await WireJson.WriteAsync(context, StatusCodes.Status200OK, Enablement.Of(found), WireJson.Of.Enablement);
    }

    private static async Task SetAsync(HttpContext context, string toolId, StoreSession store)
    {
        new QueryText(context.Request).Check();
        string tool = NameIn(context, toolId);
        BodyMembers body = await ReadAsync(context, "enabled", "reason", "tenantId");
        bool? enabled = body.Flag("enabled", isRequired: true);
        await SwitchAsync(context, store, body, tool, domain: null, enabled);
    }

    private static async Task SwitchAsync(HttpContext context, string domain, bool isEnabled, StoreSession store)
    {
        new QueryText(context.Request).Check();
        BodyMembers body = await ReadAsync(context, "toolName", "reason", "tenantId");
        string? tool = body.Text("toolName", LongestName, isRequired: true);
        await SwitchAsync(context, store, body, tool ?? "", new DomainName(domain), isEnabled);
    }

    private static async Task SwitchAsync(HttpContext context, StoreSession store, BodyMembers body, string tool, DomainName? domain, bool? isEnabled)
    {
        string? reason = body.Text("reason", LongestReason);
        string? tenant = body.Text("tenantId", LongestName);
        body.Check();
        AccessGate.DemandTenant(context, tenant, "/tenantId");
        Caller caller = Callers.Of(context);
        ListedTool found = await store.Tools.SwitchAsync(
            caller.TenantId, tool, domain, isEnabled!.Value, reason ?? NoReason, caller.Principal, context.RequestAborted); // not null: the check demands it
        await WireJson.WriteAsync(context, StatusCodes.Status200OK, Enablement.Of(found), WireJson.Of.Enablement);
    }

    private static async Task DomainAsync(HttpContext context, string domain, StoreSession store)
    {
        new QueryText(context.Request).Check();
        TenantId tenant = Callers.Of(context).TenantId;
        IReadOnlyList<ListedTool> tools = await store.Tools.ListAsync(tenant, new DomainName(domain), context.RequestAborted);
        await WireJson.WriteAsync(
            context, StatusCodes.Status200OK,
            new DomainTools { TenantId = tenant.Value, Domain = domain, Tools = [.. tools.Select(ToolItem.Of)], Counts = ToolCounts.Of(tools) }, WireJson.Of.DomainTools);
    }

    /// <summary>The members of a JSON body.</summary>
    internal static async Task<BodyMembers> ReadAsync(HttpContext context, params IReadOnlyList<string> known)
    {
        BodyText.KindOf(context.Request, takesLines: false);
        return new BodyMembers(await BodyText.ReadAsync(context), known);
    }
}
