using System.Buffers.Binary;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Engine.Imports;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.ImportRows;

/// <summary>Imports and what became of their items, in a database. Their changes are the committer's own. Thread-safe.</summary>
/// <param name="database">The store.</param>
/// <param name="lease">How long a slot is held without renewal.</param>
/// <param name="clock">A file's clock; a database has its own.</param>
public sealed class SqlImportStore(Database database, TimeSpan lease, TimeProvider clock) : IImportStore
{
    /// <inheritdoc/>
    public async Task<Import?> FindAsync(TenantId tenant, ImportId import, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            Sql.Find, tenant, parameters => WithNow(parameters.Id("id", import.Value)), row => ReadImport(tenant, import, row), cancellationToken)).SingleOrDefault();

    /// <inheritdoc/>
    public Task<IReadOnlyList<ImportItem>> RangeAsync(Import import, long from, long to, CancellationToken cancellationToken) =>
        database.ReadAsync(Sql.Range, import.TenantId, parameters => Of(parameters, import).Number("from", from).Number("to", to), ReadItem, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ImportItem>> PageAsync(Import import, ItemPlace? after, int limit, bool refusedOnly, CancellationToken cancellationToken) =>
        database.ReadAsync(
            refusedOnly ? Sql.RefusedPage : Sql.Page, import.TenantId,
            parameters => Of(parameters, import).Number("item", after?.Item ?? -1).Number("part", after?.Part ?? 0).Number("limit", limit), ReadItem, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> IsAliveAsync(Guid node, CancellationToken cancellationToken) =>
        database.Dialect != Dialect.Sqlite && (await database.ReadAcrossAsync(
            Sql.IsAlive, parameters => parameters.Id("node", node).Number("lease", (long)lease.TotalMilliseconds), row => row.Flag(0), cancellationToken)).Single();

    private void WithNow(Parameters parameters)
    {
        if (database.Dialect == Dialect.Sqlite)
        {
            parameters.Time("now", clock.GetUtcNow());
        }
    }

    private static Parameters Of(Parameters parameters, Import import) => parameters.Day("day", import.Day).Id("id", import.Id.Value);

    private static Import ReadImport(TenantId tenant, ImportId import, Row row) => new()
    {
        TenantId = tenant,
        Id = import,
        Day = row.Day(0),
        Kind = Word<ImportKind>(row, 1),
        Domain = new DomainName(row.Text(2)),
        BodyHash = row.BytesOrNull(3) is { } hash ? (ReadOnlyMemory<byte>?)hash : null,
        State = Word<ImportState>(row, 4),
        Node = row.Id(5),
        StartedAt = row.Time(6),
        EndedAt = row.TimeOrNull(7),
        Counts = row.LongOrNull(8) is { } items ? new ImportCounts(items, row.Long(9), row.Long(10), row.Long(11)) : null,
        IsExpired = row.Flag(12),
    };

    private static ImportItem ReadItem(Row row) => new()
    {
        Place = new ItemPlace(row.Long(0), row.Int(1)),
        BytesHash = row.BytesOrNull(2) is { } hash ? BinaryPrimitives.ReadUInt128BigEndian(hash) : null,
        ExceptionId = row.TextOrNull(3) is { } id ? new ExceptionId(id) : null,
        Repeats = row.Flag(4),
        Errors = new ErrorRow(row.TextOrNull(5), row.TextOrNull(6), row.TextOrNull(7), row.TextOrNull(8)).Read(),
        Key = row.IdOrNull(9) is { } key ? new ExceptionKey(key) : null,
        Status = row.IsNull(10) ? null : Word<ResolutionStatus>(row, 10),
    };

    private static T Word<T>(Row row, int column)
        where T : struct, Enum =>
        Wire.TryParse(row.Text(column), out T value) ? value : throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Corrupt, $"A column holds no {typeof(T).Name}.", typeof(T).Name));

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("import by id", Sql.Find, "imports", "imports_pkey", static (sample, _) => sample.Id("id", Guid.Empty).Time("now", DateTimeOffset.UnixEpoch)),
        new("items of an import", Sql.Range, "import_items", "import_items_pkey", static (sample, now) => SampleItems(sample, now).Number("from", 0).Number("to", 99)),
        new("page of an import", Sql.Page, "import_items", "import_items_pkey", static (sample, now) => SampleItems(sample, now)),
        new("refused items of an import", Sql.RefusedPage, "import_items", "import_items_refused", static (sample, now) => SampleItems(sample, now)),
    ];

    private static Parameters SampleItems(Parameters sample, DateTimeOffset now) =>
        sample.Day("day", DateOnly.FromDateTime(now.UtcDateTime)).Id("id", Guid.Empty).Number("item", 0).Number("part", 0).Number("limit", 50);

    private static class Sql
    {
        private const string Columns = "day, kind, domain, body_hash, state, node, started_at, ended_at, items, accepted, repeated, refused";

        private const string ItemColumns = "select i.item, i.part, i.bytes_hash, i.exception_id, i.repeats, i.code, i.pointer, i.message, i.errors, e.exception_key, e.status from import_items i";

        private const string OfImport = """
            left join exceptions e on e.tenant_id = i.tenant_id and e.exception_id = i.exception_id
            where i.tenant_id = @tenant and i.day = @day and i.import_id = @id
            """;

        private const string Items = $"{ItemColumns} {OfImport}";
        private const string Refused = " and i.code is not null and (i.item, i.part) > (@item, @part) order by i.item, i.part limit @limit";

        // Keys live for 24 hours of the database's clock.
        internal static readonly Statement Find = new(
            Postgres: $"select {Columns}, started_at < clock_timestamp() - interval '24 hours' from imports where tenant_id = @tenant and import_id = @id",
            Sqlite: $"select {Columns}, started_at < @now - 86400000000 from imports where tenant_id = @tenant and import_id = @id");

        internal static readonly Statement Range = new(Items + " and i.item between @from and @to order by i.item, i.part");

        internal static readonly Statement Page = new(Items + " and (i.item, i.part) > (@item, @part) order by i.item, i.part limit @limit");

        // Differs: SQLite would rather read all of the import's, because the key is the table.
        internal static readonly Statement RefusedPage = new(
            Postgres: Items + Refused,
            Sqlite: $"{ItemColumns} indexed by import_items_refused {OfImport}{Refused}");

        // Slots belong to no tenant. Differs: whoever has a file is the only one that lives, so nobody asks.
        internal static readonly Statement IsAlive = new(
            Postgres: """
                select exists (select from slots where node = @node and beat_at > clock_timestamp() - @lease * interval '1 millisecond'
                    and beat_at < clock_timestamp() + @lease * interval '1 millisecond')
                """,
            Sqlite: "select 0") { AcrossTenants = true };
    }
}
