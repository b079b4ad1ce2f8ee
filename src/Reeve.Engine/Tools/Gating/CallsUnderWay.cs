using Microsoft.Extensions.Logging;
using Reeve.Core.Calls;
using Reeve.Core.Errors;

namespace Reeve.Engine.Tools.Gating;

/// <summary>The calls that this process makes, so that none is orphaned when it stops: closing waits for them. Thread-safe.</summary>
internal sealed class CallsUnderWay(TimeProvider clock, ILogger logger)
{
    private readonly Lock changing = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int count;
    private bool isClosing;

    /// <summary>Counts a call in; each is counted out by <see cref="Leave"/>, or by handing over what becomes of it (<see cref="Watch"/>).</summary>
    /// <exception cref="ReeveException">REC-007: it is closing.</exception>
    internal void Enter()
    {
        lock (changing)
        {
            if (isClosing)
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Record.Stopped, "This process is stopping, and begins no call."));
            }

            count++;
        }
    }

    internal void Leave()
    {
        lock (changing)
        {
            if (--count == 0 && isClosing)
            {
                idle.TrySetResult();
            }
        }
    }

    /// <summary>Counts a call out when it has ended. What it ends with is seen by whoever awaits it; that it failed while nobody did is logged.</summary>
    internal async Task<ToolAnswer> Watch(Task<ToolAnswer> call, bool isAwaited)
    {
        try
        {
            return await call;
        }
        catch (Exception fault) when (!isAwaited)
        {
            Log.Unwatched(logger, fault);
            throw;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Lets no call in any more, and waits for those that are.</summary>
    internal async Task DrainAsync(TimeSpan within)
    {
        lock (changing)
        {
            isClosing = true;
            if (count == 0)
            {
                return;
            }
        }

        try
        {
            await idle.Task.WaitAsync(within, clock);
        }
        catch (TimeoutException)
        {
            Log.LeftUnderWay(logger, Volatile.Read(ref count));
        }
    }
}
