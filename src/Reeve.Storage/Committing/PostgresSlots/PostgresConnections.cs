using System.Data.Common;
using Npgsql;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.PostgresSlots;

/// <summary>Connections for writing, apart from those that read, so that no read keeps a commit waiting. Thread-safe.</summary>
internal sealed class PostgresConnections : IAsyncDisposable
{
    private readonly NpgsqlDataSource source;

    internal PostgresConnections(StoreAddress address, CommitterOptions options)
    {
        Address = address;
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

    internal StoreAddress Address { get; }

    /// <exception cref="DbException">It cannot be opened.</exception>
    internal ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => source.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
