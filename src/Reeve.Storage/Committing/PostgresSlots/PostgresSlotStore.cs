using System.Data.Common;
using System.Net.Sockets;
using Npgsql;
using Reeve.Core.Errors;
using Reeve.Storage.Committing.SlotProtocol;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.PostgresSlots;

/// <summary>PostgreSQL as the writing protocol sees it. Its connections are apart from those that read, so that no read keeps a commit waiting. Thread-safe.</summary>
internal sealed class PostgresSlotStore : ISlotStore
{
    private readonly NpgsqlDataSource source;
    private readonly StoreAddress address;
    private readonly CommitterOptions options;

    internal PostgresSlotStore(StoreAddress address, CommitterOptions options)
    {
        this.address = address;
        this.options = options;
        int seconds = Math.Max(1, (int)Math.Ceiling(options.StatementLimit.TotalSeconds));
        NpgsqlConnectionStringBuilder settings = new(PostgresSettings.ForNode(address))
        {
            ApplicationName = "reeve-writer",
            // A connection that broke is never used again, so there is nothing to pool: each slot keeps its own open.
            Pooling = false,
            // The server gives up first; this is for one that no longer answers.
            CommandTimeout = seconds + 1,
            Timeout = Math.Min(seconds + 1, 15),
            // After a time-out, do not wait for a server that is not there to confirm it.
            CancellationTimeout = 1000,
            TcpKeepAlive = true,
            TcpKeepAliveTime = seconds,
            TcpKeepAliveInterval = 1,
            MaxAutoPrepare = 32,
            AutoPrepareMinUsages = 2,
        };
        source = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <inheritdoc/>
    public string Name => address.Masked;

    /// <inheritdoc/>
    public async Task<ISlotConnection> OpenAsync(CancellationToken cancellationToken) => new PostgresSlotConnection(await ConnectAsync(cancellationToken), options);

    /// <summary>A connection with the settings of those that write.</summary>
    internal ValueTask<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken) => source.OpenConnectionAsync(cancellationToken);

    /// <inheritdoc/>
    public SlotFault? Judge(Exception fault) => fault switch
    {
        // A batch that broke off leaves the driver with statements it takes for prepared; a new connection has none.
        PostgresException { SqlState: PostgresErrorCodes.InvalidSqlStatementName } unprepared => Broken(StoreFaults.Of(unprepared, address)),
        PostgresException rolledBack when IsRollback(rolledBack) => new SlotFault(KindOf(rolledBack), rolledBack.SqlState, StoreFaults.Of(rolledBack, address)),
        DbException known => Broken(StoreFaults.Of(known, address)),
        IOException or TimeoutException or OperationCanceledException or ObjectDisposedException or SocketException =>
            Broken(new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "The connection failed.", address.Masked), fault)),
        _ => null,
    };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => source.DisposeAsync();

    private static SlotFault Broken(ReeveException told) => new(SlotFaultKind.Broken, told.Error.Code, told);

    // FATAL ends the session, also when COMMIT went through just before: then the server's word is no report of a rollback.
    private static bool IsRollback(PostgresException fault) => fault.InvariantSeverity is not ("FATAL" or "PANIC") && !StoreFaults.IsBrokenConnection(fault);

    private static SlotFaultKind KindOf(PostgresException fault) => fault.SqlState switch
    {
        PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.QueryCanceled => SlotFaultKind.Busy,
        PostgresErrorCodes.UniqueViolation => fault.TableName == "commits" ? SlotFaultKind.NumberTaken : SlotFaultKind.Duplicate,

        // A row that no partition takes breaks a check that has no name.
        PostgresErrorCodes.CheckViolation when fault.TableName is "events" or "import_items" && fault.ConstraintName is null => SlotFaultKind.MonthMissing,

        // Classes 22 (data), 23 (constraints) and 54 (limits): what an outcome holds.
        string state when state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("23", StringComparison.Ordinal)
            || state.StartsWith("54", StringComparison.Ordinal) => SlotFaultKind.Data,
        _ => SlotFaultKind.Refused,
    };
}
