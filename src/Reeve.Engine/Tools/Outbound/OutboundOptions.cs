using System.Security.Cryptography.X509Certificates;

namespace Reeve.Engine.Tools.Outbound;

/// <summary>What may be reached from here, and how much of it at once.</summary>
public sealed record OutboundOptions
{
    /// <summary>
    /// <c>host:port</c> of private or plain-HTTP targets that tools may name in their <c>allowHosts</c>; none unless set. One list alone opens nothing: the pack's author wants it, and the operator permits it.
    /// </summary>
    public IReadOnlyList<string> AllowedPrivateHosts { get; init; } = [];

    /// <summary>The names that may be called: <c>api.example.com</c>, or <c>*.example.com</c> for what is below a name. Empty: every public one. Hosts of <see cref="AllowedPrivateHosts"/> need no entry.</summary>
    public IReadOnlyList<string> AllowedDomains { get; init; } = [];

    /// <summary>The largest answer that is read, decompressed; in bytes, 1 MiB.</summary>
    public int AnswerBytes { get; init; } = 1024 * 1024;

    /// <summary>How many connections one tenant may have to one host and port at once; 1,024. Further calls wait for one.</summary>
    public int ConnectionsPerTarget { get; init; } = 1024;

    /// <summary>How many tenants' connections are kept; 4,096. Beyond it the longest unused are closed.</summary>
    public int Pools { get; init; } = 4_096;

    /// <summary>The authorities that certificates must come from; empty: those the system trusts.</summary>
    public X509Certificate2Collection TrustedRoots { get; init; } = [];
}
