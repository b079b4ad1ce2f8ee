using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Reeve.Governance.Identity;

/// <summary>
/// The text of an API key: <c>rv_</c>, 22 characters of key id, <c>_</c>, 43 characters of secret, both base64url without
/// padding (docs/decisions/0009). It is cut by position, since base64url has <c>_</c> itself. Only the one canonical spelling of
/// a key is read: otherwise several texts would be one key. Pure.
/// </summary>
internal static class KeyText
{
    internal const int SecretBytes = 32;

    private const string Prefix = "rv_";
    private const int IdBytes = 16;
    private const int IdLength = 22;
    private const int SecretLength = 43;
    private const int SecretAt = 3 + IdLength + 1;
    private const int Length = SecretAt + SecretLength;

    /// <summary>The text of a key.</summary>
    internal static string Write(Guid id, ReadOnlySpan<byte> secret)
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return $"{Prefix}{Base64Url.EncodeToString(bytes)}_{Base64Url.EncodeToString(secret)}";
    }

    /// <summary>Reads a key: its id, and the SHA-256 of its secret. False of every text that <see cref="Write"/> does not make.</summary>
    internal static bool TryRead(string text, out Guid id, out byte[] secretHash)
    {
        id = default;
        secretHash = [];
        if (text.Length != Length || !text.StartsWith(Prefix, StringComparison.Ordinal) || text[SecretAt - 1] != '_')
        {
            return false;
        }

        Span<byte> idBytes = stackalloc byte[IdBytes];
        Span<byte> secret = stackalloc byte[SecretBytes];
        bool read = TryDecode(text.AsSpan(Prefix.Length, IdLength), idBytes) & TryDecode(text.AsSpan(SecretAt), secret);
        if (read)
        {
            id = new Guid(idBytes, bigEndian: true);
            secretHash = SHA256.HashData(secret);
        }

        CryptographicOperations.ZeroMemory(secret);
        return read;
    }

    // The decoder refuses set bits that mean nothing in the last character; white space and padding, which it would pass over,
    // leave too few bytes of a text of this length. So one text is one key, which tests hold.
    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes) =>
        Base64Url.DecodeFromChars(text, bytes, out _, out int written) == OperationStatus.Done && written == bytes.Length;
}
