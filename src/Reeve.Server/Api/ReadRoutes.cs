using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Governance.Access;
using Reeve.Server.SignIn;

namespace Reeve.Server.Api;

/// <summary>Routes that are read: with GET, and with HEAD by those who only ask whether it is there.</summary>
internal static class ReadRoutes
{
    /// <summary>Maps a route for callers with a permission.</summary>
    internal static RouteHandlerBuilder MapRead(this IEndpointRouteBuilder routes, string path, Permission permission, Delegate answer)
    {
        routes.MapMethods(path, [HttpMethods.Head], answer).Requires(permission).ExcludeFromDescription();
        return routes.MapGet(path, answer).Requires(permission);
    }

    /// <summary>Maps a route that is open to all.</summary>
    internal static RouteHandlerBuilder MapOpen(this IEndpointRouteBuilder routes, string path, Delegate answer)
    {
        routes.MapMethods(path, [HttpMethods.Head], answer).AllowAnonymous().ExcludeFromDescription();
        return routes.MapGet(path, answer).AllowAnonymous();
    }
}
