using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Engine.Tools.Outbound;

/// <summary>
/// What may be reached: HTTPS to public addresses, and what both a tool's <c>allowHosts</c> and <see cref="OutboundOptions.AllowedPrivateHosts"/> name. A name is resolved here, every address it has is
/// checked, and the connection goes to one that was checked, so that the answer of a resolver cannot change between the two. Thread-safe.
/// </summary>
public sealed class OutboundGuard
{
    // A name may have many addresses, and some of them may be down: how many are tried, and how long one may take.
    private const int AddressesTried = 4;
    private static readonly TimeSpan AddressTime = TimeSpan.FromSeconds(5);

    private readonly IOutboundNetwork network;
    private readonly TimeProvider clock;
    private readonly FrozenSet<HostPort> permitted;
    private readonly string[] domains;

    /// <summary>Guards by these options.</summary>
    /// <exception cref="ArgumentException">One of the allowed private hosts is not host:port.</exception>
    public OutboundGuard(OutboundOptions options, IOutboundNetwork network, TimeProvider clock)
    {
        this.network = network;
        this.clock = clock;
        permitted = options.AllowedPrivateHosts
            .Select(text => HostPort.Parse(text) ?? throw new ArgumentException($"{Shown.Name(text)} is not host:port.", nameof(options)))
            .ToFrozenSet();
        domains = [.. options.AllowedDomains.Select(pattern => pattern.Trim().TrimEnd('.').ToLowerInvariant())];
    }

    /// <summary>Whether a text is <c>host:port</c>, an IPv6 address in brackets.</summary>
    public static bool IsHostAndPort(string text) => HostPort.Parse(text) is not null;

    /// <summary>Whether a text is a name, or <c>*.</c> and a name.</summary>
    public static bool IsDomainPattern(string text) => Uri.CheckHostName(text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text) == UriHostNameType.Dns;

    /// <summary>Why a target may not be called, as far as it can be told without asking the network; null when nothing speaks against it. Pure.</summary>
    /// <param name="target">The address.</param>
    /// <param name="allowHosts">What the tool allows beyond HTTPS to public addresses: <c>host:port</c> each.</param>
    public ReeveError? Problem(Uri target, IReadOnlyList<string> allowHosts)
    {
        HostPort place = HostPort.Of(target);
        if (target.Scheme != Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttp)
        {
            return Refused($"{Shown.Name(target.Scheme)} is no scheme of a tool.");
        }

        if (target.UserInfo.Length > 0)
        {
            return Refused("An address holds no user and no password.");
        }

        // Letters that look alike, and digits that some systems take for others, are spelled out.
        if (target.Host.Any(c => !char.IsAscii(c)))
        {
            return Refused("A host is written in ASCII, as in xn--bcher-kva.example.");
        }

        if (IsNamed(place, allowHosts))
        {
            return null;
        }

        if (target.Scheme == Uri.UriSchemeHttp)
        {
            return Refused($"Plain HTTP to {Shown.Name(place.ToString())} is not allowed.");
        }

        if (domains.Length > 0 && !Array.Exists(domains, pattern => Matches(place.Host, pattern)))
        {
            return Refused($"{Shown.Name(place.Host)} is in none of the domains that tools.allowedDomains lists.");
        }

        return HostPort.Literal(place.Host) is { } address ? Problem(place, address, isNamed: false) : null;
    }

    /// <summary>Whether both lists name a target, so that it may be private and plain HTTP.</summary>
    internal bool IsNamed(Uri target, IReadOnlyList<string> allowHosts) => IsNamed(HostPort.Of(target), allowHosts);

    /// <summary>Connects to a target whose every address passes.</summary>
    /// <exception cref="ReeveException">TOOL-016 when one does not; TOOL-017 when none is reached.</exception>
    internal async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool isNamed, CancellationToken cancellationToken)
    {
        HostPort place = new(target.Host, target.Port);
        IReadOnlyList<IPAddress> addresses = await AddressesAsync(target.Host, cancellationToken);
        foreach (IPAddress address in addresses)
        {
            if (Problem(place, address, isNamed) is { } problem)
            {
                throw new ReeveException(problem);
            }
        }

        SocketException? last = null;
        foreach (IPAddress address in addresses.Take(AddressesTried))
        {
            using CancellationTokenSource limit = new(AddressTime, clock);
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                return await network.ConnectAsync(new IPEndPoint(address, target.Port), over.Token);
            }
            catch (SocketException fault)
            {
                last = fault;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                last = new SocketException((int)SocketError.TimedOut);
            }
        }

        throw NotReached(addresses.Count == 0 ? $"{Shown.Name(target.Host)} has no address." : $"{Shown.Name(place.ToString())} does not accept a connection: {last?.SocketErrorCode}.");
    }

    internal static ReeveException NotReached(string message) => new(new ReeveError(ErrorCatalogue.Tools.NotReached, message));

    private async ValueTask<IReadOnlyList<IPAddress>> AddressesAsync(string host, CancellationToken cancellationToken)
    {
        if (HostPort.Literal(host) is { } literal)
        {
            return [literal];
        }

        try
        {
            return await network.ResolveAsync(host, cancellationToken);
        }
        catch (SocketException fault)
        {
            throw NotReached($"{Shown.Name(host)} could not be resolved: {fault.SocketErrorCode}.");
        }
    }

    private bool IsNamed(HostPort place, IReadOnlyList<string> allowHosts) => permitted.Contains(place) && allowHosts.Any(text => HostPort.Parse(text) == place);

    // Of a name that is allowed to be private, whoever answers for the name still cannot lead to where clouds keep credentials: for that the lists must give the address itself.
    private static ReeveError? Problem(HostPort place, IPAddress address, bool isNamed) => AddressRules.Of(address) switch
    {
        AddressReach.Public => null,
        AddressReach.Private when isNamed => null,
        AddressReach.Special when isNamed && HostPort.Literal(place.Host) is not null => null,
        AddressReach.Private => Refused($"{Shown.Name(place.ToString())} is at a private address."),
        _ => Refused($"{Shown.Name(place.ToString())} is at an address that is not public."),
    };

    private static bool Matches(string host, string pattern) =>
        pattern.StartsWith("*.", StringComparison.Ordinal) ? host.EndsWith(pattern[1..], StringComparison.Ordinal) && host.Length > pattern.Length - 1 : host == pattern;

    private static ReeveError Refused(string message) => new(ErrorCatalogue.Tools.TargetRefused, message);
}
