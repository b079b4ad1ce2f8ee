using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Reeve.Storage.Committing.SqliteSlots;

/// <summary>What makes copies of a file that is in use: the one connection that writes to it. Thread-safe.</summary>
public interface IFileCopier
{
    /// <summary>Begins a copy, which is made between commits.</summary>
    /// <returns>False when one is being made, or writing has ended.</returns>
    bool Begin(FileCopy copy);
}

/// <summary>How far a copy has come.</summary>
/// <param name="Copied">How many pages are copied.</param>
/// <param name="Pages">How many the file has.</param>
/// <param name="Slices">In how many slices.</param>
/// <param name="Longest">The longest of them.</param>
public sealed record CopyState(long Copied, long Pages, long Slices, TimeSpan Longest);

/// <summary>
/// A copy of a file that is in use, in the making. Whoever wants it looks how far it has come, flushes what is written, and may give it up; the thread that writes
/// to the file makes it (<see cref="SqliteCopies"/>). Thread-safe.
/// </summary>
public sealed class FileCopy
{
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CopyState state = new(0, 0, 0, TimeSpan.Zero);
    private long flushed;
    private int isGivenUp;

    /// <summary>A copy into a file.</summary>
    /// <param name="path">An empty file that nobody else has.</param>
    public FileCopy(string path) => Path = path;

    /// <summary>Where to.</summary>
    public string Path { get; }

    /// <summary>How far it has come.</summary>
    public CopyState State => Volatile.Read(ref state);

    /// <summary>
    /// Done when it is whole, though not on disk; fails with what went wrong, mostly SQLite's error, or with <see cref="OperationCanceledException"/> when it was given up or writing ended. The file is
    /// closed then.
    /// </summary>
    public Task Finished => finished.Task;

    /// <summary>Whether it is no longer wanted.</summary>
    internal bool IsGivenUp => Volatile.Read(ref isGivenUp) != 0;

    /// <summary>How many pages are written and not known to be on disk.</summary>
    internal long Unflushed => State.Copied - Interlocked.Read(ref flushed);

    /// <summary>
    /// Says that what was copied at a state is on disk: more is copied only while little is not, so whoever wants the copy flushes it whenever there are 512 pages
    /// more.
    /// </summary>
    public void Flushed(CopyState upTo) => Interlocked.Exchange(ref flushed, upTo.Copied);

    /// <summary>It is no longer wanted.</summary>
    public void GiveUp() => Interlocked.Exchange(ref isGivenUp, 1);

    internal void Tell(CopyState reached) => Volatile.Write(ref state, reached);

    internal void Succeed() => finished.TrySetResult();

    internal void Fail(Exception fault) => finished.TrySetException(fault);

    internal void Cancel() => finished.TrySetCanceled(CancellationToken.None);
}

/// <summary>SQLite's online copy, step by step, from a connection that writes. What that connection commits goes into the part that is copied already, too. Not thread-safe.</summary>
internal sealed class OnlineCopy : IDisposable
{
    // Nothing of it is worth a sync before it is whole: it is thrown away otherwise. The pages that commit after commit changes stay in memory, else each is read and written
    // each time; at the last step all that is left there is written at once, and 12 MiB are some milliseconds.
    private const string Unsafe = "pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -12288; pragma locking_mode = exclusive";

    private readonly SqliteConnection target;
    private readonly sqlite3 source;
    private sqlite3_backup? backup;

    /// <exception cref="SqliteException">The file cannot be opened or is not empty.</exception>
    internal OnlineCopy(sqlite3 source, string path)
    {
        this.source = source;
        target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ConnectionString);
        try
        {
            target.Open();
            using SqliteCommand command = target.CreateCommand();
            command.CommandText = Unsafe;
            command.ExecuteNonQuery();
            backup = raw.sqlite3_backup_init(target.Handle, "main", source, "main");
            if (backup is not { IsInvalid: false })
            {
                throw Fault(raw.sqlite3_errcode(target.Handle));
            }
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    /// <summary>Copies some pages.</summary>
    /// <returns>Whether it is whole; null when something was locked and it has to be tried again.</returns>
    /// <exception cref="SqliteException">It cannot go on.</exception>
    internal bool? Step(int pages)
    {
        int code = raw.sqlite3_backup_step(backup, pages);
        return (code & 0xFF) switch
        {
            raw.SQLITE_OK => false,
            raw.SQLITE_DONE => true,
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => null,
            _ => throw Fault(code),
        };
    }

    internal long Pages => raw.sqlite3_backup_pagecount(backup);

    internal long Copied => Pages - raw.sqlite3_backup_remaining(backup);

    /// <summary>Whether it copies from this connection.</summary>
    internal bool IsOf(sqlite3 connection) => ReferenceEquals(source, connection);

    public void Dispose()
    {
        // Before the connections: SQLite does not close one that a copy uses.
        if (backup is { } open)
        {
            backup = null;
            _ = raw.sqlite3_backup_finish(open);
            open.Dispose();
        }

        target.Dispose();
    }

    private static SqliteException Fault(int code) => new(raw.sqlite3_errstr(code).utf8_to_string(), code & 0xFF, code);
}
