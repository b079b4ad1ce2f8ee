namespace Reeve.Server.Hosting;

/// <summary>Where a server is in its life.</summary>
public enum ServerPhase
{
    /// <summary>It listens, and is not ready yet.</summary>
    Starting,

    /// <summary>It takes requests.</summary>
    Serving,

    /// <summary>It finishes what it has; nothing new should be sent.</summary>
    Draining,
}

/// <summary>Where this server is; it only goes forward. Thread-safe.</summary>
public sealed class ServerState
{
    private readonly CancellationTokenSource cut = new();
    private int phase;

    /// <summary>The phase now.</summary>
    public ServerPhase Phase => (ServerPhase)Volatile.Read(ref phase);

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
}
