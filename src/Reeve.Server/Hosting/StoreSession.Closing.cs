using System.Runtime.ExceptionServices;
using Reeve.Engine.Inbox;
using Reeve.Engine.Tools.Executions;

namespace Reeve.Server.Hosting;

/// <content>How a store is closed: what is open, and in which order it goes.</content>
public sealed partial class StoreSession
{
    /// <summary>
    /// The worker of the inbox while the store is open. Closing it claims nothing more, decides what is in memory while there is time, and sets free the
    /// rest, before the committer is closed.
    /// </summary>
    private sealed class RunningInbox : IAsyncDisposable
    {
        private readonly InboxWorker worker;
        private readonly TimeSpan within;
        private readonly TimeProvider clock;
        private readonly CancellationTokenSource cut = new();
        private readonly Task running;

        internal RunningInbox(InboxWorker worker, TimeSpan within, TimeProvider clock)
        {
            this.worker = worker;
            this.within = within;
            this.clock = clock;
            running = worker.RunAsync(cut.Token);
        }

        public async ValueTask DisposeAsync()
        {
            worker.Drain();
            try
            {
                await running.WaitAsync(within, clock);
            }
            catch (TimeoutException)
            {
                await cut.CancelAsync();
                await running;
            }

            cut.Dispose();
        }
    }

    /// <summary>Calls of tools: closing waits for those under way while there is time, before the committer is closed; the rest is found by whoever takes the slots.</summary>
    private sealed class CallsUnderWay(ExecutionJournal calls, TimeSpan within) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await calls.DrainAsync(within);
    }

    /// <summary>Whoever goes on with calls whose process is gone, while the store is open. Closing it begins nothing more; what it began is waited for with the others.</summary>
    private sealed class RunningRecovery : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly Task running;

        internal RunningRecovery(ExecutionRecovery recovery) => running = recovery.RunAsync(stop.Token);

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await running;
            stop.Dispose();
        }
    }

    /// <summary>What was opened, to be closed in the opposite order: the committer writes what it took before the file's lock is given back.</summary>
    private sealed class Opened : IAsyncDisposable
    {
        private readonly Stack<object> kept = new();

        internal T Keep<T>(T opened)
            where T : notnull
        {
            kept.Push(opened);
            return opened;
        }

        public async ValueTask DisposeAsync()
        {
            Exception? first = null;
            while (kept.TryPop(out object? last))
            {
                try
                {
                    if (last is IAsyncDisposable waits)
                    {
                        await waits.DisposeAsync();
                    }
                    else
                    {
                        (last as IDisposable)?.Dispose();
                    }
                }
                catch (Exception fault)
                {
                    // The rest has slots and a lock to give back all the same.
                    first ??= fault;
                }
            }

            if (first is not null)
            {
                ExceptionDispatchInfo.Throw(first);
            }
        }
    }
}
