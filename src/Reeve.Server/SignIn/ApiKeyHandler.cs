using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Reeve.Core.Errors;
using Reeve.Governance.Identity;
using Reeve.Server.Problems;
using AuthenticationHeaderValue = System.Net.Http.Headers.AuthenticationHeaderValue;

namespace Reeve.Server.SignIn;

/// <summary>
/// Who calls, by API key (EX-SEC-1): in <c>X-API-KEY</c>, as a Bearer token, or as the password of Basic. <see cref="KeyDesk"/> is asked
/// at every request; what it remembers makes a revocation hold within a second on every node. What was presented is never logged.
/// </summary>
public sealed class ApiKeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, KeyDesk keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "ApiKey";

    /// <summary>The header that holds a key.</summary>
    public const string KeyHeader = "X-API-KEY";

    /// <summary>What a client without a valid credential is told to send (WWW-Authenticate).</summary>
    public const string Challenge = "ApiKey realm=\"reeve\", Bearer realm=\"reeve\", Basic realm=\"reeve\", charset=\"UTF-8\"";

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // What is open to all answers without the store, which may be what somebody wants to know of; and nobody's key is tried there.
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return AuthenticateResult.NoResult();
        }

        Presented presented = Presented.In(Request.Headers);
        if (presented.Text is null)
        {
            return presented.IsUnusable ? AuthenticateResult.Fail("unusable") : AuthenticateResult.NoResult();
        }

        if (await keys.AuthenticateAsync(presented.Text, Context.RequestAborted) is not { } caller)
        {
            return AuthenticateResult.Fail("invalid");
        }

        Context.Items[typeof(Caller)] = caller;
        ClaimsIdentity identity = new([new Claim(ClaimTypes.NameIdentifier, caller.Principal.Id)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    /// <inheritdoc/>
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        AuthenticateResult found = await HandleAuthenticateOnceSafeAsync();
        bool wasGiven = found.Failure is not null;
        SignInLog.Refused(Logger, wasGiven ? "invalid" : "missing", Request.Method, Routes.NameOf(Context), Context.Connection.RemoteIpAddress?.ToString() ?? "unknown");
        Response.Headers[HeaderNames.WWWAuthenticate] = Challenge;
        await Problem.Of(ErrorCatalogue.Identity.Unauthenticated, wasGiven ? "The credential is not valid." : "The request has no credential.").WriteAsync(Context);
    }
}

/// <summary>What a request presents as its key.</summary>
/// <param name="Text">The key; null when there is none, or none that could be one.</param>
/// <param name="IsUnusable">Whether something was presented that cannot be a key: two of them, another scheme, broken base64.</param>
internal readonly record struct Presented(string? Text, bool IsUnusable)
{
    // A key has 69 characters; what is much longer need not be looked at.
    private const int LongestText = 1024;

    private static readonly Presented Unusable = new(null, IsUnusable: true);

    internal static Presented In(IHeaderDictionary headers)
    {
        StringValues key = headers[ApiKeyHandler.KeyHeader];
        StringValues authorization = headers.Authorization;
        if (key.Count + authorization.Count == 0)
        {
            return default;
        }

        // Which of two would count is anybody's guess, and a proxy may have guessed otherwise.
        if (key.Count > 1 || authorization.Count > 1)
        {
            return Unusable;
        }

        string? first = key.Count == 0 ? null : Usable(key.ToString());
        string? second = authorization.Count == 0 ? null : Usable(FromAuthorization(authorization.ToString()));
        return (key.Count > 0 && first is null) || (authorization.Count > 0 && second is null)
            || (first is not null && second is not null && !string.Equals(first, second))
                ? Unusable
                : new Presented(first ?? second, IsUnusable: false);
    }

    private static string? Usable(string? text) => text is { Length: > 0 and <= LongestText } ? text : null;

    private static string? FromAuthorization(string header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out AuthenticationHeaderValue? value) || value.Parameter is not { } parameter)
        {
            return null;
        }

        if (string.Equals(value.Scheme, "Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return parameter;
        }

        return string.Equals(value.Scheme, "Basic", StringComparison.OrdinalIgnoreCase) ? Password(parameter) : null;
    }

    // RFC 7617: the first colon ends the user's name, which may be anything here.
    private static string? Password(string base64)
    {
        if (base64.Length > 4 * LongestText)
        {
            return null;
        }

        byte[] bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out int written))
        {
            return null;
        }

        string pair = Encoding.UTF8.GetString(bytes.AsSpan(0, written));
        int colon = pair.IndexOf(':');
        return colon < 0 ? null : pair[(colon + 1)..];
    }
}
