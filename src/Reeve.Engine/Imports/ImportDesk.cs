using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Imports;

/// <summary>
/// The door to imports: what a request under a key means, the hold on an import while it is worked on, and what became of its items
/// (docs/decisions/0013). Thread-safe.
/// </summary>
/// <param name="store">The rows.</param>
/// <param name="committer">Writes.</param>
/// <param name="ids">Where ids of imports without a key come from.</param>
/// <param name="clock">Waits between tries.</param>
/// <param name="node">This process's id, as its slots name it.</param>
/// <param name="logger">For ends that could not be written at once.</param>
public sealed class ImportDesk(IImportStore store, ICommitter committer, IIdSource ids, TimeProvider clock, Guid node, ILogger logger) : IAsyncDisposable
{
    private const int PageSize = 1000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // What this node works on, asked before its slots are: a request that ended leaves nothing here, whatever it could write.
    private readonly Lock changing = new();
    private readonly Dictionary<(TenantId, ImportId), OpenImport> working = [];
    private readonly List<ImportChange.Ended> unwritten = [];
    private ImportChange.Ended? beingWritten;
    private readonly CancellationTokenSource stop = new();
    private Task writing = Task.CompletedTask;

    internal IImportStore Store => store;

    internal ICommitter Committer => committer;

    internal Guid Node => node;

    /// <summary>A stream without a key: an import of its own.</summary>
    public OpenImport Open(TenantId tenant, DomainName domain) =>
        new(this, new ImportRequest(tenant, new ImportId(ids.Next(clock.GetUtcNow())), ImportKind.Stream, domain, null), known: null, replays: false);

    /// <summary>
    /// What is sent under a key. Writes nothing: the import's row is written by <see cref="OpenImport.BeginAsync"/>. What it returns has to be ended
    /// (<see cref="OpenImport.EndAsync"/>), whatever happens, unless it is a replay.
    /// </summary>
    /// <exception cref="ReeveException">HTTP-016: the key was used for something else. HTTP-017: it is being worked on. STORE-….</exception>
    public async Task<OpenImport> OpenAsync(ImportRequest request, CancellationToken cancellationToken)
    {
        Import? known = await store.FindAsync(request.Tenant, request.Id, cancellationToken);
        bool elsewhere = known is { State: ImportState.Running, IsExpired: false } && known.Node != node && await store.IsAliveAsync(known.Node, cancellationToken);
        lock (changing)
        {
            working.TryGetValue((request.Tenant, request.Id), out OpenImport? current);

            // A stream that runs for over a day has lost its key to whoever comes next.
            bool here = (current is not null && !(known is { IsExpired: true } && current.Day == known.Day)) || IsOf(beingWritten, request);
            switch (ImportRules.Judge(known, request, here || elsewhere))
            {
                case ImportVerdict.Mismatch:
                    throw new ReeveException(new ReeveError(ErrorCatalogue.Http.KeyReused, $"Import {request.Id} was begun under this key with {Difference(known!, request)}.")); // not null: there is something to differ from
                case ImportVerdict.Running:
                    throw Running(request.Id);
                case ImportVerdict.Replay:
                    return new OpenImport(this, request, known, replays: true);
                default:
                    // An end that was not written would end the work of whoever takes it up now.
                    unwritten.RemoveAll(end => IsOf(end, request));
                    OpenImport opened = new(this, request, known is { IsExpired: false } ? known : null, replays: false);
                    working[(request.Tenant, request.Id)] = opened;
                    return opened;
            }
        }
    }

    /// <summary>An import; null when the tenant has none of that id.</summary>
    public Task<Import?> FindAsync(TenantId tenant, ImportId import, CancellationToken cancellationToken) => store.FindAsync(tenant, import, cancellationToken);

    /// <summary>A page of what became of an import's items, in the order of the body.</summary>
    /// <param name="import">The import.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cursor">Where the page before ended; null for the first.</param>
    /// <param name="refusedOnly">Whether only those of refused items are wanted.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="ReeveException">REC-005 for a cursor that no page gave.</exception>
    public async Task<ImportPage> PageAsync(Import import, int limit, string? cursor, bool refusedOnly, CancellationToken cancellationToken)
    {
        ItemPlace? after = cursor is null ? null : ImportCursor.Parse(cursor);
        IReadOnlyList<ImportItem> rows = await store.PageAsync(import, after, limit + 1, refusedOnly, cancellationToken);
        return rows.Count <= limit ? new ImportPage(rows, null) : new ImportPage([.. rows.Take(limit)], ImportCursor.Of(rows[limit - 1].Place));
    }

    /// <summary>The answers for all items of an import that ended, in the order of the body.</summary>
    public async IAsyncEnumerable<ExceptionResult> AnswersAsync(Import import, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ItemPlace? after = null;
        while (true)
        {
            IReadOnlyList<ImportItem> rows = await store.PageAsync(import, after, PageSize, refusedOnly: false, cancellationToken);
            foreach (ImportItem row in rows)
            {
                yield return row.Answer();
            }

            if (rows.Count < PageSize)
            {
                yield break;
            }

            after = rows[^1].Place;
        }
    }

    /// <summary>Tries once more to write the ends that are not written yet, and gives up: whoever takes over this node's slots ends its imports.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await writing;
        foreach (ImportChange.Ended end in Unwritten())
        {
            await TryWriteAsync(end);
        }

        stop.Dispose();
    }

    internal static ReeveException Running(ImportId import) => new(new ReeveError(ErrorCatalogue.Http.KeyInUse, $"Import {import} is being worked on."));

    // Nothing that is waited for here can be given up by whoever sent the request.
    internal async Task EndAsync(OpenImport import, ImportChange.Ended? end)
    {
        if (end is not null && !await TryWriteAsync(end))
        {
            lock (changing)
            {
                unwritten.Add(end);
                if (writing.IsCompleted)
                {
                    writing = WriteAsync();
                }
            }
        }

        lock (changing)
        {
            if (working.TryGetValue(import.Place, out OpenImport? current) && ReferenceEquals(current, import))
            {
                working.Remove(import.Place);
            }
        }
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            await Task.Delay(Pause, clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (ImportChange.Ended end in Unwritten())
            {
                if (!stop.IsCancellationRequested)
                {
                    await WriteAgainAsync(end);
                }
            }

            lock (changing)
            {
                if (stop.IsCancellationRequested || unwritten.Count == 0)
                {
                    writing = Task.CompletedTask;
                    return;
                }
            }
        }
    }

    // Unless it was taken up meanwhile; and nobody takes it up while it is written.
    private async Task WriteAgainAsync(ImportChange.Ended end)
    {
        lock (changing)
        {
            if (!unwritten.Contains(end))
            {
                return;
            }

            beingWritten = end;
        }

        bool isWritten = await TryWriteAsync(end);
        lock (changing)
        {
            beingWritten = null;
            if (isWritten)
            {
                unwritten.Remove(end);
            }
        }
    }

    private static bool IsOf(ImportChange.Ended? end, ImportRequest request) => end is not null && end.Tenant == request.Tenant && end.Id == request.Id;

    // An end that met a conflict is another's to write, or was written by a try whose answer was lost.
    private async Task<bool> TryWriteAsync(ImportChange.Ended end)
    {
        try
        {
            await committer.CommitAsync([end], CancellationToken.None);
            return true;
        }
        catch (ReeveException fault)
        {
            Log.EndNotWritten(logger, end.Id.ToString(), fault.Error.Code);
            return false;
        }
    }

    private ImportChange.Ended[] Unwritten()
    {
        lock (changing)
        {
            return [.. unwritten];
        }
    }

    private static string Difference(Import known, ImportRequest request) =>
        known.Kind != request.Kind ? (known.Kind == ImportKind.Stream ? "a stream" : "a document")
        : known.Domain != request.Domain ? $"the domain {known.Domain}"
        : "another body";
}
