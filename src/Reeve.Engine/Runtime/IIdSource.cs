using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Reeve.Engine.Runtime;

/// <summary>Where generated ids come from. Thread-safe.</summary>
public interface IIdSource
{
    /// <summary>A new UUIDv7 (RFC 9562) whose time is <paramref name="at"/>.</summary>
    Guid Next(DateTimeOffset at);
}

/// <summary>
/// Ids that depend on a seed and on how many were made before, so that a run over a fixed clock repeats to the byte. For
/// results that are only shown: two runs of one seed make the same ids.
/// </summary>
public sealed class SeededIds(string seed) : IIdSource
{
    private readonly byte[] seed = SHA256.HashData(Encoding.UTF8.GetBytes(seed));
    private long made;

    /// <inheritdoc/>
    public Guid Next(DateTimeOffset at)
    {
        Span<byte> input = stackalloc byte[40];
        seed.CopyTo(input);
        BinaryPrimitives.WriteInt64BigEndian(input[32..], Interlocked.Increment(ref made));
        Span<byte> id = stackalloc byte[32];
        SHA256.HashData(input, id);

        // RFC 9562, 5.7: 48 bits of milliseconds, version 7, variant 10; the rest is ours.
        BinaryPrimitives.WriteInt16BigEndian(id, (short)(at.ToUnixTimeMilliseconds() >> 32));
        BinaryPrimitives.WriteInt32BigEndian(id[2..], (int)at.ToUnixTimeMilliseconds());
        id[6] = (byte)((id[6] & 0x0F) | 0x70);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id[..16], bigEndian: true);
    }
}
