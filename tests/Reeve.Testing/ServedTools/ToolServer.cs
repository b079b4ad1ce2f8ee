using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;

namespace Reeve.Testing.ServedTools;

/// <summary>
/// HTTP tools for tests and campaigns, on a loopback port of its own. Each path is a tool, there from its first use; by default it answers 200 <c>{"ok":true}</c>, has an effect per call, and knows a
/// repetition by its Idempotency-Key. How it answers, how it fails and what it counted are said by <see cref="Tool"/>. Thread-safe.
/// </summary>
public sealed class ToolServer : IAsyncDisposable
{
    private const int LargestBody = 64 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, ServedTool> tools = new(StringComparer.Ordinal);
    private readonly WebApplication application;
    private readonly string scheme;
    private int connections;

    private ToolServer(X509Certificate2? certificate, int port)
    {
        scheme = certificate is null ? "http" : "https";
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options => Listen(options, certificate, port));
        application = builder.Build();
        application.Run(AnswerAsync);
    }

    /// <summary>The port; chosen by the system unless it was given.</summary>
    public int Port { get; private set; }

    /// <summary><c>127.0.0.1:PORT</c>, as allow lists name it.</summary>
    public string HostAndPort => $"127.0.0.1:{Port}";

    /// <summary>How many connections were made, TLS and all.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>How many requests arrived, of all tools.</summary>
    public int Requests => tools.Sum(tool => tool.Value.Requests);

    /// <summary>Starts one.</summary>
    /// <param name="certificate">With a private key: HTTPS with it. Null: plain HTTP.</param>
    /// <param name="port">A port that must be free; 0: any. A campaign that restarts the server keeps its port.</param>
    public static async Task<ToolServer> StartAsync(X509Certificate2? certificate = null, int port = 0)
    {
        ToolServer server = new(certificate, port);
        await server.application.StartAsync();
        server.Port = new Uri(server.application.Urls.Single()).Port;
        return server;
    }

    /// <summary>The address of a path: <c>http://127.0.0.1:PORT/path</c>.</summary>
    public string Url(string path) => $"{scheme}://{HostAndPort}{path}";

    /// <summary>The tool of a path (which begins with a slash and has no query).</summary>
    public ServedTool Tool(string path) => tools.GetOrAdd(path, static path => new ServedTool(path));

    /// <summary>Ends it at once; calls that hang are cut.</summary>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new();
        await now.CancelAsync();
        await application.StopAsync(now.Token);
        await application.DisposeAsync();
    }

    private void Listen(KestrelServerOptions options, X509Certificate2? certificate, int port)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = LargestBody;
        options.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }

            // After TLS, so that a connection counts when it could carry a request.
            listen.Use(next => connection =>
            {
                Interlocked.Increment(ref connections);
                return next(connection);
            });
        });
    }

    private async Task AnswerAsync(HttpContext context)
    {
        ServedTool tool = Tool(context.Request.Path.Value ?? "/");
        ServedCall call = await ReadAsync(context.Request);
        ToolReply reply = tool.Receive(call);
        try
        {
            if (reply.Delay > TimeSpan.Zero)
            {
                await Task.Delay(reply.Delay, TimeProvider.System, context.RequestAborted);
            }

            await WriteAsync(context, reply);
        }
        catch (OperationCanceledException)
        {
            // The caller is gone, or the server ends.
        }
    }

    private static async Task<ServedCall> ReadAsync(HttpRequest request)
    {
        using MemoryStream body = new();
        await request.Body.CopyToAsync(body);
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in request.Headers)
        {
            headers[name] = value.ToString();
        }

        return new ServedCall(request.Method, request.Path.Value ?? "/", request.QueryString.Value ?? "", headers, Encoding.UTF8.GetString(body.ToArray()));
    }

    private static async Task WriteAsync(HttpContext context, ToolReply reply)
    {
        HttpResponse response = context.Response;
        if (reply.Fault == ToolFault.Hang)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }

        if (reply.Fault is ToolFault.Reset or ToolFault.Close)
        {
            End(context, isReset: reply.Fault == ToolFault.Reset);
            return;
        }

        response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers)
        {
            response.Headers[name] = value;
        }

        if (reply.Status == StatusCodes.Status204NoContent || HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        if (reply.Fault == ToolFault.Truncate)
        {
            response.ContentLength = reply.Body.Length + 10;
        }
        else if (reply.Fault == ToolFault.None)
        {
            response.ContentLength = reply.Body.Length;
        }

        await response.Body.WriteAsync(reply.Body, context.RequestAborted);
        if (reply.Fault is ToolFault.Truncate or ToolFault.TruncateChunked)
        {
            // What has begun and fails is cut: the connection closes after what was written.
            await response.Body.FlushAsync(context.RequestAborted);
            throw new InvalidOperationException("The answer is to be cut.");
        }
    }

    // Without lingering the system answers with RST instead of FIN.
    private static void End(HttpContext context, bool isReset)
    {
        if (context.Features.Get<IConnectionSocketFeature>() is { } feature)
        {
            if (isReset)
            {
                feature.Socket.LingerState = new LingerOption(true, 0);
                feature.Socket.Close();
            }
            else
            {
                feature.Socket.Shutdown(SocketShutdown.Both);
            }
        }

        context.Abort();
    }
}
