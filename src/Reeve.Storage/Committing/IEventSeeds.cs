using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Reeve.Storage.Committing;

/// <summary>Where ids of events and writers, and salts of bodies, come from: chance, which a test can fix. Thread-safe.</summary>
public interface IEventSeeds
{
    /// <summary>A new UUIDv7 (RFC 9562) whose time is <paramref name="at"/>.</summary>
    Guid NextId(DateTimeOffset at);

    /// <summary>Fills the salt of a body. Whoever can guess it can guess short bodies that were erased.</summary>
    void Salt(Span<byte> salt);
}

/// <summary>Ids and salts of the system's random number generator.</summary>
public sealed class SystemEventSeeds : IEventSeeds
{
    // Asking the generator costs the same for a page as for sixteen bytes. What was given out is overwritten at once.
    private const int Page = 2048;

    [ThreadStatic]
    private static byte[]? page;

    [ThreadStatic]
    private static int used;

    /// <inheritdoc/>
    public Guid NextId(DateTimeOffset at)
    {
        // RFC 9562, 5.7: 48 bits of milliseconds, version 7, variant 10; the rest is chance.
        Span<byte> id = stackalloc byte[16];
        Take(id);
        long milliseconds = at.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteInt16BigEndian(id, (short)(milliseconds >> 32));
        BinaryPrimitives.WriteInt32BigEndian(id[2..], (int)milliseconds);
        id[6] = (byte)((id[6] & 0x0F) | 0x70);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }

    /// <inheritdoc/>
    public void Salt(Span<byte> salt)
    {
        if (salt.Length > Page)
        {
            RandomNumberGenerator.Fill(salt);
            return;
        }

        Take(salt);
    }

    private static void Take(Span<byte> bytes)
    {
        byte[] own = page ??= NewPage();
        if (used + bytes.Length > Page)
        {
            RandomNumberGenerator.Fill(own);
            used = 0;
        }

        Span<byte> taken = own.AsSpan(used, bytes.Length);
        taken.CopyTo(bytes);
        taken.Clear();
        used += bytes.Length;
    }

    private static byte[] NewPage()
    {
        used = Page;
        return new byte[Page];
    }
}
