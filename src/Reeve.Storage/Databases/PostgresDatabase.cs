using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using Reeve.Core.Records;

namespace Reeve.Storage.Databases;

/// <summary>A store in PostgreSQL. The node logs in as a member of roles that it takes on per statement, never per session.</summary>
public sealed class PostgresDatabase : Database
{
    /// <summary>The role that sees the one tenant that is set.</summary>
    public const string AppRole = "reeve_app";

    /// <summary>The role that claims, commits and reads the log.</summary>
    public const string EngineRole = "reeve_engine";

    /// <summary>The role that empties bodies.</summary>
    public const string EraserRole = "reeve_eraser";

    // Set for the transaction that the batch is, so they end with it, however it ends.
    private const string SetTenant = "select set_config('role', $1, true), set_config('reeve.tenant', $2, true)";

    // Nothing is compiled for a read: over partitions whose statistics are not made yet the planner takes a page for a long query, and
    // compiling one took longer than the five seconds on a busy machine, the log being empty.
    private const string SetReading = SetTenant + ", set_config('statement_timeout', '5s', true), set_config('transaction_read_only', 'on', true), set_config('jit', 'off', true)";

    private readonly NpgsqlDataSource source;

    /// <summary>Makes the pool; the first read or write connects.</summary>
    public PostgresDatabase(StoreAddress address)
    {
        Address = address;
        source = new NpgsqlDataSourceBuilder(PostgresSettings.ForNode(address)).Build();
    }

    /// <inheritdoc/>
    public override Dialect Dialect => Dialect.Postgres;

    /// <inheritdoc/>
    public override StoreAddress Address { get; }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<T>> ReadAsync<T>(Statement statement, TenantId tenant, Action<Parameters> bind, Func<Row, T> map, CancellationToken cancellationToken) =>
        ReadAsync(statement, AppRole, tenant.Value, parameters => bind(parameters.Text("tenant", tenant.Value)), map, cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<T>> ReadAcrossAsync<T>(Statement statement, Action<Parameters> bind, Func<Row, T> map, CancellationToken cancellationToken) =>
        ReadAsync(statement, EngineRole, tenant: null, bind, map, cancellationToken);

    /// <summary>A connection for a transaction; whoever opens it sets role and tenant for that transaction by <see cref="Become"/>.</summary>
    /// <exception cref="Core.Errors.ReeveException">STORE-002, STORE-012.</exception>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await source.OpenConnectionAsync(cancellationToken);
        }
        catch (DbException fault)
        {
            throw StoreFaults.Of(fault, Address);
        }
    }

    /// <summary>The command of a batch that sets role and tenant until the transaction ends; a null tenant sets none.</summary>
    public static NpgsqlBatchCommand Become(string role, string? tenant) => Become(SetTenant, role, tenant);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => source.DisposeAsync();

    private static NpgsqlBatchCommand Become(string settings, string role, string? tenant) => new(settings)
    {
        Parameters =
        {
            new NpgsqlParameter { Value = role, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter { Value = tenant ?? "", NpgsqlDbType = NpgsqlDbType.Text },
        },
    };

    private async Task<IReadOnlyList<T>> ReadAsync<T>(
        Statement statement, string role, string? tenant, Action<Parameters> bind, Func<Row, T> map, CancellationToken cancellationToken)
    {
        for (bool isFirst = true; ; isFirst = false)
        {
            try
            {
                return await ReadOnceAsync(statement, role, tenant, bind, map, cancellationToken);
            }
            catch (DbException fault) when (isFirst && StoreFaults.IsBrokenConnection(fault))
            {
                // A pooled connection that the server had closed, for example at a restart: a read may simply be repeated, once.
            }
            catch (DbException fault)
            {
                throw StoreFaults.Of(fault, Address);
            }
        }
    }

    // One round trip: without a transaction of its own, a batch is one implicit transaction, which ends with its one Sync
    // (https://www.postgresql.org/docs/15/protocol-flow.html#PROTOCOL-FLOW-PIPELINING), and what is set for a transaction ends with it.
    private async Task<IReadOnlyList<T>> ReadOnceAsync<T>(
        Statement statement, string role, string? tenant, Action<Parameters> bind, Func<Row, T> map, CancellationToken cancellationToken)
    {
        NpgsqlBatchCommand command = new(statement.Postgres);
        bind(new PostgresParameters(command.Parameters));
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken);
        await using NpgsqlBatch batch = new(connection) { BatchCommands = { Become(SetReading, role, tenant), command } };
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        List<T> rows = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(map(new Row(reader)));
        }

        return rows;
    }
}
