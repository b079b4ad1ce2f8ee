namespace Reeve.Engine.Tools.Outbound;

/// <summary>A connection, TLS done, on which the first byte of each request waits for the word of its <see cref="OutboundCall"/>. Writes that belong to none are refused.</summary>
internal sealed class GatedStream(Stream inner, AsyncLocal<OutboundCall?> sending) : Stream
{
    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The request writes in its own flow; a connection that writes by itself has no business here.
        OutboundCall call = sending.Value ?? throw new InvalidOperationException("Nothing is written but by a call.");
        return call.IsOn(this) ? inner.WriteAsync(buffer, cancellationToken) : BeginAsync(call, buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    // Requests are sent asynchronously; a synchronous write would pass the gate by.
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask BeginAsync(OutboundCall call, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await call.BeginAsync(this);
        await inner.WriteAsync(buffer, cancellationToken);
    }
}
