using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Reeve.Core.Values;

namespace Reeve.IntegrationTests;

/// <summary>How a run of the program ended.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Talk">Its standard error.</param>
internal sealed partial record Ended(int Code, byte[] Output, string Talk)
{
    /// <summary>Its standard output as text.</summary>
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>Its standard output as one JSON document.</summary>
    public MapValue Json => JsonText.Parse(Output, RunResults.Limits).AsMap();

    /// <summary>The lines of its standard output.</summary>
    public string[] Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Holds that it ended with this code, and that nothing of the program's inside is to be seen.</summary>
    public Ended ShouldEndWith(int code)
    {
        Code.ShouldBe(code, $"{Talk}\n{(Text.Length > 2_000 ? Text[..2_000] : Text)}");
        Talk.ShouldNotContain("Unhandled exception");
        StackFrame().IsMatch(Talk + Text).ShouldBeFalse(Talk);
        return this;
    }

    /// <summary>Holds that it refused its input with this code of the catalogue and a next step, on standard error.</summary>
    public Ended ShouldRefuseWith(string errorCode)
    {
        ShouldEndWith(1);
        Talk.ShouldContain(errorCode);
        Talk.ShouldContain("Next: ");
        return this;
    }

    [GeneratedRegex(@"^ +at [A-Z]\w*\.", RegexOptions.Multiline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex StackFrame();
}

/// <summary>The built program, run as its users run it: in a process of its own.</summary>
internal static class ReeveProgram
{
    // A machine under load may need seconds to start a process; one that takes this long hangs.
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    /// <summary>Runs it to its end, with nothing on its standard input.</summary>
    public static Task<Ended> RunAsync(params string[] arguments) => RunAsync(arguments, []);

    /// <summary>Runs it to its end.</summary>
    public static async Task<Ended> RunAsync(string[] arguments, byte[] input, params (string Name, string Value)[] environment)
    {
        using Started started = Start(arguments, environment);
        await started.SendAsync(input);
        started.EndInput();
        return await started.WaitAsync();
    }

    /// <summary>Starts it and leaves its standard input open.</summary>
    public static Started Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new(Dotnet) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "reeve.dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("REEVE_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        // A test that names no store of its own must not come near the one of whoever runs it.
        start.Environment["XDG_DATA_HOME"] = "/dev/null/no-data-folder";
        start.Environment["HOME"] = "/dev/null/no-home";
        start.Environment["LOCALAPPDATA"] = "";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new Started(Process.Start(start)!); // not null: nothing is reused
    }

    // The host that runs these tests is in the shared framework's folder: root/shared/NAME/VERSION/.
    private static string Dotnet => Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    /// <summary>A running program.</summary>
    internal sealed class Started : IDisposable
    {
        private const int Interrupt = 2; // SIGINT

        private readonly Process process;
        private readonly CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        private readonly MemoryStream output = new();
        private readonly TaskCompletionSource firstOutput = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<(string Part, TaskCompletionSource<string> Found)> awaited = [];
        private readonly Task reading;
        private readonly Task<string> talk;

        internal Started(Process process)
        {
            this.process = process;
            deadline.CancelAfter(Deadline);
            reading = ReadAsync();
            talk = process.StandardError.ReadToEndAsync(deadline.Token);
        }

        /// <summary>Done when it has written something to its standard output.</summary>
        public Task FirstOutput => firstOutput.Task.WaitAsync(deadline.Token);

        /// <summary>The process's id.</summary>
        public int Id => process.Id;

        /// <summary>Done when it has written a text to its standard output; gives all it has written by then.</summary>
        public Task<string> OutputWithAsync(string part)
        {
            TaskCompletionSource<string> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (awaited)
            {
                awaited.Add((part, found));
                Notice();
            }

            return found.Task.WaitAsync(deadline.Token);
        }

        /// <summary>Whether its parent's parent told it to ignore Ctrl+C, as shells do with what runs in their background.</summary>
        public bool IgnoresInterrupts
        {
            get
            {
                string status = $"/proc/{process.Id}/status";
                string ignored = File.Exists(status) ? File.ReadLines(status).First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim() : "0";
                return (Convert.ToUInt64(ignored, 16) & (1UL << (Interrupt - 1))) != 0;
            }
        }

        /// <summary>Writes to its standard input; a program that has ended already reads nothing.</summary>
        public async Task SendAsync(byte[] bytes)
        {
            try
            {
                await process.StandardInput.BaseStream.WriteAsync(bytes, deadline.Token);
                await process.StandardInput.BaseStream.FlushAsync(deadline.Token);
            }
            catch (IOException)
            {
                // Its answer is in how it ended.
            }
        }

        public void EndInput()
        {
            try
            {
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended before it read everything.
            }
        }

        /// <summary>Ctrl+C. The shell sends it, for its kill is built in and not a package.</summary>
        public Task StopAsync() => SignalAsync("INT");

        /// <summary>What orchestrators send.</summary>
        public Task TerminateAsync() => SignalAsync("TERM");

        /// <summary>What nobody can catch; done when it is gone.</summary>
        public async Task KillAsync()
        {
            process.Kill();
            await process.WaitForExitAsync(deadline.Token);
        }

        private async Task SignalAsync(string name)
        {
            using Process shell = Process.Start("sh", ["-c", $"kill -{name} {process.Id}"]);
            await shell.WaitForExitAsync(deadline.Token);
        }

        public async Task<Ended> WaitAsync()
        {
            await reading;
            string said = await talk;
            await process.WaitForExitAsync(deadline.Token);
            return new Ended(process.ExitCode, output.ToArray(), said);
        }

        public void Dispose()
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.Dispose();
            deadline.Dispose();
            output.Dispose();
        }

        private async Task ReadAsync()
        {
            byte[] part = new byte[16 * 1024];
            int read;
            while ((read = await process.StandardOutput.BaseStream.ReadAsync(part, deadline.Token)) > 0)
            {
                firstOutput.TrySetResult();
                lock (awaited)
                {
                    output.Write(part, 0, read);
                    Notice();
                }
            }

            lock (awaited)
            {
                awaited.ForEach(wait => wait.Found.TrySetException(new InvalidOperationException($"It ended without saying '{wait.Part}'.")));
            }
        }

        private void Notice()
        {
            string text = Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length);
            awaited.Where(wait => text.Contains(wait.Part, StringComparison.Ordinal)).ToList().ForEach(wait => wait.Found.TrySetResult(text));
        }
    }
}
