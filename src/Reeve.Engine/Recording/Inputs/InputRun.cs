using System.Runtime.CompilerServices;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Pipeline.Identities;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Recording.Inputs;

/// <summary>What one call of the door works with.</summary>
internal sealed record InputWork
{
    /// <summary>Waits and runs things beside each other.</summary>
    internal required IRuntime Runtime { get; init; }

    /// <summary>New keys.</summary>
    internal required IIdSource Ids { get; init; }

    /// <summary>How many at once.</summary>
    internal required int Workers { get; init; }

    /// <summary>Decides.</summary>
    internal required ExceptionPipeline Pipeline { get; init; }

    /// <summary>The packs.</summary>
    internal required BoundPolicy Policy { get; init; }

    /// <summary>The run on record.</summary>
    internal required RecordedRun Run { get; init; }

    /// <summary>The rows.</summary>
    internal required IExceptionStore Exceptions { get; init; }

    /// <summary>Settles who an item is before it is decided; the way in which a run and ingestion differ.</summary>
    internal required IStoredIdentity Identity { get; init; }

    /// <summary>How many items back repeats are known without asking what is stored; null: all.</summary>
    internal int? Remembered { get; init; }

    /// <summary>Puts the run on record, before the first of its exceptions.</summary>
    internal required Func<CancellationToken, Task> StartAsync { get; init; }
}

/// <summary>One call of the door: an input, item by item onto the record. Not thread-safe.</summary>
internal sealed class InputRun(InputWork work)
{
    // How many are decided before they are handed to the committer, which groups them while the next are decided.
    private const int HandOver = 256;

    // Nobody is faster again and again, but on a row that many change at once.
    private const int Attempts = 5;

    private readonly RunIdentity identity = new(work.Policy, work.Remembered);
    private readonly Normaliser normaliser = new(work.Ids);

    /// <summary>The results, in the order of the input, each after its commit.</summary>
    internal async IAsyncEnumerable<ExceptionResult> ResultsAsync(IAsyncEnumerable<RawItem> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool started = false;
        await foreach (IReadOnlyList<IntakeOutcome> chunk in Chunks.ReadAsync(items, item => normaliser.Normalise(item, work.Policy, Now()), cancellationToken))
        {
            if (!started)
            {
                await work.StartAsync(cancellationToken);
                started = true;
            }

            foreach (ExceptionResult result in await DecideAsync(chunk, cancellationToken))
            {
                yield return result;
            }
        }
    }

    private DateTimeOffset Now() => work.Run.AsOf ?? work.Runtime.Clock.GetUtcNow();

    private async Task<IReadOnlyList<ExceptionResult>> DecideAsync(IReadOnlyList<IntakeOutcome> chunk, CancellationToken cancellationToken)
    {
        IReadOnlyList<SettledItem> settled = identity.Settle(chunk);
        Dictionary<int, ExceptionResult?> results = new(settled.Count);
        foreach (IReadOnlyList<SettledItem> round in RunIdentity.Rounds(settled))
        {
            List<PassWork> open = [.. round.Select(item => (Item: item, Arrival: item.ToDecide())).Where(item => item.Arrival is not null).Select(item => new PassWork(item.Item, item.Arrival!))]; // not null: just asked
            List<PassWork> all = open;
            for (int attempt = 1; open.Count > 0; attempt++)
            {
                await work.Identity.SettleAsync(open, Now(), cancellationToken);
                open = [.. open.Where(item => !item.IsAnswered)];
                await CommitAsync(open, cancellationToken);
                await ConcludeAsync(open, cancellationToken);
                open = [.. open.Where(item => !item.IsAnswered)];
                if (attempt == Attempts)
                {
                    open.ForEach(item => item.Refuse(new ReeveError(ErrorCatalogue.Record.Busy, $"It was overtaken {Attempts} times in a row.")));
                    break;
                }
            }

            foreach (PassWork item in all)
            {
                results[item.Item.Index] = item.Result;
            }
        }

        return [.. settled.Select(item => item.Answer(results.GetValueOrDefault(item.Index)))];
    }

    // Decides some beside each other, hands them over in the order of the input, and decides the next while those are committed.
    private async Task CommitAsync(IReadOnlyList<PassWork> open, CancellationToken cancellationToken)
    {
        List<Task> commits = new(open.Count);
        try
        {
            for (int from = 0; from < open.Count; from += HandOver)
            {
                int begin = from;
                int count = Math.Min(HandOver, open.Count - begin);
                await work.Runtime.ForEachAsync(count, work.Workers, (i, token) => DecideAsync(open[begin + i], token), cancellationToken);
                for (int i = 0; i < count; i++)
                {
                    commits.Add(open[begin + i].CommitAsync(work.Run.Committer, cancellationToken));
                }
            }
        }
        catch
        {
            // What was handed over is waited for; why the rest was not decided is what the caller must hear.
            await Task.WhenAll(commits).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        await Task.WhenAll(commits);
    }

    private async ValueTask DecideAsync(PassWork item, CancellationToken cancellationToken)
    {
        ExceptionRow? row = item.Item.Identity is IdentityOutcome.Follows
            ? await work.Exceptions.FindAsync(work.Policy.TenantId, item.Arrival.Record.ExceptionId, cancellationToken)
            : null;
        PassStart start = new() { Arrival = item.Arrival, Policy = work.Policy, Now = work.Run.AsOf };
        await item.DecideAsync(work.Pipeline, start, work.Run, work.Identity.Kept(item.Arrival), row, cancellationToken);
    }

    private async Task ConcludeAsync(IReadOnlyList<PassWork> open, CancellationToken cancellationToken)
    {
        foreach (PassWork item in open)
        {
            switch (item.Committed)
            {
                case CommitOutcome.Committed:
                    item.Stored();
                    break;
                case CommitOutcome.AlreadyThere { Exception: { } first }:
                    item.Repeats(await work.Exceptions.FindAsync(work.Policy.TenantId, first, cancellationToken));
                    break;
                case CommitOutcome.AlreadyThere:
                    await work.Identity.GiveUpIdAsync(item, Now(), cancellationToken);
                    break;

                // A row that moved on is read again; a pass that was received is then somebody else's, who decides it.
                case CommitOutcome.MovedOn when await work.Exceptions.FindAsync(work.Policy.TenantId, item.Arrival.Record.ExceptionId, cancellationToken) is { } row
                    && (item.WasReceived || row.PassId == item.Arrival.PassId):
                    item.Elsewhere(row);
                    break;
            }
        }
    }
}
