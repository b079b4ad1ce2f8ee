using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Server.Api.RunRequests;

/// <summary>
/// The folders whose packs a request may name by path, and nothing beside them: neither <c>..</c> nor a link leads out. What is
/// outside is refused in the same words whether it is there or not. Thread-safe.
/// </summary>
public sealed class PackFolders(IReadOnlyList<string> folders)
{
    // As many links as Linux follows before it gives up.
    private const int MostLinks = 40;
    private const int LongestPath = 1024;

    private static readonly StringComparison Comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>The file that a path names, links resolved.</summary>
    /// <param name="path">Relative to one of the folders, or absolute inside one.</param>
    /// <param name="pointer">The member of the request that gives it, for errors.</param>
    /// <exception cref="ReeveException">HTTP-015 when it is in none of the folders; INPUT-001 when it is, and is no file.</exception>
    internal string Resolve(string path, string pointer)
    {
        bool inside = false;
        if (path.Length is > 0 and <= LongestPath && !path.Contains('\0'))
        {
            foreach (string folder in folders)
            {
                string root = RealPath(Path.GetFullPath(folder)) ?? Path.GetFullPath(folder);
                string full = Path.GetFullPath(path, root);

                // An absolute path may name the folder as the settings do, through a link.
                if (!IsWithin(root, full) && !IsWithin(Path.GetFullPath(folder), full))
                {
                    continue;
                }

                if (RealPath(full) is not { } real)
                {
                    inside = true;
                }
                else if (IsWithin(root, real))
                {
                    inside = true;
                    if (File.Exists(real))
                    {
                        return real;
                    }
                }
            }
        }

        throw new ReeveException(inside
            ? new ReeveError(ErrorCatalogue.Input.FileUnreadable, $"There is no file {Shown.Name(path)} in a pack folder.", pointer)
            : new ReeveError(ErrorCatalogue.Http.OutsideFolders, $"{Shown.Name(path)} is not inside a configured pack folder.", pointer));
    }

    private static bool IsWithin(string root, string path) =>
        path.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, Comparison);

    // The path with every link on the way resolved; null when something on the way is not there, or links go round in a circle.
    private static string? RealPath(string full)
    {
        int links = 0;
        string root = Path.GetPathRoot(full)!; // not null: the path is absolute
        string real = root;
        Stack<string> left = new(full[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse());
        while (left.TryPop(out string? part))
        {
            string next = Path.GetFullPath(part, real);
            FileSystemInfo entry = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            if (entry.LinkTarget is { } target)
            {
                if (++links > MostLinks)
                {
                    return null;
                }

                string there = Path.GetFullPath(target, real);
                root = Path.GetPathRoot(there)!; // not null: the path is absolute
                real = root;
                foreach (string step in there[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    left.Push(step);
                }
            }
            else if (!entry.Exists)
            {
                return null;
            }
            else
            {
                real = next;
            }
        }

        return real;
    }
}
