using System.Security.Cryptography;

namespace Reeve.Governance.Encryption;

/// <summary>The 32 bytes with which a store's secrets are sealed. Its bytes leave this folder in no form; disposing wipes them. Thread-safe.</summary>
public sealed class MasterKey : IDisposable
{
    internal const int Bytes = 32;
    internal const int IdBytes = 8;

    private readonly byte[] key;

    /// <summary>Takes a copy of the bytes.</summary>
    internal MasterKey(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Bytes);
        key = bytes.ToArray();
        Id = Identify(key);
    }

    /// <summary>Which key it is, without telling it: the beginning of SHA-256("reeve.master.1" ‖ key), docs/decisions/0009.</summary>
    internal ReadOnlyMemory<byte> Id { get; }

    /// <summary>The bytes; not to be kept.</summary>
    internal ReadOnlySpan<byte> Span => key;

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(key);

    /// <summary>Shows which key it is, never the key.</summary>
    public override string ToString() => "master key " + Convert.ToHexStringLower(Id.Span);

    private static byte[] Identify(ReadOnlySpan<byte> key)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("reeve.master.1"u8);
        hash.AppendData(key);
        return hash.GetHashAndReset()[..IdBytes];
    }
}
