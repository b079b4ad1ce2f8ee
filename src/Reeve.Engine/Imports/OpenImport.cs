using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;

namespace Reeve.Engine.Imports;

/// <summary>
/// One request's hold on an import. Begin, then rows of items as they are decided, then the end. Its commits are waited for without the caller's
/// token, so that a sender who leaves strands nothing. Not thread-safe.
/// </summary>
public sealed class OpenImport
{
    // Rows of one outcome: an outcome is one of a batch of 256, which other tenants share.
    private const int RowsAtOnce = 128;
    private const int Attempts = 5;

    private readonly ImportDesk desk;
    private readonly ImportRequest request;

    // As it was stored before this request; null for one that begins.
    private readonly Import? known;
    private Import? begun;

    internal OpenImport(ImportDesk desk, ImportRequest request, Import? known, bool replays)
    {
        this.desk = desk;
        this.request = request;
        this.known = known;
        Replays = replays ? known : null;
    }

    /// <summary>Its id.</summary>
    public ImportId Id => request.Id;

    /// <summary>The document that ended before under the same key, whose answer is rebuilt; null when items are gone through.</summary>
    public Import? Replays { get; }

    /// <summary>Whether items may have rows already.</summary>
    public bool IsTakenUp => known is not null;

    internal (TenantId, ImportId) Place => (request.Tenant, request.Id);

    internal DateOnly? Day => begun?.Day;

    /// <summary>Writes the import's row. Before the first of its items, and after there was room for it.</summary>
    /// <exception cref="ReeveException">HTTP-017 when another request was faster; STORE-….</exception>
    public async Task BeginAsync()
    {
        ImportChange change = known is { } before
            ? new ImportChange.TakenUp(before, desk.Node)
            : new ImportChange.Begun(request.Tenant, request.Id, request.Kind, request.Domain, request.BodyHash, desk.Node);
        if (await desk.Committer.CommitAsync([change], CancellationToken.None) is not CommitOutcome.Committed)
        {
            throw ImportDesk.Running(request.Id);
        }

        // The day is the database's, so it is read.
        begun = known ?? await desk.Store.FindAsync(request.Tenant, request.Id, CancellationToken.None) ?? throw ImportDesk.Running(request.Id);
    }

    /// <summary>Rows of consecutive raw items that are there already; of an import that begins there are none.</summary>
    /// <param name="from">The place of the first raw item.</param>
    /// <param name="to">The place of the last.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public async Task<IReadOnlyList<ImportItem>> KnownAsync(long from, long to, CancellationToken cancellationToken) =>
        IsTakenUp ? await ReadAsync(from, to, cancellationToken) : [];

    /// <summary>The same, whether it begins or not: for a commit that found a row.</summary>
    public Task<IReadOnlyList<ImportItem>> ReadAsync(long from, long to, CancellationToken cancellationToken) =>
        desk.Store.RangeAsync(Begun(), from, to, cancellationToken);

    /// <summary>The change that keeps what became of an item, to be committed with it.</summary>
    public ImportChange.ItemAdded Row(ImportItem item) => new(request.Tenant, Begun().Day, request.Id, item);

    /// <summary>Keeps what became of items that made nothing: repeats and refusals. A row that is there already stays as it is.</summary>
    /// <param name="items">In order.</param>
    /// <exception cref="ReeveException">STORE-….</exception>
    public async Task KeepAsync(IReadOnlyList<ImportItem> items)
    {
        for (int from = 0; from < items.Count; from += RowsAtOnce)
        {
            await KeepSomeAsync([.. items.Skip(from).Take(RowsAtOnce)]);
        }
    }

    /// <summary>Ends it, and lets go of it. Never fails: an end that cannot be written is tried until it is in.</summary>
    /// <param name="isWhole">Whether every item has its row.</param>
    /// <param name="counts">What it came to.</param>
    public Task EndAsync(bool isWhole, ImportCounts counts) => desk.EndAsync(
        this, begun is { } mine ? new ImportChange.Ended(request.Tenant, request.Id, mine.Day, desk.Node, isWhole ? ImportState.Ended : ImportState.Broken, counts) : null);

    private async Task KeepSomeAsync(List<ImportItem> some)
    {
        for (int attempt = 1; some.Count > 0; attempt++)
        {
            try
            {
                if (await desk.Committer.CommitAsync([.. some.Select(Row)], CancellationToken.None) is CommitOutcome.Committed)
                {
                    return;
                }
            }
            catch (ReeveException doubt) when (doubt.Error.Kind == ErrorCatalogue.Record.OutcomeUnknown && attempt < Attempts)
            {
                // What is in is found below.
            }

            HashSet<ItemPlace> there = [.. (await ReadAsync(some[0].Place.Item, some[^1].Place.Item, CancellationToken.None)).Select(row => row.Place)];
            some.RemoveAll(item => there.Contains(item.Place));
            if (attempt == Attempts)
            {
                throw ImportDesk.Running(request.Id);
            }
        }
    }

    private Import Begun() => begun ?? throw new InvalidOperationException("The import was not begun.");
}
