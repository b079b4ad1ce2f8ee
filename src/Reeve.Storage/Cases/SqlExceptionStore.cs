using System.Buffers.Binary;
using System.Globalization;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Engine.Recording;
using Reeve.Operations.Metrics;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Cases;

/// <summary>The exceptions of a tenant in a database. Their changes are the committer's own. Thread-safe.</summary>
/// <param name="database">The store.</param>
public sealed partial class SqlExceptionStore(Database database) : IExceptionStore
{
    // As many as a list counts (EX-HTTP-2).
    private const int Counted = 10_000;

    private readonly SqlCounterStore counters = new(database);

    // Ids and deliveries of one statement: a JSON array of a few thousand texts is nothing, of a million it is.
    private const int AskedAtOnce = 2000;

    /// <inheritdoc/>
    public async Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionId exception, CancellationToken cancellationToken) =>
        (await database.ReadAsync(Sql.Find, tenant, parameters => parameters.Text("id", exception.Value), Read, cancellationToken)).SingleOrDefault();

    /// <inheritdoc/>
    public async Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionKey key, CancellationToken cancellationToken) =>
        (await database.ReadAsync(Sql.FindKey, tenant, parameters => parameters.Id("key", key.Value), Read, cancellationToken)).SingleOrDefault();

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<ExceptionId, ExceptionKey>> KnownAsync(TenantId tenant, IReadOnlyCollection<ExceptionId> ids, CancellationToken cancellationToken)
    {
        Dictionary<ExceptionId, ExceptionKey> known = [];
        foreach (ExceptionId[] some in ids.Distinct().Chunk(AskedAtOnce))
        {
            foreach ((ExceptionId id, ExceptionKey key) in await database.ReadAsync(
                Sql.Known, tenant, parameters => parameters.Texts("ids", [.. some.Select(id => id.Value)]),
                row => (new ExceptionId(row.Text(0)), new ExceptionKey(row.Id(1))), cancellationToken))
            {
                known.Add(id, key);
            }
        }

        return known;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<DeliveryKey, ExceptionId>> DeliveredAsync(TenantId tenant, IReadOnlyCollection<DeliveryKey> deliveries, CancellationToken cancellationToken)
    {
        Dictionary<DeliveryKey, ExceptionId> delivered = [];
        foreach (DeliveryKey[] some in deliveries.Distinct().Chunk(AskedAtOnce))
        {
            foreach ((DeliveryKey key, ExceptionId id) in await database.ReadAsync(
                Sql.Delivered, tenant, parameters => Bind(parameters, some),
                row => (new DeliveryKey(row.Day(0), BinaryPrimitives.ReadUInt128BigEndian(row.Bytes(1))), new ExceptionId(row.Text(2))), cancellationToken))
            {
                delivered.Add(key, id);
            }
        }

        return delivered;
    }

    /// <inheritdoc/>
    public async Task<ExceptionPage> ListAsync(TenantId tenant, ExceptionQuery query, CancellationToken cancellationToken)
    {
        ExceptionCursor? cursor = query.Cursor is { } text ? ExceptionCursor.Parse(text) : null;
        IReadOnlyList<ExceptionRow> rows = await database.ReadAsync(
            Statement(query, cursor), tenant, parameters => BindPage(parameters, query, cursor), Read, cancellationToken);
        bool more = rows.Count > query.Limit;
        ExceptionRow[] items = [.. rows.Take(query.Limit)];
        string? next = more ? new ExceptionCursor(items[^1].Key).ToString() : null;
        if (query.IsKept)
        {
            IReadOnlyDictionary<string, long> kept = await counters.SumAsync(tenant, cancellationToken);
            return new ExceptionPage(items, next, Headings(query).Sum(name => kept.GetValueOrDefault(name)), TotalIsLowerBound: false);
        }

        long counted = (await database.ReadAsync(
            Sql.Count, tenant, parameters => BindFilter(parameters, query).Number("limit", Counted + 1), row => row.Long(0), cancellationToken)).Single();
        return new ExceptionPage(items, next, Math.Min(counted, Counted), counted > Counted);
    }

    // Of a page of one status there is an index; a planner that sees "or @status is null" uses none, so the common lists have a text each.
    private static Statement Statement(ExceptionQuery query, ExceptionCursor? cursor) => (query.Domain, query.Status, cursor) switch
    {
        (null, null, null) => Sql.FirstPage,
        (null, null, _) => Sql.NextPage,
        (_, null, null) => Sql.FirstPageOfDomain,
        (_, null, _) => Sql.NextPageOfDomain,
        (_, _, null) => Sql.FirstPageOfStatus,
        (_, _, _) => Sql.NextPageOfStatus,
    };

    private static void BindPage(Parameters parameters, ExceptionQuery query, ExceptionCursor? cursor)
    {
        BindFilter(parameters, query).Number("limit", query.Limit + 1L).Number("skip", query.Skip);
        if (cursor is not null)
        {
            parameters.Time("at", cursor.Key.ReceivedAt).Id("key", cursor.Key.Value);
        }
    }

    private static Parameters BindFilter(Parameters parameters, ExceptionQuery query) => parameters
        .Text("domain", query.Domain?.Value)
        .Text("status", query.Status is { } status ? Wire.Name(status) : null)
        .Text("severity", query.Severity is { } severity ? Wire.Name(severity) : null)
        .Text("type", query.Type?.Value)
        .Time("from", query.From ?? DateTimeOffset.MinValue)
        .Time("to", query.To ?? DateTimeOffset.MaxValue)
        .Id("first", ExceptionKey.LeastAt(query.From ?? DateTimeOffset.MinValue).Value)
        .Id("end", ExceptionKey.LeastAt(query.To ?? DateTimeOffset.MaxValue).Value);

    // Which counters tell how many there are: every exception is counted once under each heading.
    private static string[] Headings(ExceptionQuery query) => query switch
    {
        { Domain: { } domain } => ["domain:" + domain.Value],
        { Status: { } status } => ["status:" + Wire.Name(status)],
        { Severity: { } severity } => ["severity:" + Wire.Name(severity)],
        { Type: { } type } => [CounterNames.Type(type.Value)],
        _ => [.. Wire.All<ResolutionStatus>().Select(status => "status:" + status)],
    };

    private static void Bind(Parameters parameters, DeliveryKey[] deliveries)
    {
        byte[] hashes = new byte[deliveries.Length * 16];
        string[] days = new string[deliveries.Length];
        for (int i = 0; i < deliveries.Length; i++)
        {
            BinaryPrimitives.WriteUInt128BigEndian(hashes.AsSpan(i * 16), deliveries[i].Hash);
            days[i] = (deliveries[i].Day.DayNumber - new DateOnly(1970, 1, 1).DayNumber).ToString(CultureInfo.InvariantCulture);
        }

        parameters.Bytes("hashes", hashes).Texts("days", days);
    }

    private static ExceptionRow Read(Row row)
    {
        try
        {
            return new ExceptionRow
            {
                Record = RecordJson.Read(row.Bytes(12)),
                Key = new ExceptionKey(row.Id(0)),
                Version = row.Long(1),
                Domain = new DomainName(row.Text(2)),
                RunId = new RunId(row.Id(3)),
                PassId = new PassId(row.Id(4)),
                UpdatedAt = row.Time(5),
                TriagedAt = row.TimeOrNull(6),
                ResolvedAt = row.TimeOrNull(7),
                ResolvedAutomatically = row.Flag(8),
                Actionability = row.TextOrNull(9) is { } name && Wire.TryParse(name, out Actionability actionability) ? actionability : null,
                ExternalId = row.TextOrNull(10),
                Fingerprint = row.TextOrNull(11),
            };
        }
        catch (FormatException fault)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Corrupt, "The column record holds no record.", "record"), fault);
        }
    }
}
