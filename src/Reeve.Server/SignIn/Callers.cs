using Microsoft.AspNetCore.Http;
using Reeve.Governance.Identity;

namespace Reeve.Server.SignIn;

/// <summary>Who calls, for the routes.</summary>
public static class Callers
{
    /// <summary>The caller of a request that was let in.</summary>
    /// <exception cref="InvalidOperationException">The route is open to all, so it has no caller.</exception>
    public static Caller Of(HttpContext context) =>
        context.Items[typeof(Caller)] as Caller ?? throw new InvalidOperationException("Nobody signed in on this route.");

    /// <summary>
    /// Whether the caller's credential is still valid: for requests that take long, which ask before each part of what they do.
    /// What <see cref="KeyDesk"/> remembers makes it cheap.
    /// </summary>
    /// <exception cref="Core.Errors.ReeveException">STORE-….</exception>
    public static async ValueTask<bool> StandsAsync(HttpContext context, KeyDesk keys) =>
        Presented.In(context.Request.Headers).Text is { } text && await keys.AuthenticateAsync(text, context.RequestAborted) is not null;

    /// <summary>The caller, if somebody signed in.</summary>
    public static Caller? Known(HttpContext context) => context.Items[typeof(Caller)] as Caller;
}
