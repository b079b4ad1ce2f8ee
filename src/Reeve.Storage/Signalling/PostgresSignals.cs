using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Governance.Tenants;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;
using Reeve.Storage.Ledger;

namespace Reeve.Storage.Signalling;

/// <summary>
/// The signals of a store in PostgreSQL. It reads and notifies through a pool of its own, so that no flood of reads makes it wait, and
/// listens on a connection of its own, which it makes again when it is lost. Behind a pooler that cannot listen, looking is enough. Thread-safe.
/// </summary>
public sealed class PostgresSignals : ISignalSource
{
    // A hint that is lost costs less than half a second; a server that starts should not be asked by every node at once without pause.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly PostgresDatabase database;
    private readonly NpgsqlDataSource listening;
    private readonly SqlReaderStore log;
    private readonly TimeProvider clock;
    private readonly ILogger logger;

    /// <summary>Connects when it is first used.</summary>
    public PostgresSignals(StoreAddress address, TimeProvider clock, ILogger logger)
    {
        this.clock = clock;
        this.logger = logger;
        database = new PostgresDatabase(address);
        log = new SqlReaderStore(database, upkeep: null);
        NpgsqlConnectionStringBuilder settings = new(PostgresSettings.ForNode(address)) { ApplicationName = "reeve-listener", Pooling = false };
        listening = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <inheritdoc/>
    public Task<ReaderPosition> HeadAsync(CancellationToken cancellationToken) => log.HeadAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SignalCommit>> ReadAsync(ReaderPosition after, CancellationToken cancellationToken) =>
        database.ReadAcrossAsync(Sql.Beyond, parameters => parameters.Text("after", after.ToJson()), Read, cancellationToken);

    /// <inheritdoc/>
    public Task NotifyAsync(CancellationToken cancellationToken) => database.ReadAcrossAsync(Sql.Notify, static _ => { }, static _ => true, cancellationToken);

    /// <inheritdoc/>
    public async Task ListenAsync(Action heard, CancellationToken stop)
    {
        bool isLost = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using NpgsqlConnection connection = await listening.OpenConnectionAsync(stop);
                connection.Notification += (_, _) => heard();
                await using (NpgsqlCommand listen = new("listen reeve", connection))
                {
                    await listen.ExecuteNonQueryAsync(stop);
                }

                // What was said while nobody listened is in the commits.
                isLost = false;
                heard();
                while (true)
                {
                    await connection.WaitAsync(stop);
                }
            }
            catch (Exception fault) when (!stop.IsCancellationRequested)
            {
                if (!isLost)
                {
                    isLost = true;
                    Log.Deaf(logger, fault);
                }
            }
            catch when (stop.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await listening.DisposeAsync();
        await database.DisposeAsync();
    }

    private static SignalCommit Read(Row row) => new(row.Int(0), row.Long(1), SignalWords.Read(row.Text(2)), Tenants(row.Text(3)));

    // What the platform changes may concern everybody.
    private static List<TenantId> Tenants(string json)
    {
        List<TenantId> tenants = [];
        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonProperty member in document.RootElement.EnumerateObject())
        {
            TenantId tenant = new(member.Name);
            if (tenant == PlatformTenant.Id)
            {
                return [];
            }

            tenants.Add(tenant);
        }

        return tenants;
    }

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("signals of commits", Sql.Beyond, "commits", "commits_signals", static (sample, _) => sample.Text("after", "{}")) { Only = Dialect.Postgres },
    ];

    // Of every slot what lies beyond its own position: another slot's commit with a lower time may become visible later.
    private static class Sql
    {
        // Across tenants: a node holds values of all of them. Differs: a file is not watched, its one process tells itself.
        internal static readonly Statement Beyond = new(
            Postgres: """
                select s.slot, c.n, c.signals, c.tenants
                from slots s
                cross join lateral (
                    select k.n, k.signals, k.tenants from commits k
                    where k.slot = s.slot and k.n > coalesce((@after::json ->> s.slot::text)::bigint, 0) and k.signals is not null) c
                order by s.slot, c.n
                """,
            Sqlite: """
                select slot, n, signals, tenants from commits
                where slot = 1 and n > coalesce(json_extract(@after, '$."1"'), 0) and signals is not null
                order by slot, n
                """) { AcrossTenants = true };

        // Of no tenant: it says that there is something to read, not what.
        internal static readonly Statement Notify = new(Postgres: "select pg_notify('reeve', '')", Sqlite: "select 0") { AcrossTenants = true };
    }
}
