using System.Net;
using System.Net.Sockets;
using Npgsql;
using Reeve.Storage.Databases;

namespace Reeve.Testing.Recording;

/// <summary>
/// Stands between a node and PostgreSQL and cuts connections at moments that a seed gives: each connection after some number of bytes
/// in one direction, in the middle of a message like anywhere else. It can also stand still. Thread-safe.
/// </summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    // In bytes: long enough for a handshake, short enough to end within a few batches. Answers are shorter than what is asked.
    private const int LongestRequests = 40_000;
    private const int LongestAnswers = 6_000;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> running = [];
    private readonly Lock changing = new();
    private readonly Task accepting;
    private readonly IPEndPoint server;
    private readonly Random random;
    private TaskCompletionSource flowing = new();
    private int cuts;
    private volatile bool cutting;

    /// <summary>Begins to listen; cuts nothing until told to.</summary>
    public CuttingProxy(StoreAddress server, int seed)
    {
        random = new Random(seed);
        NpgsqlConnectionStringBuilder settings = new(server.Target);
        this.server = new IPEndPoint(IPAddress.Loopback, settings.Port);
        listener.Start();
        settings.Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        settings.SslMode = SslMode.Disable;
        settings.GssEncryptionMode = GssEncryptionMode.Disable;
        Address = StoreAddress.Parse("postgres:" + settings.ConnectionString, "/");
        flowing.SetResult();
        accepting = AcceptAsync();
    }

    /// <summary>The server's address through this.</summary>
    public StoreAddress Address { get; }

    /// <summary>How many connections were cut.</summary>
    public int Cuts => Volatile.Read(ref cuts);

    /// <summary>Whether connections are given a moment to be cut at, those that are open too.</summary>
    public bool IsCutting
    {
        get => cutting;
        set => cutting = value;
    }

    /// <summary>Passes nothing more on, in neither direction, and closes nothing.</summary>
    public void Freeze()
    {
        lock (changing)
        {
            flowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Passes on again.</summary>
    public void Thaw()
    {
        lock (changing)
        {
            flowing.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Thaw();
        await stop.CancelAsync();
        listener.Stop();
        Task[] all;
        lock (changing)
        {
            all = [accepting, .. running];
        }

        await Task.WhenAll(all);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Socket client = await listener.AcceptSocketAsync(stop.Token);
                lock (changing)
                {
                    running.Add(ServeAsync(client));
                }
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using Socket back = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using Socket front = client;
        front.NoDelay = true;
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        try
        {
            await back.ConnectAsync(server, over.Token);
            Life life = new();
            Task<bool> there = PassAsync(front, back, life, isAnswer: false, over);
            Task<bool> answers = PassAsync(back, front, life, isAnswer: true, over);
            if ((await Task.WhenAll(there, answers)).Any(cut => cut))
            {
                Interlocked.Increment(ref cuts);
                front.LingerState = new LingerOption(true, 0);
                back.LingerState = new LingerOption(true, 0);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException)
        {
            // The test is over, or the server is gone.
        }
    }

    // Whether this direction reached its end of life. Whoever ends ends the other.
    private async Task<bool> PassAsync(Socket from, Socket to, Life life, bool isAnswer, CancellationTokenSource over)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                int read = await from.ReceiveAsync(buffer, over.Token);
                await flowing.Task.WaitAsync(over.Token);
                int passed = Spend(life, isAnswer, read);
                await to.SendAsync(buffer.AsMemory(0, passed), over.Token);
                if (read == 0 || passed < read)
                {
                    await over.CancelAsync();
                    return read > 0;
                }
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await over.CancelAsync();
            return false;
        }
    }

    // How much of some bytes is passed on. The moment is drawn when it is first asked for, so that open connections have one, too.
    private int Spend(Life life, bool isAnswer, int bytes)
    {
        lock (changing)
        {
            if (cutting && life.Left is null)
            {
                life.IsOfAnswers = random.Next(2) == 0;
                life.Left = random.Next(life.IsOfAnswers ? LongestAnswers : LongestRequests);
            }

            if (life.Left is not { } left || life.IsOfAnswers != isAnswer)
            {
                return bytes;
            }

            life.Left = left - Math.Min(bytes, left);
            return Math.Min(bytes, left);
        }
    }

    private sealed class Life
    {
        /// <summary>Bytes until the cut; null while none is to come.</summary>
        public int? Left { get; set; }

        public bool IsOfAnswers { get; set; }
    }
}
