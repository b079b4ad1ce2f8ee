using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Reeve.Core.Errors;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Locks;

/// <summary>
/// The right of one process to one SQLite file. It is a lock of the operating system on <c>FILE.lock</c>, so it ends with the
/// process however that ends; what is written in that file tells other processes of the same user whom to ask instead. The file
/// stays when the lock is given back: who deletes a lock file can delete the next holder's. Thread-safe.
/// </summary>
public sealed class StoreLock : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int MostBytes = 4096;

    private readonly FileStream file;
    private readonly Lock changing = new();

    private StoreLock(FileStream file, string token)
    {
        this.file = file;
        Token = token;
    }

    /// <summary>What a request must carry to be taken for one of this machine's administrator: 256 random bits as base64url, new at each start. Not to be shown.</summary>
    public string Token { get; }

    /// <summary>Takes the lock of a file. A holder that is dead is none.</summary>
    /// <param name="store">A SQLite file; it need not be there yet. Its folder is made where there is none.</param>
    /// <param name="url">Where this process answers on this machine; null when it does not, or not yet.</param>
    /// <exception cref="ReeveException">STORE-003 when another process has it, STORE-004 when the lock file cannot be used.</exception>
    public static StoreLock Take(StoreAddress store, Uri? url)
    {
        string path = PathOf(store);
        SqliteDatabase.MakeFolder(store);
        FileStream file = Open(path, store);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                // Before the token is in it; refused when the file is another user's.
                File.SetUnixFileMode(file.SafeFileHandle, OwnerOnly);
            }

            StoreLock taken = new(file, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
            taken.Announce(url);
            return taken;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            throw Unusable(store, fault);
        }
    }

    /// <summary>Who has a file, for another process of the same user; null when nobody does, or nobody who can be asked.</summary>
    /// <exception cref="ReeveException">STORE-004 when others could read or write the lock file: what it says is not to be trusted then.</exception>
    public static StoreHolder? Read(StoreAddress store)
    {
        string path = PathOf(store);
        try
        {
            using SafeFileHandle? file = LockFile.OpenToRead(path);
            if (file is null)
            {
                return null;
            }

            if (IsLink(path) || !LockFile.IsOnlyOurs(file))
            {
                throw new ReeveException(new ReeveError(
                    ErrorCatalogue.Storage.Unwritable, "Others than its user can read or write the lock file.", path, nextStep: "Stop the process that has it and delete the file."));
            }

            byte[] bytes = new byte[MostBytes];
            int read = RandomAccess.Read(file, bytes, fileOffset: 0);
            return StoreHolder.Parse(bytes.AsSpan(0, read)) is { } holder && ProcessStart.Of(holder.ProcessId) == holder.ProcessStarted ? holder : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unusable(store, fault);
        }
    }

    /// <summary>Writes where this process answers; null: it cannot be asked.</summary>
    public void Announce(Uri? url)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text))
        {
            writer.WriteStartObject();
            writer.WriteNumber("processId", Environment.ProcessId);
            writer.WriteString("processStarted", ProcessStart.Of(Environment.ProcessId));
            writer.WriteString("url", url?.ToString());
            writer.WriteString("token", Token);
            writer.WriteEndObject();
        }

        lock (changing)
        {
            file.SetLength(0);
            file.Position = 0;
            file.Write(text.GetBuffer(), 0, (int)text.Length);
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose()
    {
        lock (changing)
        {
            if (file.CanWrite)
            {
                file.SetLength(0);
            }

            file.Dispose();
        }
    }

    private static FileStream Open(string path, StoreAddress store)
    {
        try
        {
            if (IsLink(path))
            {
                throw new IOException("The lock file is a link.");
            }

            // What keeps another writer out, and readers in: on Windows that it may only read, on Unix flock, of which readers take no notice.
            FileStreamOptions options = new()
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None,
                BufferSize = 0,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            return new FileStream(path, options);
        }
        catch (IOException fault) when (IsHeld(fault))
        {
            throw InUse(store);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unusable(store, fault);
        }
    }

    // Windows: ERROR_SHARING_VIOLATION. Unix: EWOULDBLOCK of flock, 11 on Linux and 35 on macOS, which .NET hands out as it is.
    private static bool IsHeld(IOException fault) => fault.HResult is unchecked((int)0x80070020) or 11 or 35;

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    private static string PathOf(StoreAddress store) => store.Dialect == Dialect.Sqlite ? store.Target + ".lock" : throw new ArgumentException("Only files have locks.", nameof(store));

    private static ReeveException InUse(StoreAddress store)
    {
        StoreHolder? holder = null;
        try
        {
            holder = Read(store);
        }
        catch (ReeveException)
        {
            // It is in use, whoever uses it.
        }

        string who = holder is null ? "Another process has it." : $"Process {holder.ProcessId} has it{(holder.Url is { } url ? $" and answers at {url}" : "")}.";
        return new ReeveException(new ReeveError(ErrorCatalogue.Storage.InUse, who, store.Masked));
    }

    private static ReeveException Unusable(StoreAddress store, Exception fault) =>
        new(new ReeveError(ErrorCatalogue.Storage.Unwritable, "The lock file beside it cannot be used.", store.Masked), fault);
}
