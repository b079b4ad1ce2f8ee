using Microsoft.Extensions.Logging;

namespace Reeve.Engine.Tools.Kinds.CommandTools;

/// <summary>A folder of one attempt's own, below the system's folder for temporary files: nobody else may enter it (0700), and it goes with the attempt.</summary>
internal sealed class SandboxFolder : IDisposable
{
    private readonly ILogger logger;
    private readonly string path;

    /// <summary>Makes it.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    internal SandboxFolder(string workFolder, ILogger logger)
    {
        this.logger = logger;
        path = Directory.CreateTempSubdirectory("reeve-command-").FullName;
        Work = Path.Combine(path, workFolder);
        try
        {
            Directory.CreateDirectory(Work);
        }
        catch (IOException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where the program starts.</summary>
    internal string Work { get; }

    /// <summary>Removes it with all that is in it, whatever modes the program gave that.</summary>
    public void Dispose()
    {
        try
        {
            Open(new DirectoryInfo(path));
            Directory.Delete(path, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Log.FolderStays(logger, path, fault);
        }
    }

    // Folders that their owner may not list would stay. Links are not followed.
    private static void Open(DirectoryInfo folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        folder.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (DirectoryInfo inner in folder.EnumerateDirectories().Where(inner => inner.LinkTarget is null))
        {
            Open(inner);
        }
    }
}
