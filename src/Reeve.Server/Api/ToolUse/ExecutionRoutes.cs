using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;
using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Schemas;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Executions;
using Reeve.Engine.Tools.Requests;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Server.Api.Describing;
using Reeve.Server.Hosting;
using Reeve.Server.Problems;
using Reeve.Server.SignIn;

namespace Reeve.Server.Api.ToolUse;

/// <summary>Calls of tools and what became of them: POST /tools/{toolId}/execute, GET /tools/executions (EX-API-72, 73).</summary>
internal static class ExecutionRoutes
{
    private const string IdempotencyHeader = "Idempotency-Key";
    private const int LongestKey = 256;
    private const int LongestText = 512;

    // How long somebody who waits for the end is kept waiting; proxies usually give up after 30 s or more.
    private static readonly TimeSpan SyncWait = TimeSpan.FromSeconds(10);

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/tools/{toolId}/execute", ExecuteAsync)
            .Requires(Permission.UseTools)
            .WithName("executeTool")
            .WithTags(ToolRoutes.Tag)
            .WithSummary("Calls a tool, if the tool gate lets the call through.")
            .WithDescription(
                "A refusal names the check that refused and every other that was made (member checks), and, where people must approve, the digest of exactly this call. A call that changes something "
                + "needs an approval unless a person asks for it and nothing else demands one.")
            .Documented(new RouteDocument
            {
                Headers = [new(IdempotencyHeader, "1 to 256 characters. The same call again under it is the same execution; another one is refused.")],
                Bodies = [new("application/json", ToolBodies.Execute())],
                Statuses = [400, 404, 409, 422, 429],
            })
            .Produces<CallAnswer>(StatusCodes.Status202Accepted);
        routes.MapRead("/tools/executions", Permission.Read, ListAsync)
            .WithName("listExecutions")
            .WithTags(ToolRoutes.Tag)
            .WithSummary("Lists calls of tools, newest first.")
            .Documented(new RouteDocument
            {
                Query =
                [
                    new("tool_id", "Those of one tool: tenantId:domainName:toolName, or its name."),
                    new("exception_id", "Those for one exception."),
                    new("status", "Those that stand so.", [.. Wire.All<ExecutionStatus>()]),
                    new("unknown", "only: those whose end nobody knows, be it that they are under way.", "only"),
                    new("actor_type", "Those of principals of one kind.", [.. Wire.All<PrincipalKind>()]),
                    new("actor_id", "Those of one principal."),
                    .. ToolRoutes.Paging,
                ],
                Statuses = [400, 404],
                AnswerHeaders = [ToolRoutes.NextPage],
            })
            .Produces<ExecutionList>();
        routes.MapPost("/tools/executions/{executionId}/settle", SettleAsync)
            .Requires(Permission.UseTools)
            .WithName("settleExecution")
            .WithTags(ToolRoutes.Tag)
            .WithSummary("Says how a call ended whose end nobody knows, by somebody who looked.")
            .Documented(new RouteDocument { Bodies = [new("application/json", ToolBodies.Settle())], Statuses = [400, 404, 409, 422] })
            .Produces<ExecutionView>();
        routes.MapRead("/tools/executions/{executionId}", Permission.Read, FindAsync)
            .WithName("getExecution")
            .WithTags(ToolRoutes.Tag)
            .WithSummary("Shows one call: what was asked, every attempt, and what came of it. Secrets are hidden.")
            .Documented(new RouteDocument { Statuses = [400, 404] })
            .Produces<ExecutionView>();
    }

    private static async Task ExecuteAsync(HttpContext context, string toolId, StoreSession store)
    {
        new QueryText(context.Request).Check();
        string tool = ToolRoutes.NameIn(context, toolId);
        string? key = Key(context);
        BodyMembers body = await ToolRoutes.ReadAsync(context, "payload", "exceptionId", "goal", "actorType", "actorId", "dryRun", "mode", "tenantId");
        ObjectMap arguments = body.Map("payload") ?? ObjectMap.Empty;
        string? exception = body.Text("exceptionId", LongestText);
        string? goal = body.Text("goal", LongestText);
        string?[] remarks = [body.Text("actorType", LongestText), body.Text("actorId", LongestText)];
        bool isDryRun = body.Flag("dryRun") ?? false;
        string? mode = body.Text("mode", LongestText);
        if (mode is not (null or "sync" or "async"))
        {
            body.Fail("mode", "It must be sync or async.");
        }

        string? tenant = body.Text("tenantId", LongestText);
        body.Check();
        AccessGate.DemandTenant(context, tenant, "/tenantId");
        Caller caller = Callers.Of(context);
        RequestedCall called = await store.Tools.CallAsync(
            new ToolRequest
            {
                TenantId = caller.TenantId,
                Tool = tool,
                Arguments = arguments,
                Exception = exception is null ? null : new ExceptionId(exception),
                Actor = caller.Principal,
                IsAdministrator = caller.Principal.Roles.Contains(Roles.Admin),
                Key = key,
                Goal = Goal(goal, remarks),
                IsDryRun = isDryRun,
                Wait = mode == "sync" ? SyncWait : TimeSpan.Zero,
            },
            context.RequestAborted);
        switch (called.Answer)
        {
            case ToolAnswer.Refused refused:
                await (await RefusalAsync(store, called, refused, arguments, context.RequestAborted)).WriteAsync(context);
                break;
            case ToolAnswer.KeptBack kept:
                await (Problem.Of(kept.Error) with { Status = StatusCodes.Status409Conflict, Members = [("executionId", Value.Of(called.Id.ToString()))] }).WriteAsync(context);
                break;
            default:
                await WireJson.WriteAsync(context, StatusCodes.Status202Accepted, CallAnswer.Of(called), WireJson.Of.CallAnswer);
                break;
        }
    }

    private static string Goal(string? given, IEnumerable<string?> remarks)
    {
        string remark = string.Join(' ', remarks.Where(static one => one is not null));
        string goal = given ?? "Somebody asks for exactly this call.";
        return remark.Length == 0 ? goal : $"{goal} Said to be for {remark}.";
    }

    // What refuses is 403 with its code, whatever that would be elsewhere; but what is not there is 404, arguments are 422 with their pointers, and what passes by itself says when to come back.
    private static async Task<Problem> RefusalAsync(StoreSession store, RequestedCall called, ToolAnswer.Refused refused, ObjectMap arguments, CancellationToken cancellationToken)
    {
        ErrorCode kind = refused.Error.Kind;
        bool isInput = kind == ErrorCatalogue.Tools.BadInput;
        bool isAsCatalogued = isInput || kind == ErrorCatalogue.Tools.NotDefined || (kind.IsTransient && kind.HttpStatus is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable);
        return Problem.Of(refused.Error) with
        {
            Status = isAsCatalogued ? kind.HttpStatus : StatusCodes.Status403Forbidden,
            Fields = isInput ? await FieldsAsync(store, called.Tool, arguments, cancellationToken) : [],
            Members = [("checks", Checks(refused.Decision)), ("digest", Value.Of(refused.Digest?.Hex))],
        };
    }

    private static async Task<IReadOnlyList<ProblemField>> FieldsAsync(StoreSession store, ToolId tool, ObjectMap arguments, CancellationToken cancellationToken)
    {
        ListedTool listed = await store.Tools.FindAsync(tool.TenantId, tool.ToString(), tool.Domain, cancellationToken);
        return
        [
            .. listed.Tool.InputSchema.Validate(Value.Of(arguments)).Select(static problem =>
                new ProblemField(new ReeveError(ErrorCatalogue.Tools.BadInput, problem.Message, "/payload" + problem.InstancePointer))),
        ];
    }

    private static Value Checks(GateDecision decision) => Value.Of(new ListValue(
    [
        .. decision.Reasons.Where(static reason => reason.Verdict != PolicyVerdict.Allow).Select(static reason => Value.Of(ObjectMap.Of(
            ("check", Value.Of(Wire.Name(reason.Check))),
            ("verdict", Value.Of(Wire.Name(reason.Verdict))),
            ("code", Value.Of(reason.Error?.Code)),
            ("reason", Value.Of(reason.Reason))))),
    ]));

    private static string? Key(HttpContext context)
    {
        StringValues keys = context.Request.Headers[IdempotencyHeader];
        return keys.Count == 0 ? null
            : keys.Count == 1 && keys.ToString() is { Length: > 0 and <= LongestKey } given ? given
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Http.BadRequest, $"The header {IdempotencyHeader} must be given once, with 1 to {LongestKey} characters."));
    }

    private static async Task ListAsync(HttpContext context, StoreSession store)
    {
        QueryText query = new(context.Request, ["tool_id", "exception_id", "status", "unknown", "actor_type", "actor_id", .. PageRequest.Parameters]);
        PageRequest page = PageRequest.Read(query);
        string? tool = query.Text("tool_id", LongestText);
        string? exception = query.Text("exception_id", LongestText);
        string? unknown = query.Text("unknown");
        if (unknown is not (null or "only"))
        {
            query.Fail("unknown", "It must be only.");
        }

        ExecutionFilter filter = new()
        {
            Status = query.Word<ExecutionStatus>("status"),
            ActorKind = query.Word<PrincipalKind>("actor_type"),
            ActorId = query.Text("actor_id"),
            IsOpen = unknown is not null,
        };
        query.Check();

        TenantId tenant = Callers.Of(context).TenantId;
        ExecutionsFound found = await store.Tools.PageAsync(
            tenant, filter, tool is null ? null : ToolRoutes.NameIn(context, tool), exception is null ? null : new ExceptionId(exception),
            new PlaceInList(page.Cursor, page.Skip, page.Size), context.RequestAborted);
        page.Link(context, found.Next);
        await WireJson.WriteAsync(
            context, StatusCodes.Status200OK,
            new ExecutionList
            {
                Items = [.. found.Items.Select(ExecutionItem.Of)],
                Total = Math.Min(found.Total, ExecutionsFound.CountedAtMost),
                TotalIsLowerBound = found.Total > ExecutionsFound.CountedAtMost,
                Page = page.ByPlace ? null : page.Number,
                PageSize = page.Size,
                TotalPages = page.PagesOf(Math.Min(found.Total, ExecutionsFound.CountedAtMost)),
                NextCursor = found.Next,
            },
            WireJson.Of.ExecutionList);
    }

    private static async Task FindAsync(HttpContext context, string executionId, StoreSession store)
    {
        new QueryText(context.Request).Check();

        ExecutionFile file = await store.Tools.ExecutionAsync(Callers.Of(context).TenantId, IdOf(executionId), context.RequestAborted);
        await WireJson.WriteAsync(context, StatusCodes.Status200OK, ExecutionView.Of(file), WireJson.Of.ExecutionView);
    }

    private static async Task SettleAsync(HttpContext context, string executionId, StoreSession store)
    {
        new QueryText(context.Request).Check();
        BodyMembers body = await ToolRoutes.ReadAsync(context, "outcome", "note", "tenantId");
        string? outcome = body.Text("outcome", LongestText, isRequired: true)?.ToUpperInvariant();
        if (outcome is not (null or "SUCCEEDED" or "FAILED"))
        {
            body.Fail("outcome", "It must be SUCCEEDED or FAILED.");
        }

        string? note = body.Text("note", ExecutionDesk.LongestNote, isRequired: true);
        string? tenant = body.Text("tenantId", LongestText);
        body.Check();
        AccessGate.DemandTenant(context, tenant, "/tenantId");
        Caller caller = Callers.Of(context);
        ExecutionFile file = await store.Tools.SettleAsync(
            caller.TenantId, IdOf(executionId), outcome == "SUCCEEDED", note!, caller.Principal, context.RequestAborted); // not null: the check demands it
        await WireJson.WriteAsync(context, StatusCodes.Status200OK, ExecutionView.Of(file), WireJson.Of.ExecutionView);
    }

    // The same words for an id that nobody has and for one that another tenant has.
    private static ExecutionId IdOf(string text) => Guid.TryParseExact(text, "D", out Guid id) ? new ExecutionId(id)
        : throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.NoExecution, "That is no id of an execution."));
}
