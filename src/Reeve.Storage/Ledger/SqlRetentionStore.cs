using System.Data.Common;
using System.Globalization;
using Npgsql;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Governance.Audit;
using Reeve.Governance.Retention;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Ledger;

/// <summary>
/// What retention looks at, in a database, and how the beginning of the log goes: on PostgreSQL a partition at once, through the owner's
/// function; on a file in slices of whole commits, under the slot's fence. Thread-safe.
/// </summary>
/// <param name="database">The store.</param>
/// <param name="upkeep">Removes events from a file.</param>
/// <param name="clock">The clock of a file.</param>
/// <param name="sliceSize">How many events of a file go in one transaction, and what is left of the last one's commit: some milliseconds.</param>
public sealed partial class SqlRetentionStore(Database database, IUpkeep upkeep, TimeProvider clock, int sliceSize = 500) : IRetentionStore
{
    private const int KeyLength = 16;

    // Keys are made by nodes' clocks, months by the database's.
    private static readonly TimeSpan ClocksApart = TimeSpan.FromDays(1);

    private static readonly CommitOutcome Nothing = new CommitOutcome.MovedOn();

    /// <inheritdoc/>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) => database.Dialect == Dialect.Sqlite
        ? clock.GetUtcNow()
        : (await database.ReadAcrossAsync(Sql.Now, static _ => { }, static row => row.Time(0), cancellationToken))[0];

    /// <inheritdoc/>
    public Task<IReadOnlyList<TenantId>> TenantsAsync(CancellationToken cancellationToken) =>
        database.ReadAcrossAsync(Sql.Tenants, static _ => { }, static row => new TenantId(row.Text(0)), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ActivePolicy>> PoliciesAsync(TenantId tenant, CancellationToken cancellationToken) => database.ReadAsync(
        Sql.Policies, tenant, static _ => { }, static row => new ActivePolicy(new DomainName(row.Text(0)), row.Text(1), row.Text(2)), cancellationToken);

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> ContentAsync(TenantId tenant, ActivePolicy policy, CancellationToken cancellationToken)
    {
        IReadOnlyList<byte[]> found = await database.ReadAsync(
            Sql.Content, tenant, parameters => parameters.Text("domain", policy.Domain.Value).Text("version", policy.Version), static row => row.Bytes(0), cancellationToken);
        return found is [var content] ? (ReadOnlyMemory<byte>?)content : null;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DomainName>> DomainsAsync(TenantId tenant, CancellationToken cancellationToken) =>
        database.ReadAsync(Sql.Domains, tenant, static _ => { }, static row => new DomainName(row.Text(0)), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AgedCase>> PageAsync(TenantId tenant, DomainName domain, DateTimeOffset before, AgedCase? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
            Sql.Page, tenant,
            parameters => parameters.Text("domain", domain.Value).Time("before", before).Time("at", after?.CreatedAt ?? DateTimeOffset.UnixEpoch).Id("key", after?.Key.Value ?? Guid.Empty).Number("limit", limit),
            ReadCase, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<HeldEvent>> HeldAsync(TenantId tenant, IReadOnlyList<ExceptionKey> keys, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(Sql.Held, tenant, parameters => Keys(parameters, keys).Number("limit", limit), ReadHeld, cancellationToken);

    /// <inheritdoc/>
    public async Task<LogMonth?> OldestMonthAsync(CancellationToken cancellationToken)
    {
        if (database.Dialect == Dialect.Postgres)
        {
            IReadOnlyList<string> months = await database.ReadAcrossAsync(Sql.Months, static _ => { }, static row => row.Text(0), cancellationToken);
            return months is [var oldest, ..] ? new LogMonth(DateOnly.ParseExact(oldest + "_01", "yyyy_MM_dd", CultureInfo.InvariantCulture)) : null;
        }

        IReadOnlyList<DateTimeOffset?> first = await database.ReadAcrossAsync(Sql.OldestEvent, static _ => { }, static row => row.TimeOrNull(0), cancellationToken);
        return first is [{ } time] ? LogMonth.Of(time) : null;
    }

    /// <inheritdoc/>
    public async Task<AgedCase?> NeededByAsync(TenantId tenant, DateTimeOffset before, CancellationToken cancellationToken)
    {
        DateTimeOffset madeBefore = before + ClocksApart;
        IReadOnlyList<AgedCase> found = await database.ReadAsync(
            Sql.NeededBy, tenant, parameters => parameters.Id("end", ExceptionKey.LeastAt(madeBefore).Value).Time("before", before), ReadCase, cancellationToken);
        return found is [var first] ? first : null;
    }

    /// <inheritdoc/>
    public async Task<bool> DropAsync(LogMonth month, CancellationToken cancellationToken)
    {
        // Rows of calls go first: while any of the month is left the month is, too, and whoever breaks off finds it again.
        if (await DropExecutionsAsync(month, cancellationToken))
        {
            return true;
        }

        if (database is PostgresDatabase postgres)
        {
            return await DropAsync(postgres, month, cancellationToken);
        }

        foreach ((string tenant, int slot) in await database.ReadAcrossAsync(
            Sql.Chains, parameters => parameters.Time("before", month.End), static row => (row.Text(0), row.Int(1)), cancellationToken))
        {
            StatementCall[] slice = [new(Sql.KeepStart, Bind, Nothing), new(Sql.RemoveEvents, Bind, Nothing)];
            if (await upkeep.MaintainAsync(slice, cancellationToken) is CommitOutcome.Committed)
            {
                return true;
            }

            void Bind(Parameters parameters) =>
                parameters.Text("whose", tenant).Number("slot", slot).Time("before", month.End).Number("slice", sliceSize).Time("now", clock.GetUtcNow());
        }

        return false;
    }

    // A slice of one tenant's; false when there are no more. What is not settled stays: somebody has to.
    private async Task<bool> DropExecutionsAsync(LogMonth month, CancellationToken cancellationToken)
    {
        foreach (string tenant in await database.ReadAcrossAsync(Sql.WithExecutions, parameters => parameters.Time("before", month.End), static row => row.Text(0), cancellationToken))
        {
            StatementCall slice = new(
                Sql.RemoveExecutions, parameters => parameters.Text("whose", tenant).Time("before", month.End).Number("slice", sliceSize), Nothing);
            if (await upkeep.MaintainAsync([slice], cancellationToken) is CommitOutcome.Committed)
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<bool> DropAsync(PostgresDatabase postgres, LogMonth month, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await postgres.OpenAsync(cancellationToken);
        try
        {
            NpgsqlBatchCommand drop = new("select public.drop_event_month($1)") { Parameters = { new NpgsqlParameter { Value = month.First } } };
            await using NpgsqlBatch batch = new(connection) { BatchCommands = { PostgresDatabase.Become(PostgresDatabase.EngineRole, tenant: null), drop } };
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
        catch (DbException fault)
        {
            throw StoreFaults.Of(fault, postgres.Address);
        }
    }

    // The keys are one value, cut where they are used, because a set of bytes is nothing that both dialects know.
    private static Parameters Keys(Parameters parameters, IReadOnlyList<ExceptionKey> keys)
    {
        byte[] bytes = new byte[keys.Count * KeyLength];
        for (int i = 0; i < keys.Count; i++)
        {
            keys[i].Value.TryWriteBytes(bytes.AsSpan(i * KeyLength), bigEndian: true, out _);
        }

        return parameters.Bytes("keys", bytes).Texts("places", [.. keys.Select(static (_, place) => place.ToString(CultureInfo.InvariantCulture))]);
    }

    private static AgedCase ReadCase(Row row) => new()
    {
        Key = new ExceptionKey(row.Id(0)),
        Version = row.Long(1),
        Status = Wire.TryParse(row.Text(2), out ResolutionStatus status) ? status : throw new InvalidOperationException("A status that the check of the table does not allow."),
        Actionability = Wire.TryParse(row.TextOrNull(3) ?? "", out Actionability actionability) ? actionability : null,
        CreatedAt = row.Time(4),
        UpdatedAt = row.Time(5),
    };

    private static HeldEvent ReadHeld(Row row) => new(
        new ExceptionKey(row.Id(0)), new HeldBody(new ErasedBody(new EventPosition(row.Int(1), row.Long(2), row.Int(3)), row.Time(4), row.Id(5)), row.Bytes(6)));
}
