using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Core.Expressions.Syntax;

/// <summary>Makes the errors of one text: offsets become lines and columns.</summary>
internal static class SyntaxFault
{
    // A name in the expression may be as long as an expression; a message that quotes it may not.
    private const int MaxMessage = 300;

    internal static ReeveException At(ErrorCode kind, string message, string text, int offset) =>
        new(new ReeveError(kind, Shown.Short(message, MaxMessage), position: PositionOf(text, offset)));

    internal static SourcePosition PositionOf(string text, int offset)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, Math.Clamp(offset, 0, text.Length));
        int line = before.Count('\n') + 1;
        return new SourcePosition(line, before.Length - (before.LastIndexOf('\n') + 1) + 1);
    }
}
