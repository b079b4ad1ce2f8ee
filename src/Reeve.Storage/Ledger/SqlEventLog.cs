using System.Runtime.CompilerServices;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Ledger;

/// <summary>The log of one tenant in a database, page by page. Thread-safe.</summary>
/// <param name="database">The store.</param>
/// <param name="pageSize">How many events one read takes; each may hold a payload of a megabyte.</param>
public sealed class SqlEventLog(Database database, int pageSize = 50) : IEventLog
{
    /// <inheritdoc/>
    public IAsyncEnumerable<LoggedEvent> OfExceptionAsync(TenantId tenant, ExceptionKey exception, CancellationToken cancellationToken) =>
        PagesAsync(Sql.OfException, tenant, (parameters, last) => Behind(parameters, last).Id("key", exception.Value), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<LoggedEvent> OfRunAsync(TenantId tenant, RunId run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (LoggedEvent item in PagesAsync(Sql.OfRunAlone, tenant, (parameters, last) => Behind(parameters, last).Id("run", run.Value), cancellationToken))
        {
            yield return item;
        }

        await foreach (LoggedEvent item in PagesAsync(
            Sql.OfPasses, tenant, (parameters, last) => Behind(parameters, last).Id("run", run.Value).Id("pass", last?.PassId?.Value ?? Guid.Empty), cancellationToken))
        {
            yield return item;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LoggedEvent> OfChainAsync(TenantId tenant, int slot, EventPosition? after, CancellationToken cancellationToken) =>
        PagesAsync(
            Sql.OfChain, tenant,
            (parameters, last) => parameters.Number("slot", slot)
                .Number("n", last?.Position.N ?? Later(after, slot)?.N ?? 0).Number("ordinal", last?.Position.Ordinal ?? Later(after, slot)?.Ordinal ?? -1),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<int>> SlotsAsync(TenantId tenant, CancellationToken cancellationToken) =>
        database.ReadAsync(Sql.Slots, tenant, static _ => { }, row => row.Int(0), cancellationToken);

    // A position in another slot orders by the slot.
    private static EventPosition? Later(EventPosition? after, int slot) => after is not { } from || from.Slot < slot ? null
        : from.Slot == slot ? from
        : new EventPosition(slot, long.MaxValue, 0);

    private async IAsyncEnumerable<LoggedEvent> PagesAsync(
        Statement statement, TenantId tenant, Action<Parameters, LoggedEvent?> bind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LoggedEvent? last = null;
        IReadOnlyList<LoggedEvent> page;
        do
        {
            page = await database.ReadAsync(
                statement, tenant, parameters => bind(parameters.Number("limit", pageSize), last), row => EventColumns.Read(row), cancellationToken);
            foreach (LoggedEvent item in page)
            {
                yield return item;
            }

            last = page.Count > 0 ? page[^1] : last;
        }
        while (page.Count == pageSize);
    }

    private static Parameters Behind(Parameters parameters, LoggedEvent? last) => parameters
        .Number("version", last is null ? 0 : last.RowVersion ?? long.MaxValue).Time("recorded", last?.RecordedAt ?? DateTimeOffset.UnixEpoch)
        .Number("slot", last?.Position.Slot ?? 0).Number("n", last?.Position.N ?? 0).Number("ordinal", last?.Position.Ordinal ?? 0);

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("history of an exception", Sql.OfException, "events", "events_exception", static (sample, _) => SamplePlace(sample).Id("key", Guid.Empty)),
        new("a run's own events", Sql.OfRunAlone, "events", "events_run", static (sample, _) => SamplePlace(sample).Id("run", Guid.Empty)),
        new("passes of a run", Sql.OfPasses, "events", "events_run", static (sample, _) => SamplePlace(sample).Id("run", Guid.Empty).Id("pass", Guid.Empty)),
        new("a chain", Sql.OfChain, "events", "events_pkey", static (sample, _) => SamplePlace(sample)),
        new("slots of a tenant's log", Sql.Slots, "events", "events_pkey", static (_, _) => { }),
    ];

    private static Parameters SamplePlace(Parameters sample) => Behind(sample, null).Number("limit", 50);

    private static class Sql
    {
        // What leaves no row comes last: an erasure.
        private const string Version = "coalesce(e.row_version, 9223372036854775807)";
        private const string Events = $"select {EventColumns.All} from events e where e.tenant_id = @tenant";

        // What is said of a version later, such as a call of a tool, stands behind what left it, by the time of its commit.
        private const string Behind = $"({Version}, e.recorded_at, e.slot, e.n, e.ordinal) > (@version, @recorded, @slot, @n, @ordinal)";
        private const string Order = $"{Version}, e.recorded_at, e.slot, e.n, e.ordinal";

        internal static readonly Statement OfException = new($"{Events} and e.exception_key = @key and {Behind} order by {Order} limit @limit");

        internal static readonly Statement OfRunAlone = new($"{Events} and e.run_id = @run and e.pass_id is null and {Behind} order by {Order} limit @limit");

        // The index begins with run and pass, so a page costs what it holds.
        internal static readonly Statement OfPasses = new(
            $"{Events} and e.run_id = @run and e.pass_id >= @pass and (e.pass_id > @pass or {Behind}) order by e.pass_id, {Order} limit @limit");

        internal static readonly Statement OfChain = new(
            $"select {EventColumns.All} from events e where e.tenant_id = @tenant and e.slot = @slot and (e.n, e.ordinal) > (@n, @ordinal) order by e.n, e.ordinal limit @limit");

        // Jumps from slot to slot in the key: a distinct would read every event.
        internal static readonly Statement Slots = new(
            """
            with recursive found(slot) as (
                select min(slot) from events where tenant_id = @tenant
                union all
                select (select min(e.slot) from events e where e.tenant_id = @tenant and e.slot > found.slot) from found where found.slot is not null)
            select slot from found where slot is not null order by slot
            """);
    }
}
