using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Npgsql;

namespace Reeve.Crash;

/// <summary>A PostgreSQL of this campaign's own, in a temporary folder on a loopback port, with the durability it comes with; it can be torn down and started again.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private const int Quit = 3; // SIGQUIT: what pg_ctl calls an immediate stop, without a checkpoint
    private const int Interrupt = 2; // SIGINT: a fast one

    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(1);

    private readonly string binaries;
    private readonly int port;
    private Process? process;
    private bool isKept;

    private OwnServer(string binaries, string folder, int port)
    {
        this.binaries = binaries;
        Folder = folder;
        this.port = port;
    }

    internal string Superuser => $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres";

    /// <summary>Where its data is.</summary>
    internal string Folder { get; }

    /// <summary>Leaves its data where it is when it ends.</summary>
    internal void Keep() => isKept = true;

    /// <exception cref="FileNotFoundException">No PostgreSQL is installed here.</exception>
    internal static async Task<OwnServer> StartAsync(CancellationToken cancellationToken)
    {
        const string Installed = "/usr/lib/postgresql";
        string binaries = (Directory.Exists(Installed) ? Directory.GetDirectories(Installed).Select(version => Path.Combine(version, "bin")) : [])
            .Where(candidate => File.Exists(Path.Combine(candidate, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
            ?? throw new FileNotFoundException($"There is no PostgreSQL under {Installed}; name a server by --store postgres:CONNECTION.");
        string folder = Path.Combine(Path.GetTempPath(), $"reeve_crash_server_{Environment.ProcessId}");
        OwnServer server = new(binaries, folder, FreePort());
        try
        {
            Directory.CreateDirectory(folder);
            await RunAsync("chown", ["-R", IsRoot ? "postgres" : Environment.UserName, folder], cancellationToken);
            await RunAsync(server.As(["initdb", "--pgdata", server.Data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]), cancellationToken);
            await server.BeginAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it without a checkpoint, as a crash does, and starts it; done when it answers.</summary>
    internal async Task RestartAsync(CancellationToken cancellationToken)
    {
        await EndAsync(Quit);
        await BeginAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync(Interrupt);
        if (!isKept && Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private string Data => Path.Combine(Folder, "data");

    private static bool IsRoot => Environment.UserName == "root";

    // PostgreSQL refuses to be root.
    private string[] As(string[] words)
    {
        string program = Path.Combine(binaries, words[0]);
        return IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", program, .. words[1..]] : [program, .. words[1..]];
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        string[] words = As(["postgres", "-D", Data, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200"]);
        process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" })!; // not null: nothing is reused
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await using NpgsqlConnection connection = new(Superuser + ";Pooling=false;Timeout=5");
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException) when (Stopwatch.GetElapsedTime(began) < StartsWithin && !process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
            }
        }
    }

    private async Task EndAsync(int signal)
    {
        if (process is { HasExited: false })
        {
            _ = Signal(process.Id, signal);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        process?.Dispose();
        process = null;
    }

    private static Task RunAsync(string program, string[] words, CancellationToken cancellationToken) => RunAsync([program, .. words], cancellationToken);

    private static async Task RunAsync(string[] words, CancellationToken cancellationToken)
    {
        using Process run = Process.Start(new ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!; // not null: nothing is reused
        Task<string> talk = run.StandardError.ReadToEndAsync(cancellationToken);
        _ = run.StandardOutput.ReadToEndAsync(cancellationToken);
        await run.WaitForExitAsync(cancellationToken);
        if (run.ExitCode != 0)
        {
            throw new IOException($"{words[0]} ended with {run.ExitCode}: {await talk}");
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Signal(int process, int signal);
}
