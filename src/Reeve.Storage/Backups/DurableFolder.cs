using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Reeve.Storage.Backups;

/// <summary>What the framework cannot do with a folder: have its names on disk. A rename is not there after a power cut until the folder is.</summary>
internal static class DurableFolder
{
    /// <summary>Waits until the folder of a file is on disk. On Windows the file system's journal sees to that.</summary>
    /// <exception cref="IOException">It cannot be opened or written.</exception>
    internal static void FlushOf(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const int ReadOnly = 0;
        using SafeFileHandle folder = Open(Path.GetDirectoryName(path)!, ReadOnly); // not null: a full path of a file
        if (folder.IsInvalid)
        {
            throw new IOException($"open(2) of the folder failed with {Marshal.GetLastPInvokeError()}.");
        }

        // Some file systems cannot: theirs are the guarantees then (EINVAL).
        const int Unsupported = 22;
        if (Sync(folder) != 0 && Marshal.GetLastPInvokeError() is not Unsupported and int error)
        {
            throw new IOException($"fsync(2) of the folder failed with {error}.");
        }
    }

    [DllImport("libc", EntryPoint = "open", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern SafeFileHandle Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(SafeFileHandle file);
}
