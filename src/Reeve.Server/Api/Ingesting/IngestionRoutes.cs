using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Operations.Logs;
using Reeve.Server.Api.RequestBodies;
using Reeve.Server.Api.Describing;
using Reeve.Server.Hosting;
using Reeve.Server.Problems;
using Reeve.Server.SignIn;

namespace Reeve.Server.Api.Ingesting;

/// <summary>POST /exceptions/{tenantId}: raw exceptions in (EX-API-1).</summary>
internal static class IngestionRoutes
{
    private const string ImportHeader = "Reeve-Import-Id";
    private const string IdempotencyHeader = "Idempotency-Key";
    private const int LongestKey = 256;

    // What is told of errors is held until the end; a stream may have millions, and is sent by whoever checks it beforehand.
    private const int ErrorsOfDocument = 1_000;
    private const int ErrorsOfStream = 100;

    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/exceptions/{tenantId}", AnswerAsync)
            .Requires(Permission.Ingest)
            .WithName("ingestExceptions")
            .WithTags("Exceptions")
            .WithSummary("Sends exceptions.")
            .WithDescription(
                "One raw exception (any JSON object), a list of them, or either in the envelope {exception | exceptions, source_system, ingestion_method}; "
                + "or JSON Lines, one in each line, of any length. What is answered is stored and decided.")
            .Documented(new RouteDocument
            {
                Query = [new("domain", "Whose active packs decide; needed only by tenants with packs of several domains.")],
                Bodies =
                [
                    new("application/json", BodySchemas.Submission()),
                    new("application/jsonl", BodySchemas.Text("JSON Lines: one raw exception in each line; no limit to their number.")),
                    new("application/x-ndjson", BodySchemas.Text("The same under its other name.")),
                ],
                Headers = [new("Idempotency-Key", "Of JSON Lines: names the import, 1 to 256 characters; the same key gives the same Reeve-Import-Id.")],
                AnswerHeaders = [new("Reeve-Import-Id", "The import; of JSON Lines alone.")],
                Statuses = [400, 422],
            })
            .Produces<IngestionAnswer>(StatusCodes.Status202Accepted);

    private static Task AnswerAsync(HttpContext context, string tenantId, StoreSession store, IngestionRuns runs, TimeProvider clock, ILoggerFactory loggers)
    {
        // The gate has compared the path's tenant with the credential's, which is the one that counts.
        _ = tenantId;
        ILogger logger = loggers.CreateLogger("Reeve.Server.Api.Ingesting");
        return BodyText.KindOf(context.Request, takesLines: true) == BodyKind.Json
            ? DocumentAsync(context, store, runs, logger)
            : StreamAsync(context, store, runs, clock, logger);
    }

    private static async Task DocumentAsync(HttpContext context, StoreSession store, IngestionRuns runs, ILogger logger)
    {
        DomainName? domain = Domain(context);
        Submission submission = Submission.Read(await BodyText.ReadAsync(context));
        AccessGate.DemandTenant(context, submission.Tenant, "/tenant_id");
        BoundPolicy policy = await store.Packs.ActiveAsync(Callers.Of(context).TenantId, domain, context.RequestAborted);

        Tally tally = new(ErrorsOfDocument);
        List<string?> ids = new(submission.Items.Count);
        await foreach (ExceptionResult result in store.Pipeline.IngestAsync(submission.Items.ToAsync(), policy, runs.Of(policy), context.RequestAborted))
        {
            tally.Add(result);
            ids.Add(result.ExceptionId?.Value);
        }

        string? accepted = ids.Find(id => id is not null);
        using IDisposable? scope = logger.BeginScope(new LogScope { WorkItem = ids.Count == 1 ? accepted : null, CorrelationId = ids.Count == 1 ? accepted : null });
        ApiLog.Ingested(logger, tally.Accepted, tally.Items, tally.Repeated, submission.Method ?? "request");
        await (tally.Accepted == 0
            ? tally.Refusal().WriteAsync(context)
            : WireJson.WriteAsync(context, StatusCodes.Status202Accepted, tally.Answer(ids, null), WireJson.Of.IngestionAnswer));
    }

    // A stream is read no faster than it is decided and stored: what is not read, the sender cannot send.
    private static async Task StreamAsync(HttpContext context, StoreSession store, IngestionRuns runs, TimeProvider clock, ILogger logger)
    {
        DomainName? domain = Domain(context);
        string import = ImportId(context, clock);
        BoundPolicy policy = await store.Packs.ActiveAsync(Callers.Of(context).TenantId, domain, context.RequestAborted);
        context.Response.Headers[ImportHeader] = import;

        Tally tally = new(ErrorsOfStream);
        WatchedItems items = new(context, store.Keys);
        try
        {
            await foreach (ExceptionResult result in store.Pipeline.IngestAsync(items.ReadAsync(BodyText.Open(context)), policy, runs.Of(policy), context.RequestAborted))
            {
                tally.Add(result);
            }
        }
        catch (ReeveException fault) when (tally.Items > 0)
        {
            // What was answered for so far is stored; the sender has to know how far that is.
            throw new ProblemException(Counted(Problem.Of(fault), tally, import), fault);
        }

        ApiLog.Imported(logger, import, tally.Accepted, tally.Items, tally.Repeated);
        if (items.KeyEnded)
        {
            context.Response.Headers.WWWAuthenticate = ApiKeyHandler.Challenge;
            Problem ended = Problem.Of(ErrorCatalogue.Identity.Unauthenticated, "The credential ended while the stream came in. The items that are counted were decided; what came behind them was not looked at.");
            await Counted(ended, tally, import).WriteAsync(context);
            return;
        }

        await (tally.Accepted == 0
            ? Counted(tally.Refusal(), tally, import).WriteAsync(context)
            : WireJson.WriteAsync(context, StatusCodes.Status202Accepted, tally.Answer(null, import), WireJson.Of.IngestionAnswer));
    }

    private static Problem Counted(Problem problem, Tally tally, string import) => problem with
    {
        Members = [.. problem.Members, ("importId", Value.Of(import)), ("items", Value.Of(tally.Items)), ("accepted", Value.Of(tally.Accepted)), ("refused", Value.Of(tally.Refused))],
    };

    private static DomainName? Domain(HttpContext context)
    {
        QueryText query = new(context.Request, "domain");
        string? domain = query.Text("domain");
        query.Check();
        return domain is null ? null : new DomainName(domain);
    }

    // Of one Idempotency-Key the id is the same, so that a sender whose answer was lost finds its import again.
    private static string ImportId(HttpContext context, TimeProvider clock)
    {
        StringValues keys = context.Request.Headers[IdempotencyHeader];
        Caller caller = Callers.Of(context);
        if (keys.Count == 0)
        {
            return Guid.CreateVersion7(clock.GetUtcNow()).ToString("D");
        }

        string key = keys.Count == 1 && keys.ToString() is { Length: > 0 and <= LongestKey } given
            ? given
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Http.BadRequest, $"The header {IdempotencyHeader} must be given once, with 1 to {LongestKey} characters."));
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{caller.TenantId.Value.Length}:{caller.TenantId}{caller.Principal.Id.Length}:{caller.Principal.Id}{key}"));

        // RFC 9562, version 8: our own bits, with the version and the variant in their places.
        hash[6] = (byte)(0x80 | (hash[6] & 0x0F));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3F));
        return new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString("D");
    }
}
