using System.Text;
using Reeve.Core.Errors;

namespace Reeve.Engine.Intake;

/// <summary>Walks a text once, however many places are asked for: in order, none before the last. Not thread-safe.</summary>
internal sealed class TextPlace(ReadOnlyMemory<byte> text)
{
    private int at;

    /// <summary>The place reached.</summary>
    internal SourcePosition Position { get; private set; } = new(1, 1);

    /// <summary>Goes on to an offset in bytes.</summary>
    internal void MoveTo(int offset)
    {
        ReadOnlySpan<byte> passed = text.Span[at..offset];
        int lastLine = passed.LastIndexOf((byte)'\n') + 1;
        int column = (lastLine == 0 ? Position.Column : 1) + Encoding.UTF8.GetCharCount(passed[lastLine..]);
        Position = new SourcePosition(Position.Line + passed.Count((byte)'\n'), column);
        at = offset;
    }
}
