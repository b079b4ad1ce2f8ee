using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Reeve.Storage.Backups;

/// <summary>
/// A file that gets its name when it is whole: until then it is <c>NAME.&lt;12 hex digits&gt;.part</c> beside it, made new, for its user alone, locked while its
/// process lives. What is not given its name is deleted; what a process that was killed left, by the next one for the same name. Not thread-safe.
/// </summary>
internal sealed class UnfinishedFile : IDisposable
{
    private const int RandomBytes = 6;
    private static readonly string[] Companions = ["-wal", "-shm", "-journal"];

    private readonly FileStream file;
    private bool hasName;

    private UnfinishedFile(FileStream file, string path)
    {
        this.file = file;
        Path = path;
    }

    /// <summary>Where it is until then.</summary>
    internal string Path { get; }

    /// <summary>How many bytes it has.</summary>
    internal long Length => RandomAccess.GetLength(file.SafeFileHandle);

    /// <summary>Makes one, empty, and deletes what is left of dead ones.</summary>
    /// <param name="name">The full path it shall have.</param>
    /// <param name="ending">What its name ends with until then, with a dot.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor here.</exception>
    internal static UnfinishedFile Make(string name, string ending)
    {
        DeleteDead(name, ending);
        string path = $"{name}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes))}{ending}";
        FileStreamOptions options = new()
        {
            // New: a link that somebody put there is not followed.
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,

            // On Unix a lock that SQLite takes no notice of; on Windows SQLite could not open it.
            Share = OperatingSystem.IsWindows() ? FileShare.ReadWrite | FileShare.Delete : FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new UnfinishedFile(new FileStream(path, options), path);
    }

    /// <summary>Waits until what was written is on disk.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal void Flush() => RandomAccess.FlushToDisk(file.SafeFileHandle);

    /// <summary>Writes at a place.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal void Write(ReadOnlySpan<byte> bytes, long at) => RandomAccess.Write(file.SafeFileHandle, bytes, at);

    /// <summary>Has it on disk and gives it its name in one step: whoever looks sees what was there before, or all of it.</summary>
    /// <param name="give">Gives the name.</param>
    /// <exception cref="IOException">It cannot be.</exception>
    internal void GiveName(Action<string> give)
    {
        Flush();
        give(Path);
        hasName = true;
    }

    public void Dispose()
    {
        file.Dispose();
        if (!hasName)
        {
            Delete(Path);
        }
    }

    /// <summary>Deletes what SQLite keeps beside a file: of another file of that name it would be applied to this one.</summary>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    internal static void DeleteCompanions(string path)
    {
        foreach (string companion in Companions)
        {
            File.Delete(path + companion);
        }
    }

    private static void DeleteDead(string name, string ending)
    {
        string folder = System.IO.Path.GetDirectoryName(name)!; // not null: a full path of a file
        string start = System.IO.Path.GetFileName(name) + ".";
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            string file = System.IO.Path.GetFileName(path);
            if (file.Length == start.Length + (2 * RandomBytes) + ending.Length && file.StartsWith(start, StringComparison.Ordinal) && file.EndsWith(ending, StringComparison.Ordinal)
                && file.AsSpan(start.Length, 2 * RandomBytes).IndexOfAnyExcept("0123456789abcdef") < 0 && new FileInfo(path).LinkTarget is null && !IsUsed(path))
            {
                Delete(path);
            }
        }
    }

    private static bool IsUsed(string path)
    {
        try
        {
            using SafeFileHandle mine = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static void Delete(string path)
    {
        try
        {
            DeleteCompanions(path);
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Its name says that it is not whole; the next one tries again.
        }
    }
}
