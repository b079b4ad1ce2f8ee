using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Reeve.Load.Targets;

/// <summary><c>reeve serve</c> as a process of its own, from the program that lies beside this one.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int Terminate = 15; // SIGTERM

    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(40);

    private readonly Process process;
    private readonly DirectoryInfo folder;

    private ServerProcess(Process process, DirectoryInfo folder, Uri url)
    {
        this.process = process;
        this.folder = folder;
        Url = url;
    }

    internal Uri Url { get; }

    internal int Id => process.Id;

    /// <exception cref="FormatException">It does not start; its own words are on standard error.</exception>
    internal static async Task<ServerProcess> StartAsync(string store, CancellationToken cancellationToken)
    {
        // In a folder of its own, so that no reeve.yaml of whoever measures has a say.
        DirectoryInfo folder = Directory.CreateTempSubdirectory("reeve-bench-");
        string key = Path.Combine(folder.FullName, "master.key");
        await File.WriteAllBytesAsync(key, MasterKey(), cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        ProcessStartInfo start = new(Dotnet) { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = folder.FullName };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "reeve.dll"));
        start.ArgumentList.Add("serve");
        start.ArgumentList.Add("--urls");
        start.ArgumentList.Add("http://127.0.0.1:0");
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("REEVE_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        // Not among the arguments, which others may read: it may hold a password.
        start.Environment["REEVE__STORE"] = store;
        start.Environment["REEVE_MASTER_KEY_FILE"] = key;
        start.Environment["REEVE_LOG_LEVEL"] = "ERROR";
        Process process = Process.Start(start)!; // not null: nothing is reused
        const string Before = " answers at ";
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(StartsWithin, cancellationToken);
            if (line is null || line.IndexOf(Before, StringComparison.Ordinal) is not (>= 0 and int at))
            {
                throw new FormatException("reeve serve did not start.");
            }

            // Nobody reads what else it says; a full pipe must not stop it.
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            return new ServerProcess(process, folder, new Uri(line[(at + Before.Length)..].Split(',')[0] + "/"));
        }
        catch
        {
            await StopAsync(process, folder);
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(process, folder);

    // The key that seals what a store keeps: the same at each run, since what is measured keeps no secrets.
    private static byte[] MasterKey() => SHA256.HashData("reeve bench"u8);

    // The host that runs this is in the shared framework's folder: root/shared/NAME/VERSION/.
    private static string Dotnet => Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private static async Task StopAsync(Process process, DirectoryInfo folder)
    {
        using (process)
        {
            if (OperatingSystem.IsWindows() || Kill(process.Id, Terminate) != 0)
            {
                process.Kill();
            }

            using CancellationTokenSource limit = new(StopsWithin);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        folder.Delete(recursive: true);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int process, int signal);
}
