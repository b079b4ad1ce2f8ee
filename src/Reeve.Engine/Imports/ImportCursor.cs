using System.Buffers.Binary;
using System.Buffers.Text;
using Reeve.Core.Errors;

namespace Reeve.Engine.Imports;

/// <summary>Where a page of an import's items ended, as the text that callers hand back: base64url of item and part.</summary>
internal static class ImportCursor
{
    private const int Length = 8 + 4;

    /// <exception cref="ReeveException">REC-005.</exception>
    internal static ItemPlace Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length == Base64Url.GetEncodedLength(Length) && Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out int written) && written == Length
            && BinaryPrimitives.ReadInt64BigEndian(bytes) is >= 0 and var item && BinaryPrimitives.ReadInt32BigEndian(bytes[8..]) is >= 0 and var part)
        {
            return new ItemPlace(item, part);
        }

        throw new ReeveException(new ReeveError(ErrorCatalogue.Record.BadCursor, "It is not the cursor of an import's items.", "cursor"));
    }

    internal static string Of(ItemPlace last)
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, last.Item);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], last.Part);
        return Base64Url.EncodeToString(bytes);
    }
}
