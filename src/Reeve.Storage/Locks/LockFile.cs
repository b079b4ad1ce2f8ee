using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Reeve.Storage.Locks;

/// <summary>What the framework cannot tell about a lock file, or not while it is locked.</summary>
internal static class LockFile
{
    private const int NoSuchFile = 2;
    private const int NotAFolder = 20;

    // statx(2): its structure is the same on every architecture, unlike that of stat.
    private const int EmptyPath = 0x1000;
    private const uint WantsOwner = 0x8;
    private const int SizeOfStatx = 256;
    private const int OffsetOfOwner = 20;

    /// <summary>
    /// Opens the file to read what its holder wrote; null when it is not there. On Unix the framework takes a shared lock on whatever
    /// it opens, which the holder's lock refuses.
    /// </summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    internal static SafeFileHandle? OpenToRead(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return File.Exists(path) ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;
        }

        const int ReadOnly = 0;
        SafeFileHandle file = Open(path, ReadOnly);
        if (!file.IsInvalid)
        {
            return file;
        }

        int error = Marshal.GetLastPInvokeError();
        file.Dispose();
        return error is NoSuchFile or NotAFolder ? null : throw new IOException($"open(2) failed with {error}.");
    }

    /// <summary>Whether the file belongs to our user and nobody else may read or write it. On Windows the folder's rights decide that.</summary>
    internal static bool IsOnlyOurs(SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        const UnixFileMode Others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return (File.GetUnixFileMode(file) & Others) == UnixFileMode.None && IsOurs(file);
    }

    // Where the owner cannot be asked for: none but our own files of mode 0600 can be read, unless we are root.
    private static bool IsOurs(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        try
        {
            byte[] found = new byte[SizeOfStatx];
            return Statx(file, "", EmptyPath, WantsOwner, found) == 0 && BitConverter.ToUInt32(found, OffsetOfOwner) == EffectiveUser();
        }
        catch (Exception fault) when (fault is EntryPointNotFoundException or DllNotFoundException)
        {
            return !Environment.IsPrivilegedProcess;
        }
    }

    [DllImport("libc", EntryPoint = "open", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern SafeFileHandle Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "statx", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(SafeFileHandle directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] result);

    [DllImport("libc", EntryPoint = "geteuid", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUser();
}
