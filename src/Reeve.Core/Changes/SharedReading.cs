using Reeve.Core.Records;

namespace Reeve.Core.Changes;

/// <summary>
/// Something small of the store, in memory, for answers that are asked for all the time: believed for less than a second, not at all once somebody signalled a change since it was read, and read once however many ask.
/// Thread-safe.
/// </summary>
/// <typeparam name="T">What is read; immutable.</typeparam>
public sealed class SharedReading<T>
    where T : class
{
    // Less than a second, within which what people stop is stopped everywhere (EX-TOOL-13); for rows that were changed by hand, which nobody signals.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(900);

    private readonly Func<CancellationToken, Task<T>> read;
    private readonly SignalBoard board;
    private readonly TimeProvider clock;
    private readonly Lock changing = new();
    private Reading? known;
    private Task<Reading?>? reading;
    private long forgotten;

    /// <summary>Makes it; nothing is read yet.</summary>
    /// <param name="read">Reads it, for all tenants.</param>
    /// <param name="board">Says that it changed, and whether what was read may be believed.</param>
    /// <param name="signals">By what it is told.</param>
    /// <param name="clock">Measures how old it is.</param>
    public SharedReading(Func<CancellationToken, Task<T>> read, SignalBoard board, Signals signals, TimeProvider clock)
    {
        this.read = read;
        this.board = board;
        this.clock = clock;
        board.Subscribe(signals, (TenantId? _) => Forget());
    }

    /// <summary>What is known, at once; null when it is to be asked for.</summary>
    public T? Known => Volatile.Read(ref known) is { } found && board.IsCurrent && clock.GetElapsedTime(found.At) < Longest ? found.Value : null;

    /// <summary>What is known, or read now.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Null when it cannot be read, or not in time: then nobody knows.</returns>
    public async ValueTask<T?> AskAsync(CancellationToken cancellationToken)
    {
        if (Known is { } believed)
        {
            return believed;
        }

        // What was read is the answer also where it may not be kept: it is no older than the question, or than the reading that the question joined. That one may have
        // been on its way for long.
        Task<Reading?> answer;
        lock (changing)
        {
            answer = reading ??= ReadAsync(forgotten);
        }

        return await answer.WaitAsync(cancellationToken) is { } found && clock.GetElapsedTime(found.At) < Longest ? found.Value : null;
    }

    private void Forget()
    {
        lock (changing)
        {
            forgotten++;
            known = null;
            reading = null;
        }
    }

    private async Task<Reading?> ReadAsync(long since)
    {
        // Whoever began it holds the lock until the store is waited for.
        await Task.Yield();
        long began = clock.GetTimestamp();
        Reading? found;
        try
        {
            found = new Reading(began, await read(CancellationToken.None));
        }
        catch (Exception)
        {
            // Whatever it is: nobody knows, and the next question reads again.
            found = null;
        }

        lock (changing)
        {
            // A reading that somebody made to be forgotten is no longer the one that others join.
            if (forgotten == since)
            {
                known = found;
                reading = null;
            }
        }

        return found;
    }

    private sealed record Reading(long At, T Value);
}
