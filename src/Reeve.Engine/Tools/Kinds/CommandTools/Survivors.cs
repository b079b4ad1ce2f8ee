using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Reeve.Engine.Tools.Kinds.CommandTools;

/// <summary>
/// Ends what a program left running. A process that left its group and its parent behind still has the environment it was started with, and that names the execution; one that emptied that, too,
/// is not found (the programs are the operator's own, their arguments are not).
/// </summary>
internal static class Survivors
{
    /// <summary>The variable by which processes of an execution are known.</summary>
    internal const string Mark = "REEVE_EXECUTION_ID";

    // Each round ends what the round before was too late for; who forks faster than this is ended by the limit of time of its group.
    private const int Rounds = 5;

    /// <summary>Ends all processes of an execution; returns how many there were. On Linux alone: elsewhere nobody else's environment can be read.</summary>
    internal static int Kill(string executionId)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        byte[] mark = Encoding.UTF8.GetBytes($"{Mark}={executionId}\0");
        int killed = 0;
        for (int round = 0; round < Rounds; round++)
        {
            int found = 0;
            foreach (string folder in Directory.EnumerateDirectories("/proc"))
            {
                if (int.TryParse(Path.GetFileName(folder), out int id) && id != Environment.ProcessId && IsMarked(folder, mark))
                {
                    found += Kill(id) ? 1 : 0;
                }
            }

            killed += found;
            if (found == 0)
            {
                break;
            }
        }

        return killed;
    }

    private static bool IsMarked(string folder, byte[] mark)
    {
        try
        {
            // Of a process that has ended and waits for its parent it is empty.
            return File.ReadAllBytes(folder + "/environ").AsSpan().IndexOf(mark) >= 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or it is another user's and so none of ours.
            return false;
        }
    }

    private static bool Kill(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            process.Kill();
            return true;
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;
        }
    }
}
