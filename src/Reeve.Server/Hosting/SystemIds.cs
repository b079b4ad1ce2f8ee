using System.Buffers.Binary;
using System.Security.Cryptography;
using Reeve.Engine.Runtime;
using Reeve.Storage.Committing;

namespace Reeve.Server.Hosting;

/// <summary>
/// Ids of a real process: UUIDv7 that sort in the order in which they were made, also within one millisecond, so that what
/// arrived in order is found in order. Thread-safe.
/// </summary>
public sealed class SystemIds : IIdSource
{
    // Random bytes by the page: the system's generator costs the same for one as for the other.
    private static readonly SystemEventSeeds Chance = new();

    // It begins somewhere in the lower half, so that two processes differ and a wrap is two billion ids away.
    private int made = RandomNumberGenerator.GetInt32(int.MaxValue);

    /// <inheritdoc/>
    public Guid Next(DateTimeOffset at)
    {
        // RFC 9562, 5.7 and 6.2 (method 1): 48 bits of milliseconds, then a counter of 32 bits around the version and the
        // variant, then 42 random bits.
        uint count = unchecked((uint)Interlocked.Increment(ref made));
        Span<byte> id = stackalloc byte[16];
        Chance.Salt(id[10..]);
        long milliseconds = Math.Max(0, at.ToUnixTimeMilliseconds()); // earlier times (of --as-of) have no id
        BinaryPrimitives.WriteInt16BigEndian(id, (short)(milliseconds >> 32));
        BinaryPrimitives.WriteInt32BigEndian(id[2..], (int)milliseconds);
        BinaryPrimitives.WriteUInt16BigEndian(id[6..], (ushort)(0x7000 | (count >> 20)));
        BinaryPrimitives.WriteUInt16BigEndian(id[8..], (ushort)(0x8000 | ((count >> 6) & 0x3FFF)));
        id[10] = (byte)((count << 2) | (uint)(id[10] & 0x03));
        return new Guid(id, bigEndian: true);
    }
}
