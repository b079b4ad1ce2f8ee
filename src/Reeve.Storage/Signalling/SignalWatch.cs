using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Storage.Signalling;

/// <summary>
/// A node's watch over what the commits of all nodes changed (docs/decisions/0014): it looks every <see cref="Interval"/> and at once
/// when told, has what changed forgotten, and only then says so to the board. Notifications are a hint, this is the floor. Thread-safe.
/// </summary>
public sealed class SignalWatch : ISignalSender, IAsyncDisposable
{
    /// <summary>How often it looks when nobody tells.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);

    // Between two looks, and so between two notifications: a thousand commits a second are not a thousand looks on every node.
    private static readonly TimeSpan Closest = TimeSpan.FromMilliseconds(20);

    // A look that takes longer would not make anything believed. Longer than what is believed, so that a slow store is not asked in vain.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    // Who could not look for so long would have much to read, and commits are pruned some day: it forgets everything instead.
    private static readonly TimeSpan Absence = TimeSpan.FromHours(1);

    private readonly ISignalSource source;
    private readonly SignalBoard board;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource stop = new();
    private readonly Lock telling = new();
    private readonly ITimer timer;
    private Task running = Task.CompletedTask;
    private ReaderPosition position = ReaderPosition.Start;
    private long began;
    private long succeeded;
    private bool isAway;
    private bool owesNotice;

    private SignalWatch(ISignalSource source, SignalBoard board, TimeProvider clock, ILogger logger)
    {
        this.source = source;
        this.board = board;
        this.clock = clock;
        this.logger = logger;
        timer = clock.CreateTimer(static bell => ((Channel<bool>)bell!).Writer.TryWrite(true), bell, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan); // not null: it is given here
    }

    /// <summary>Finds where the log ends and watches from there on. Whoever holds values subscribes before it reads the first.</summary>
    /// <param name="source">The commits; closed with the watch.</param>
    /// <param name="board">Who is told.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Where to tell of trouble.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Core.Errors.ReeveException">STORE-… when the store cannot be read.</exception>
    public static async Task<SignalWatch> StartAsync(ISignalSource source, SignalBoard board, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        SignalWatch watch = new(source, board, clock, logger);
        watch.began = clock.GetTimestamp();
        watch.position = await source.HeadAsync(cancellationToken);
        watch.succeeded = watch.began;
        board.LookedAt(watch.began);
        watch.timer.Change(Interval, Interval);
        watch.running = Task.WhenAll(watch.LookAgainAsync(watch.stop.Token), source.ListenAsync(watch.Hear, watch.stop.Token));
        return watch;
    }

    /// <inheritdoc/>
    public void Committed(Signals changed, TenantId? tenant)
    {
        // Here at once; elsewhere, and for what was committed meanwhile, by the look.
        board.Forget(changed, tenant is { } one ? [one] : null);
        lock (telling)
        {
            owesNotice = true;
        }

        Hear();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await timer.DisposeAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await source.DisposeAsync();
        stop.Dispose();
    }

    // Has it look now, or as soon as it may.
    private void Hear()
    {
        lock (telling)
        {
            TimeSpan since = clock.GetElapsedTime(began);
            if (since < Closest)
            {
                timer.Change(Closest - since, Interval);
                return;
            }
        }

        bell.Writer.TryWrite(true);
    }

    private async Task LookAgainAsync(CancellationToken stopping)
    {
        while (await bell.Reader.WaitToReadAsync(stopping))
        {
            bell.Reader.TryRead(out _);
            bool notifies;
            lock (telling)
            {
                began = clock.GetTimestamp();
                (notifies, owesNotice) = (owesNotice, false);
                timer.Change(Interval, Interval);
            }

            try
            {
                using CancellationTokenSource limit = new(Longest, clock);
                using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
                if (notifies)
                {
                    await source.NotifyAsync(either.Token);
                    notifies = false;
                }

                await LookAsync(either.Token);
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested)
            {
                if (!isAway)
                {
                    isAway = true;
                    Log.Away(logger, fault);
                }

                lock (telling)
                {
                    owesNotice |= notifies;
                }
            }

            Log.Looked(logger, clock.GetElapsedTime(began).TotalMilliseconds);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (clock.GetElapsedTime(succeeded) > Absence)
        {
            position = await source.HeadAsync(cancellationToken);
            board.Forget(Signals.All, null);
        }
        else
        {
            foreach (SignalCommit commit in await source.ReadAsync(position, cancellationToken))
            {
                board.Forget(commit.Changed, commit.Tenants);
                position = position.With(commit.Slot, commit.N);
            }
        }

        // After what it found was forgotten, and with the time from before it asked: both in this order, or what is stale is believed.
        succeeded = began;
        board.LookedAt(succeeded);
        if (isAway)
        {
            isAway = false;
            Log.Back(logger);
        }
    }
}
