using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Calls;

/// <summary>
/// What an approval binds (EX-APPR-8): SHA-256 over packs, tool, version, target and arguments of one call. Two calls that differ in any of them have different digests.
/// The bytes are <c>"reeve.call.1"</c> and then each part, preceded by its length in four bytes, big-endian: the content hashes of the domain pack and of the tenant policy, the tool's name, its
/// version, the target, and the arguments as canonical JSON (members in ordinal order at every depth, numbers as their source spelled them).
/// </summary>
/// <param name="Hex">64 lower-case hexadecimal digits.</param>
public readonly record struct CallDigest(string Hex)
{
    /// <summary>Digests a call. Pure.</summary>
    /// <param name="domainPack">The content hash of the domain pack.</param>
    /// <param name="tenantPolicy">The content hash of the tenant policy.</param>
    /// <param name="tool">The tool.</param>
    /// <param name="version">Its version.</param>
    /// <param name="target">Where the call goes, as its kind says.</param>
    /// <param name="arguments">The arguments.</param>
    public static CallDigest Of(string domainPack, string tenantPolicy, ToolName tool, string version, string target, ObjectMap arguments)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("reeve.call.1"u8);
        foreach (string part in (ReadOnlySpan<string>)[domainPack, tenantPolicy, tool.Value, version, target])
        {
            Append(hash, Encoding.UTF8.GetBytes(part));
        }

        Append(hash, JsonText.Render(arguments, static (writer, map) => JsonText.Write(writer, Value.Of(map), sortKeys: true)));
        return new CallDigest(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>
    /// What a call does, whichever packs it is made under: as <see cref="Of"/>, with <c>"reeve.content.1"</c> and without the packs. By it the same effect for the same exception is known again.
    /// </summary>
    public static CallDigest OfContent(DomainName domain, ToolName tool, string version, string target, ObjectMap arguments)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("reeve.content.1"u8);
        foreach (string part in (ReadOnlySpan<string>)[domain.Value, tool.Value, version, target])
        {
            Append(hash, Encoding.UTF8.GetBytes(part));
        }

        Append(hash, JsonText.Render(arguments, static (writer, map) => JsonText.Write(writer, Value.Of(map), sortKeys: true)));
        return new CallDigest(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <inheritdoc/>
    public override string ToString() => Hex;

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}
