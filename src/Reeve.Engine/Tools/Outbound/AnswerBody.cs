using System.Buffers;
using System.IO.Compression;
using Reeve.Core.Errors;

namespace Reeve.Engine.Tools.Outbound;

/// <summary>How much of a body was read.</summary>
public enum BodyState
{
    /// <summary>All of it.</summary>
    Whole,

    /// <summary>More than is read; what was read is the beginning.</summary>
    TooLarge,

    /// <summary>Its Content-Encoding is unknown, or it is not what its encoding says.</summary>
    Garbled,
}

/// <summary>The body of an answer, decompressed, up to a limit. Compression is never asked for, but some servers compress all the same.</summary>
/// <param name="Bytes">What was read.</param>
/// <param name="State">How much that is.</param>
public readonly record struct AnswerBody(ReadOnlyMemory<byte> Bytes, BodyState State)
{
    /// <summary>Reads the body of an answer.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="limit">How many bytes at most, counted after decompression.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ReeveException">TOOL-019: the connection ended before the body did.</exception>
    public static async Task<AnswerBody> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > limit)
        {
            return new AnswerBody(default, BodyState.TooLarge);
        }

        try
        {
            await using Stream raw = await response.Content.ReadAsStreamAsync(cancellationToken);
            await using Stream? decoded = Decoded(raw, response.Content.Headers.ContentEncoding);
            return decoded is null ? new AnswerBody(default, BodyState.Garbled) : await ReadAsync(decoded, limit, cancellationToken);
        }
        catch (InvalidDataException)
        {
            return new AnswerBody(default, BodyState.Garbled);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.Broken, "The answer ended before it was whole."), fault);
        }
    }

    private static async Task<AnswerBody> ReadAsync(Stream body, int limit, CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte> read = new();
        while (true)
        {
            // One byte more than the limit is enough to know.
            int room = Math.Min(16 * 1024, limit + 1 - read.WrittenCount);
            int count = await body.ReadAsync(read.GetMemory(room)[..room], cancellationToken);
            if (count == 0)
            {
                return new AnswerBody(read.WrittenMemory, BodyState.Whole);
            }

            read.Advance(count);
            if (read.WrittenCount > limit)
            {
                return new AnswerBody(read.WrittenMemory[..limit], BodyState.TooLarge);
            }
        }
    }

    private static Stream? Decoded(Stream raw, ICollection<string> encodings) => string.Join(',', encodings).Trim().ToLowerInvariant() switch
    {
        "" or "identity" => raw,
        "gzip" or "x-gzip" => new GZipStream(raw, CompressionMode.Decompress),
        "br" => new BrotliStream(raw, CompressionMode.Decompress),
        "deflate" => new ZLibStream(raw, CompressionMode.Decompress),
        _ => null,
    };
}
