using System.Security.Cryptography;

namespace Reeve.Engine.HotReload;

/// <summary>One file as a watch has seen it. Not thread-safe.</summary>
internal sealed class WatchedFile(string path)
{
    // One byte more than is accepted of a pack says that it is too long.
    private const int Most = 16 * 1024 * 1024 + 1;

    private (string Target, long Length, long WriteTicks)? seen;
    private long seenAt;
    private long readAt;
    private bool isRead;

    internal string Path => path;

    /// <summary>Its bytes as they were read last; null until then.</summary>
    internal byte[]? Bytes { get; private set; }

    /// <summary>SHA-256 of <see cref="Bytes"/>, lower-case hex.</summary>
    internal string TextHash { get; private set; } = "";

    /// <summary>Whether what was read last still has to be looked at.</summary>
    internal bool IsNew { get; set; }

    /// <summary>Whether it stands as it was read, so that it can be looked at.</summary>
    internal bool IsSettled => isRead;

    /// <summary>The texts that were refused with this one, so that each is told once.</summary>
    internal string Refused { get; set; } = "";

    /// <summary>Looks at the file, and reads it once it has stayed as it is for long enough. False when it is gone or empty.</summary>
    internal bool Look(TimeProvider clock, PackWatchOptions options)
    {
        try
        {
            // Without a length it says nothing yet; and a pipe, which has none, would keep whoever opens it.
            FileInfo file = Followed();
            if (!file.Exists || file.Length == 0)
            {
                return false;
            }

            long now = clock.GetTimestamp();
            if (seen != State(file))
            {
                seen = State(file);
                seenAt = now;
                isRead = false;
            }
            else if (clock.GetElapsedTime(seenAt, now) >= options.Settle && (!isRead || clock.GetElapsedTime(readAt, now) >= options.ReadAnyway))
            {
                Read(now);
            }

            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Another program has it open, or a network is away: it is looked at again.
            isRead = false;
            return true;
        }
    }

    // A mounted ConfigMap is links to a folder that is exchanged as a whole: the link stays as it is while the text changes.
    private FileInfo Followed()
    {
        FileInfo file = new(path);
        return file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
    }

    private static (string, long, long) State(FileInfo file) => (file.FullName, file.Length, file.LastWriteTimeUtc.Ticks);

    private void Read(long now)
    {
        byte[] bytes;
        using (FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            bytes = new byte[Math.Min(stream.Length, Most)];
            stream.ReadExactly(bytes);
        }

        if (seen != State(Followed()))
        {
            return;
        }

        isRead = true;
        readAt = now;
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (hash != TextHash)
        {
            Bytes = bytes;
            TextHash = hash;
            IsNew = true;
        }
    }
}
