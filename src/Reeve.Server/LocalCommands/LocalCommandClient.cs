using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Reeve.Core.Errors;

namespace Reeve.Server.LocalCommands;

/// <summary>Has a command line done by the process that holds the store.</summary>
public static class LocalCommandClient
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Sends the command and copies what it writes as it comes.</summary>
    /// <param name="holder">The base address that the lock file names.</param>
    /// <param name="token">The token it names.</param>
    /// <param name="command">The command.</param>
    /// <param name="streams">The caller's own streams.</param>
    /// <param name="cancellationToken">Goes away; the holder then stops the command.</param>
    /// <returns>The exit code; null when the holder cannot be reached, or is another by now: nothing was done then.</returns>
    /// <exception cref="ReeveException">STORE-003 when it went away in the middle.</exception>
    public static async Task<int?> SendAsync(Uri holder, string token, LocalCommand command, LocalStreams streams, CancellationToken cancellationToken)
    {
        // The machine's proxy has no business with what does not leave the machine.
        using SocketsHttpHandler handler = new() { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = ConnectTimeout };
        using HttpClient client = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(holder, LocalCommandRoute.Path));
        request.Headers.Add(LocalCommandRoute.TokenHeader, token);
        request.Content = new CommandContent(command.ToHead(), streams.Input);
        HttpResponseMessage response;
        try
        {
            response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException fault) when (fault.HttpRequestError is HttpRequestError.ConnectionError || fault.InnerException is SocketException)
        {
            return null;
        }
        catch (HttpRequestException fault)
        {
            throw Lost(fault);
        }

        using (response)
        {
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw Lost(null);
            }

            return await CopyAsync(response, streams, cancellationToken);
        }
    }

    private static async Task<int> CopyAsync(HttpResponseMessage response, LocalStreams streams, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[Frames.LongestFrame];
        await using Stream answer = await response.Content.ReadAsStreamAsync(cancellationToken);
        while (true)
        {
            FrameKind kind;
            int length;
            try
            {
                (kind, length) = await Frames.ReadAsync(answer, buffer, cancellationToken);
            }
            catch (Exception fault) when (fault is HttpIOException or IOException or InvalidDataException or HttpRequestException)
            {
                throw Lost(fault);
            }

            if (kind == FrameKind.Exit && length == sizeof(int))
            {
                return BinaryPrimitives.ReadInt32BigEndian(buffer);
            }

            Stream target = kind == FrameKind.Output ? streams.Output : streams.Error;
            target.Write(buffer, 0, length);
            target.Flush();
        }
    }

    private static ReeveException Lost(Exception? fault) => new(
        new ReeveError(
            ErrorCatalogue.Storage.InUse, "The process that holds the store went away before the command was done.",
            nextStep: "Look at what is stored (reeve runs list), then try again."),
        fault);

    private sealed class CommandContent(byte[] head, Stream input) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(head);
            await input.CopyToAsync(stream);
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(head, cancellationToken);
            await input.CopyToAsync(stream, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = head.Length;
            return ReferenceEquals(input, Stream.Null);
        }
    }
}
