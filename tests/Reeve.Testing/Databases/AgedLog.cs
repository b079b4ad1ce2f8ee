using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;
using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Recording;
using Reeve.Governance.Audit;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Ledger;
using Reeve.Storage.Settings;
using Reeve.Testing.Recording;

namespace Reeve.Testing.Databases;

/// <summary>
/// A log that was written over years, by the committer of a file whose clock a test moves, so that all its hashes are right. A database's
/// clock cannot be moved: there the finished file is copied into it, row by row.
/// </summary>
public sealed class AgedLog : IAsyncDisposable
{
    private readonly SqliteFile file;
    private readonly Committer committer;
    private bool isClosed;
    private int deliveries;

    private AgedLog(SqliteFile file, Committer committer, FakeTime clock, DateTimeOffset now)
    {
        this.file = file;
        this.committer = committer;
        Clock = clock;
        Now = now;
    }

    /// <summary>The present: the machine's own, since a database's is.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>The clock by which it is written.</summary>
    public FakeTime Clock { get; }

    /// <summary>Begins a log in the past.</summary>
    public static async Task<AgedLog> BeginAsync(TimeSpan ago)
    {
        DateTimeOffset now = TimeText.ToMicroseconds(TimeProvider.System.GetUtcNow());
        FakeTime clock = new(now - ago);
        SqliteFile file = await SqliteFile.CreateAsync();
        Committer committer = await Committer.StartAsync(
            file.Database, [new SqlTenantStore(file.Database), new SqlErasure()], new CommitterOptions(), new SystemEventSeeds(), clock, NullLogger.Instance, CancellationToken.None);
        return new AgedLog(file, committer, clock, now);
    }

    /// <summary>Moves the clock to so long before the present.</summary>
    public void MoveTo(TimeSpan ago) => Clock.Advance(Now - ago - Clock.GetUtcNow());

    /// <summary>A tenant, with the active policy of one domain; nothing of retention is said where a value is null.</summary>
    public Task TenantAsync(string tenant, int? days = null, int? years = null, string domain = "Parcels", string? policy = null) =>
        file.ExecuteAsync(TenantSql(tenant, days, years, domain, policy));

    /// <summary>Many tenants at once, each with its days.</summary>
    public Task TenantsAsync(IEnumerable<(string Tenant, int Days)> tenants) =>
        file.ExecuteAsync($"begin; {string.Concat(tenants.Select(item => TenantSql(item.Tenant, item.Days, null, "Parcels", null)))} commit");

    /// <summary>An exception that is received and decided now, with so many events and one delivery.</summary>
    public async Task<ExceptionRow> AddAsync(
        string tenant, string id, ResolutionStatus status = ResolutionStatus.Resolved, int events = 2, string domain = "Parcels", DateTimeOffset? asOf = null, Actionability? actionability = null)
    {
        ExceptionRow row = RecordContract.Row(id, new TenantId(tenant), asOf ?? Clock.GetUtcNow());
        row = row with { Domain = new DomainName(domain), Actionability = actionability, Record = row.Record with { ResolutionStatus = status } };
        DeliveryKey delivery = new(DateOnly.FromDateTime(row.CreatedAt.UtcDateTime), (UInt128)(++deliveries));
        (await committer.CommitAsync([new ExceptionChange.Add(row, [delivery]), .. Enumerable.Range(0, events).Select(i => RecordContract.Event(row, $$"""{"secret":"{{id}}","no":{{i}}}"""))], CancellationToken.None))
            .ShouldBeOfType<CommitOutcome.Committed>();
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        return row;
    }

    /// <summary>Commits changes.</summary>
    public Task CommitAsync(params Change[] changes) => committer.CommitAsync(changes, CancellationToken.None);

    /// <summary>The heads of the log as it is, as somebody notes them elsewhere.</summary>
    public async Task<IReadOnlyList<ChainHead>> HeadsAsync()
    {
        using MemoryStream export = new();
        return await new AuditExport(new SqlAuditSource(file.Database), Clock).WriteAsync(export, new ExportRequest { Product = "test" }, CancellationToken.None);
    }

    /// <summary>Ends the writing in the present, and hands the store out; skips the test where there is no such database.</summary>
    public async Task<TestStore> EndAsync(Dialect dialect)
    {
        MoveTo(TimeSpan.Zero);
        await CloseAsync();
        if (dialect == Dialect.Sqlite)
        {
            return file;
        }

        PostgresStore store = await PostgresStore.CreateAsync();
        await CopyAsync(store);
        await file.DisposeAsync();
        return store;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync();

    private static string TenantSql(string tenant, int? days, int? years, string domain, string? policy)
    {
        string members = string.Join(',', new[] { days is null ? null : $"\"dataTTL\":{days}", years is null ? null : $"\"auditYears\":{years}" }.Where(member => member is not null));
        string content = policy ?? $$"""{"tenantId":"{{tenant}}","retentionPolicies":{ {{members}} } }""";
        return $"""
            insert or ignore into tenants (tenant_id, name, mode, created_at, created_by) values ('{tenant}', '{tenant}', 'SHADOW', 0, 'test');
            insert into pack_versions (tenant_id, kind, domain, version, content_hash, content, stored_at, stored_by)
            values ('{tenant}', 'POLICY', '{domain}', '1.0.0', '{tenant}-{domain}', cast('{content}' as blob), 0, 'test');
            insert into active_packs (tenant_id, kind, domain, version, activated_at, activated_by) values ('{tenant}', 'POLICY', '{domain}', '1.0.0', 0, 'test');
            """;
    }

    private async Task CloseAsync()
    {
        if (!isClosed)
        {
            isClosed = true;
            await committer.DisposeAsync();
        }
    }

    private async Task CopyAsync(PostgresStore store)
    {
        await using NpgsqlConnection owner = new(store.Owner.Target);
        await owner.OpenAsync(CancellationToken.None);
        foreach (object?[] month in await file.QueryAsync("select distinct strftime('%Y-%m-01', recorded_at / 1000000, 'unixepoch') from events"))
        {
            DateOnly first = DateOnly.ParseExact((string)month[0]!, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            await using NpgsqlCommand make = new(
                $"create table if not exists events_{first:yyyy_MM} partition of events for values from ('{first:yyyy-MM-dd} 00:00:00+00') to ('{first.AddMonths(1):yyyy-MM-dd} 00:00:00+00')", owner);
            await make.ExecuteNonQueryAsync(CancellationToken.None);
        }

        await using NpgsqlConnection superuser = new(store.Superuser.Target);
        await superuser.OpenAsync(CancellationToken.None);
        foreach (string table in new[] { "tenants", "slots", "commits", "events", "exceptions", "deliveries", "tallies", "pack_versions", "active_packs" })
        {
            await CopyAsync(superuser, table);
        }
    }

    private async Task CopyAsync(NpgsqlConnection to, string table)
    {
        List<(string Name, string Type)> columns = [];
        await using (NpgsqlCommand list = new($"select column_name::text, data_type::text from information_schema.columns where table_name = '{table}' and table_schema = 'public' order by ordinal_position", to))
        await using (NpgsqlDataReader reader = await list.ExecuteReaderAsync(CancellationToken.None))
        {
            while (await reader.ReadAsync(CancellationToken.None))
            {
                columns.Add((reader.GetString(0), reader.GetString(1)));
            }
        }

        IReadOnlyList<object?[]> rows = await file.QueryAsync($"select {string.Join(", ", columns.Select(column => column.Name))} from {table}");
        await using NpgsqlBinaryImporter import = await to.BeginBinaryImportAsync($"copy {table} ({string.Join(", ", columns.Select(column => column.Name))}) from stdin (format binary)", CancellationToken.None);
        foreach (object?[] row in rows)
        {
            await import.StartRowAsync(CancellationToken.None);
            for (int i = 0; i < row.Length; i++)
            {
                await WriteAsync(import, row[i], columns[i].Type);
            }
        }

        await import.CompleteAsync(CancellationToken.None);
    }

    private static Task WriteAsync(NpgsqlBinaryImporter import, object? value, string type) => (value, type) switch
    {
        (null, _) => import.WriteNullAsync(CancellationToken.None),
        (byte[] id, "uuid") => import.WriteAsync(new Guid(id, bigEndian: true), NpgsqlDbType.Uuid, CancellationToken.None),
        (long time, "timestamp with time zone") => import.WriteAsync(DateTime.UnixEpoch.AddMicroseconds(time), NpgsqlDbType.TimestampTz, CancellationToken.None),
        (long day, "date") => import.WriteAsync(DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(day)), NpgsqlDbType.Date, CancellationToken.None),
        (long flag, "boolean") => import.WriteAsync(flag != 0, NpgsqlDbType.Boolean, CancellationToken.None),
        (long number, "integer") => import.WriteAsync((int)number, NpgsqlDbType.Integer, CancellationToken.None),
        (long number, _) => import.WriteAsync(number, NpgsqlDbType.Bigint, CancellationToken.None),
        (byte[] bytes, _) => import.WriteAsync(bytes, NpgsqlDbType.Bytea, CancellationToken.None),
        _ => import.WriteAsync((string)value!, NpgsqlDbType.Text, CancellationToken.None),
    };
}
