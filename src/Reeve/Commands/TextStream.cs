using System.Text;

namespace Reeve.Commands;

/// <summary>Bytes, UTF-8, for a writer of text. A character that is cut between two writes comes whole with the second.</summary>
internal sealed class TextStream(TextWriter writer) : Stream
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush() => writer.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count)
    {
        char[] chars = new char[decoder.GetCharCount(buffer, offset, count)];
        decoder.GetChars(buffer, offset, count, chars, 0);
        writer.Write(chars);
    }
}
