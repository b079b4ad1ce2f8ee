using Reeve.Core.Records;

namespace Reeve.Engine.Imports;

/// <summary>Imports and what became of their items, read. Thread-safe.</summary>
public interface IImportStore
{
    /// <summary>An import; null when the tenant has none of that id.</summary>
    Task<Import?> FindAsync(TenantId tenant, ImportId import, CancellationToken cancellationToken);

    /// <summary>Rows of consecutive raw items, in order, with key and status of what they made.</summary>
    /// <param name="import">The import.</param>
    /// <param name="from">The place of the first raw item.</param>
    /// <param name="to">The place of the last.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<ImportItem>> RangeAsync(Import import, long from, long to, CancellationToken cancellationToken);

    /// <summary>Rows behind a place, in order, with key and status of what they made.</summary>
    /// <param name="import">The import.</param>
    /// <param name="after">The last row before; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="refusedOnly">Whether only those of refused items are wanted.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<ImportItem>> PageAsync(Import import, ItemPlace? after, int limit, bool refusedOnly, CancellationToken cancellationToken);

    /// <summary>Whether a node holds a slot that beat within the lease.</summary>
    Task<bool> IsAliveAsync(Guid node, CancellationToken cancellationToken);
}

/// <summary>A page of what became of an import's items.</summary>
/// <param name="Items">In the order of the body.</param>
/// <param name="Next">The cursor of the next page; null on the last.</param>
public sealed record ImportPage(IReadOnlyList<ImportItem> Items, string? Next);
