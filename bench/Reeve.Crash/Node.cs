using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Reeve.Crash;

/// <summary>A process that serves: started, killed, frozen, started again. Used by one fault at a time.</summary>
internal sealed class Node(CrashStore store, IReadOnlyList<string> words) : IAsyncDisposable
{
    private const int Terminate = 15; // SIGTERM
    private const int Continue = 18; // SIGCONT, on Linux
    private const int Freeze = 19; // SIGSTOP, on Linux
    private const string Before = " answers at ";

    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(60);

    /// <summary>The words that start a server of the program.</summary>
    internal static readonly IReadOnlyList<string> Serves = [Program("reeve"), "serve", "--urls", "http://127.0.0.1:0"];

    private readonly Queue<string> said = [];
    private Process? process;

    /// <summary>Where it answers; null while it does not.</summary>
    internal Uri? Url { get; private set; }

    /// <summary>How it ended, when nobody ended it; null while it runs as it should.</summary>
    internal string? EndedAlone => process is { HasExited: true } ended && Url is not null ? $"with {ended.ExitCode}: {LastWords}" : null;

    /// <summary>The last lines of its standard error.</summary>
    internal string LastWords
    {
        get
        {
            lock (said)
            {
                return string.Join(" | ", said);
            }
        }
    }

    /// <summary>Where a program that lies beside this one is.</summary>
    internal static string Program(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");

    /// <summary>Starts it; done when it answers, or when it has ended without answering.</summary>
    /// <returns>Whether it answers.</returns>
    internal async Task<bool> StartAsync(CancellationToken cancellationToken)
    {
        process?.Dispose();
        process = Process.Start(Begin(store, words))!; // not null: nothing is reused
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginErrorReadLine();
        string? line = await process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(StartsWithin, cancellationToken);
        if (line?.IndexOf(Before, StringComparison.Ordinal) is not (>= 0 and int at))
        {
            await process.WaitForExitAsync(cancellationToken);
            return false;
        }

        // Nobody reads what else it says; a full pipe must not stop it.
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        Url = new Uri(line[(at + Before.Length)..].Split(',')[0].TrimEnd('/') + "/");
        return true;
    }

    /// <summary>What nobody can catch; done when it is gone.</summary>
    internal async Task KillAsync()
    {
        Url = null;
        process!.Kill(); // not null: it was started
        await process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Waits until it ends by itself.</summary>
    internal async Task<int> EndAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        await process!.WaitForExitAsync(cancellationToken).WaitAsync(within, cancellationToken);
        Url = null;
        return process.ExitCode;
    }

    /// <summary>Stops it where it stands: it holds what it has, and does nothing.</summary>
    internal void Stop() => _ = Signal(process!.Id, Freeze);

    internal void Resume() => _ = Signal(process!.Id, Continue);

    /// <summary>Asks it to stop in order.</summary>
    /// <returns>How it ended.</returns>
    internal async Task<int> DrainAsync()
    {
        Url = null;
        _ = Signal(process!.Id, Terminate);
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(StopsWithin);
        return process.ExitCode;
    }

    /// <summary>Runs a verb of the program on the store to its end.</summary>
    /// <returns>How it ended, and what it wrote.</returns>
    internal static async Task<(int Code, string Output, string Talk)> RunAsync(CrashStore store, IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        using Process verb = Process.Start(Begin(store, [Program("reeve"), .. words]))!; // not null: nothing is reused
        Task<string> talk = verb.StandardError.ReadToEndAsync(cancellationToken);
        string output = await verb.StandardOutput.ReadToEndAsync(cancellationToken);
        await verb.WaitForExitAsync(cancellationToken);
        return (verb.ExitCode, output, await talk);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        process?.Dispose();
    }

    private static ProcessStartInfo Begin(CrashStore store, IReadOnlyList<string> words)
    {
        ProcessStartInfo start = new(Dotnet, words) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = store.Folder };
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("REEVE_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        // Not among the arguments, which others may read: it may hold a password.
        start.Environment["REEVE__STORE"] = store.Node;
        start.Environment["REEVE__STORAGE__SLOTLEASESECONDS"] = "3";
        start.Environment["REEVE_MASTER_KEY_FILE"] = store.KeyFile;
        start.Environment["REEVE_LOG_LEVEL"] = "ERROR";
        return start;
    }

    // The host that runs this is in the shared framework's folder: root/shared/NAME/VERSION/.
    private static string Dotnet => Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private void Remember(string? line)
    {
        const int Lines = 5;
        lock (said)
        {
            if (line is { Length: > 0 })
            {
                said.Enqueue(line.Length > 600 ? line[..600] : line);
            }

            if (said.Count > Lines)
            {
                said.Dequeue();
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Signal(int process, int signal);
}
