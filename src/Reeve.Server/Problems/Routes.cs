using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Reeve.Server.Problems;

/// <summary>What requests are called in the log: by their route's pattern, because a path may hold ids that are somebody's.</summary>
public static class Routes
{
    /// <summary>The pattern of the route that a request reached; <c>none</c> when it reached none.</summary>
    public static string NameOf(HttpContext context) =>
        (EndpointOf(context) as RouteEndpoint)?.RoutePattern.RawText is { Length: > 0 } pattern ? "/" + pattern.TrimStart('/') : "none";

    // Whoever handles a fault sees a request whose endpoint was taken away.
    private static Endpoint? EndpointOf(HttpContext context) => context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
}
