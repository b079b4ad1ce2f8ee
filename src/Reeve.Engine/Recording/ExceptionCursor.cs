using System.Buffers.Binary;
using System.Buffers.Text;
using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Engine.Recording;

/// <summary>Where a page of exceptions ended, as the text that callers hand back: base64url of the time in microseconds and the key.</summary>
/// <param name="CreatedAt">When the last exception of the page was received.</param>
/// <param name="Key">Its key.</param>
public sealed record ExceptionCursor(DateTimeOffset CreatedAt, ExceptionKey Key)
{
    private const int Length = 8 + 16;

    // Microseconds from 1970 to the first and the last time there is: 0001-01-01 and 9999-12-31.
    private const long First = -62_135_596_800_000_000;
    private const long Last = 253_402_300_799_999_999;

    /// <summary>Reads the text of a cursor.</summary>
    /// <exception cref="ReeveException">REC-005.</exception>
    public static ExceptionCursor Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length == Base64Url.GetEncodedLength(Length) && Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out int written) && written == Length
            && BinaryPrimitives.ReadInt64BigEndian(bytes) is >= First and <= Last and var time)
        {
            return new ExceptionCursor(DateTimeOffset.UnixEpoch.AddTicks(time * TimeSpan.TicksPerMicrosecond), new ExceptionKey(new Guid(bytes[8..], bigEndian: true)));
        }

        throw new ReeveException(new ReeveError(ErrorCatalogue.Record.BadCursor, "It is not the cursor of a list of exceptions.", "cursor"));
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, (CreatedAt.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        Key.Value.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }
}
