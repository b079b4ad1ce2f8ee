using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Approvals;
using Reeve.Engine.Approvals.Asking;
using Reeve.Engine.Recording;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Server.Api.Describing;
using Reeve.Server.Api.ToolUse;
using Reeve.Server.Hosting;
using Reeve.Server.SignIn;

namespace Reeve.Server.Api.Approving;

/// <summary>Approvals: asked for, listed, shown, decided, in numbers (EX-API-14 to 18). Who decides is the credential's principal, never a name from a body.</summary>
internal static class ApprovalRoutes
{
    private const string Tag = "Approvals";
    private const int LongestText = 512;

    // Room for what trimming takes away; the door says how long comments may be.
    private const int LongestComment = 8_000;
    private const int MostAtOnce = 100;

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/approvals/{tenantId}", SubmitAsync)
            .Requires(Permission.UseTools)
            .WithName("submitForApproval")
            .WithTags(Tag)
            .WithSummary("Asks people to approve calls of tools. Whoever asks decides nothing of it.")
            .WithDescription(
                "What is approved is exactly these calls under the active packs. Once approved, each is made by POST /tools/{toolId}/execute with the same exception and arguments; a call for no exception with the approval's id as "
                + "Idempotency-Key. Calls that only read need no approval and are left out.")
            .Documented(new RouteDocument { Bodies = [new("application/json", ApprovalBodies.Submission())], Statuses = [400, 404, 422], AnswerHeaders = [new("Location", "The approval.")] })
            .Produces<ApprovalDetail>(StatusCodes.Status201Created);
        routes.MapRead("/approvals/{tenantId}", Permission.Read, ListAsync)
            .WithName("listApprovals")
            .WithTags(Tag)
            .WithSummary("Lists approvals, newest first.")
            .Documented(new RouteDocument
            {
                Query =
                [
                    new("status", "Those that stand so.", [.. Wire.All<ApprovalStatus>()]),
                    new("search", "Those whose tool or step has this in it, in upper or lower case, and those of the exception of this id."),
                    .. ToolRoutes.Paging,
                ],
                Statuses = [400],
                AnswerHeaders = [ToolRoutes.NextPage],
            })
            .Produces<ApprovalList>();
        routes.MapRead("/approvals/{tenantId}/statistics", Permission.ReadAggregates, CountAsync)
            .WithName("getApprovalStatistics")
            .WithTags(Tag)
            .WithSummary("Says how many approvals stand where, and how long those that wait have waited.")
            .Documented(new RouteDocument { Statuses = [400] })
            .Produces<ApprovalFigures>();
        routes.MapRead("/approvals/{tenantId}/{approvalId}", Permission.Read, FindAsync)
            .WithName("getApproval")
            .WithTags(Tag)
            .WithSummary("Shows one approval: what is asked, what people said, and what is missing.")
            .Documented(new RouteDocument { Statuses = [400, 404] })
            .Produces<ApprovalDetail>();
        Decide(routes, "approve", "Approves. Once the quorum is met, what was approved runs, and nothing else.", ApproveAsync, ApprovalBodies.Decision(approves: true));
        Decide(routes, "reject", "Rejects, which ends it at once: the exception is escalated.", RejectAsync, ApprovalBodies.Decision(approves: false));
        routes.MapPost("/approvals/{tenantId}/bulk", BulkAsync)
            .Requires(Permission.Approve)
            .WithName("decideApprovals")
            .WithTags(Tag)
            .WithSummary("Decides several approvals alike, each for itself: what is refused of one stops none of the others.")
            .Documented(new RouteDocument { Bodies = [new("application/json", ApprovalBodies.Bulk())], Statuses = [400, 422] })
            .Produces<BulkAnswer>();
    }

    private static void Decide(IEndpointRouteBuilder routes, string verb, string summary, Delegate decide, Microsoft.OpenApi.OpenApiSchema body) =>
        routes.MapPost($"/approvals/{{tenantId}}/{{approvalId}}/{verb}", decide)
            .Requires(Permission.Approve)
            .WithName(verb)
            .WithTags(Tag)
            .WithSummary(summary)
            .WithDescription("403 says why this person does not count here (APPR-004, 005, 007), 409 that it is decided (APPR-002), by this person (APPR-003), late (APPR-006) or withdrawn (APPR-013).")
            .Documented(new RouteDocument { Bodies = [new("application/json", body)], Statuses = [400, 404, 409, 422] })
            .Produces<ApprovalDetail>();

    private static async Task SubmitAsync(HttpContext context, StoreSession store)
    {
        new QueryText(context.Request).Check();
        BodyMembers body = await ToolRoutes.ReadAsync(context, "exceptionId", "domain", "calls", "plan", "evidence", "timeoutMinutes", "user", "tenantId");
        string? exception = body.Text("exceptionId", LongestText);
        string? domain = body.Text("domain", LongestText);
        IReadOnlyList<AskedCall> calls = Calls(body);
        IReadOnlyList<string> evidence = ApprovalBodies.ReadEvidence(body);
        long? minutes = body.Whole("timeoutMinutes");
        _ = body.Text("user", LongestText);
        string? tenant = body.Text("tenantId", LongestText);
        body.Check();
        AccessGate.DemandTenant(context, tenant, "/tenantId");
        Caller caller = Callers.Of(context);
        Approval asked = await store.Submissions.SubmitAsync(
            new Submission
            {
                TenantId = caller.TenantId,
                Exception = exception is null ? null : new ExceptionId(exception),
                Domain = domain is null ? null : new DomainName(domain),
                Calls = calls,
                Evidence = evidence,

                // What no clock could count to is no time either, and is refused as such.
                Within = minutes is { } given ? TimeSpan.FromMinutes(Math.Clamp(given, 0, 1_000_000)) : null,
                Actor = caller.Principal,
            },
            context.RequestAborted);
        context.Response.Headers.Location = $"{context.Request.PathBase}{context.Request.Path}/{asked.Id:D}";
        await WriteAsync(context, store, StatusCodes.Status201Created, asked);
    }

    private static IReadOnlyList<AskedCall> Calls(BodyMembers body)
    {
        if (body.List("calls", SubmissionDesk.MostCalls) is { } calls)
        {
            return ApprovalBodies.ReadCalls(body, calls, "calls");
        }

        // A plan is its steps, be they a list or a member of one.
        return body.IsObject("plan")
            ? ApprovalBodies.ReadCalls(body, body.Map("plan")?["steps"].ListOrNull(), "plan/steps")
            : ApprovalBodies.ReadCalls(body, body.List("plan", SubmissionDesk.MostCalls), "plan");
    }

    private static async Task ListAsync(HttpContext context, StoreSession store)
    {
        QueryText query = new(context.Request, ["status", "search", .. PageRequest.Parameters]);
        PageRequest page = PageRequest.Read(query);
        ApprovalStatus? status = query.Word<ApprovalStatus>("status");
        string? search = query.Text("search", LongestText);
        query.Check();
        Guid? before = page.Cursor is not { } cursor ? null
            : Guid.TryParseExact(cursor, "D", out Guid place) ? place
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Record.BadCursor, "It is not the cursor of a list of approvals.", "cursor"));

        TenantId tenant = Callers.Of(context).TenantId;
        ExceptionRow? about = search is null ? null : await store.Exceptions.FindAsync(tenant, new ExceptionId(search), context.RequestAborted);
        ApprovalPage found = await store.ApprovalSearch.PageAsync(tenant, new ApprovalFilter(status, search, about?.Key), before, page.Skip, page.Size, context.RequestAborted);
        string? next = found.Next?.ToString("D");
        page.Link(context, next);
        List<ApprovalDetail> items = [];
        foreach (Approval approval in found.Items)
        {
            items.Add(await DetailAsync(store, approval, context.RequestAborted));
        }

        await WireJson.WriteAsync(
            context, StatusCodes.Status200OK,
            new ApprovalList
            {
                Items = items,
                Total = found.Total,
                TotalIsLowerBound = !found.IsExact,
                Page = page.ByPlace ? null : page.Number,
                PageSize = page.Size,
                TotalPages = page.PagesOf(found.Total),
                NextCursor = next,
            },
            WireJson.Of.ApprovalList);
    }

    private static async Task CountAsync(HttpContext context, StoreSession store)
    {
        new QueryText(context.Request).Check();
        ApprovalStatistics found = await store.Approvals.StatisticsAsync(Callers.Of(context).TenantId, context.RequestAborted);
        await WireJson.WriteAsync(context, StatusCodes.Status200OK, new ApprovalFigures { ApprovalQueueMetrics = QueueFigures.Of(found) }, WireJson.Of.ApprovalFigures);
    }

    private static async Task FindAsync(HttpContext context, string approvalId, StoreSession store)
    {
        new QueryText(context.Request).Check();
        await WriteAsync(context, store, StatusCodes.Status200OK, await KnownAsync(context, approvalId, store));
    }

    private static async Task ApproveAsync(HttpContext context, string approvalId, StoreSession store)
    {
        new QueryText(context.Request).Check();
        BodyMembers body = await ToolRoutes.ReadAsync(context, "user", "comments", "bounds", "tenantId");
        string comments = Comments(body);
        string? tenant = body.Text("tenantId", LongestText);
        _ = body.List("bounds", MostAtOnce);
        body.Check();
        AccessGate.DemandTenant(context, tenant, "/tenantId");
        Approval asked = await KnownAsync(context, approvalId, store);
        IReadOnlyList<GivenBound> bounds = ApprovalBodies.ReadBounds(body, asked);
        body.Check();
        Caller caller = Callers.Of(context);
        await WriteAsync(context, store, StatusCodes.Status200OK, await store.Approvals.ApproveAsync(caller.TenantId, asked.Id, caller.Principal, comments, bounds, context.RequestAborted));
    }

    private static async Task RejectAsync(HttpContext context, string approvalId, StoreSession store)
    {
        new QueryText(context.Request).Check();
        BodyMembers body = await ToolRoutes.ReadAsync(context, "user", "comments", "tenantId");
        string comments = Comments(body);
        string? tenant = body.Text("tenantId", LongestText);
        body.Check();
        AccessGate.DemandTenant(context, tenant, "/tenantId");
        Caller caller = Callers.Of(context);
        Approval asked = await KnownAsync(context, approvalId, store);
        await WriteAsync(context, store, StatusCodes.Status200OK, await store.Approvals.RejectAsync(caller.TenantId, asked.Id, caller.Principal, comments, context.RequestAborted));
    }

    private static async Task BulkAsync(HttpContext context, StoreSession store)
    {
        new QueryText(context.Request).Check();
        BodyMembers body = await ToolRoutes.ReadAsync(context, "ids", "decision", "user", "comments", "tenantId");
        string[] ids = [.. (body.List("ids", MostAtOnce, isRequired: true)?.Items.ToArray() ?? []).Select(static id => id.StringOrNull() ?? "")];
        if (ids.Length == 0 || ids.Distinct(StringComparer.OrdinalIgnoreCase).Count() < ids.Length)
        {
            body.Fail("ids", $"It must name 1 to {MostAtOnce} approvals, each once.");
        }

        string? decision = body.Text("decision", LongestText, isRequired: true)?.ToLowerInvariant();
        if (decision is not (null or "approve" or "reject"))
        {
            body.Fail("decision", "It must be approve or reject.");
        }

        string comments = Comments(body);
        string? tenant = body.Text("tenantId", LongestText);
        body.Check();
        AccessGate.DemandTenant(context, tenant, "/tenantId");
        Caller caller = Callers.Of(context);
        IReadOnlyList<BulkDecision> decided = await new BulkDecisions(store.Approvals).DecideAsync(caller.TenantId, ids, decision == "approve", caller.Principal, comments, context.RequestAborted);
        BulkItem[] items =
        [
            .. decided.Select(one => new BulkItem
            {
                ApprovalId = one.Id,
                Status = one.Approval?.Status,
                Error = one.Error is { } error ? new BulkError { Code = error.Code, Status = error.Kind.HttpStatus, Message = error.Message } : null,
            }),
        ];
        await WireJson.WriteAsync(
            context, StatusCodes.Status200OK,
            new BulkAnswer { Items = items, Decided = items.Count(static item => item.Error is null), Refused = items.Count(static item => item.Error is not null) }, WireJson.Of.BulkAnswer);
    }

    // What a user is said to be is kept beside the comments, as the remark it is.
    private static string Comments(BodyMembers body)
    {
        string? user = body.Text("user", LongestText);
        string comments = body.Text("comments", LongestComment) ?? "";
        return user is null || comments.Length == 0 ? comments : $"{comments} (Said to be {user}.)";
    }

    private static async Task<Approval> KnownAsync(HttpContext context, string approvalId, StoreSession store) =>
        (Guid.TryParseExact(approvalId, "D", out Guid id) ? await store.Approvals.FindAsync(Callers.Of(context).TenantId, id, context.RequestAborted) : null)
            ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Approvals.NotFound, "The tenant has no approval of that id."));

    private static async Task WriteAsync(HttpContext context, StoreSession store, int status, Approval approval) =>
        await WireJson.WriteAsync(context, status, await DetailAsync(store, approval, context.RequestAborted), WireJson.Of.ApprovalDetail);

    private static async Task<ApprovalDetail> DetailAsync(StoreSession store, Approval approval, CancellationToken cancellationToken)
    {
        ExceptionRow? about = approval.Exception is { } key ? await store.Exceptions.FindAsync(approval.TenantId, key, cancellationToken) : null;
        return ApprovalDetail.Of(approval, await store.Approvals.MissingAsync(approval, cancellationToken), about?.Record.ExceptionId.Value);
    }
}
