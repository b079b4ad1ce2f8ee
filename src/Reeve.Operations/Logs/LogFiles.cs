using System.Globalization;

namespace Reeve.Operations.Logs;

/// <summary>A file that is no longer written, and the time of its first record.</summary>
internal readonly record struct FinishedLog(string Path, DateTimeOffset Begun);

/// <summary>The files that one log is made of, and how they are named.</summary>
public static class LogFiles
{
    /// <summary>
    /// Every file of the log that is written at a path: finished ones from old to new, then those being written. Empty when there
    /// is none.
    /// </summary>
    public static IReadOnlyList<string> Of(string path)
    {
        string full = Path.GetFullPath(path);
        List<string> writers = [.. Beside(full).Where(file => file == full || IsNumber(PartOf(full, file))).Order(StringComparer.Ordinal)];
        return
        [
            .. writers.Append(full).Distinct().SelectMany(Finished).OrderBy(file => file.Begun).ThenBy(file => file.Path, StringComparer.Ordinal).Select(file => file.Path),
            .. writers,
        ];
    }

    /// <summary>Reads lines of a file that may be written at the same time.</summary>
    public static IEnumerable<string> ReadLines(string path)
    {
        using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>What was written at a path and renamed when it was finished, from old to new.</summary>
    internal static IReadOnlyList<FinishedLog> Finished(string path)
    {
        List<FinishedLog> found = [];
        foreach (string file in Beside(path))
        {
            if (BegunOf(PartOf(path, file)) is { } begun)
            {
                found.Add(new FinishedLog(file, begun));
            }
        }

        // The number behind the time has as many digits as it needs: shorter is earlier.
        return [.. found.OrderBy(file => file.Begun).ThenBy(file => file.Path.Length).ThenBy(file => file.Path, StringComparer.Ordinal)];
    }

    /// <summary>The path with a part before its extension: <c>reeve.2.log</c>.</summary>
    internal static string Inserted(string path, string part) =>
        Path.Combine(Path.GetDirectoryName(path)!, $"{Path.GetFileNameWithoutExtension(path)}.{part}{Path.GetExtension(path)}");

    /// <summary>The time of the first record of a file; null when it has none.</summary>
    internal static DateTimeOffset? FirstTime(string path) => ReadLines(path).Select(LogRecord.Parse).FirstOrDefault()?.Time;

    private static IEnumerable<string> Beside(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, Path.GetFileNameWithoutExtension(path) + "*" + Path.GetExtension(path))
            : [];
    }

    // What Inserted put between name and extension; empty when the file is not one of ours.
    private static ReadOnlySpan<char> PartOf(string path, string file)
    {
        string stem = Path.GetFileNameWithoutExtension(path) + ".";
        string name = Path.GetFileName(file);
        string extension = Path.GetExtension(path);
        return name.StartsWith(stem, StringComparison.Ordinal) && name.EndsWith(extension, StringComparison.Ordinal) && name.Length > stem.Length + extension.Length
            ? name.AsSpan(stem.Length, name.Length - stem.Length - extension.Length)
            : default;
    }

    private static bool IsNumber(ReadOnlySpan<char> part) => !part.IsEmpty && part.IndexOfAnyExceptInRange('0', '9') < 0;

    private static DateTimeOffset? BegunOf(ReadOnlySpan<char> part)
    {
        int dot = part.IndexOf('.');
        return dot > 0 && IsNumber(part[(dot + 1)..])
            && DateTimeOffset.TryParseExact(part[..dot], "yyyyMMdd-HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset begun)
            ? begun
            : null;
    }
}
