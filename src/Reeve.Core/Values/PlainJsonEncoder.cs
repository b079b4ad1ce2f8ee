using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;

namespace Reeve.Core.Values;

/// <summary>
/// Escapes what JSON requires and nothing else, as RFC 8785 section 3.2.2.2 spells it: <c>"</c>, <c>\</c> and the control
/// characters below U+0020. The framework's encoders also escape by Unicode tables that change from release to release, so
/// bytes that are hashed would change with the runtime. Never for HTML: the result is not safe inside a page.
/// </summary>
internal sealed class PlainJsonEncoder : JavaScriptEncoder
{
    private static readonly SearchValues<char> Chars = SearchValues.Create(string.Create(34, 0, static (span, _) =>
    {
        for (int i = 0; i < 32; i++)
        {
            span[i] = (char)i;
        }

        span[32] = '"';
        span[33] = '\\';
    }));

    private static readonly SearchValues<byte> Bytes = SearchValues.Create(Encoding.ASCII.GetBytes(string.Create(34, 0, static (span, _) =>
    {
        for (int i = 0; i < 32; i++)
        {
            span[i] = (char)i;
        }

        span[32] = '"';
        span[33] = '\\';
    })));

    internal static PlainJsonEncoder Instance { get; } = new();

    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < 0x20 or '"' or '\\';

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text) => utf8Text.IndexOfAny(Bytes);

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength) => new ReadOnlySpan<char>(text, textLength).IndexOfAny(Chars);

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        Span<char> output = new(buffer, bufferLength);
        char letter = unicodeScalar switch { '"' => '"', '\\' => '\\', '\b' => 'b', '\t' => 't', '\n' => 'n', '\f' => 'f', '\r' => 'r', _ => '\0' };
        if (letter != '\0')
        {
            numberOfCharactersWritten = 2;
            return output.Length >= 2 && Put(output, ['\\', letter]);
        }

        if (unicodeScalar < 0x20)
        {
            numberOfCharactersWritten = 6;
            return output.Length >= 6 && Put(output, ['\\', 'u', '0', '0', "01"[unicodeScalar >> 4], "0123456789abcdef"[unicodeScalar & 15]]);
        }

        return new Rune(unicodeScalar).TryEncodeToUtf16(output, out numberOfCharactersWritten);
    }

    private static bool Put(Span<char> output, ReadOnlySpan<char> text)
    {
        text.CopyTo(output);
        return true;
    }
}
