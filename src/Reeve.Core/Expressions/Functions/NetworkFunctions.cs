using System.Net;
using System.Net.Sockets;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Texts;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Functions;

/// <summary>The network extension: <c>ip</c>, <c>cidr</c> and their members.</summary>
internal static class NetworkFunctions
{
    internal static Value Ip(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        // The same name is a member of networks.
        if (args[0].Kind == ValueKind.Opaque && args[0].AsOpaque() is NetworkValue { Prefix: not null } network)
        {
            reason = null;
            return Value.Of(new NetworkValue(network.Address, null));
        }

        IPAddress? address = args[0].StringOrNull() is { } text ? Parse(text) : null;
        reason = args[0].Kind != ValueKind.String ? Fault.WrongType : address is null ? Fault.BadText : null;
        return address is null ? default : Value.Of(new NetworkValue(address, null));
    }

    internal static Value IsIp(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = args[0].Kind == ValueKind.String ? null : Fault.WrongType;
        return reason is null ? Value.Of(Parse(args[0].AsString()) is not null) : default;
    }

    internal static Value IsCanonical(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        IPAddress? address = args[0].StringOrNull() is { } text ? Parse(text) : null;
        reason = args[0].Kind != ValueKind.String ? Fault.WrongType : address is null ? Fault.BadText : null;
        return address is null ? default : Value.Of(string.Equals(new NetworkValue(address, prefix: null).ToString(), args[0].AsString()));
    }

    internal static Value Cidr(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        NetworkValue? network = args[0].StringOrNull() is { } text ? ParseNetwork(text) : null;
        reason = args[0].Kind != ValueKind.String ? Fault.WrongType : network is null ? Fault.BadText : null;
        return network is null ? default : Value.Of(network);
    }

    internal static Value IsCidr(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        reason = args[0].Kind == ValueKind.String ? null : Fault.WrongType;
        return reason is null ? Value.Of(ParseNetwork(args[0].AsString()) is not null) : default;
    }

    internal static Value Family(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryAddress(args, out IPAddress address, out reason) ? Value.Of(address.AddressFamily == AddressFamily.InterNetwork ? 4L : 6L) : default;

    internal static Value IsUnspecified(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryAddress(args, out IPAddress address, out reason) ? Value.Of(IsZero(address)) : default;

    internal static Value IsLoopback(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryAddress(args, out IPAddress address, out reason) ? Value.Of(IPAddress.IsLoopback(address)) : default;

    internal static Value IsGlobalUnicast(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryAddress(args, out IPAddress address, out reason)
            ? Value.Of(!IsZero(address) && !IPAddress.IsLoopback(address) && !IsMulticast(address) && !IsLinkLocal(address) && !address.Equals(IPAddress.Broadcast))
            : default;

    internal static Value IsLinkLocalMulticast(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (!TryAddress(args, out IPAddress address, out reason))
        {
            return default;
        }

        byte[] bytes = address.GetAddressBytes();
        return Value.Of(bytes.Length == 4 ? bytes is [224, 0, 0, _] : bytes[0] == 0xFF && (bytes[1] & 0x0F) == 2);
    }

    internal static Value IsLinkLocalUnicast(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryAddress(args, out IPAddress address, out reason) ? Value.Of(IsLinkLocal(address)) : default;

    internal static Value PrefixLength(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryNetwork(args, out NetworkValue network, out reason) ? Value.Of((long)network.Prefix!.Value) : default;

    internal static Value Masked(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryNetwork(args, out NetworkValue network, out reason)
            ? Value.Of(new NetworkValue(Mask(network.Address, network.Prefix!.Value), network.Prefix))
            : default;

    internal static Value Contains(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (!TryNetwork(args, out NetworkValue network, out reason))
        {
            return default;
        }

        // The other side is a value of the kind, or a text of it.
        NetworkValue? other = args[1].Kind == ValueKind.Opaque ? args[1].AsOpaque() as NetworkValue
            : args[1].StringOrNull() is not { } text ? null
            : Parse(text) is { } address ? new NetworkValue(address, null)
            : ParseNetwork(text);
        if (other is null)
        {
            reason = args[1].Kind == ValueKind.String ? Fault.BadText : Fault.WrongType;
            return default;
        }

        int prefix = network.Prefix!.Value;
        IPAddress inner = NetworkValue.Plain(other.Address);
        return Value.Of(inner.AddressFamily == network.Address.AddressFamily
            && (other.Prefix ?? int.MaxValue) >= prefix
            && Mask(inner, prefix).Equals(Mask(network.Address, prefix)));
    }

    private static bool TryAddress(ReadOnlySpan<Value> args, out IPAddress address, out string? reason)
    {
        NetworkValue? value = args[0].Kind == ValueKind.Opaque ? args[0].AsOpaque() as NetworkValue : null;
        address = NetworkValue.Plain(value?.Address ?? IPAddress.Any);
        reason = value is { Prefix: null } ? null : Fault.WrongType;
        return reason is null;
    }

    private static bool TryNetwork(ReadOnlySpan<Value> args, out NetworkValue network, out string? reason)
    {
        NetworkValue? value = args[0].Kind == ValueKind.Opaque ? args[0].AsOpaque() as NetworkValue : null;
        network = value!;
        reason = value is { Prefix: not null } ? null : Fault.WrongType;
        return reason is null;
    }

    // Dotted quads of four decimal numbers, or IPv6 without zone and without an embedded dotted quad.
    private static IPAddress? Parse(string text)
    {
        bool isFour = !text.Contains(':', StringComparison.Ordinal);
        if (text.Length > 45 || text.AsSpan().IndexOfAnyExcept("0123456789abcdefABCDEF.:") >= 0 || (!isFour && text.Contains('.', StringComparison.Ordinal)))
        {
            return null;
        }

        if (isFour)
        {
            string[] parts = text.Split('.');
            if (parts.Length != 4 || !Array.TrueForAll(parts, static part => part.Length is > 0 and <= 3 && (part.Length == 1 || part[0] != '0')))
            {
                return null;
            }
        }

        return IPAddress.TryParse(text, out IPAddress? address) ? address : null;
    }

    private static NetworkValue? ParseNetwork(string text)
    {
        int slash = text.IndexOf('/');
        if (slash < 0 || Parse(text[..slash]) is not { } address
            || !NumberText.TryDigits(text.AsSpan(slash + 1), out int prefix)
            || prefix > (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128))
        {
            return null;
        }

        return new NetworkValue(address, prefix);
    }

    private static IPAddress Mask(IPAddress address, int prefix)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            int bits = Math.Clamp(prefix - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - bits));
        }

        return new IPAddress(bytes);
    }

    private static bool IsZero(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static bool IsMulticast(IPAddress address)
    {
        byte first = address.GetAddressBytes()[0];
        return address.AddressFamily == AddressFamily.InterNetwork ? first is >= 224 and <= 239 : first == 0xFF;
    }

    private static bool IsLinkLocal(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return bytes.Length == 4 ? bytes is [169, 254, _, _] : bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80;
    }
}
