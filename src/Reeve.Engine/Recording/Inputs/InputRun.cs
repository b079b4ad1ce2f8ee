using System.Runtime.CompilerServices;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Inbox;
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

    /// <summary>The gate that everything passes.</summary>
    internal required TenantQueues Queues { get; init; }

    /// <summary>Its room; given back with the end of the input.</summary>
    internal required InputRoom Room { get; init; }

    /// <summary>Where passes go that are received and decided later; null where every pass is decided here.</summary>
    internal HandOver? Hand { get; init; }

    /// <summary>Whether those are given to the worker after each chunk, as of a stream; else whoever made <see cref="Hand"/> does, after the answer.</summary>
    internal bool GivesChunks { get; init; }

    /// <summary>Whether passes are received before they are decided; asked for each chunk.</summary>
    internal required Func<bool> ReceivesFirst { get; init; }

    /// <summary>Whether results show what was decided; else where it left the exception and no more, so that what waits for its commit holds none of it.</summary>
    internal bool ShowsDecisions { get; init; }

    /// <summary>Which tenants are looked up before they are decided.</summary>
    internal required RepeatWatch Repeats { get; init; }

    /// <summary>The import whose items these are; null when what becomes of them is kept nowhere else.</summary>
    internal ImportedItems? Import { get; init; }

    /// <summary>How many items back repeats are known without asking what is stored; null: all.</summary>
    internal int? Remembered { get; init; }

    /// <summary>Puts the run on record, before the first of its exceptions.</summary>
    internal required Func<CancellationToken, ValueTask> StartAsync { get; init; }

    /// <summary>The modes in which passes begin; null: in that of the pipeline's options, as those of a run do, which names its packs and its time itself.</summary>
    internal IAutomationMode? Modes { get; init; }

    /// <summary>Is told how many were decided with the packs and are on record; null: nobody counts.</summary>
    internal Action<BoundPolicy, int>? Decided { get; init; }
}

/// <summary>One call of the door: an input, item by item onto the record. Not thread-safe.</summary>
internal sealed class InputRun(InputWork work)
{
    // Nobody is faster again and again, but on a row that many change at once.
    private const int Attempts = 5;

    private readonly RunIdentity identity = new(work.Policy, work.Remembered);
    private readonly Normaliser normaliser = new(work.Ids);

    // Whether the last chunk held repeats; whether this one is received first.
    private bool repeats;
    private bool receives;

    /// <summary>The results, in the order of the input, each after its commit.</summary>
    internal async IAsyncEnumerable<ExceptionResult> ResultsAsync(IAsyncEnumerable<RawItem> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using InputRoom room = work.Room;
        await room.BeforeChunkAsync(cancellationToken);
        bool started = false;
        await foreach (Chunk chunk in Chunks.ReadAsync(items, Normalise, cancellationToken))
        {
            await room.HoldAsync(chunk, () => work.Hand?.Release(), cancellationToken);
            if (!started)
            {
                await work.StartAsync(cancellationToken);
                if (work.Import is { } import)
                {
                    await import.BeginAsync();
                }

                started = true;
            }

            IReadOnlyList<ExceptionResult> results;
            try
            {
                results = await DecideAsync(chunk, cancellationToken);
            }
            finally
            {
                if (work.GivesChunks)
                {
                    work.Hand?.Release();
                }
            }

            room.AfterChunk();
            for (int i = 0; i < results.Count; i++)
            {
                yield return results[i];
            }

            if (!chunk.IsLast)
            {
                await room.BeforeChunkAsync(cancellationToken);
            }
        }
    }

    private IReadOnlyList<IntakeOutcome> Normalise(RawItem item)
    {
        IReadOnlyList<IntakeOutcome> outcomes = normaliser.Normalise(item, work.Policy, Now());
        work.Import?.Note(item, outcomes.Count);
        return outcomes;
    }

    private DateTimeOffset Now() => work.Run.AsOf ?? work.Runtime.Clock.GetUtcNow();

    private async ValueTask<IReadOnlyList<ExceptionResult>> DecideAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        IReadOnlyList<SettledItem> settled = identity.Settle(chunk.Outcomes, chunk.IsLast);
        if (settled.Count == 0)
        {
            return [];
        }

        ImportedChunk? imported = work.Import is { } import ? await import.TakeAsync(settled, cancellationToken) : null;
        bool lookFirst = repeats || work.Identity.LooksFirst || work.Repeats.Expects(work.Policy.TenantId);
        repeats = false;
        receives = work.Run.Commits == CommitMode.Stage || work.ReceivesFirst();
        int first = settled[0].Index;
        ExceptionResult?[] decided = new ExceptionResult?[settled.Count];
        IReadOnlyList<IReadOnlyList<SettledItem>> rounds = RunIdentity.Rounds(settled);
        for (int round = 0; round < rounds.Count; round++)
        {
            if (round > 0)
            {
                await PassesBeforeAsync(rounds[round], cancellationToken);
            }

            foreach (PassWork item in await DecideAsync(rounds[round], imported, lookFirst, cancellationToken))
            {
                decided[item.Item.Index - first] = item.Result;
                if (item.HasItemRow)
                {
                    imported?.HasRow(item.Item);
                }
            }
        }

        work.Repeats.Note(work.Policy.TenantId, repeats);
        ExceptionResult[] results = new ExceptionResult[settled.Count];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = settled[i].Answer(decided[i]);
        }

        return imported is null ? results : await imported.ConcludeAsync(results);
    }

    // Of one exception at most one pass is undecided. What was received is given to the worker now, answer or not: its sender waits for what follows, too.
    private async ValueTask PassesBeforeAsync(IReadOnlyList<SettledItem> round, CancellationToken cancellationToken)
    {
        for (int i = 0; i < round.Count; i++)
        {
            if (round[i].PassBefore is { } before)
            {
                work.Hand?.Release();
                await before.WaitAsync(cancellationToken);
            }
        }
    }

    // Items of one round do not depend on one another. What repeats something that is stored the commit finds by itself, unless there were some lately.
    private async ValueTask<List<PassWork>> DecideAsync(IReadOnlyList<SettledItem> round, ImportedChunk? imported, bool lookFirst, CancellationToken cancellationToken)
    {
        List<PassWork> all = new(round.Count);
        for (int i = 0; i < round.Count; i++)
        {
            if (round[i].ToDecide() is { } arrival && imported?.Knows(round[i]) != true)
            {
                PassWork item = new(round[i], arrival) { Part = imported?.PartOf(round[i]) };
                all.Add(item);
                if (round[i].PassBefore is { IsCompletedSuccessfully: true } before && !await before)
                {
                    item.Refuse(new ReeveError(ErrorCatalogue.Record.Busy, "The exception that it follows could not be decided yet."));
                }
            }
        }

        List<PassWork> open = Unanswered(all);
        for (int attempt = 1; open.Count > 0; attempt++)
        {
            if (lookFirst || attempt > 1)
            {
                await work.Identity.SettleAsync(open, Now(), cancellationToken);
                open = Unanswered(open);
            }

            await CommitAsync(open, cancellationToken);
            await ConcludeAsync(open, imported, cancellationToken);
            open = Unanswered(open);
            if (attempt == Attempts)
            {
                open.ForEach(item => item.Refuse(new ReeveError(ErrorCatalogue.Record.Busy, $"It was overtaken {Attempts} times in a row.")));
                break;
            }
        }

        return all;
    }

    private List<PassWork> Unanswered(List<PassWork> items)
    {
        int answered = 0;
        for (int i = 0; i < items.Count; i++)
        {
            answered += items[i].IsAnswered ? 1 : 0;
            repeats |= items[i].IsRepeat;
        }

        return answered == 0 ? items : answered == items.Count ? [] : items.FindAll(item => !item.IsAnswered);
    }

    // A turn at a time: decided beside each other, handed over in the order of the input, and the next turn is decided while those are committed.
    private async ValueTask CommitAsync(List<PassWork> open, CancellationToken cancellationToken)
    {
        if (open.Count == 1)
        {
            await work.Queues.EnterAsync(work.Policy.TenantId, 1, cancellationToken);
            await DecideAsync(open, 0, 1, cancellationToken);
            await open[0].CommitAsync(work);
            return;
        }

        List<Task> commits = new(open.Count);
        try
        {
            while (commits.Count < open.Count)
            {
                int from = commits.Count;
                int count = await work.Queues.EnterAsync(work.Policy.TenantId, open.Count - from, cancellationToken);
                await DecideAsync(open, from, count, cancellationToken);
                for (int i = from; i < from + count; i++)
                {
                    commits.Add(open[i].CommitAsync(work));
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

    // Some that were let in. When one of them cannot be decided at all, none is handed over, and their places are given back.
    private async ValueTask DecideAsync(List<PassWork> open, int from, int count, CancellationToken cancellationToken)
    {
        try
        {
            if (count == 1)
            {
                await DecideAsync(open[from], cancellationToken);
            }
            else
            {
                await work.Runtime.ForEachAsync(count, work.Workers, (i, token) => DecideAsync(open[from + i], token), cancellationToken);
            }
        }
        catch
        {
            work.Queues.Leave(count);
            throw;
        }
    }

    private async ValueTask DecideAsync(PassWork item, CancellationToken cancellationToken)
    {
        ExceptionRow? row = item.Item.Identity is IdentityOutcome.Follows
            ? await work.Exceptions.FindAsync(work.Policy.TenantId, item.Arrival.Record.ExceptionId, cancellationToken)
            : null;
        await item.DecideAsync(work, row, receives, cancellationToken);
    }

    private async Task ConcludeAsync(IReadOnlyList<PassWork> open, ImportedChunk? imported, CancellationToken cancellationToken)
    {
        int decided = 0;
        for (int i = 0; i < open.Count; i++)
        {
            PassWork item = open[i];
            switch (item.Committed)
            {
                case CommitOutcome.Committed:
                    item.Stored(work);
                    decided += item.IsForLater ? 0 : 1;
                    break;
                case CommitOutcome.ItemThere:
                    await imported!.FindAsync(item, cancellationToken); // not null: only an item of an import has a row
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

        work.Decided?.Invoke(work.Policy, decided);
    }
}
