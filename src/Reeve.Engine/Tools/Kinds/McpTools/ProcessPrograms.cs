using System.ComponentModel;
using System.Diagnostics;

namespace Reeve.Engine.Tools.Kinds.McpTools;

/// <summary>
/// MCP servers as processes: no shell, an environment without anything of ours, an empty working folder that is removed with them. What they say on standard error is read and forgotten: it is
/// text from outside. A server of a node that was killed finds its standard input at its end, which tells it to go.
/// </summary>
/// <param name="clock">For how long an end is waited for.</param>
public sealed class ProcessPrograms(TimeProvider clock) : IMcpPrograms
{
    /// <inheritdoc/>
    public IMcpProgram Start(IReadOnlyList<string> command)
    {
        // Its own, so that servers do not meet in one folder; only its owner may enter it.
        string folder = Directory.CreateTempSubdirectory("reeve-mcp-").FullName;
        ProcessStartInfo start = new(command[0], command.Skip(1))
        {
            WorkingDirectory = folder, UseShellExecute = false, CreateNoWindow = true, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["HOME"] = folder;
        if (OperatingSystem.IsWindows())
        {
            // Without it Windows' own libraries are not found.
            string windows = Environment.GetFolderPath(Environment.SpecialFolder.Windows);
            start.Environment["SystemRoot"] = windows;
            start.Environment["PATH"] = Path.Combine(windows, "System32");
        }
        else
        {
            start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        }

        try
        {
            return new Running(Process.Start(start)!, folder, clock); // not null: nothing is reused
        }
        catch (Exception fault) when (fault is Win32Exception or InvalidOperationException)
        {
            Remove(folder);
            throw new IOException("The program cannot be started.", fault);
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // What a server left behind and locked is in the system's folder for temporary files, which the system empties.
        }
    }

    private sealed class Running : IMcpProgram
    {
        // As long as a server that was told to go may take to put its things away.
        private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

        private readonly Process process;
        private readonly string folder;
        private readonly TimeProvider clock;
        private readonly Task talk;

        internal Running(Process process, string folder, TimeProvider clock)
        {
            this.process = process;
            this.folder = folder;
            this.clock = clock;
            talk = ForgetAsync(process.StandardError.BaseStream);
        }

        public Stream Input => process.StandardInput.BaseStream;

        public Stream Output => process.StandardOutput.BaseStream;

        public async ValueTask DisposeAsync()
        {
            try
            {
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It closed its end first.
            }

            if (!await EndsAsync())
            {
                try
                {
                    process.Kill(entireProcessTree: true);
                }
                catch (Exception fault) when (fault is InvalidOperationException or Win32Exception)
                {
                    // It ended meanwhile.
                }

                await EndsAsync();
            }

            // Closes the pipes, which ends the reading even where a grandchild still holds the other end.
            process.Dispose();
            await talk;
            Remove(folder);
        }

        private async Task<bool> EndsAsync()
        {
            using CancellationTokenSource late = new(Goodbye, clock);
            try
            {
                await process.WaitForExitAsync(late.Token);
                return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        // A pipe that nobody reads fills, and then the server waits for ever.
        private static async Task ForgetAsync(Stream talk)
        {
            byte[] buffer = new byte[4096];
            try
            {
                while (await talk.ReadAsync(buffer, CancellationToken.None) > 0)
                {
                    // Forgotten.
                }
            }
            catch (Exception fault) when (fault is IOException or ObjectDisposedException or OperationCanceledException)
            {
                // The server is gone.
            }
        }
    }
}
