using Npgsql;
using NpgsqlTypes;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.PostgresSlots;

/// <summary>One slot as long as one writer holds it. A slot that is taken again, be it the same, is another tenure with a writer of its own.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Writer">The writer's id.</param>
internal sealed record SlotTenure(int Slot, Guid Writer)
{
    /// <summary>Takes an expired slot, or else makes one.</summary>
    /// <param name="connection">Without a transaction.</param>
    /// <param name="writer">A new id.</param>
    /// <param name="options">The lease.</param>
    /// <param name="cancellationToken">Gives up; what was begun is rolled back by the server.</param>
    /// <returns>The tenure, and the number of the slot's last commit.</returns>
    internal static async Task<(SlotTenure Tenure, long Last)> TakeAsync(NpgsqlConnection connection, Guid writer, CommitterOptions options, CancellationToken cancellationToken)
    {
        await RunAsync(connection, batch => PostgresTransaction.Begin(batch, PostgresDatabase.EngineRole, options), cancellationToken);
        long last = 0;
        long? found = await NumberAsync(connection, new NpgsqlBatchCommand(SlotSql.FindExpired.Postgres).With("lease", NpgsqlDbType.Interval, options.Lease), cancellationToken);
        if (found is { } expired)
        {
            await RunAsync(connection, batch => batch.BatchCommands.Add(Of(SlotSql.TakeOver, expired, writer)), cancellationToken);
            do
            {
                last = await NumberAsync(connection, Of(SlotSql.FenceOff, expired, writer), cancellationToken) ?? 0;
            }
            while (last == 0);
        }

        while (found is null)
        {
            found = await NumberAsync(connection, new NpgsqlBatchCommand(SlotSql.Make.Postgres).With("writer", NpgsqlDbType.Uuid, writer), cancellationToken);
        }

        await RunAsync(connection, batch => batch.BatchCommands.Add(new NpgsqlBatchCommand("commit")), cancellationToken);
        return (new SlotTenure((int)found.Value, writer), last);
    }

    /// <summary>Says that the slot is still held.</summary>
    /// <returns>False when it is another's.</returns>
    internal Task<bool> RenewAsync(NpgsqlConnection connection, CommitterOptions options, CancellationToken cancellationToken) =>
        ChangeAsync(connection, SlotSql.Renew, options, cancellationToken);

    /// <summary>Lets the next start have it at once.</summary>
    internal Task<bool> GiveBackAsync(NpgsqlConnection connection, CommitterOptions options, CancellationToken cancellationToken) =>
        ChangeAsync(connection, SlotSql.GiveBack, options, cancellationToken);

    private async Task<bool> ChangeAsync(NpgsqlConnection connection, Statement statement, CommitterOptions options, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = new(connection);
        PostgresTransaction.Begin(batch, PostgresDatabase.EngineRole, options);
        NpgsqlBatchCommand change = Of(statement, Slot, Writer);
        batch.BatchCommands.Add(change);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return change.RecordsAffected == 1;
    }

    private static NpgsqlBatchCommand Of(Statement statement, long slot, Guid writer) =>
        new NpgsqlBatchCommand(statement.Postgres).With("slot", NpgsqlDbType.Integer, (int)slot).With("writer", NpgsqlDbType.Uuid, writer);

    private static async Task RunAsync(NpgsqlConnection connection, Action<NpgsqlBatch> fill, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = new(connection);
        fill(batch);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<long?> NumberAsync(NpgsqlConnection connection, NpgsqlBatchCommand command, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = new(connection);
        batch.BatchCommands.Add(command);
        return await batch.ExecuteScalarAsync(cancellationToken) switch
        {
            int number => number,
            long number => number,
            _ => null,
        };
    }
}
