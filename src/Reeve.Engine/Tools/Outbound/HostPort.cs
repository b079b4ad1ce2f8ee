using System.Globalization;
using System.Net;

namespace Reeve.Engine.Tools.Outbound;

/// <summary>A host and a port in the one spelling by which they are compared: lower case, ASCII, addresses as the framework writes them, no dot at the end.</summary>
internal readonly record struct HostPort(string Host, int Port)
{
    /// <summary>Of an address.</summary>
    internal static HostPort Of(Uri target) => new(Canonical(target), target.Port);

    /// <summary>Of <c>host:port</c>, an IPv6 address in brackets; null when it is none.</summary>
    internal static HostPort? Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        bool isPort = ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0;
        return colon > 0 && isPort && Uri.TryCreate($"https://{text}/", UriKind.Absolute, out Uri? target) && target is { PathAndQuery: "/", UserInfo: "" }
            ? new HostPort(Canonical(target), port)
            : null;
    }

    /// <summary>The address that a host is; null when it is a name. Decimal, octal and hexadecimal spellings are addresses.</summary>
    internal static IPAddress? Literal(string host) => IPAddress.TryParse(host.AsSpan().Trim("[]"), out IPAddress? address) ? address : null;

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static string Canonical(Uri target)
    {
        string host = target.IdnHost;
        return Literal(host)?.ToString() ?? host.TrimEnd('.').ToLowerInvariant();
    }
}
