using Microsoft.Data.Sqlite;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Governance.Holds;
using Reeve.Storage.Databases;
using Reeve.Storage.Ledger;

namespace Reeve.Storage.Backups;

/// <summary>What makes a copy of a file a backup: it is on hold, its slot is nobody's, and it needs no file beside it (docs/decisions/0018).</summary>
internal static class BackupMark
{
    /// <summary>Marks a copy that is whole and that nobody has open.</summary>
    /// <returns>The last commit of each slot in it.</returns>
    /// <exception cref="SqliteException">It cannot be.</exception>
    internal static async Task<ReaderPosition> WriteAsync(StoreAddress copy, DateTimeOffset at, CancellationToken cancellationToken)
    {
        Write(copy.Target, at);
        await using SqliteDatabase database = new(copy);
        return await new SqlReaderStore(database, upkeep: null).HeadAsync(cancellationToken);
    }

    private static void Write(string path, DateTimeOffset at)
    {
        using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ConnectionString);
        connection.Open();
        using (SqliteCommand mode = connection.CreateCommand())
        {
            mode.CommandText = "pragma journal_mode = delete; pragma synchronous = full";
            mode.ExecuteNonQuery();
        }

        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = Sql.Mark;
        Parameters.Of(command)
            .Text("platform", TenantId.Platform.Value).Id("hold", Guid.CreateVersion7(at)).Text("cause", Wire.Name(HoldCause.Copy)).Time("at", at)
            .Text("reason", $"A backup of {TimeText.Timestamp(at)}: the world may know more than it.").Text("by", Restoration.Finder.Id).Text("owner", Restoration.Finder.Owner);
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    private static class Sql
    {
        // A copy of a copy says when it was made itself. The epoch in a slot: given back, as by a stop that was clean.
        internal const string Mark = """
            delete from holds where tenant_id = @platform and cause = @cause;
            insert into holds (tenant_id, hold_id, cause, since, reason, placed_by, owner) values (@platform, @hold, @cause, @at, @reason, @by, @owner);
            update slots set beat_at = 0
            """;
    }
}
