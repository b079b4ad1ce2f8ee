using SQLitePCL;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Imports;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.SqliteSlots;

/// <summary>What commits do to imports on a file. Not thread-safe.</summary>
internal sealed class SqliteImports(Func<Statement, PreparedStatement> prepare)
{
    private const long KeyLifetime = 24 * 3600 * 1_000_000L;

    private readonly PreparedStatement find = prepare(ImportSql.Find);
    private readonly PreparedStatement begin = prepare(ImportSql.Begin);
    private readonly PreparedStatement takeUp = prepare(ImportSql.TakeUp);
    private readonly PreparedStatement end = prepare(ImportSql.End);
    private readonly PreparedStatement findItem = prepare(ImportSql.FindItem);
    private readonly PreparedStatement addItem = prepare(ImportSql.AddItems);

    /// <summary>What an outcome runs into; null when nothing. Changes nothing.</summary>
    internal CommitOutcome? ConflictOf(Outcome outcome, DateTimeOffset now)
    {
        foreach (ImportChange.ItemAdded item in outcome.Items)
        {
            if (Keyed(findItem, item).Any())
            {
                return new CommitOutcome.ItemThere();
            }
        }

        foreach (ImportChange change in outcome.Imports)
        {
            (long Started, string State, Guid Node, long Day)? found = find.Text(change.TenantId.Value).Id(ImportRow.IdOf(change).Value).First(static row => ((long, string, Guid, long)?)(
                raw.sqlite3_column_int64(row, 0), raw.sqlite3_column_text(row, 1).utf8_to_string(), new Guid(raw.sqlite3_column_blob(row, 2), bigEndian: true), raw.sqlite3_column_int64(row, 3)));
            bool fits = change switch
            {
                ImportChange.Begun => found is not { } known || known.Started < PreparedStatement.Microseconds(now) - KeyLifetime,
                ImportChange.TakenUp { From: var from } => found is { } known && known.Started == PreparedStatement.Microseconds(from.StartedAt)
                    && known.State == Wire.Name(from.State) && known.Node == from.Node,
                ImportChange.Ended ended => found is { } known && known.State == Wire.Name(ImportState.Running) && known.Node == ended.Node && known.Day == SqliteWriting.StoredDay(ended.Day),
                _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
            };
            if (!fits)
            {
                return change is ImportChange.Begun ? new CommitOutcome.AlreadyThere(null) : new CommitOutcome.MovedOn();
            }
        }

        return null;
    }

    /// <summary>Writes what met no conflict.</summary>
    internal void Write(Outcome outcome, DateTimeOffset now)
    {
        foreach (ImportChange change in outcome.Imports)
        {
            switch (change)
            {
                case ImportChange.Begun begun:
                    DateTimeOffset at = TimeText.ToMicroseconds(now);
                    begin.Text(begun.Tenant.Value).Id(begun.Id.Value).Number(SqliteWriting.StoredDay(DateOnly.FromDateTime(at.UtcDateTime))).Text(Wire.Name(begun.Kind)).Text(begun.Domain.Value);
                    (begun.BodyHash is { } hash ? begin.Bytes(hash.Span) : begin.Text(null)).Id(begun.Node).Time(at).Run();
                    break;
                case ImportChange.TakenUp taken:
                    takeUp.Id(taken.Node).Text(taken.TenantId.Value).Id(taken.From.Id.Value).Run();
                    break;
                case ImportChange.Ended { Counts: var counts } ended:
                    end.Text(Wire.Name(ended.State)).Time(TimeText.ToMicroseconds(now)).Number(counts.Items).Number(counts.Accepted).Number(counts.Repeated).Number(counts.Refused)
                        .Text(ended.Tenant.Value).Id(ended.Id.Value).Run();
                    break;
            }
        }

        foreach (ImportChange.ItemAdded added in outcome.Items)
        {
            ImportItem item = added.Item;
            ErrorRow error = ErrorRow.Of(item.Errors);
            Keyed(addItem, added);
            (item.BytesHash is { } hash ? addItem.Bytes(DeliveryBytes.Of(hash)) : addItem.Text(null)).Text(item.ExceptionId?.Value).Number(item.Repeats ? 1 : 0)
                .Text(error.Code).Text(error.Pointer).Text(error.Message).Text(error.All).Run();
        }
    }

    private static PreparedStatement Keyed(PreparedStatement statement, ImportChange.ItemAdded item) =>
        statement.Text(item.Tenant.Value).Number(SqliteWriting.StoredDay(item.Day)).Id(item.Import.Value).Number(item.Item.Place.Item).Number(item.Item.Place.Part);
}
