namespace Reeve.Server.Hosting;

/// <summary>Where a server is in its life.</summary>
public enum ServerPhase
{
    /// <summary>It listens, and is not ready yet.</summary>
    Starting,

    /// <summary>It takes requests.</summary>
    Serving,

    /// <summary>It stops: nothing new should be sent. What comes all the same is served for some seconds more, and then refused.</summary>
    Draining,
}

/// <summary>Where this server is; it only goes forward. Thread-safe.</summary>
public sealed class ServerState
{
    private readonly CancellationTokenSource cut = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock counting = new();
    private int phase;
    private int underWay;
    private bool isClosed;

    /// <summary>The phase now.</summary>
    public ServerPhase Phase => (ServerPhase)Volatile.Read(ref phase);

    /// <summary>Done when nothing new is let in and what was let in has ended.</summary>
    internal Task Idle => idle.Task;

    /// <summary>Lets nothing new in from now on.</summary>
    internal void Close()
    {
        lock (counting)
        {
            isClosed = true;
            NoteIdle();
        }
    }

    /// <summary>Lets a request in, which <see cref="Leave"/> ends; false when nothing new is let in.</summary>
    internal bool TryEnter()
    {
        lock (counting)
        {
            underWay += isClosed ? 0 : 1;
            return !isClosed;
        }
    }

    /// <summary>A request that was let in has its answer.</summary>
    internal void Leave()
    {
        lock (counting)
        {
            underWay--;
            NoteIdle();
        }
    }

    /// <summary>Cancelled when what is still under way has to end, because the server does.</summary>
    internal CancellationToken Cut => cut.Token;

    /// <summary>Ends what is still under way.</summary>
    internal Task CutAsync() => cut.CancelAsync();

    /// <summary>Goes on to a later phase; an earlier one changes nothing.</summary>
    internal void Enter(ServerPhase next)
    {
        int now = phase;
        while (now < (int)next && Interlocked.CompareExchange(ref phase, (int)next, now) != now)
        {
            now = Volatile.Read(ref phase);
        }
    }

    private void NoteIdle()
    {
        if (isClosed && underWay == 0)
        {
            idle.TrySetResult();
        }
    }
}
