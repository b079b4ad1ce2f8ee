using Npgsql;
using NpgsqlTypes;
using Reeve.Core.Calls;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Executions;
using Reeve.Storage.Committing.Outcomes;

namespace Reeve.Storage.Committing.PostgresSlots;

/// <summary>What a batch does to executions of tools, a statement for each kind of change that is in it. They come sorted, so that nodes lock in one order.</summary>
internal static class ExecutionColumns
{
    /// <summary>How many statements <see cref="Of"/> makes.</summary>
    internal static int Count(List<ExecutionChange> changes) => changes.Count == 0 ? 0
        : One(changes.Exists(IsAdded)) + One(changes.Exists(static change => change is ExecutionChange.Claimed))
            + One(changes.Exists(static change => change is ExecutionChange.Freed)) + One(changes.Exists(static change => change is ExecutionChange.Settled));

    internal static IEnumerable<NpgsqlBatchCommand> Of(List<ExecutionChange> changes, int slot, long n, TimeSpan lease)
    {
        if (changes.Count == 0)
        {
            yield break;
        }

        if (changes.FindAll(IsAdded) is { Count: > 0 } added)
        {
            yield return Owned(Added(added), slot, n, lease);
        }

        if (changes.OfType<ExecutionChange.Claimed>().ToList() is { Count: > 0 } claimed)
        {
            NpgsqlBatchCommand claim = Keys(ExecutionSql.Claim.Postgres, claimed);
            Columns.Add(claim, "longest", NpgsqlDbType.Bigint, Columns.Of(claimed, change => ExecutionRow.Microseconds(change.Longest)));
            Columns.Add(claim, "takeovers", NpgsqlDbType.Integer, Columns.Of(claimed, change => change.Row.Takeovers));
            yield return Owned(claim, slot, n, lease);
        }

        if (changes.OfType<ExecutionChange.Freed>().ToList() is { Count: > 0 } freed)
        {
            NpgsqlBatchCommand free = Keys(ExecutionSql.Free.Postgres, freed);
            Columns.Add(free, "slots", NpgsqlDbType.Integer, Columns.Of(freed, change => change.From.Slot));
            Columns.Add(free, "numbers", NpgsqlDbType.Bigint, Columns.Of(freed, change => change.From.N));
            Columns.Add(free, "unsent", NpgsqlDbType.Boolean, Columns.Of(freed, change => change.IsUnsent));
            yield return free;
        }

        if (changes.OfType<ExecutionChange.Settled>().ToList() is { Count: > 0 } settled)
        {
            yield return Settled(settled);
        }
    }

    private static NpgsqlBatchCommand Added(List<ExecutionChange> added)
    {
        List<ToolExecution> rows = added.ConvertAll(static change => ExecutionRow.Of(change)!); // not null: what is added has a row
        NpgsqlBatchCommand command = Keys(ExecutionSql.Add.Postgres, added);
        Columns.Add(command, "domains", NpgsqlDbType.Text, Columns.Of(rows, row => row.Domain.Value));
        Columns.Add(command, "tools", NpgsqlDbType.Text, Columns.Of(rows, row => row.Tool.Value));
        Columns.Add(command, "versions", NpgsqlDbType.Text, Columns.Of(rows, row => row.ToolVersion));
        Columns.Add(command, "effects", NpgsqlDbType.Text, Columns.Of(rows, row => Wire.Name(row.Effect)));
        Columns.Add(command, "idempotent", NpgsqlDbType.Boolean, Columns.Of(rows, row => row.IsIdempotent));
        Columns.Add(command, "digests", NpgsqlDbType.Bytea, Columns.Of(rows, row => ExecutionRow.Bytes(row.Digest)));
        Columns.Add(command, "contents", NpgsqlDbType.Bytea, Columns.Of(rows, row => ExecutionRow.Bytes(row.Content)));
        Columns.Add(command, "keys", NpgsqlDbType.Uuid, Columns.Of(rows, row => row.Exception?.Value));
        Columns.Add(command, "runs", NpgsqlDbType.Uuid, Columns.Of(rows, row => row.Run?.Value));
        Columns.Add(command, "passes", NpgsqlDbType.Uuid, Columns.Of(rows, row => row.Pass?.Value));
        Columns.Add(command, "places", NpgsqlDbType.Integer, Columns.Of(rows, row => row.Place));
        Columns.Add(command, "steps", NpgsqlDbType.Text, Columns.Of(rows, row => row.Step?.Value));
        Columns.Add(command, "parts", NpgsqlDbType.Text, Columns.Of(rows, row => row.Part is { } part ? Wire.Name(part) : null));
        Columns.Add(command, "approvals", NpgsqlDbType.Uuid, Columns.Of(rows, row => row.Approval));
        Columns.Add(command, "kinds", NpgsqlDbType.Text, Columns.Of(rows, row => Wire.Name(row.ActorKind)));
        Columns.Add(command, "actors", NpgsqlDbType.Text, Columns.Of(rows, row => row.ActorId));
        Columns.Add(command, "requested", NpgsqlDbType.TimestampTz, Columns.Of(rows, row => Columns.Time(row.RequestedAt)));
        Columns.Add(command, "longest", NpgsqlDbType.Bigint, Columns.Of(added, change => change is ExecutionChange.Intended intended ? ExecutionRow.Microseconds(intended.Longest) : (long?)null));
        return Ends(command, rows);
    }

    private static NpgsqlBatchCommand Settled(List<ExecutionChange.Settled> settled)
    {
        NpgsqlBatchCommand command = Ends(Keys(ExecutionSql.Settle.Postgres, settled), settled.ConvertAll(static change => change.Row));
        Columns.Add(command, "leaves", NpgsqlDbType.Text, Columns.Of(settled, change => ExecutionRow.LeavesOf(change.From)));
        Columns.Add(command, "slots", NpgsqlDbType.Integer, Columns.Of(settled, change => (change.From as SettledFrom.Owned)?.Slot));
        Columns.Add(command, "numbers", NpgsqlDbType.Bigint, Columns.Of(settled, change => (change.From as SettledFrom.Owned)?.N));
        return command;
    }

    private static NpgsqlBatchCommand Ends(NpgsqlBatchCommand command, List<ToolExecution> rows)
    {
        Columns.Add(command, "statuses", NpgsqlDbType.Text, Columns.Of(rows, row => Wire.Name(row.Status)));
        Columns.Add(command, "unknown", NpgsqlDbType.Boolean, Columns.Of(rows, row => row.IsUnknown));
        Columns.Add(command, "codes", NpgsqlDbType.Text, Columns.Of(rows, row => row.ErrorCode));
        Columns.Add(command, "attempts", NpgsqlDbType.Integer, Columns.Of(rows, row => row.Attempts));
        Columns.Add(command, "settled", NpgsqlDbType.TimestampTz, Columns.Of(rows, row => Columns.Time(row.SettledAt)));
        return command;
    }

    private static NpgsqlBatchCommand Keys(string sql, IReadOnlyList<ExecutionChange> changes)
    {
        NpgsqlBatchCommand command = new(sql);
        Columns.Add(command, "tenants", NpgsqlDbType.Text, Columns.Of(changes, change => change.TenantId.Value));
        Columns.Add(command, "ids", NpgsqlDbType.Uuid, Columns.Of(changes, change => change.Id.Value));
        return command;
    }

    private static NpgsqlBatchCommand Owned(NpgsqlBatchCommand command, int slot, long n, TimeSpan lease) =>
        command.With("slot", NpgsqlDbType.Integer, slot).With("n", NpgsqlDbType.Bigint, n).With("lease", NpgsqlDbType.Interval, lease);

    private static bool IsAdded(ExecutionChange change) => change is ExecutionChange.Intended or ExecutionChange.Recorded;

    private static int One(bool holds) => holds ? 1 : 0;
}
