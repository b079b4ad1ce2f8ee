using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;
using Reeve.Server.Api.Describing;
using Reeve.Server.Problems;

namespace Reeve.Server.Api.Vitals;

/// <summary>Alive, ready, healthy, each under its three names (EX-API-81). Open to all.</summary>
internal static class ProbeRoutes
{
    private static ReadOnlySpan<byte> Alive => "{\"status\":\"alive\"}"u8;

    private static ReadOnlySpan<byte> Ready => "{\"status\":\"ready\"}"u8;

    internal static void Map(IEndpointRouteBuilder routes)
    {
        OpenApiSchema status = BodySchemas.Object("The state.", new() { ["status"] = BodySchemas.Text("alive or ready.") });
        RouteDocument alive = new() { IsOpen = true, Answers = [new(StatusCodes.Status200OK, "It serves.", "application/json", status)] };
        RouteDocument ready = new() { IsOpen = true, Answers = [new(StatusCodes.Status200OK, "Requests may be sent.", "application/json", status)], Statuses = [503] };
        RouteDocument health = new()
        {
            IsOpen = true,
            Answers =
            [
                new(StatusCodes.Status200OK, "Healthy, or degraded.", "application/json", Report()),
                new(StatusCodes.Status503ServiceUnavailable, "Unhealthy.", "application/json", Report()),
            ],
        };
        Each(routes, ["/alive", "/livez", "/health/live"], AliveAsync, alive, "alive", "Whether the process serves.");
        Each(routes, ["/ready", "/readyz", "/health/ready"], ReadyAsync, ready, "ready", "Whether requests may be sent here: not while it starts or stops, or the store is away.");
        Each(routes, ["/health", "/healthz"], HealthAsync, health, "health", "How it is, in detail.");
    }

    private static void Each(IEndpointRouteBuilder routes, string[] paths, Delegate answer, RouteDocument document, string name, string summary)
    {
        for (int i = 0; i < paths.Length; i++)
        {
            RouteHandlerBuilder route = routes.MapOpen(paths[i], answer).Documented(document);
            route.WithName(i == 0 ? name : $"{name}{i + 1}").WithTags("Server").WithSummary(i == 0 ? summary : $"The same as {paths[0]}.");
        }
    }

    private static Task AliveAsync(HttpContext context) => SendAsync(context, StatusCodes.Status200OK, Alive.ToArray());

    private static async Task ReadyAsync(HttpContext context, HealthReport report)
    {
        Task answer = await report.UnreadyAsync(context.RequestAborted) is { } problem
            ? problem.WriteAsync(context)
            : SendAsync(context, StatusCodes.Status200OK, Ready.ToArray());
        await answer;
    }

    private static async Task HealthAsync(HttpContext context, HealthReport report)
    {
        (int status, byte[] body) = await report.WriteAsync(context.RequestAborted);
        await SendAsync(context, status, body);
    }

    private static Task SendAsync(HttpContext context, int status, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static OpenApiSchema Report() => BodySchemas.Object("How the server is.", new()
    {
        ["status"] = BodySchemas.Text("The whole.", "healthy", "degraded", "unhealthy"),
        ["timestamp"] = BodySchemas.Text("When, UTC."),
        ["phase"] = BodySchemas.Text("Where it is in its life.", "starting", "serving", "draining"),
        ["database"] = BodySchemas.Text("Whether the store answers.", "connected", "error"),
        ["database_identity"] = BodySchemas.Text("Twelve hex digits that tell one store from another."),
        ["database_pool"] = BodySchemas.Text("How the connections are.", "healthy", "error"),
        ["qdrant"] = BodySchemas.Text("The vector store.", "connected", "disabled", "error"),
        ["background_tasks"] = BodySchemas.Object("Each task, and how it is."),
        ["kill_switches"] = BodySchemas.Object("Each switch, and whether it is on.", new()
        {
            ["hold"] = BodySchemas.Text("Whose effects are on hold: nobody's, some tenants', all tenants'.", "none", "some", "all", "unknown"),
        }),
        ["version"] = BodySchemas.Text("The release."),
    });
}
