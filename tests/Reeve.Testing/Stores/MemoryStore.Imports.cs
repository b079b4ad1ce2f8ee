using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Imports;

namespace Reeve.Testing.Stores;

/// <content>Imports.</content>
public sealed partial class MemoryStore : IImportStore
{
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(24);

    private readonly Dictionary<(TenantId, ImportId), Import> imports = [];
    private readonly SortedDictionary<(string Tenant, DateOnly Day, Guid Import, ItemPlace Place), ImportItem> importItems = new(Comparer<(string Tenant, DateOnly Day, Guid Import, ItemPlace Place)>.Create(
        static (left, right) => string.CompareOrdinal(left.Tenant, right.Tenant) is not 0 and int tenants ? tenants : (left.Day, left.Import, left.Place).CompareTo((right.Day, right.Import, right.Place))));

    /// <summary>The nodes that hold a slot that beats.</summary>
    public HashSet<Guid> LivingNodes { get; } = [];

    /// <inheritdoc/>
    public Task<Import?> FindAsync(TenantId tenant, ImportId import, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult(imports.TryGetValue((tenant, import), out Import? found) ? found with { IsExpired = IsExpired(found) } : null);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ImportItem>> RangeAsync(Import import, long from, long to, CancellationToken cancellationToken) =>
        ItemsAsync(import, item => item.Place.Item >= from && item.Place.Item <= to, int.MaxValue);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ImportItem>> PageAsync(Import import, ItemPlace? after, int limit, bool refusedOnly, CancellationToken cancellationToken) =>
        ItemsAsync(import, item => (after is not { } last || item.Place.CompareTo(last) > 0) && (!refusedOnly || item.Errors.Count > 0), limit);

    /// <inheritdoc/>
    public Task<bool> IsAliveAsync(Guid node, CancellationToken cancellationToken) => Task.FromResult(LivingNodes.Contains(node));

    private Task<IReadOnlyList<ImportItem>> ItemsAsync(Import import, Func<ImportItem, bool> where, int limit)
    {
        lock (changing)
        {
            return Task.FromResult<IReadOnlyList<ImportItem>>(
                [.. importItems.Where(item => item.Key.Tenant == import.TenantId.Value && item.Key.Day == import.Day && item.Key.Import == import.Id.Value && where(item.Value))
                    .Take(limit).Select(item => Joined(import.TenantId, item.Value))]);
        }
    }

    private ImportItem Joined(TenantId tenant, ImportItem item) =>
        item.ExceptionId is { } id && Row(tenant, id) is { } row ? item with { Key = row.Key, Status = row.Record.ResolutionStatus } : item with { Key = null, Status = null };

    private bool IsExpired(Import import) => import.StartedAt < clock.GetUtcNow() - KeyLifetime;

    private CommitOutcome? ItemThere(ImportChange.ItemAdded item) => importItems.ContainsKey(Key(item)) ? new CommitOutcome.ItemThere() : null;

    private CommitOutcome? Refuse(ImportChange change) => change switch
    {
        ImportChange.Begun begun when imports.TryGetValue((begun.Tenant, begun.Id), out Import? known) && !IsExpired(known) => new CommitOutcome.AlreadyThere(null),
        ImportChange.TakenUp taken when imports.GetValueOrDefault((taken.TenantId, taken.From.Id)) is not { } known || (known.StartedAt, known.State, known.Node) != (taken.From.StartedAt, taken.From.State, taken.From.Node) => new CommitOutcome.MovedOn(),
        ImportChange.Ended ended when imports.GetValueOrDefault((ended.Tenant, ended.Id)) is not { State: ImportState.Running } known || (known.Node, known.Day) != (ended.Node, ended.Day) => new CommitOutcome.MovedOn(),
        _ => null,
    };

    private void Make(ImportChange change)
    {
        DateTimeOffset now = TimeText.ToMicroseconds(clock.GetUtcNow());
        switch (change)
        {
            case ImportChange.Begun begun:
                imports[(begun.Tenant, begun.Id)] = new Import
                {
                    TenantId = begun.Tenant, Id = begun.Id, Day = DateOnly.FromDateTime(now.UtcDateTime), Kind = begun.Kind, Domain = begun.Domain, BodyHash = begun.BodyHash,
                    State = ImportState.Running, Node = begun.Node, StartedAt = now,
                };
                break;
            case ImportChange.TakenUp taken:
                imports[(taken.TenantId, taken.From.Id)] = imports[(taken.TenantId, taken.From.Id)] with { State = ImportState.Running, Node = taken.Node, EndedAt = null };
                break;
            case ImportChange.Ended ended:
                Import running = imports[(ended.Tenant, ended.Id)];
                imports[(ended.Tenant, ended.Id)] = running with { State = ended.State, EndedAt = now, Counts = running.Counts?.Items > ended.Counts.Items ? running.Counts : ended.Counts };
                break;
            case ImportChange.ItemAdded item:
                importItems.Add(Key(item), item.Item with { Errors = ErrorRow.Of(item.Item.Errors).Read() });
                break;
        }
    }

    private void EraseItems(TenantId tenant, ExceptionId exception)
    {
        ReeveError erased = new(ErrorCatalogue.Intake.Erased, ErrorCatalogue.Intake.Erased.Title);
        foreach (var key in importItems.Where(item => item.Key.Tenant == tenant.Value && item.Value.ExceptionId == exception).Select(item => item.Key).ToArray())
        {
            importItems[key] = importItems[key] with { BytesHash = null, ExceptionId = null, Errors = [erased] };
        }
    }

    private static (string Tenant, DateOnly Day, Guid Import, ItemPlace Place) Key(ImportChange.ItemAdded item) => (item.Tenant.Value, item.Day, item.Import.Value, item.Item.Place);
}
