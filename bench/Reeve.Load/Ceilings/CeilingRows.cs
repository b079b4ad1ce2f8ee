using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Recording;
using Reeve.Load.Targets;
using Reeve.Server.Hosting;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Databases;

namespace Reeve.Load.Ceilings;

/// <summary>The rows of one commit, ready to be written.</summary>
internal sealed class CeilingBatch
{
    /// <summary>When its events are recorded.</summary>
    internal required DateTimeOffset At { get; init; }

    internal required int Exceptions { get; init; }

    /// <summary>In key order, as the committer writes them.</summary>
    internal required List<RowWrite> Rows { get; init; }

    internal required List<(string Tenant, DeliveryKey Key, string Id, bool IsFurther)> Deliveries { get; init; }

    internal required LinkedEvent[] Events { get; init; }

    /// <summary>The counters of each tenant, by tenant.</summary>
    internal required List<(string Tenant, string Counts)> Tallies { get; init; }

    /// <summary>The column of the commit's own row.</summary>
    internal required string Tenants { get; init; }
}

/// <summary>
/// Rows that look to the database like those of exceptions that Reeve decided: copies of such, with ids of their own. What Reeve works
/// for (decisions, digests, links) is copied, too, and means nothing here. Not thread-safe.
/// </summary>
internal sealed class CeilingRows
{
    private const int TemplateTenants = 8;
    private const int TemplatesPerTenant = 4;

    private static readonly Statement CountsOf = new("select counts from tallies where tenant_id = @tenant and slot = 1");

    private static readonly Statement DeliveriesOf = new("select count(*) from deliveries where tenant_id = @tenant and exception_id = @id");

    private readonly List<Template> templates;
    private readonly int tenants;
    private readonly SystemIds ids = new();

    // As the owner of a slot keeps them: what the first slot counted goes on.
    private readonly SortedDictionary<string, CounterRow> counters;
    private readonly string tag = Convert.ToHexString(RandomNumberGenerator.GetBytes(4));
    private long next;

    private CeilingRows(List<Template> templates, int tenants, SortedDictionary<string, CounterRow> counters)
    {
        this.templates = templates;
        this.tenants = tenants;
        this.counters = counters;
    }

    /// <summary>Rows that one exception writes to tables of its own: exceptions, deliveries and events.</summary>
    internal double RowsPerException => templates.Average(template => 1 + template.Deliveries + template.Events.Count);

    /// <summary>Bytes of the texts and blobs among them that are not ids: what an event says, and the record.</summary>
    internal double BodyBytesPerException => templates.Average(template => template.Json.Length + template.Events.Sum(item => item.Body.GetValueOrDefault().Length));

    /// <summary>Reads what some exceptions wrote that Reeve decided just now.</summary>
    internal static async Task<CeilingRows> ReadAsync(StoreSession session, int tenants, CancellationToken cancellationToken)
    {
        List<Template> templates = [];
        for (int i = 0; i < Math.Min(tenants, TemplateTenants); i++)
        {
            TenantId tenant = LoadTenants.Id(i);
            foreach (ExceptionRow row in (await session.Exceptions.ListAsync(tenant, new ExceptionQuery { Limit = TemplatesPerTenant }, cancellationToken)).Items)
            {
                List<LoggedEvent> events = [];
                await foreach (LoggedEvent item in session.Log.OfExceptionAsync(tenant, row.Key, cancellationToken))
                {
                    events.Add(item);
                }

                string id = row.Record.ExceptionId.Value;
                IReadOnlyList<long> deliveries = await session.Database.ReadAsync(DeliveriesOf, tenant, parameters => parameters.Text("id", id), static found => found.Long(0), cancellationToken);
                templates.Add(new Template(row, RecordJson.Render(row.Record), events, (int)deliveries[0]));
            }
        }

        SortedDictionary<string, CounterRow> counters = new(StringComparer.Ordinal);
        for (int i = 0; i < tenants; i++)
        {
            TenantId tenant = LoadTenants.Id(i);
            IReadOnlyList<string> counts = await session.Database.ReadAsync(CountsOf, tenant, static _ => { }, static found => found.Text(0), cancellationToken);
            counters.Add(tenant.Value, new CounterRow(counts.Count > 0 ? counts[0] : ""));
        }

        return templates.Count > 0 ? new CeilingRows(templates, tenants, counters) : throw new InvalidOperationException("No exception was decided, so nobody knows what one writes.");
    }

    /// <summary>Rows of exceptions without a body to speak of and with one event each: 100 bytes in each.</summary>
    internal CeilingRows Small() => new([.. templates.Select(template => template.Small())], tenants, counters);

    /// <summary>Makes the rows of the next commit: so many exceptions of now, divided evenly between the tenants.</summary>
    internal CeilingBatch Next(int count) => Next(count, TimeProvider.System.GetUtcNow());

    /// <summary>The same at another time.</summary>
    internal CeilingBatch Next(int count, DateTimeOffset at)
    {
        DateTimeOffset now = TimeText.ToMicroseconds(at);
        DateOnly today = DateOnly.FromDateTime(now.UtcDateTime);
        List<RowWrite> rows = new(count);
        List<LinkedEvent> events = new(count * 10);
        List<(string Tenant, DeliveryKey Key, string Id, bool IsFurther)> deliveries = new(count);
        SortedDictionary<string, int> chained = new(StringComparer.Ordinal);
        Span<byte> hash = stackalloc byte[16];
        for (int i = 0; i < count; i++)
        {
            Template template = templates[(int)(next % templates.Count)];
            TenantId tenant = LoadTenants.Id((int)(next % tenants));
            ExceptionId id = new($"EX-{tag}-{next++:D12}");
            ExceptionKey key = new(ids.Next(now));
            PassId pass = new(ids.Next(now));
            ExceptionRow row = template.Row with
            {
                Record = template.Row.Record with { TenantId = tenant, ExceptionId = id },
                Key = key,
                PassId = pass,
                UpdatedAt = now,
                TriagedAt = template.Row.TriagedAt is null ? null : now,
                ResolvedAt = template.Row.ResolvedAt is null ? null : now,
            };
            int first = deliveries.Count;
            if (!counters.TryGetValue(tenant.Value, out CounterRow? counted))
            {
                counters.Add(tenant.Value, counted = new CounterRow(""));
            }

            counted.Receive();
            counted.Count(CountedRow.Of(row), 1);
            for (int d = 0; d < template.Deliveries; d++)
            {
                RandomNumberGenerator.Fill(hash);
                deliveries.Add((tenant.Value, new DeliveryKey(today, DeliveryBytes.Read(hash)), id.Value, false));
            }

            rows.Add(new RowWrite(row, null, template.Json, template.Deliveries > 0 ? [deliveries[first].Key] : []));
            int ordinal = chained.GetValueOrDefault(tenant.Value);
            foreach (LoggedEvent item in template.Events)
            {
                LoggedEvent copy = item with { TenantId = tenant, EventId = ids.Next(now), OccurredAt = now, ExceptionKey = key, PassId = pass };
                events.Add(new LinkedEvent(copy, ordinal++, item.Hash.ToArray()));
            }

            chained[tenant.Value] = ordinal;
        }

        rows.Sort(static (left, right) => Order(left.Row.Record.TenantId.Value, left.Row.Record.ExceptionId.Value, right.Row.Record.TenantId.Value, right.Row.Record.ExceptionId.Value));
        deliveries.Sort(static (left, right) => string.CompareOrdinal(left.Tenant, right.Tenant) is not 0 and int tenants ? tenants
            : (left.Key.Day, left.Key.Hash).CompareTo((right.Key.Day, right.Key.Hash)));
        return new CeilingBatch
        {
            At = now,
            Exceptions = count,
            Rows = rows,
            Deliveries = deliveries,
            Events = [.. events],
            Tallies = [.. counters.Where(item => item.Value.IsChanged).Select(item => (item.Key, item.Value.Render()))],
            Tenants = Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(chained)),
        };
    }

    private static int Order(string leftTenant, string left, string rightTenant, string right) =>
        string.CompareOrdinal(leftTenant, rightTenant) is not 0 and int tenants ? tenants : string.CompareOrdinal(left, right);

    private sealed record Template(ExceptionRow Row, byte[] Json, List<LoggedEvent> Events, int Deliveries)
    {
        private const int SmallBytes = 100;

        internal Template Small()
        {
            ExceptionRecord bare = Row.Record with { NormalizedContext = ObjectMap.Empty, DetectedRules = [], SuggestedActions = [], AuditTrail = [], Owner = null };
            byte[] body = Encoding.UTF8.GetBytes("{}".PadRight(SmallBytes));
            return this with { Json = RecordJson.Render(bare), Events = [Events[0] with { Body = body }] };
        }
    }
}
