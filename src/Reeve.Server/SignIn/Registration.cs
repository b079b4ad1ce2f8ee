using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Reeve.Server.SignIn;

/// <summary>Adds sign-in to a server.</summary>
public static class Registration
{
    /// <summary>API keys, and the gate that every route stands behind.</summary>
    public static IServiceCollection AddSignIn(this IServiceCollection services)
    {
        services.AddAuthentication(ApiKeyHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null);
        AuthorizationPolicy rule = new AuthorizationPolicyBuilder(ApiKeyHandler.SchemeName).AddRequirements(new AccessGate.Rule()).Build();
        services.AddAuthorizationBuilder().SetFallbackPolicy(rule).SetDefaultPolicy(rule);
        services.AddSingleton<AccessGate>();
        services.AddSingleton<IAuthorizationHandler>(static made => made.GetRequiredService<AccessGate>());
        services.AddSingleton<IAuthorizationMiddlewareResultHandler>(static made => made.GetRequiredService<AccessGate>());
        return services;
    }
}
