using System.Globalization;
using Reeve.Core.Errors;

namespace Reeve.Operations.Logs;

/// <summary>Where lines go. Called under one lock, so an implementation need not be thread-safe.</summary>
internal interface ILogSink : IDisposable
{
    /// <summary>Writes one line with its end.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    void Write(ReadOnlySpan<byte> line, DateTimeOffset now);
}

/// <summary>A stream that lives longer than the log: standard error.</summary>
internal sealed class StreamLogSink(Stream stream) : ILogSink
{
    public void Write(ReadOnlySpan<byte> line, DateTimeOffset now)
    {
        stream.Write(line);
        stream.Flush();
    }

    public void Dispose()
    {
    }
}

/// <summary>
/// A file that is replaced by a new one when it grows too large or too old. What is finished is renamed to
/// <c>name.20261120-060000.1.log</c> and kept for a while. A lock file keeps two processes from writing one file; the second writes
/// <c>name.2.log</c> beside it.
/// </summary>
internal sealed class FileLogSink : ILogSink
{
    private const int MostWriters = 64;
    private readonly LogOptions options;
    private readonly string wanted;
    private string path;
    private FileStream? held;
    private FileStream? file;
    private long size;
    private DateTimeOffset begun;

    /// <summary>
    /// Makes the folder and looks whether the file can be written. It is opened by the first record, so that a command which logs
    /// nothing leaves nothing behind.
    /// </summary>
    /// <exception cref="ReeveException">LOG-002: it cannot be written.</exception>
    public FileLogSink(LogOptions options)
    {
        this.options = options;
        wanted = Path.GetFullPath(options.File!);
        path = wanted;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(wanted)!);
            if (Directory.Exists(wanted))
            {
                throw new IOException("The path is a folder.");
            }

            if (File.Exists(wanted))
            {
                Appending(wanted).Dispose();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Logs.FileUnwritable, error.Message, wanted), error);
        }
    }

    public void Write(ReadOnlySpan<byte> line, DateTimeOffset now)
    {
        if (file is null)
        {
            Open(now);
        }

        if (size > 0 && (size + line.Length > options.MaxFileBytes || now - begun >= options.MaxFileAge))
        {
            Rotate(now);
        }

        if (size == 0)
        {
            begun = now;
        }

        file!.Write(line);
        size += line.Length;
    }

    public void Dispose()
    {
        file?.Dispose();
        held?.Dispose();
    }

    private static (string Path, FileStream Held) Claim(string wanted)
    {
        for (int n = 1; ; n++)
        {
            string path = n == 1 ? wanted : LogFiles.Inserted(wanted, n.ToString(CultureInfo.InvariantCulture));
            try
            {
                // The runtime locks a file that is opened for nobody else, on every system.
                return (path, new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose));
            }
            catch (IOException) when (n < MostWriters && File.Exists(path + ".lock"))
            {
                // Another process writes there; the next name is tried.
            }
        }
    }

    private static FileStream Appending(string path) =>
        new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private void Open(DateTimeOffset now)
    {
        if (held is null)
        {
            (path, held) = Claim(wanted);
        }

        file = Appending(path);
        size = file.Length;
        begun = size > 0 ? LogFiles.FirstTime(path) ?? now : now;
    }

    private void Rotate(DateTimeOffset now)
    {
        file!.Dispose();
        file = null;
        string stamp = begun.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        int n = 1;
        while (File.Exists(LogFiles.Inserted(path, $"{stamp}.{n}")))
        {
            n++;
        }

        File.Move(path, LogFiles.Inserted(path, $"{stamp}.{n}"));
        Open(now);
        Prune(now);
    }

    private void Prune(DateTimeOffset now)
    {
        IReadOnlyList<FinishedLog> finished = LogFiles.Finished(path);
        for (int i = 0; i < finished.Count; i++)
        {
            if (i < finished.Count - options.KeptFiles || now - finished[i].Begun > options.KeptFor)
            {
                File.Delete(finished[i].Path);
            }
        }
    }
}
