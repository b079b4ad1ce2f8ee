using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Reeve.Engine.Tools.Kinds.WebTools;

/// <summary>
/// Signs webhooks as Standard Webhooks says: HMAC-SHA256 over <c>id.timestamp.body</c> by a secret <c>whsec_</c> and Base64 of 24 to 64 bytes. While a secret is being replaced, both stand in it, parted by a
/// space, and each gives a signature.
/// </summary>
internal static class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int ShortestKey = 24;
    private const int LongestKey = 64;
    private const int MostSecrets = 2;

    /// <summary>The value of <c>webhook-signature</c>; null when the secret is none.</summary>
    /// <param name="secrets">One secret, or two parted by a space.</param>
    /// <param name="id">The message; the same at every attempt.</param>
    /// <param name="timestamp">The value of <c>webhook-timestamp</c>.</param>
    /// <param name="body">The bytes that are sent.</param>
    internal static string? Of(string secrets, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        string[] given = secrets.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        List<string> signatures = [];
        foreach (string secret in given)
        {
            if (Key(secret) is not { } key)
            {
                return null;
            }

            signatures.Add("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)));
            CryptographicOperations.ZeroMemory(key);
        }

        return given.Length is > 0 and <= MostSecrets ? string.Join(' ', signatures) : null;
    }

    /// <summary>The value of <c>webhook-timestamp</c>: whole seconds since 1970.</summary>
    internal static string Timestamp(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static byte[]? Key(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        byte[] key = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[Prefix.Length..], key, out int length) && length is >= ShortestKey and <= LongestKey ? key[..length] : null;
    }
}
