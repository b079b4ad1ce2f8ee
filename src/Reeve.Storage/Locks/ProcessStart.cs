using System.ComponentModel;
using System.Diagnostics;

namespace Reeve.Storage.Locks;

/// <summary>When a process started, as a text that is the same whoever asks and that no later process of the same id has.</summary>
internal static class ProcessStart
{
    /// <summary>The start of a process; null when there is none of that id.</summary>
    internal static string? Of(int processId)
    {
        try
        {
            // On Linux the framework reckons a time of day from ticks since boot, and two processes may reckon differently.
            if (OperatingSystem.IsLinux())
            {
                string[] fields = AfterName(File.ReadAllText($"/proc/{processId}/stat")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() + ":" + fields[StartTime];
            }

            using Process process = Process.GetProcessById(processId);
            return process.StartTime.ToUniversalTime().Ticks.ToString();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    // Field 22 of proc(5), counted behind the name, which is field 2 and may hold blanks and parentheses.
    private const int StartTime = 19;

    private static string AfterName(string stat) => stat[(stat.LastIndexOf(')') + 1)..];
}
