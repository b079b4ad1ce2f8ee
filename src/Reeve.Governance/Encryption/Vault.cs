using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Governance.Encryption;

/// <summary>
/// Seals values under the master key, each for one tenant and name, so that none can be altered or moved unnoticed. The format
/// is <c>"RVS1" ‖ 8 bytes of key id ‖ 12 bytes of nonce ‖ ciphertext ‖ 16 bytes of tag</c>, AES-256-GCM, with
/// <c>field(tenant) ‖ field(name)</c> as associated data (docs/decisions/0009). Thread-safe.
/// </summary>
public sealed class Vault(MasterKey key)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeadBytes = 4 + MasterKey.IdBytes + NonceBytes;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static ReadOnlySpan<byte> Format => "RVS1"u8;

    /// <summary>Seals a value. The nonce is random: two envelopes of one value differ.</summary>
    public byte[] Seal(TenantId tenant, string name, ReadOnlySpan<byte> value)
    {
        byte[] envelope = new byte[HeadBytes + value.Length + TagBytes];
        Format.CopyTo(envelope);
        key.Id.Span.CopyTo(envelope.AsSpan(Format.Length));
        Span<byte> nonce = envelope.AsSpan(HeadBytes - NonceBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using AesGcm cipher = new(key.Span, TagBytes);
        cipher.Encrypt(nonce, value, envelope.AsSpan(HeadBytes, value.Length), envelope.AsSpan(HeadBytes + value.Length), Place(tenant, name));
        return envelope;
    }

    /// <summary>Opens an envelope that was sealed for this tenant and name. The caller wipes the value when it is done with it.</summary>
    /// <exception cref="ReeveException">SEAL-004: it was altered, cut or moved. SEAL-005: it was sealed with another master key.</exception>
    public byte[] Open(TenantId tenant, string name, ReadOnlySpan<byte> envelope)
    {
        if (envelope.Length < HeadBytes + TagBytes || !envelope.StartsWith(Format))
        {
            throw Broken("It is no sealed value.", tenant, name);
        }

        if (!envelope.Slice(Format.Length, MasterKey.IdBytes).SequenceEqual(key.Id.Span))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Sealing.WrongKey, "It was sealed with another master key.", Subject(tenant, name)));
        }

        byte[] value = new byte[envelope.Length - HeadBytes - TagBytes];
        try
        {
            using AesGcm cipher = new(key.Span, TagBytes);
            cipher.Decrypt(envelope.Slice(HeadBytes - NonceBytes, NonceBytes), envelope[HeadBytes..^TagBytes], envelope[^TagBytes..], value, Place(tenant, name));
            return value;
        }
        catch (AuthenticationTagMismatchException)
        {
            throw Broken("It was altered, or sealed for another place.", tenant, name);
        }
    }

    // field(tenant) ‖ field(name) of docs/audit-format.md: each with its length before it, so that no two places look alike.
    private static byte[] Place(TenantId tenant, string name) => [.. Field(tenant.Value), .. Field(name)];

    private static byte[] Field(string text)
    {
        byte[] field = new byte[4 + StrictUtf8.GetByteCount(text)];
        BinaryPrimitives.WriteInt32BigEndian(field, field.Length - 4);
        StrictUtf8.GetBytes(text, field.AsSpan(4));
        return field;
    }

    private static ReeveException Broken(string reason, TenantId tenant, string name) =>
        new(new ReeveError(ErrorCatalogue.Sealing.Broken, reason, Subject(tenant, name)));

    private static string Subject(TenantId tenant, string name) => $"{Shown.Short(tenant.Value, 64)}/{Shown.Short(name, 64)}";
}
