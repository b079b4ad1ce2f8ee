using Reeve.Core.Errors;

namespace Reeve.Engine.Tools.Kinds.CommandTools;

/// <summary>Looks at a program before it is run, so that what cannot be started is known not to have run.</summary>
internal static class ProgramFile
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Why it is not run; null when it can be.</summary>
    internal static ReeveError? Problem(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                return Refused("The program is not in the folder of programs.", "Put it there, or mend the tool's command.argv.");
            }

            if (OperatingSystem.IsWindows())
            {
                // A .cmd or .bat is read by cmd.exe, which takes arguments apart again whatever quotes are around them.
                return path.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? null : Refused("The program is no .exe.", "Name an .exe; scripts of a shell are not run.");
            }

            // Links are followed: what counts is the file that is run.
            string file = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            UnixFileMode mode = File.GetUnixFileMode(file);

            // Not null: the program is in a folder.
            return (mode & Executable) == UnixFileMode.None ? Refused("The program is not executable.", "chmod +x it.")
                : ((mode | File.GetUnixFileMode(Path.GetDirectoryName(path)!)) & UnixFileMode.OtherWrite) != UnixFileMode.None ? Refused("Everybody can write the program or its folder.", "chmod o-w both.")
                : !IsProgram(file) ? Refused("The file is no program: it begins neither like an ELF file nor with #!.", "Give a script its #! line.")
                : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Refused("The program cannot be read.", "Let the user that the node runs as read and execute it.");
        }
    }

    // What is neither would be given to /bin/sh by execvp, which is a shell.
    private static bool IsProgram(string file)
    {
        using FileStream stream = File.OpenRead(file);
        Span<byte> head = stackalloc byte[4];
        int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return !OperatingSystem.IsLinux() || head[..read].StartsWith("\u007fELF"u8) || head[..read].StartsWith("#!"u8);
    }

    private static ReeveError Refused(string message, string nextStep) => new(ErrorCatalogue.Tools.BadDefinition, message, "/command/argv/0", nextStep: nextStep);
}
