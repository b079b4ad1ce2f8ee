using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Recording;

namespace Reeve.Testing.Stores;

/// <content>Exceptions and runs, read.</content>
public sealed partial class MemoryStore : IExceptionStore, IRunStore
{
    // As many as a list counts (EX-HTTP-2).
    private const int Counted = 10_000;

    /// <inheritdoc/>
    public Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionId exception, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult(Row(tenant, exception));
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<ExceptionId, ExceptionKey>> KnownAsync(TenantId tenant, IReadOnlyCollection<ExceptionId> ids, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult<IReadOnlyDictionary<ExceptionId, ExceptionKey>>(
                ids.Distinct().Where(id => Row(tenant, id) is not null).ToDictionary(id => id, id => Row(tenant, id)!.Key));
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<DeliveryKey, ExceptionId>> DeliveredAsync(TenantId tenant, IReadOnlyCollection<DeliveryKey> wanted, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult<IReadOnlyDictionary<DeliveryKey, ExceptionId>>(
                wanted.Distinct().Where(key => deliveries.ContainsKey((tenant, key))).ToDictionary(key => key, key => deliveries[(tenant, key)]));
        }
    }

    /// <inheritdoc/>
    public Task<ExceptionPage> ListAsync(TenantId tenant, ExceptionQuery query, CancellationToken cancellationToken)
    {
        ExceptionCursor? cursor = query.Cursor is { } text ? ExceptionCursor.Parse(text) : null;
        lock (changing)
        {
            ExceptionRow[] matching = [.. rows.Values.Where(row => row.Record.TenantId == tenant && Matches(row, query))
                .OrderByDescending(row => row.Key.Value)];
            ExceptionRow[] page = [.. matching
                .Where(row => cursor is null || row.Key.Value.CompareTo(cursor.Key.Value) < 0)
                .Skip(query.Skip).Take(query.Limit + 1)];
            bool more = page.Length > query.Limit;
            ExceptionRow[] items = more ? page[..^1] : page;
            bool isBound = matching.Length > Counted && !query.IsKept;
            return Task.FromResult(new ExceptionPage(
                items, more ? new ExceptionCursor(items[^1].Key).ToString() : null, isBound ? Counted : matching.Length, isBound));
        }
    }

    /// <inheritdoc/>
    public Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionKey key, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult(Keyed(tenant, key));
        }
    }

    /// <inheritdoc/>
    public Task<Run?> FindAsync(TenantId tenant, RunId run, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult(runs.TryGetValue((tenant, run), out Run? found) ? Stored(found) : null);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Run>> ListAsync(TenantId tenant, int limit, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult<IReadOnlyList<Run>>(
                [.. runs.Values.Where(run => run.TenantId == tenant).OrderByDescending(run => run.StartedAt).ThenByDescending(run => run.Id.Value).Take(limit).Select(Stored)]);
        }
    }

    // The row keeps who started it by id alone.
    private static Run Stored(Run run) => run with { StartedBy = new Principal(PrincipalKind.Service, run.StartedBy.Id, "", []) };

    private static bool Matches(ExceptionRow row, ExceptionQuery query) =>
        (query.Domain is not { } domain || row.Domain == domain)
        && (query.Status is not { } status || row.Record.ResolutionStatus == status)
        && (query.Severity is not { } severity || row.Record.Severity == severity)
        && (query.Type is not { } type || row.Record.ExceptionType == type)
        && (query.From is not { } from || row.CreatedAt >= from)
        && (query.To is not { } to || row.CreatedAt < to);
}
