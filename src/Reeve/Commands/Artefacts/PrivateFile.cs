using Reeve.Core.Errors;

namespace Reeve.Commands.Artefacts;

/// <summary>
/// The files that commands write and that may hold payloads: on Unix a new one is its owner's alone, whatever the umask says. One
/// that is there keeps its mode: whoever made it has chosen it.
/// </summary>
internal static class PrivateFile
{
    /// <summary>Makes a file, or empties the one that is there.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="subject">What an error is about: the option that named the file, or its path.</param>
    /// <exception cref="ReeveException">INPUT-010.</exception>
    internal static FileStream Create(string path, string subject)
    {
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 64 * 1024 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new FileStream(path, options);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Unwritable(subject, failure);
        }
    }

    /// <summary>What a failure to write means.</summary>
    internal static ReeveException Unwritable(string subject, Exception failure) =>
        new(new ReeveError(ErrorCatalogue.Input.FileUnwritable, failure.Message, subject), failure);
}
