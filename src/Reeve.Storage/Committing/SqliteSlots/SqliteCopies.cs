using Reeve.Storage.Committing.Outcomes;

namespace Reeve.Storage.Committing.SqliteSlots;

/// <summary>
/// Copies of a file on the thread that writes to it, between commits (docs/decisions/0018). A slice takes ten milliseconds at most, which is half of what a commit
/// may be made to wait; while outcomes keep coming, slices have a twentieth of the time that commits take. <see cref="Begin"/> is thread-safe, the rest belongs to that thread.
/// </summary>
internal sealed class SqliteCopies(OutcomeQueue queue, TimeProvider clock) : IFileCopier, IDisposable
{
    // Of the time that commits take.
    private const double Share = 0.05;

    // Pages that may be written and not on disk: what the disk has to write before it answers a read, or a commit, takes longer than a slice.
    private const long MostUnflushed = 1024;
    private const int MostPages = 4096;

    private static readonly TimeSpan LongestSlice = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(2);

    // A shorter one costs more in beginning and ending than it copies.
    private static readonly TimeSpan LeastSlice = TimeSpan.FromMilliseconds(1);

    // How long after a commit nobody is expected to come at once.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly Lock changing = new();
    private FileCopy? wanted;
    private FileCopy? current;
    private OnlineCopy? online;
    private TimeSpan earned;
    private long lastCommit;
    private int pages;
    private bool isClosed;

    /// <inheritdoc/>
    public bool Begin(FileCopy copy)
    {
        lock (changing)
        {
            if (isClosed || wanted is not null)
            {
                return false;
            }

            wanted = copy;
        }

        queue.Wake();
        return true;
    }

    /// <summary>After a commit: notes what it took, and copies what that earned.</summary>
    /// <param name="writing">The connection; null when it was lost, or nothing is written any more.</param>
    /// <param name="took">How long the commit took.</param>
    internal void AfterCommit(SqliteWriting? writing, TimeSpan took)
    {
        if (!IsWanted(writing))
        {
            return;
        }

        lastCommit = clock.GetTimestamp();
        earned += took * Share;
        earned = earned < LongestSlice ? earned : LongestSlice;
        if (earned >= LeastSlice)
        {
            earned -= Copy(earned);
        }
    }

    /// <summary>While nothing waits to be written: copies, or says how long to wait before asking again.</summary>
    /// <param name="writing">The connection; null when it was lost, or nothing is written any more.</param>
    /// <returns>Zero: ask at once whether something waits; infinite: there is no copy to make.</returns>
    internal TimeSpan WhileIdle(SqliteWriting? writing)
    {
        if (!IsWanted(writing))
        {
            return Timeout.InfiniteTimeSpan;
        }

        TimeSpan since = clock.GetElapsedTime(lastCommit);
        if (since < Quiet)
        {
            return Quiet - since;
        }

        return Copy(LongestSlice) == TimeSpan.Zero ? Pause : TimeSpan.Zero;
    }

    /// <summary>Nothing more is copied: a copy that is not whole is given up.</summary>
    public void Dispose()
    {
        lock (changing)
        {
            isClosed = true;
        }

        End(static copy => copy.Cancel());
    }

    // Whether there is a copy to go on with. One that was given up, or whose connection was lost, is ended here.
    private bool IsWanted(SqliteWriting? writing)
    {
        FileCopy? next = Volatile.Read(ref wanted);
        if (next is null)
        {
            return false;
        }

        if (next.IsGivenUp || writing is null || (online is not null && !writing.IsSourceOf(online)))
        {
            End(static copy => copy.Cancel());
            return false;
        }

        if (current is null)
        {
            try
            {
                online = writing.Copy(next.Path);
            }
            catch (Exception fault)
            {
                // Whatever it is: a copy that fails is no reason to end writing.
                End(copy => copy.Fail(fault));
                return false;
            }

            current = next;
            (earned, pages, lastCommit) = (TimeSpan.Zero, 16, clock.GetTimestamp());
        }

        return true;
    }

    // For about as long as given; how long it was.
    private TimeSpan Copy(TimeSpan length)
    {
        FileCopy copy = current!; // not null: IsWanted said so, and so is the other
        OnlineCopy from = online!;
        if (copy.Unflushed > MostUnflushed)
        {
            return TimeSpan.Zero;
        }

        long began = clock.GetTimestamp();
        bool? isWhole = false;
        try
        {
            TimeSpan before = TimeSpan.Zero;
            while (isWhole == false)
            {
                isWhole = from.Step(pages);
                TimeSpan now = clock.GetElapsedTime(began);
                TimeSpan step = now - before;
                before = now;
                pages = Adapted(pages, step);
                if (now + LongestStep > length)
                {
                    break;
                }
            }
        }
        catch (Exception fault)
        {
            End(done => done.Fail(fault));
            return clock.GetElapsedTime(began);
        }

        long copied = from.Copied;
        long all = from.Pages;
        if (isWhole == true)
        {
            CloseFile();
        }

        TimeSpan took = clock.GetElapsedTime(began);
        CopyState known = copy.State;
        copy.Tell(new CopyState(copied, all, known.Slices + 1, took > known.Longest ? took : known.Longest));
        if (isWhole == true)
        {
            End(static done => done.Succeed());
        }

        return isWhole is null ? TimeSpan.Zero : took;
    }

    private void End(Action<FileCopy> tell)
    {
        CloseFile();
        FileCopy? ended;
        lock (changing)
        {
            (ended, wanted) = (wanted, null);
        }

        current = null;
        if (ended is not null)
        {
            tell(ended);
        }
    }

    private void CloseFile()
    {
        OnlineCopy? open = online;
        online = null;
        open?.Dispose();
    }

    // So many that the next step takes as long as it may; never more than twice as many, for the first pages may have been cheap by chance.
    private static int Adapted(int pages, TimeSpan took) => took > LongestStep
        ? Math.Max(1, (int)(pages * (LongestStep / took)))
        : Math.Min(MostPages, took * 2 < LongestStep ? pages * 2 : pages);
}
