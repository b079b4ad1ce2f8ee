using System.Buffers.Text;
using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Engine.Recording;

/// <summary>Where a page of exceptions ended, as the text that callers hand back: base64url of the key of its last exception.</summary>
/// <param name="Key">The key, which tells when that exception was received.</param>
public sealed record ExceptionCursor(ExceptionKey Key)
{
    private const int Length = 16;

    /// <summary>Reads the text of a cursor.</summary>
    /// <exception cref="ReeveException">REC-005.</exception>
    public static ExceptionCursor Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length == Base64Url.GetEncodedLength(Length) && Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out int written) && written == Length)
        {
            Guid key = new(bytes, bigEndian: true);
            if (key is { Version: 7, Variant: >= 8 and <= 11 })
            {
                return new ExceptionCursor(new ExceptionKey(key));
            }
        }

        throw new ReeveException(new ReeveError(ErrorCatalogue.Record.BadCursor, "It is not the cursor of a list of exceptions.", "cursor"));
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        _ = Key.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }
}
