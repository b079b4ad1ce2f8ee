using Reeve.Core.Errors;

namespace Reeve.Commands.Artefacts;

/// <summary>The folder of an export: files under the relative paths of EX-MODEL-17, parts of names from outside made safe.</summary>
internal sealed class ExportFolder
{
    private readonly string root;

    /// <summary>Takes a folder that is empty, or makes it.</summary>
    /// <exception cref="ReeveException">CMD-003, INPUT-010.</exception>
    internal ExportFolder(string root)
    {
        this.root = root;
        Guard(root, () =>
        {
            Directory.CreateDirectory(root);
            return Directory.EnumerateFileSystemEntries(root).Any()
                ? throw new ReeveException(new ReeveError(ErrorCatalogue.Command.FolderTaken, "The folder is not empty.", root))
                : true;
        });
    }

    /// <summary>How many files were made.</summary>
    internal int Files { get; private set; }

    /// <summary>Makes a file; of two of one name, such as the snapshots of a stage that was decided again, the later stays. The last part of the path is its name with its extension.</summary>
    /// <exception cref="ReeveException">INPUT-010.</exception>
    internal FileStream Create(string extension, params ReadOnlySpan<string> parts)
    {
        string path = root;
        for (int i = 0; i < parts.Length; i++)
        {
            path = Path.Combine(path, SafeName.Of(parts[i]));
        }

        path += extension;
        Files++;
        return Guard(path, () =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!); // not null: it is below the root
            return PrivateFile.Create(path, path);
        });
    }

    /// <summary>Writes a file whole.</summary>
    /// <exception cref="ReeveException">INPUT-010.</exception>
    internal void Write(ReadOnlySpan<byte> content, string extension, params ReadOnlySpan<string> parts)
    {
        using FileStream file = Create(extension, parts);
        try
        {
            file.Write(content);
            file.Flush();
        }
        catch (IOException failure)
        {
            throw PrivateFile.Unwritable(file.Name, failure);
        }
    }

    private static T Guard<T>(string path, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw PrivateFile.Unwritable(path, failure);
        }
    }
}
