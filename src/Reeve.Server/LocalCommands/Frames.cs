using System.Buffers.Binary;

namespace Reeve.Server.LocalCommands;

/// <summary>What a frame holds.</summary>
internal enum FrameKind : byte
{
    /// <summary>Bytes for standard output.</summary>
    Output = 1,

    /// <summary>Bytes for standard error.</summary>
    Error = 2,

    /// <summary>The exit code, four bytes, big-endian. It is the last: an answer without one was cut off.</summary>
    Exit = 3,
}

/// <summary>
/// The answer to a local command: frames of a kind (one byte), a length (four, big-endian) and as many bytes. Two streams
/// travel as one, in the order in which they were written.
/// </summary>
internal static class Frames
{
    internal const int HeadLength = 5;

    // More is split, so that a reader need never hold much.
    internal const int LongestFrame = 64 * 1024;

    internal static void WriteHead(Span<byte> head, FrameKind kind, int length)
    {
        head[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(head[1..], length);
    }

    /// <summary>Reads the next frame into a buffer of <see cref="LongestFrame"/> bytes.</summary>
    /// <exception cref="EndOfStreamException">The answer was cut off.</exception>
    /// <exception cref="InvalidDataException">It is no answer of ours.</exception>
    internal static async Task<(FrameKind Kind, int Length)> ReadAsync(Stream answer, byte[] buffer, CancellationToken cancellationToken)
    {
        byte[] head = new byte[HeadLength];
        await answer.ReadExactlyAsync(head, cancellationToken);
        int length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1));
        if (head[0] is < (byte)FrameKind.Output or > (byte)FrameKind.Exit || length is < 0 or > LongestFrame)
        {
            throw new InvalidDataException("A frame that is none.");
        }

        await answer.ReadExactlyAsync(buffer.AsMemory(0, length), cancellationToken);
        return ((FrameKind)head[0], length);
    }
}

/// <summary>One stream of a local command, written as frames. Streams of one answer share its lock. Thread-safe.</summary>
internal sealed class FrameStream(Stream answer, FrameKind kind, Lock gate) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> part = bytes[..Math.Min(bytes.Length, Frames.LongestFrame)];
            byte[] frame = new byte[Frames.HeadLength + part.Length];
            Frames.WriteHead(frame, kind, part.Length);
            part.CopyTo(frame.AsSpan(Frames.HeadLength));
            lock (gate)
            {
                answer.Write(frame);
            }

            bytes = bytes[part.Length..];
        }
    }
}
