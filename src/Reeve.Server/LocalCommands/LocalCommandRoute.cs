using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Reeve.Server.LocalCommands;

/// <summary>
/// <c>POST /local/commands</c>: the door through which other processes of this machine use a store's file that this one holds.
/// Who may read the lock file beside the store has its token, and who may read that may read the store. To anybody else the
/// route is not there.
/// </summary>
public static class LocalCommandRoute
{
    internal const string Path = "/local/commands";
    internal const string TokenHeader = "Reeve-Local-Token";

    // What standard input may hold in memory; more waits in a temporary file.
    private const int InputInMemory = 1024 * 1024;

    /// <summary>Adds the route.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="token">What the lock file says.</param>
    /// <param name="handler">Does the commands.</param>
    public static void MapLocalCommands(this IEndpointRouteBuilder routes, string token, LocalCommandHandler handler)
    {
        byte[] expected = Encoding.UTF8.GetBytes(token);
        routes.MapPost(Path, context => AnswerAsync(context, expected, handler)).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task AnswerAsync(HttpContext context, byte[] expected, LocalCommandHandler handler)
    {
        if (!IsCaller(context, expected))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        LiftLimits(context);
        IHostApplicationLifetime lifetime = context.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);

        // Standard input is read whole before anything is answered: a caller that still sends does not read, and an answer
        // that nobody reads would make both wait for ever.
        context.Request.EnableBuffering(InputInMemory, long.MaxValue);
        await context.Request.Body.CopyToAsync(Stream.Null, stopping.Token);
        context.Request.Body.Position = 0;
        if (await LocalCommand.ReadAsync(context.Request.Body, stopping.Token) is not { } command)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        Lock gate = new();
        Stream answer = context.Response.Body;
        LocalStreams streams = new(context.Request.Body, new FrameStream(answer, FrameKind.Output, gate), new FrameStream(answer, FrameKind.Error, gate));
        int exitCode = await handler(command, streams, stopping.Token);
        byte[] code = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(code, exitCode);
        new FrameStream(answer, FrameKind.Exit, gate).Write(code);
        await answer.FlushAsync(context.RequestAborted);
    }

    private static bool IsCaller(HttpContext context, byte[] expected) =>
        context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(context.Request.Headers[TokenHeader].ToString()), expected);

    // Commands write as they go, and standard input may come as slowly as somebody types.
    private static void LiftLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpBodyControlFeature>() is { } control)
        {
            control.AllowSynchronousIO = true;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } sending)
        {
            sending.MinDataRate = null;
        }

        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } reading)
        {
            reading.MinDataRate = null;
        }
    }
}
