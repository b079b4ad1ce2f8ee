namespace Reeve.Engine.Tools.Kinds.McpTools;

/// <summary>
/// What a server writes, as long as no message of it passes a limit: whoever reads keeps a message in memory until it is whole. Read by one reader.
/// </summary>
/// <param name="inner">What it writes.</param>
/// <param name="limit">The most bytes of a message.</param>
/// <param name="isByLine">Whether each line is a message; else all of it is one.</param>
internal sealed class LimitedMessages(Stream inner, int limit, bool isByLine) : Stream
{
    private long since;

    /// <summary>Done when a message passed the limit.</summary>
    internal Action WhenOver { get; set; } = static () => { };

    /// <summary>Whether a message passed the limit; nothing is read any more then.</summary>
    internal bool IsOver { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = IsOver ? 0 : await inner.ReadAsync(buffer, cancellationToken);
        foreach (byte one in buffer.Span[..read])
        {
            since = isByLine && one == (byte)'\n' ? 0 : since + 1;
            if (since > limit)
            {
                // As an end of the stream: whoever waits for an answer learns that none comes.
                IsOver = true;
                WhenOver();
                return 0;
            }
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
