using System.Net;
using System.Net.Sockets;
using Npgsql;
using Reeve.Storage.Databases;

namespace Reeve.IntegrationTests.Storage.Databases;

/// <summary>
/// Stands between a client and the server, and counts the turns: a turn is what the client sends before it listens. Thread-safe.
/// </summary>
internal sealed class PostgresRelay : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> running = [];
    private readonly Task accepting;
    private readonly int serverPort;
    private int turns;
    private volatile bool serverSpokeLast = true;

    public PostgresRelay(StoreAddress server)
    {
        NpgsqlConnectionStringBuilder settings = new(server.Target);
        serverPort = settings.Port;
        listener.Start();
        settings.Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        settings.SslMode = SslMode.Disable;
        settings.GssEncryptionMode = GssEncryptionMode.Disable;
        Address = StoreAddress.Parse("postgres:" + settings.ConnectionString, "/");
        accepting = AcceptAsync();
    }

    /// <summary>The server's address through this relay.</summary>
    public StoreAddress Address { get; }

    /// <summary>How often the client has spoken and then listened.</summary>
    public int TurnsTaken => Volatile.Read(ref turns);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await Task.WhenAll([accepting, .. running]);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync(stop.Token);
                TcpClient server = new() { NoDelay = true };
                client.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, serverPort, stop.Token);
                running.Add(FromClientAsync(client.GetStream(), server.GetStream()));
                running.Add(FromServerAsync(server.GetStream(), client.GetStream()));
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    // What the client writes at once arrives here at once and goes on at once: these are a few hundred bytes over loopback.
    private async Task FromClientAsync(NetworkStream client, NetworkStream server)
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (await client.ReadAsync(buffer, stop.Token) is > 0 and int read)
            {
                if (serverSpokeLast)
                {
                    serverSpokeLast = false;
                    Interlocked.Increment(ref turns);
                }

                await server.WriteAsync(buffer.AsMemory(0, read), stop.Token);
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The other end is gone, and so is what stood between.
        }

        server.Socket.Dispose();
    }

    private async Task FromServerAsync(NetworkStream server, NetworkStream client)
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (await server.ReadAsync(buffer, stop.Token) is > 0 and int read)
            {
                serverSpokeLast = true;
                await client.WriteAsync(buffer.AsMemory(0, read), stop.Token);
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // As above.
        }

        client.Socket.Dispose();
    }
}
