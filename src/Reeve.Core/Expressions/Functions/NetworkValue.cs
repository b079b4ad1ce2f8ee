using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Functions;

/// <summary>An IP address, or a network when it has a prefix length.</summary>
internal sealed class NetworkValue(IPAddress address, int? prefix) : OpaqueValue
{
    internal IPAddress Address { get; } = address;

    internal int? Prefix { get; } = prefix;

    public override string TypeName => Prefix is null ? "net.IP" : "net.CIDR";

    public override Value ToData() => Value.Of(ToString());

    public override bool Equals(object? obj) => obj is NetworkValue other && Prefix == other.Prefix && Plain(Address).Equals(Plain(other.Address));

    public override int GetHashCode() => HashCode.Combine(Plain(Address), Prefix);

    public override string ToString() => Prefix is { } length
        ? string.Create(CultureInfo.InvariantCulture, $"{TextOf(Address)}/{length}")
        : TextOf(Address);

    // RFC 5952. The framework writes some addresses that are not IPv4-mapped, such as ::102:304, with a dotted quad too.
    private static string TextOf(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6)
        {
            return address.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        (int zeros, int length) = LongestZeros(bytes);
        StringBuilder text = new(39);
        for (int group = 0; group < 8; group++)
        {
            if (group == zeros)
            {
                text.Append("::");
                group += length - 1;
                continue;
            }

            text.Append(group == 0 || text[^1] == ':' ? "" : ":")
                .Append(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * group)..]):x}");
        }

        return text.ToString();
    }

    // The first of the longest runs of at least two groups of zeros; -1 when there is none.
    private static (int Start, int Length) LongestZeros(ReadOnlySpan<byte> bytes)
    {
        (int Start, int Length) longest = (-1, 1);
        int run = 0;
        for (int group = 0; group < 8; group++)
        {
            run = bytes[2 * group] == 0 && bytes[(2 * group) + 1] == 0 ? run + 1 : 0;
            longest = run > longest.Length ? (group - run + 1, run) : longest;
        }

        return longest;
    }

    // ::ffff:a.b.c.d is the same address as a.b.c.d.
    internal static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
