using System.Diagnostics;
using System.Globalization;

namespace Reeve.Engine.Tools.Kinds.CommandTools;

/// <summary>
/// What stands between this process and a program, so that limits hold without this process: <c>timeout</c> (coreutils) puts it into a process group of its own and kills that when the time is
/// over, also when this process died meanwhile; <c>prlimit</c> (util-linux) bounds its address space and turns core dumps off. Each becomes the next by exec, so no shell reads anything.
/// Immutable.
/// </summary>
/// <remarks>
/// Not <c>setpriv --pdeathsig</c>: Linux sends that signal when the *thread* that started the program ends (prctl(2)), and threads of the pool come and go, so it would kill programs of a healthy
/// process.
/// </remarks>
internal sealed class Launcher
{
    // This process kills at the limit itself; these seconds later, timeout does what a dead process cannot.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly string? timeout;
    private readonly string? prlimit;

    /// <summary>Looks for both.</summary>
    internal Launcher(CommandOptions options)
    {
        timeout = File.Exists(options.Timeout) ? options.Timeout : null;
        prlimit = File.Exists(options.Prlimit) ? options.Prlimit : null;
        Missing = timeout is null && !OperatingSystem.IsWindows() ? options.Timeout : null;
    }

    /// <summary>What is not there and without which nothing is run; null when nothing is missing.</summary>
    internal string? Missing { get; }

    /// <summary>Whether a program's memory can be bounded.</summary>
    internal bool LimitsMemory => prlimit is not null;

    /// <summary>How a program is started: its arguments as a list, its environment without anything of ours.</summary>
    internal ProcessStartInfo Start(CommandDefinition command, IReadOnlyList<string> arguments, string folder, string executionId)
    {
        List<string> line = [];
        if (timeout is not null)
        {
            line.AddRange([timeout, "-s", "KILL", (command.Time + Grace).TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)]);
        }

        if (prlimit is not null)
        {
            line.AddRange([prlimit, "--core=0"]);
            if (command.Memory is { } bytes)
            {
                line.Add($"--as={bytes}");
            }

            line.Add("--");
        }

        line.Add(command.Program);
        line.AddRange(arguments);
        ProcessStartInfo start = new(line[0], line.Skip(1))
        {
            WorkingDirectory = folder, UseShellExecute = false, CreateNoWindow = true,
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment[Survivors.Mark] = executionId;
        if (OperatingSystem.IsWindows())
        {
            // Without it Windows' own libraries are not found.
            string windows = Environment.GetFolderPath(Environment.SpecialFolder.Windows);
            start.Environment["SystemRoot"] = windows;
            start.Environment["PATH"] = Path.Combine(windows, "System32");
        }
        else
        {
            start.Environment["PATH"] = "/usr/bin:/bin";
        }

        return start;
    }
}
