using System.Security.Cryptography;
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
using Reeve.Engine.Imports;
using Reeve.Engine.Inbox;
using Reeve.Engine.Recording;
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
    private const string ReplayedHeader = "Idempotency-Replayed";
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
                Headers = [new("Idempotency-Key", "1 to 256 characters. The same again under it, within 24 hours, makes nothing twice: a document is answered as before, a stream goes on where it broke off.")],
                AnswerHeaders =
                [
                    new("Reeve-Import-Id", "The import: of JSON Lines, and of a document with an Idempotency-Key."),
                    new("Idempotency-Replayed", "true, where a document came before under its key and is answered as it was."),
                ],
                Statuses = [400, 409, 422, 429],
            })
            .Produces<IngestionAnswer>(StatusCodes.Status202Accepted);

    private static Task AnswerAsync(HttpContext context, string tenantId, StoreSession store, IngestionRuns runs, ILoggerFactory loggers)
    {
        // The gate has compared the path's tenant with the credential's, which is the one that counts.
        _ = tenantId;
        ILogger logger = loggers.CreateLogger("Reeve.Server.Api.Ingesting");
        return BodyText.KindOf(context.Request, takesLines: true) == BodyKind.Json
            ? DocumentAsync(context, store, runs, logger)
            : StreamAsync(context, store, runs, logger);
    }

    private static async Task DocumentAsync(HttpContext context, StoreSession store, IngestionRuns runs, ILogger logger)
    {
        DomainName? domain = Domain(context);
        string? key = Key(context);
        Caller caller = Callers.Of(context);
        using RoomShare room = Reserve(context, store.Queues, caller.TenantId);
        ReadOnlyMemory<byte> body = await BodyText.ReadAsync(context);
        room.Shrink(1, body.Length);
        Submission submission = Submission.Read(body);
        AccessGate.DemandTenant(context, submission.Tenant, "/tenant_id");
        BoundPolicy policy = await store.Packs.ActiveAsync(caller.TenantId, domain, context.RequestAborted);

        Tally tally = new(ErrorsOfDocument);
        await using HeldImport? held = key is null ? null : new HeldImport(
            await store.Imports.OpenAsync(RequestOf(caller, key, ImportKind.Document, policy, SHA256.HashData(body.Span)), context.RequestAborted), tally);
        if (held?.Import.Replays is { } ended)
        {
            context.Response.Headers[ReplayedHeader] = "true";
            await TellAsync(context, submission, store.Imports.AnswersAsync(ended, context.RequestAborted), tally, held, logger);
            return;
        }

        // What is decided later begins when the answer was written, or could not be.
        HandOver? hand = store.Inbox?.Begin();
        try
        {
            await TellAsync(
                context, submission,
                store.Pipeline.IngestDocumentAsync(submission.Items.ToAsync(), policy, runs.Of(policy), held?.Import, new IngestedDocument(room, body.Length, hand), context.RequestAborted),
                tally, held, logger);
        }
        finally
        {
            hand?.Release();
        }
    }

    private static async Task TellAsync(HttpContext context, Submission submission, IAsyncEnumerable<ExceptionResult> results, Tally tally, HeldImport? held, ILogger logger)
    {
        context.Response.Headers[ImportHeader] = held?.Id;
        List<string?> ids = new(submission.Items.Count);
        await foreach (ExceptionResult result in results)
        {
            tally.Add(result);
            ids.Add(result.ExceptionId?.Value);
        }

        await (held?.EndAsync() ?? Task.CompletedTask);
        string? accepted = ids.Find(id => id is not null);
        using IDisposable? scope = logger.BeginScope(new LogScope { WorkItem = ids.Count == 1 ? accepted : null, CorrelationId = ids.Count == 1 ? accepted : null });
        ApiLog.Ingested(logger, tally.Accepted, tally.Items, tally.Repeated, submission.Method ?? "request");
        await (tally.Accepted == 0
            ? tally.Refusal().WriteAsync(context)
            : WireJson.WriteAsync(context, StatusCodes.Status202Accepted, tally.Answer(ids, held?.Id), WireJson.Of.IngestionAnswer));
    }

    // Before the body is read, so that what many send at once never lies in memory beside the queue. Who does not say how long it is needs room for the longest.
    private static RoomShare Reserve(HttpContext context, TenantQueues queues, TenantId tenant) =>
        queues.TryReserve(tenant, 1, Math.Clamp(context.Request.ContentLength ?? BodyText.MaxBytes, 0, BodyText.MaxBytes), out TimeSpan retryAfter) ?? throw new NoRoomException(retryAfter);

    // A stream is read no faster than it is decided and stored: what is not read, the sender cannot send.
    private static async Task StreamAsync(HttpContext context, StoreSession store, IngestionRuns runs, ILogger logger)
    {
        DomainName? domain = Domain(context);
        string? key = Key(context);
        Caller caller = Callers.Of(context);
        BoundPolicy policy = await store.Packs.ActiveAsync(caller.TenantId, domain, context.RequestAborted);

        Tally tally = new(ErrorsOfStream);
        await using HeldImport held = new(
            key is null
                ? store.Imports.Open(caller.TenantId, policy.Domain.Name)
                : await store.Imports.OpenAsync(RequestOf(caller, key, ImportKind.Stream, policy, null), context.RequestAborted),
            tally);
        context.Response.Headers[ImportHeader] = held.Id;
        WatchedItems items = new(context, store.Keys);
        try
        {
            await foreach (ExceptionResult result in store.Pipeline.IngestAsync(items.ReadAsync(BodyText.Open(context)), policy, runs.Of(policy), held.Import, context.RequestAborted))
            {
                tally.Add(result);
            }
        }
        catch (ReeveException fault) when (tally.Items > 0)
        {
            // What was answered for so far is stored; the sender has to know how far that is.
            throw new ProblemException(Counted(Problem.Of(fault), tally, held.Id), fault);
        }

        ApiLog.Imported(logger, held.Id, tally.Accepted, tally.Items, tally.Repeated);
        if (items.KeyEnded)
        {
            context.Response.Headers.WWWAuthenticate = ApiKeyHandler.Challenge;
            Problem ended = Problem.Of(ErrorCatalogue.Identity.Unauthenticated, "The credential ended while the stream came in. The items that are counted were decided; what came behind them was not looked at.");
            await Counted(ended, tally, held.Id).WriteAsync(context);
            return;
        }

        await held.EndAsync();
        await (tally.Accepted == 0
            ? Counted(tally.Refusal(), tally, held.Id).WriteAsync(context)
            : WireJson.WriteAsync(context, StatusCodes.Status202Accepted, tally.Answer(null, held.Id), WireJson.Of.IngestionAnswer));
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

    private static string? Key(HttpContext context)
    {
        StringValues keys = context.Request.Headers[IdempotencyHeader];
        return keys.Count == 0 ? null
            : keys.Count == 1 && keys.ToString() is { Length: > 0 and <= LongestKey } given ? given
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Http.BadRequest, $"The header {IdempotencyHeader} must be given once, with 1 to {LongestKey} characters."));
    }

    private static ImportRequest RequestOf(Caller caller, string key, ImportKind kind, BoundPolicy policy, ReadOnlyMemory<byte>? bodyHash) =>
        new(caller.TenantId, ImportId.Of(caller.TenantId, caller.Principal.Id, key), kind, policy.Domain.Name, bodyHash);
}
