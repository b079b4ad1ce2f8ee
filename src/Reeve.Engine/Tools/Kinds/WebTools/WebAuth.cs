namespace Reeve.Engine.Tools.Kinds.WebTools;

/// <summary>By what a call proves itself; a closed set.</summary>
internal abstract record WebAuth
{
    private WebAuth()
    {
    }

    /// <summary>By nothing.</summary>
    internal sealed record Nothing : WebAuth;

    /// <summary>By a secret in a header.</summary>
    internal sealed record ApiKey(string Header, string Secret) : WebAuth;

    /// <summary>By a token that client credentials get (RFC 6749, 4.4).</summary>
    internal sealed record OAuth(string TokenUrl, string ClientId, string ClientSecret, string Scope) : WebAuth;

    /// <summary>By a signature over the body (Standard Webhooks).</summary>
    internal sealed record Signature(string Secret) : WebAuth;
}
