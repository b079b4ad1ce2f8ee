using SQLitePCL;
using Reeve.Core.Calls;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Executions;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.SqliteSlots;

/// <summary>What commits do to executions of tools on a file. Not thread-safe.</summary>
internal sealed class SqliteExecutions(Func<Statement, PreparedStatement> prepare)
{
    private readonly PreparedStatement find = prepare(ExecutionSql.Find);
    private readonly PreparedStatement add = prepare(ExecutionSql.Add);
    private readonly PreparedStatement claim = prepare(ExecutionSql.Claim);
    private readonly PreparedStatement free = prepare(ExecutionSql.Free);
    private readonly PreparedStatement settle = prepare(ExecutionSql.Settle);

    /// <summary>What an outcome runs into; null when nothing. Changes nothing.</summary>
    internal CommitOutcome? ConflictOf(Outcome outcome, DateTimeOffset now)
    {
        foreach (ExecutionChange change in outcome.Executions)
        {
            Found? found = find.Text(change.TenantId.Value).Id(change.Id.Value).First(static row => (Found?)new Found(
                raw.sqlite3_column_int(row, 0) != 0, NumberOrNull(row, 1), NumberOrNull(row, 2), NumberOrNull(row, 3), raw.sqlite3_column_int(row, 4) != 0, raw.sqlite3_column_int(row, 5)));
            bool fits = change switch
            {
                ExecutionChange.Intended or ExecutionChange.Recorded => found is null,
                ExecutionChange.Claimed { Row: var row } => IsAbandoned(found, now) && found?.Takeovers == row.Takeovers,
                ExecutionChange.Freed { From: var from } => IsOwned(found, from),
                ExecutionChange.Settled { From: SettledFrom.Owned from } => IsOwned(found, from),
                ExecutionChange.Settled { From: SettledFrom.Abandoned } => IsAbandoned(found, now),
                ExecutionChange.Settled => found is { IsUnknown: true },
                _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
            };
            if (!fits)
            {
                return ExecutionRow.Conflict(change);
            }
        }

        return null;
    }

    /// <summary>Writes what met no conflict.</summary>
    internal void Write(Outcome outcome, int slot, long n, DateTimeOffset at)
    {
        foreach (ExecutionChange change in outcome.Executions)
        {
            switch (change)
            {
                case ExecutionChange.Intended { Row: var row, Longest: var longest }:
                    Added(row).Number(slot).Number(n).Time(at + longest).Run();
                    break;
                case ExecutionChange.Recorded { Row: var row }:
                    Added(row).Number(null).Number(null).Number(null).Run();
                    break;
                case ExecutionChange.Claimed { Longest: var longest }:
                    claim.Number(slot).Number(n).Time(at + longest).Text(change.TenantId.Value).Id(change.Id.Value).Run();
                    break;
                case ExecutionChange.Freed { IsUnsent: var isUnsent }:
                    free.Number(isUnsent ? 1 : 0).Text(change.TenantId.Value).Id(change.Id.Value).Run();
                    break;
                case ExecutionChange.Settled { Row: var row }:
                    settle.Text(Wire.Name(row.Status)).Number(row.IsUnknown ? 1 : 0).Text(row.ErrorCode).Number(row.Attempts).Time(Cut(row.SettledAt)).Text(change.TenantId.Value).Id(change.Id.Value).Run();
                    break;
            }
        }
    }

    private PreparedStatement Added(ToolExecution row) => add
        .Text(row.TenantId.Value).Id(row.Id.Value).Text(row.Domain.Value).Text(row.Tool.Value).Text(row.ToolVersion).Text(Wire.Name(row.Effect)).Number(row.IsIdempotent ? 1 : 0)
        .Bytes(ExecutionRow.Bytes(row.Digest)).Bytes(ExecutionRow.Bytes(row.Content)).Id(row.Exception?.Value).Id(row.Run?.Value).Id(row.Pass?.Value).Number(row.Place).Text(row.Step?.Value)
        .Text(row.Part is { } part ? Wire.Name(part) : null).Id(row.Approval).Text(Wire.Name(row.ActorKind)).Text(row.ActorId)
        .Text(Wire.Name(row.Status)).Number(row.IsUnknown ? 1 : 0).Text(row.ErrorCode).Number(row.Attempts).Time(Cut(row.RequestedAt)).Time(Cut(row.SettledAt));

    private static bool IsAbandoned(Found? found, DateTimeOffset now) =>
        found is { IsSettled: false, Slot: null } there && !(there.SafeAfter > PreparedStatement.Microseconds(now));

    private static bool IsOwned(Found? found, SettledFrom.Owned from) =>
        found is { IsSettled: false } there && there.N == from.N && (there.Slot ?? from.Slot) == from.Slot;

    private static DateTimeOffset? Cut(DateTimeOffset? time) => time is { } known ? TimeText.ToMicroseconds(known) : null;

    private static long? NumberOrNull(sqlite3_stmt row, int column) => raw.sqlite3_column_type(row, column) == raw.SQLITE_NULL ? null : raw.sqlite3_column_int64(row, column);

    private readonly record struct Found(bool IsSettled, long? Slot, long? N, long? SafeAfter, bool IsUnknown, int Takeovers);
}
