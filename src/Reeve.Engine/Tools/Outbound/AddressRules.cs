using System.Net;
using System.Net.Sockets;

namespace Reeve.Engine.Tools.Outbound;

/// <summary>Where an address leads.</summary>
internal enum AddressReach
{
    /// <summary>The public internet.</summary>
    Public,

    /// <summary>This machine, its networks or its carrier: loopback, RFC 1918, RFC 6598, RFC 4193, benchmarks.</summary>
    Private,

    /// <summary>Nowhere a tool is: link-local (where clouds keep their metadata), unspecified, multicast, broadcast, documentation, reserved, and what wraps an address of another network.</summary>
    Special,
}

/// <summary>Tells by the registries of special-purpose addresses (IANA, RFC 6890 and its successors) where an address leads. Pure.</summary>
internal static class AddressRules
{
    private static readonly IPNetwork[] PrivateNetworks =
    [
        .. Networks("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15"),
        .. Networks("::1/128", "fc00::/7"),
    ];

    private static readonly IPNetwork[] SpecialNetworks =
    [
        .. Networks("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),

        // 2001::/23 holds Teredo and ORCHID, 2002::/16 is 6to4: both carry addresses of another network inside.
        .. Networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    ];

    // Everything that is global today; what lies outside is local, retired or not assigned.
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    // DNS64 gives these to networks that have IPv6 alone; the last four bytes are the target (RFC 6052).
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    internal static AddressReach Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }
        else if (address.AddressFamily == AddressFamily.InterNetworkV6 && Nat64.Contains(address))
        {
            address = new IPAddress(address.GetAddressBytes().AsSpan(12));
        }

        if (Array.Exists(PrivateNetworks, network => network.Contains(address)))
        {
            return AddressReach.Private;
        }

        bool isSpecial = Array.Exists(SpecialNetworks, network => network.Contains(address))
            || (address.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(address));
        return isSpecial ? AddressReach.Special : AddressReach.Public;
    }

    private static IEnumerable<IPNetwork> Networks(params string[] texts) => texts.Select(IPNetwork.Parse);
}
