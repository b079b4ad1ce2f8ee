using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Reeve.Core.Errors;
using Reeve.Server.Problems;

namespace Reeve.Server.Hosting;

/// <summary>
/// The first to see a request: refuses heads that are too large, and says in every answer what a browser may do with it. The
/// parser's own limits are twice as wide, so that what is refused here still gets a proper answer.
/// </summary>
internal sealed class RequestGuard(RequestDelegate next)
{
    internal const int MaxHeaderBytes = 32 * 1024;
    internal const int MaxHeaders = 100;
    internal const int MaxTarget = 8 * 1024;

    // An answer of the API is data: no browser should run, frame or guess anything of it.
    private const string NoContent = "default-src 'none'; frame-ancestors 'none'";

    // The pages of the API's documentation come with scripts and styles of their own, and styles within the page.
    private const string OwnContent = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(static state => Protect((HttpContext)state), context);
        return Refusal(context) is { } refusal ? refusal.WriteAsync(context) : next(context);
    }

    private static Problem? Refusal(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > MaxTarget })
        {
            return Problem.Of(ErrorCatalogue.Http.TargetTooLong, $"The path and the query have over {MaxTarget:N0} characters.");
        }

        int count = 0;
        int length = 0;
        foreach ((string name, StringValues values) in context.Request.Headers)
        {
            foreach (string? value in values)
            {
                count++;
                length += name.Length + (value?.Length ?? 0);
            }
        }

        return count > MaxHeaders || length > MaxHeaderBytes
            ? Problem.Of(ErrorCatalogue.Http.HeadersTooLarge, $"There are {count} header fields with {length:N0} characters; at most {MaxHeaders} with {MaxHeaderBytes:N0} are taken.")
            : null;
    }

    private static Task Protect(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        bool isPage = context.Request.Path.StartsWithSegments("/docs", StringComparison.OrdinalIgnoreCase) || context.Request.Path == "/";
        headers[HeaderNames.ContentSecurityPolicy] = isPage ? OwnContent : NoContent;
        headers[HeaderNames.XContentTypeOptions] = "nosniff";
        headers[HeaderNames.XFrameOptions] = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!isPage && headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }

        return Task.CompletedTask;
    }
}

/// <summary>
/// Lets nothing new in once the server closes, but for what is open to all, counts what is under way, and ends what does not end by itself in
/// time for an answer (HX-13).
/// </summary>
internal sealed class DrainGate(RequestDelegate next, ServerState state)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // What is open to all says how the server is, to its end, and nothing waits for it.
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            await next(context);
            return;
        }

        if (!state.TryEnter())
        {
            await Stopping("It takes nothing new.").WriteAsync(context);
            return;
        }

        try
        {
            await ServeAsync(context);
        }
        finally
        {
            state.Leave();
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        CancellationToken gone = context.RequestAborted;
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(gone, state.Cut);
        context.RequestAborted = either.Token;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (state.Cut.IsCancellationRequested && !gone.IsCancellationRequested && !context.Response.HasStarted)
        {
            context.RequestAborted = gone;
            context.Response.Clear();
            await Stopping("It had no more time for the request.").WriteAsync(context);
        }
        finally
        {
            context.RequestAborted = gone;
        }
    }

    private static Problem Stopping(string why) => Problem.Of(ErrorCatalogue.Http.Draining, why);
}
