using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Server.Api.RequestBodies;

/// <summary>What a request's body is.</summary>
internal enum BodyKind
{
    /// <summary>One JSON document.</summary>
    Json,

    /// <summary>JSON Lines: one document in each line, of any number.</summary>
    JsonLines,
}

/// <summary>Reads the bodies of requests, each no longer than it may be.</summary>
internal static class BodyText
{
    /// <summary>The longest body but for JSON Lines, in bytes (EX-AGENT-INTAKE-1).</summary>
    public const int MaxBytes = 10 * 1000 * 1000;

    /// <summary>What a body says it is.</summary>
    /// <exception cref="ReeveException">HTTP-006: no type, another one, another character set, or compressed.</exception>
    public static BodyKind KindOf(HttpRequest request, bool takesLines)
    {
        StringValues encoding = request.Headers.ContentEncoding;
        if (encoding.Count > 0 && !string.Equals(encoding.ToString(), "identity", StringComparison.OrdinalIgnoreCase))
        {
            throw Unread($"The body is encoded as {Shown.Name(encoding.ToString())}; bodies are read as they are.");
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type))
        {
            throw Unread("The request does not say of what type its body is.");
        }

        if (type.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase))
        {
            throw Unread("The body must be UTF-8.");
        }

        StringSegment media = type.MediaType;
        bool isJson = media.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (media.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && media.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
        bool isLines = media.Equals("application/jsonl", StringComparison.OrdinalIgnoreCase) || media.Equals("application/x-ndjson", StringComparison.OrdinalIgnoreCase);
        return isJson ? BodyKind.Json
            : isLines && takesLines ? BodyKind.JsonLines
            : throw Unread($"{Shown.Name(media.ToString())} is not read by this route.");
    }

    /// <summary>The whole body.</summary>
    /// <exception cref="ReeveException">HTTP-005 when it is too large, INPUT-002 when there is none.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        // Our own limit, not the server's: with that the connection would be cut while the client still sends, and it would
        // never see why.
        Lift(context, keepsPace: true);
        if (context.Request.ContentLength > MaxBytes)
        {
            throw TooLarge();
        }

        PipeReader body = context.Request.BodyReader;
        while (true)
        {
            ReadResult read = await body.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > MaxBytes)
            {
                // Given back, so that the server can skip the rest and keep the connection.
                body.AdvanceTo(read.Buffer.End);
                throw TooLarge();
            }

            if (read.IsCompleted)
            {
                ReadOnlyMemory<byte> text = read.Buffer.ToArray();
                body.AdvanceTo(read.Buffer.End);
                return text.Span.StartsWith("\uFEFF"u8) ? NotEmpty(text[3..]) : NotEmpty(text);
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>The body as a stream of any length, which may come as slowly as it likes.</summary>
    public static Stream Open(HttpContext context)
    {
        Lift(context, keepsPace: false);
        return context.Request.Body;
    }

    private static ReadOnlyMemory<byte> NotEmpty(ReadOnlyMemory<byte> text) =>
        text.Span.IndexOfAnyExcept(" \t\r\n"u8) >= 0 ? text : throw new ReeveException(new ReeveError(ErrorCatalogue.Input.Empty, "The body is empty.", ""));

    private static void Lift(HttpContext context, bool keepsPace)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (!keepsPace && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private static ReeveException TooLarge() => new(new ReeveError(ErrorCatalogue.Http.BodyTooLarge, $"The body has over {MaxBytes:N0} bytes."));

    private static ReeveException Unread(string why) => new(new ReeveError(ErrorCatalogue.Http.WrongType, why));
}
