using System.Runtime.InteropServices;

namespace Reeve.Engine.Tools.Kinds.CommandTools;

/// <summary>
/// Keeps the files of this process from the programs it starts. The framework opens its own so that no program inherits them; what this process inherited itself, or a native library opened, is
/// not so marked.
/// </summary>
internal static class OpenFiles
{
    // close_range(2), linux/close_range.h: it does not close, it marks.
    private const uint FirstAfterStandardStreams = 3;
    private const int CloseOnExec = 4;

    /// <summary>Marks all that is open now. On Linux before 5.11, and where the C library lacks the call, nothing is marked.</summary>
    internal static void KeepToOurselves()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = CloseRange(FirstAfterStandardStreams, uint.MaxValue, CloseOnExec);
        }
        catch (EntryPointNotFoundException fault)
        {
            _ = fault;
        }
    }

    [DllImport("libc", EntryPoint = "close_range", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CloseRange(uint first, uint last, int flags);
}
