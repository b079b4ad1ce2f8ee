using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Reeve.Core.Errors;

namespace Reeve.Engine.Intake;

/// <summary>
/// Cuts an input into raw items: a JSON array, one object, or JSON Lines of any length. What cannot be read is an item
/// with its error, and the rest goes on. Thread-safe.
/// </summary>
public static class BatchReader
{
    /// <summary>The largest array or object; JSON Lines have no limit, since they are read line by line.</summary>
    public const int MaxDocumentBytes = 512 * 1024 * 1024;

    /// <summary>The longest line; a longer one is skipped without being kept in memory.</summary>
    public const int MaxLineBytes = 10 * 1000 * 1000;

    /// <summary>Reads the items of a stream.</summary>
    /// <param name="input">The bytes, UTF-8 with or without a byte order mark; it stays open.</param>
    /// <param name="lines">True: JSON Lines. Null: found out from the first bytes.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ReeveException">INPUT-002 when there is nothing; INPUT-008 when an array is too large.</exception>
    public static async IAsyncEnumerable<RawItem> ReadAsync(Stream input, bool? lines, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PipeReader pipe = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        bool asLines = lines ?? await LooksLikeLinesAsync(pipe, cancellationToken);
        int count = 0;
        if (asLines)
        {
            await foreach (RawItem item in ReadLinesAsync(pipe, cancellationToken))
            {
                count++;
                yield return item;
            }
        }
        else
        {
            ReadOnlyMemory<byte> document = await ReadAllAsync(pipe, cancellationToken);
            foreach (RawItem item in Split(document))
            {
                count++;
                yield return item;
            }
        }

        await pipe.CompleteAsync();
        if (count == 0)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.Empty, "There is no exception in the input."));
        }
    }

    /// <summary>Cuts a whole document: the items of an array; anything else is one item as it stands. None when there is only white space.</summary>
    public static IEnumerable<RawItem> Split(ReadOnlyMemory<byte> document)
    {
        document = document.Span.StartsWith("\uFEFF"u8) ? document[3..] : document;
        int start = document.Span.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0)
        {
            return [];
        }

        return document.Span[start] == (byte)'[' ? ArraySplitter.Split(document) : [new RawItem(document, null)];
    }

    // One value and nothing behind it is a document, however many lines it has; a value that ends in its line, with more
    // behind it, is JSON Lines. Only when the first value cannot be read does the look of the other lines decide.
    private static async Task<bool> LooksLikeLinesAsync(PipeReader pipe, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await pipe.ReadAsync(cancellationToken);
            bool complete = read.IsCompleted || read.Buffer.Length > MaxLineBytes;
            bool? answer = Judge(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray(), complete);
            pipe.AdvanceTo(read.Buffer.Start, answer is null ? read.Buffer.End : read.Buffer.Start);
            if (answer is { } known)
            {
                return known;
            }
        }
    }

    private static bool? Judge(ReadOnlySpan<byte> buffer, bool complete)
    {
        ReadOnlySpan<byte> text = buffer.StartsWith("\uFEFF"u8) ? buffer[3..] : buffer;
        text = text.TrimStart(" \t\r\n"u8);
        if (text.IsEmpty)
        {
            return complete ? false : null;
        }

        if (text[0] == (byte)'[')
        {
            return false;
        }

        int end = text.IndexOf((byte)'\n');
        if (end >= 0 && IsWhole(text[..end]))
        {
            return text[end..].IndexOfAnyExcept(" \t\r\n"u8) >= 0 ? true : complete ? false : null;
        }

        if (!complete)
        {
            return null;
        }

        return end >= 0 && !IsWhole(text) && AnyLineIsWhole(text[(end + 1)..]);
    }

    private static bool AnyLineIsWhole(ReadOnlySpan<byte> text)
    {
        foreach (Range range in text.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = text[range].Trim(" \t\r"u8);
            if (line.Length > 2 && line[0] == (byte)'{' && IsWhole(line))
            {
                return true;
            }
        }

        return false;
    }

    // A single value, as far as the tokenizer can tell; depth is not its business here.
    private static bool IsWhole(ReadOnlySpan<byte> text)
    {
        try
        {
            Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = int.MaxValue });
            while (reader.Read())
            {
            }

            return !text.IsEmpty;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static async IAsyncEnumerable<RawItem> ReadLinesAsync(PipeReader pipe, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int number = 0;
        bool skipping = false;
        while (true)
        {
            ReadResult read = await pipe.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> buffer = read.Buffer;
            while (TryCutLine(ref buffer, read.IsCompleted, out byte[]? line))
            {
                bool tail = skipping;
                skipping = false;
                number++;
                ReadOnlyMemory<byte> content = number == 1 && line.AsSpan().StartsWith("\uFEFF"u8) ? line.AsMemory(3) : line;
                if (!tail && content.Span.IndexOfAnyExcept(" \t\r\n"u8) >= 0)
                {
                    yield return new RawItem(content, null, new SourcePosition(number, 1));
                }
            }

            if (buffer.Length > MaxLineBytes)
            {
                if (!skipping)
                {
                    yield return new RawItem(default, new ReeveError(ErrorCatalogue.Input.TooLarge, $"A line is longer than {MaxLineBytes:N0} bytes.", position: new SourcePosition(number + 1, 1)));
                }

                skipping = true;
                buffer = buffer.Slice(buffer.End);
            }

            pipe.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                yield break;
            }
        }
    }

    private static bool TryCutLine(ref ReadOnlySequence<byte> buffer, bool complete, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out byte[]? line)
    {
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end).ToArray();
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }

        if (complete && buffer.Length > 0)
        {
            line = buffer.ToArray();
            buffer = buffer.Slice(buffer.End);
            return true;
        }

        line = null;
        return false;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAllAsync(PipeReader pipe, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await pipe.ReadAsync(cancellationToken);
            if (read.Buffer.Length > MaxDocumentBytes)
            {
                throw new ReeveException(new ReeveError(
                    ErrorCatalogue.Input.TooLarge, $"The document has over {MaxDocumentBytes:N0} bytes.", nextStep: "Write the exceptions as JSON Lines, one in a line."));
            }

            if (read.IsCompleted)
            {
                return read.Buffer.ToArray();
            }

            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
