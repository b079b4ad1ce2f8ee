using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Reeve.Core.Errors;
using Reeve.Core.Wording;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Governance.Tenants;
using Reeve.Server.Problems;

namespace Reeve.Server.SignIn;

/// <summary>What a route asks of its callers; every route says so, or that it is open to all.</summary>
/// <param name="Permission">What the caller's roles must allow.</param>
public sealed record RouteAccess(Permission Permission);

/// <summary>Declares what routes ask.</summary>
public static class RouteAccessExtensions
{
    /// <summary>Lets in who has the permission, in its own tenant.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder route, Permission permission)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RouteAccess(permission));
}

/// <summary>
/// The one place where a request is let in or not (EX-SEC-2, 3, 6). The tenant is the credential's; a request that names another
/// one in its path or its query is refused, whatever it asks. What no route declares is denied. Thread-safe.
/// </summary>
public sealed class AccessGate(ILogger<AccessGate> logger) : AuthorizationHandler<AccessGate.Rule>, IAuthorizationMiddlewareResultHandler
{
    private static readonly string[] TenantParameters = ["tenant_id", "tenantId"];

    /// <inheritdoc/>
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Rule requirement)
    {
        if (context.Resource is HttpContext request && request.Items[typeof(Caller)] is Caller caller)
        {
            if (Refusal(request, caller) is { } refusal)
            {
                request.Items[typeof(AccessGate)] = refusal;
                context.Fail();
            }
            else
            {
                context.Succeed(requirement);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await next(context);
        }
        else if (context.Items[typeof(AccessGate)] is ReeveError refusal && context.Items[typeof(Caller)] is Caller caller)
        {
            SignInLog.Denied(logger, refusal.Code, context.Request.Method, Routes.NameOf(context), caller.Principal.Id, caller.TenantId.Value);
            await Problem.Of(refusal).WriteAsync(context);
        }
        else
        {
            await Microsoft.AspNetCore.Authentication.AuthenticationHttpContextExtensions.ChallengeAsync(context);
        }
    }

    /// <summary>Refuses a body that names another tenant than the caller's; null names none.</summary>
    /// <exception cref="ReeveException">AUTH-003.</exception>
    public static void DemandTenant(HttpContext context, string? named, string pointer)
    {
        Caller caller = Callers.Of(context);
        if (named is not null && !string.Equals(named, caller.TenantId.Value))
        {
            throw new ReeveException(OtherTenant("The body", pointer));
        }
    }

    private static ReeveError? Refusal(HttpContext request, Caller caller)
    {
        Endpoint? endpoint = request.GetEndpoint();

        // No route, or none with that method: the answer is 404 or 405, to whoever is somebody.
        if (endpoint is not RouteEndpoint)
        {
            return null;
        }

        if (endpoint.Metadata.GetMetadata<RouteAccess>() is not { } access)
        {
            return new ReeveError(ErrorCatalogue.Identity.Forbidden, "The route is open to nobody.");
        }

        // Who stands outside every tenant reads the data of none, not even under the name that stands for none.
        if (access.Permission != Permission.Platform && caller.TenantId == PlatformTenant.Id)
        {
            return new ReeveError(
                ErrorCatalogue.Identity.OtherTenant, "The platform administrator stands outside every tenant and sees the data of none without a grant.",
                nextStep: "Use a credential of the tenant.");
        }

        if (request.GetRouteValue("tenantId") is string inPath && !string.Equals(inPath, caller.TenantId.Value))
        {
            return OtherTenant("The path", null);
        }

        foreach (string name in TenantParameters)
        {
            foreach (string? inQuery in request.Request.Query.TryGetValue(name, out StringValues values) ? values : [])
            {
                if (!string.Equals(inQuery, caller.TenantId.Value))
                {
                    return OtherTenant($"The parameter {Shown.Name(name)}", null);
                }
            }
        }

        return AccessRules.Allows(caller.Principal, access.Permission)
            ? null
            : new ReeveError(ErrorCatalogue.Identity.Forbidden, $"None of the caller's roles allows {access.Permission}.");
    }

    private static ReeveError OtherTenant(string where, string? pointer) =>
        new(ErrorCatalogue.Identity.OtherTenant, $"{where} names another tenant than the credential's.", pointer);

    /// <summary>The rule of every route: what it declares.</summary>
    public sealed class Rule : IAuthorizationRequirement;
}
