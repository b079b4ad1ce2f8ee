using Microsoft.Data.Sqlite;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Storage.Committing;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Committing.SqliteSlots;
using Reeve.Storage.Databases;

namespace Reeve.Load.Ceilings;

/// <summary>A file's commits by the committer's prepared statements on its kind of connection. Nothing is looked up before it is written.</summary>
internal sealed class SqliteCeilingWriter : CeilingWriter
{
    private const int Slot = 1;

    private readonly SqliteWriting file;
    private readonly PreparedStatement addRow;
    private readonly PreparedStatement addDelivery;
    private readonly Guid writer = Guid.CreateVersion7();
    private readonly Queue<CeilingBatch> ready = new();
    private long last;

    private SqliteCeilingWriter(SqliteConnection connection)
    {
        file = new SqliteWriting(connection);
        addRow = new PreparedStatement(connection.Handle!, CommitSql.AddRows); // not null: it is open
        addDelivery = new PreparedStatement(connection.Handle!, CommitSql.AddDeliveries);
    }

    internal static CeilingWriter Open(SqliteDatabase database)
    {
        SqliteCeilingWriter opened = new(database.OpenWriter());
        opened.file.Begin();
        opened.last = opened.file.Run(SlotSql.FenceOff, opened.Bind) ?? 0;
        opened.file.Run(SlotSql.TakeOver, opened.Bind);
        opened.file.Commit();
        return opened;
    }

    internal override void Prepare(CeilingBatch batch) => ready.Enqueue(batch);

    internal override Task AddMonthsAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal override Task<int> WriteAsync(CancellationToken cancellationToken)
    {
        if (!ready.TryDequeue(out CeilingBatch? batch))
        {
            return Task.FromResult(0);
        }

        long n = ++last;
        file.Begin();
        _ = file.Fence(Slot, writer, n, TimeProvider.System.GetUtcNow()) ?? throw new InvalidOperationException("Somebody else writes to the file.");
        foreach (RowWrite row in batch.Rows)
        {
            Add(row);
        }

        foreach ((string tenant, DeliveryKey key, string id, _) in batch.Deliveries)
        {
            addDelivery.Text(tenant).Number(key.Day.DayNumber - new DateOnly(1970, 1, 1).DayNumber).Bytes(DeliveryBytes.Of(key.Hash)).Text(id).Number(0).Run();
        }

        foreach (LinkedEvent item in batch.Events)
        {
            file.Add(item, Slot, n, batch.At);
        }

        foreach ((string tenant, string counts) in batch.Tallies)
        {
            file.Tally(tenant, Slot, counts);
        }

        file.NoteTenants(batch.Tenants, null, Slot, n);
        file.Commit();
        return Task.FromResult(batch.Exceptions);
    }

    public override ValueTask DisposeAsync()
    {
        addRow.Dispose();
        addDelivery.Dispose();
        file.Run(SlotSql.GiveBack, Bind);
        file.Dispose();
        return ValueTask.CompletedTask;
    }

    // In the order of the columns in CommitSql.AddRows.
    private void Add(RowWrite write)
    {
        ExceptionRow row = write.Row;
        ExceptionRecord record = row.Record;
        addRow.Text(record.TenantId.Value).Text(record.ExceptionId.Value).Id(row.Key.Value).Number(row.Version).Text(row.Domain.Value).Text(record.SourceSystem)
            .Text(record.ExceptionType?.Value).Text(record.Severity is { } severity ? Wire.Name(severity) : null).Text(Wire.Name(record.ResolutionStatus))
            .Text(row.Actionability is { } actionability ? Wire.Name(actionability) : null)
            .Time(TimeText.ToMicroseconds(record.Timestamp)).Time(row.CreatedAt).Time(row.UpdatedAt).Time(row.TriagedAt).Time(row.ResolvedAt)
            .Number(row.ResolvedAutomatically ? 1 : 0).Id(row.RunId.Value).Id(row.PassId.Value).Text(row.ExternalId).Text(row.Fingerprint).Bytes(write.Json);
        if (write.First is { } first)
        {
            addRow.Number(first.Day.DayNumber - new DateOnly(1970, 1, 1).DayNumber).Bytes(DeliveryBytes.Of(first.Hash));
        }

        addRow.Run();
    }

    private void Bind(Parameters parameters) =>
        parameters.Id("writer", writer).Id("node", writer).Number("slot", Slot).Time("now", TimeText.ToMicroseconds(TimeProvider.System.GetUtcNow()));
}
