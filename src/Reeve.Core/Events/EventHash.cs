using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Values;

namespace Reeve.Core.Events;

/// <summary>
/// The three hashes of an event, byte for byte as docs/audit-format.md gives them. Permanent: what these return is in every
/// log there is. Pure and thread-safe; allocates nothing (events whose texts or body are large borrow a buffer from the pool).
/// </summary>
public static class EventHash
{
    /// <summary>The length of every hash here, in bytes.</summary>
    public const int Length = 32;

    // What a digest begins with. A change of anything here is reeve.event.2, beside this.
    private const int FormatLength = 4 + 13;

    private const int NumberLength = 4 + 8;

    private const int IdLength = 4 + 16;

    // Headers have some 300 bytes and most bodies a few hundred; what is larger is borrowed.
    private const int OnStack = 1024;

    private static ReadOnlySpan<byte> Format => "reeve.event.1"u8;

    /// <summary>What stands for a body and outlives it: SHA-256 of salt and body.</summary>
    /// <param name="salt">Sixteen random bytes; not checked here, since a verifier must be able to hash what is wrong.</param>
    /// <param name="body">UTF-8 JSON, exactly as stored.</param>
    /// <param name="hash32">Receives 32 bytes.</param>
    public static void Commitment(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> body, Span<byte> hash32)
    {
        int length = checked(salt.Length + body.Length);
        byte[]? borrowed = length > OnStack ? ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> input = (borrowed ?? stackalloc byte[OnStack])[..length];
        salt.CopyTo(input);
        body.CopyTo(input[salt.Length..]);
        SHA256.HashData(input, hash32);
        GiveBack(borrowed);
    }

    /// <summary>The hash of everything that is known before the commit. Reads neither position, recorded_at, hash, salt nor body.</summary>
    /// <param name="e">The event; of its commitment any length is hashed as it stands.</param>
    /// <param name="hash32">Receives 32 bytes.</param>
    public static void Digest(LoggedEvent e, Span<byte> hash32)
    {
        // Three bytes of UTF-8 at most per UTF-16 unit.
        int most = checked(FormatLength + (3 * NumberLength) + (4 * IdLength) + (5 * 4) + 4 + e.Commitment.Length
            + (3 * (e.TenantId.Value.Length + e.Type.Name.Length + (e.Stage?.Length ?? 0) + e.ActorKind.Length + e.ActorId.Length)));
        byte[]? borrowed = most > OnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        Writer input = new(borrowed ?? stackalloc byte[OnStack]);
        input.Bytes(Format);
        input.Text(e.TenantId.Value);
        input.Id(e.EventId);
        input.Text(e.Type.Name);
        input.Number(e.Version);
        input.Number(Microseconds(e.OccurredAt));
        input.Id(e.ExceptionKey?.Value);
        input.Number(e.RowVersion);
        input.Id(e.RunId?.Value);
        input.Id(e.PassId?.Value);
        input.Text(e.Stage);
        input.Text(e.ActorKind);
        input.Text(e.ActorId);
        input.Bytes(e.Commitment.Span);
        SHA256.HashData(input.Written, hash32);
        GiveBack(borrowed);
    }

    /// <summary>The link of an event to the one before it in its chain.</summary>
    /// <param name="previous32">The link before; 32 zero bytes before the first event of a chain.</param>
    /// <param name="position">Where the event stands.</param>
    /// <param name="recordedAt">When its commit was made.</param>
    /// <param name="digest32">Its <see cref="Digest"/>.</param>
    /// <param name="hash32">Receives 32 bytes; may be the same memory as <paramref name="previous32"/>.</param>
    public static void Link(ReadOnlySpan<byte> previous32, EventPosition position, DateTimeOffset recordedAt, ReadOnlySpan<byte> digest32, Span<byte> hash32)
    {
        Span<byte> input = stackalloc byte[Length + 4 + 8 + 4 + 8 + Length];
        previous32[..Length].CopyTo(input);
        BinaryPrimitives.WriteInt32BigEndian(input[32..], position.Slot);
        BinaryPrimitives.WriteInt64BigEndian(input[36..], position.N);
        BinaryPrimitives.WriteInt32BigEndian(input[44..], position.Ordinal);
        BinaryPrimitives.WriteInt64BigEndian(input[48..], Microseconds(recordedAt));
        digest32[..Length].CopyTo(input[56..]);
        SHA256.HashData(input, hash32);
    }

    // Times in the log have no smaller part; of another, the part below the microsecond is left out, as the databases do.
    private static long Microseconds(DateTimeOffset time) => TimeText.ToMicroseconds(time).Subtract(DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static void GiveBack(byte[]? borrowed)
    {
        if (borrowed is not null)
        {
            ArrayPool<byte>.Shared.Return(borrowed);
        }
    }

    /// <summary>Writes fields: null as FF FF FF FF, anything else as its length in four bytes and its bytes.</summary>
    private ref struct Writer(Span<byte> buffer)
    {
        private readonly Span<byte> _buffer = buffer;
        private int _length;

        public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

        public void Bytes(ReadOnlySpan<byte> value)
        {
            BinaryPrimitives.WriteInt32BigEndian(_buffer[_length..], value.Length);
            value.CopyTo(_buffer[(_length + 4)..]);
            _length += 4 + value.Length;
        }

        public void Text(string? value)
        {
            if (value is null)
            {
                Null();
                return;
            }

            int length = Encoding.UTF8.GetBytes(value, _buffer[(_length + 4)..]);
            BinaryPrimitives.WriteInt32BigEndian(_buffer[_length..], length);
            _length += 4 + length;
        }

        public void Number(long? value)
        {
            if (value is not { } number)
            {
                Null();
                return;
            }

            BinaryPrimitives.WriteInt32BigEndian(_buffer[_length..], sizeof(long));
            BinaryPrimitives.WriteInt64BigEndian(_buffer[(_length + 4)..], number);
            _length += NumberLength;
        }

        public void Id(Guid? value)
        {
            if (value is not { } id)
            {
                Null();
                return;
            }

            BinaryPrimitives.WriteInt32BigEndian(_buffer[_length..], 16);
            id.TryWriteBytes(_buffer[(_length + 4)..], bigEndian: true, out _);
            _length += IdLength;
        }

        private void Null()
        {
            BinaryPrimitives.WriteUInt32BigEndian(_buffer[_length..], uint.MaxValue);
            _length += 4;
        }
    }
}
