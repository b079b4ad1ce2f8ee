using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Recording;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Server.Api.RequestBodies;
using Reeve.Server.Api.Describing;
using Reeve.Server.Hosting;
using Reeve.Server.SignIn;

namespace Reeve.Server.Api.RunRequests;

/// <summary>POST /run: decide exceptions under packs that the request names (EX-API-11).</summary>
internal static class RunRoutes
{
    private const int Buffered = 64 * 1024;

    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/run", AnswerAsync)
            .Requires(Permission.Run)
            .WithName("run")
            .WithTags("Runs")
            .WithSummary("Runs exceptions through the pipeline under the packs named.")
            .WithDescription("What is sent is not compared with what arrived before: an exceptionId that is stored already becomes a new one.")
            .Documented(new RouteDocument
            {
                Bodies = [new("application/json", BodySchemas.Run())],
                Answers = [new(StatusCodes.Status200OK, "The result of the run.", "application/json", BodySchemas.RunResult())],
                Statuses = [400, 404, 409, 422],
            });

    private static async Task AnswerAsync(HttpContext context, StoreSession store, NamedPacks packs, TimeProvider clock, ILoggerFactory loggers)
    {
        new QueryText(context.Request).Check();
        BodyText.KindOf(context.Request, takesLines: false);
        RunBody body = RunBody.Read(await BodyText.ReadAsync(context));
        AccessGate.DemandTenant(context, body.Tenant, "/tenantId");
        Caller caller = Callers.Of(context);
        BoundPolicy policy = await packs.BindAsync(caller.TenantId, body, context.RequestAborted);

        // What a run was decided with is kept, or nobody could replay it.
        await store.Packs.EnsureAsync(policy, caller.Principal, context.RequestAborted);
        DateTimeOffset now = TimeText.ToMicroseconds(clock.GetUtcNow());
        Run run = new()
        {
            Id = new RunId(store.Ids.Next(now)),
            TenantId = caller.TenantId,
            Kind = RunKind.Request,
            Domain = policy.Domain.Name,
            DomainPack = policy.Domain.ContentHash,
            TenantPolicy = policy.Policy.ContentHash,
            AsOf = now,
            LogicVersion = DecisionDocument.LogicVersion,
            Product = Product.Version,
            StartedAt = now,
            StartedBy = caller.Principal,
        };
        ILogger logger = loggers.CreateLogger("Reeve.Server.Api.RunRequests");
        await WriteAsync(context, store.Pipeline.RunAsync(body.Items.ToAsync(), policy, run, context.RequestAborted), run, logger);
    }

    // Results may be many times as large as what was sent, so they leave as they come. Until the first has come, a fault is an
    // answer; afterwards it cuts the connection, and nobody takes half a result for a whole one.
    private static async Task WriteAsync(HttpContext context, IAsyncEnumerable<ExceptionResult> results, Run run, ILogger logger)
    {
        long count = 0;
        using MemoryStream buffer = new();
        RunResultWriter writer = new(buffer, run.TenantId, run.Id);
        try
        {
            await foreach (ExceptionResult result in results)
            {
                writer.Add(result);
                count++;
                if (buffer.Length > Buffered)
                {
                    await SendAsync(context, buffer);
                }
            }
        }
        catch (Exception fault) when (context.Response.HasStarted && fault is not OperationCanceledException)
        {
            ApiLog.RunCut(logger, fault, run.Id.ToString(), count);
            context.Abort();
            return;
        }

        writer.Dispose();
        ApiLog.Ran(logger, run.Id.ToString(), count);
        await SendAsync(context, buffer);
    }

    private static async Task SendAsync(HttpContext context, MemoryStream buffer)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "application/json; charset=utf-8";
        }

        await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), context.RequestAborted);
        buffer.SetLength(0);
    }
}
