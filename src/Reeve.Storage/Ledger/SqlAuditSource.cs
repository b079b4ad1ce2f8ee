using System.Runtime.CompilerServices;
using System.Text.Json;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Governance.Audit;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Ledger;

/// <summary>
/// The log of a database as it stands, for whoever checks it: a column that holds what it cannot makes its row a finding. SQLite keeps
/// any type in any column, so there each type is looked at first; what sorts elsewhere for its type comes last. Thread-safe.
/// </summary>
/// <param name="database">The store.</param>
/// <param name="lease">The lease of the store's slots: no commit is under way for longer. 30 s when null.</param>
/// <param name="pageSize">How many rows one read takes.</param>
public sealed partial class SqlAuditSource(Database database, TimeSpan? lease = null, int pageSize = 100) : IAuditSource
{
    private static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public TimeSpan LongestCommit => database.Dialect == Dialect.Sqlite ? TimeSpan.Zero : lease ?? DefaultLease;

    /// <inheritdoc/>
    public Task<IReadOnlyList<ChainStart>> StartsAsync(TenantId? tenant, CancellationToken cancellationToken) => database.ReadAcrossAsync(
        Sql.Starts,
        parameters => parameters.Text("tenant", tenant?.Value),
        row => new ChainStart(new TenantId(row.Text(0)), new EventPosition(row.Int(1), row.Long(2), row.Int(3)), row.Bytes(4)), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<(TenantId Tenant, int Slot)>> ChainsAsync(TenantId? tenant, CancellationToken cancellationToken) =>
        await database.ReadAcrossAsync(Sql.Chains, parameters => parameters.Text("tenant", tenant?.Value), row => (new TenantId(row.Text(0)), Small(row.Long(1))), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<AuditRow> RowsAsync(TenantId tenant, int slot, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (long N, long Ordinal, string Place) last = (long.MinValue, int.MinValue, database.Dialect == Dialect.Sqlite ? "-1" : "0 (0,0)");
        IReadOnlyList<Placed> page;
        do
        {
            page = await database.ReadAcrossAsync(
                Sql.Rows,
                parameters => parameters.Text("tenant", tenant.Value).Number("slot", slot).Number("n", last.N).Number("ordinal", last.Ordinal).Text("place", last.Place).Number("limit", pageSize),
                row => Read(row, slot), cancellationToken);
            foreach (Placed item in page)
            {
                yield return item.Row;
                last = (item.N, item.Ordinal, item.Place);
            }
        }
        while (page.Count == pageSize);

        string place = "-1";
        do
        {
            page = database.Dialect == Dialect.Postgres ? [] : await database.ReadAcrossAsync(
                Sql.OddRows,
                parameters => parameters.Text("tenant", tenant.Value).Number("slot", slot).Text("place", place).Number("limit", pageSize),
                row => Read(row, slot), cancellationToken);
            foreach (Placed item in page)
            {
                yield return item.Row;
                place = item.Place;
            }
        }
        while (page.Count == pageSize);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<CommitNote> CommitsAsync(TenantId? tenant, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (long Slot, long N) last = (long.MinValue, long.MinValue);
        IReadOnlyList<Listed> page;
        do
        {
            page = await database.ReadAcrossAsync(
                Sql.Commits, parameters => parameters.Number("slot", last.Slot).Number("n", last.N).Number("limit", pageSize), ReadCommit, cancellationToken);
            foreach (Listed item in page)
            {
                last = (item.Slot, item.N);
                foreach (CommitNote note in Notes(item, tenant))
                {
                    yield return note;
                }
            }
        }
        while (page.Count == pageSize);

        // Few or none: their keys are of no type that a commit has.
        foreach (Listed item in database.Dialect == Dialect.Postgres ? [] : await database.ReadAcrossAsync(Sql.OddCommits, parameters => parameters.Number("limit", pageSize), ReadCommit, cancellationToken))
        {
            foreach (CommitNote note in Notes(item, tenant))
            {
                yield return note;
            }
        }
    }

    private static IEnumerable<CommitNote> Notes(Listed item, TenantId? tenant)
    {
        int slot = Small(item.Slot);
        if (item.Unreadable is not null || Counts(item.Tenants) is not { } counts)
        {
            yield return new CommitNote(null, slot, item.N, item.At ?? default, 0, item.Unreadable ?? "tenants");
            yield break;
        }

        if (counts.Count == 0 && tenant is null)
        {
            yield return new CommitNote(null, slot, item.N, item.At ?? default, 0);
        }

        foreach ((string name, int events) in counts)
        {
            if (tenant is not { } only || only.Value == name)
            {
                yield return new CommitNote(new TenantId(name), slot, item.N, item.At ?? default, events);
            }
        }
    }

    // Null: not what a commit writes there.
    private static List<(string Tenant, int Events)>? Counts(string? json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json ?? "");
            List<(string, int)> counts = [];
            foreach (JsonProperty member in document.RootElement.EnumerateObject())
            {
                counts.Add((member.Name, member.Value.GetInt32()));
            }

            return counts;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static Placed Read(Row row, int slot)
    {
        long n = row.LongOrNull(2) ?? 0;
        long ordinal = row.LongOrNull(3) ?? 0;
        string place = row.Text(4);
        EventPosition position = new(slot, n, Small(ordinal));
        string? odd = row.TextOrNull(1);
        if (odd is null)
        {
            try
            {
                return new Placed(n, ordinal, place, new AuditRow(EventColumns.Read(row, 5), position, null));
            }
            catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Storage.Corrupt)
            {
                odd = fault.Error.Subject ?? "event";
            }
        }

        return new Placed(n, ordinal, place, new AuditRow(null, position, odd));
    }

    private static Listed ReadCommit(Row row)
    {
        string? odd = row.TextOrNull(0);
        DateTimeOffset? at = null;
        try
        {
            at = odd is null ? row.Time(3) : null;
        }
        catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Storage.Corrupt)
        {
            odd = "at";
        }

        return new Listed(row.LongOrNull(1) ?? 0, row.LongOrNull(2) ?? 0, at, odd is null ? row.TextOrNull(4) : null, odd);
    }

    private static int Small(long value) => (int)Math.Clamp(value, int.MinValue, int.MaxValue);

    private sealed record Placed(long N, long Ordinal, string Place, AuditRow Row);

    private sealed record Listed(long Slot, long N, DateTimeOffset? At, string? Tenants, string? Unreadable);
}
