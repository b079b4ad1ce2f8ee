using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;

namespace Reeve.Governance.Holds;

/// <summary>When the store was last put in place from a backup, in memory (docs/decisions/0019). Thread-safe.</summary>
public sealed class LastRestoration : IRestorations
{
    private readonly SharedReading<Answer> reading;

    /// <summary>Makes it.</summary>
    /// <param name="store">Reads.</param>
    /// <param name="board">Says that it changed, as holds do: a restored store is on hold by the same commit.</param>
    /// <param name="clock">Measures how old what was read is.</param>
    public LastRestoration(IHoldStore store, SignalBoard board, TimeProvider clock) => reading = new SharedReading<Answer>(
        async token => new Answer(await store.LastRestoredAsync(token)), board, Signals.Hold, clock);

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> LastAsync(CancellationToken cancellationToken) => reading.Known is { } known ? ValueTask.FromResult(known.At) : AskAsync(cancellationToken);

    private async ValueTask<DateTimeOffset?> AskAsync(CancellationToken cancellationToken) => (await reading.AskAsync(cancellationToken)
        ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "Whether the store was restored could not be read."))).At;

    private sealed record Answer(DateTimeOffset? At);
}
