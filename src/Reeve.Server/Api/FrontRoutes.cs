using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Server.Api.Describing;
using Reeve.Server.Hosting;

namespace Reeve.Server.Api;

/// <summary>GET /: what this is and where to go on. Open to all.</summary>
internal static class FrontRoutes
{
    private static readonly byte[] Json = Encoding.UTF8.GetBytes(
        $$"""{"name":"Reeve","version":"{{Product.Version}}","api":"/api/v1","documentation":"/docs","openapi":"/openapi.json","health":"/health"}""");

    private static readonly byte[] Page = Encoding.UTF8.GetBytes(
        $"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Reeve</title>
        <h1>Reeve {Product.Version}</h1>
        <p>Takes operational exceptions through intake, triage, policy, resolution and feedback.</p>
        <ul>
        <li><a href="/docs">The API</a>, to read and to try (<a href="/openapi.json">OpenAPI</a>)</li>
        <li><a href="/health">How this server is</a></li>
        </ul>
        <p>Requests need an API key: <code>reeve keys create --help</code>.</p>
        </html>

        """);

    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapOpen("/", AnswerAsync)
            .WithName("front").WithTags("Server").WithSummary("What this is and where to go on.")
            .Documented(new RouteDocument
            {
                IsOpen = true,
                Answers = [new(StatusCodes.Status200OK, "Name, version, and where to go on; a page for browsers.", "application/json", BodySchemas.Object("Where to go on."))],
            });

    private static Task AnswerAsync(HttpContext context)
    {
        bool isBrowser = context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        byte[] body = isBrowser ? Page : Json;
        context.Response.ContentType = isBrowser ? "text/html; charset=utf-8" : "application/json; charset=utf-8";
        context.Response.Headers.Vary = "Accept";
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
