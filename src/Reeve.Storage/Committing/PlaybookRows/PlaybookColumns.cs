using Npgsql;
using NpgsqlTypes;
using Reeve.Core.Records;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Storage.Committing.PostgresSlots;

namespace Reeve.Storage.Committing.PlaybookRows;

/// <summary>What a batch does to runs of playbooks, a statement for each kind of change that is in it. They come sorted, so that nodes lock in one order.</summary>
internal static class PlaybookColumns
{
    /// <summary>How many of the statements of <see cref="Of"/> answer with rows.</summary>
    internal static int Count(List<PlaybookRunChange> changes) =>
        changes.Count == 0 ? 0 : (changes.Exists(static change => change is PlaybookRunChange.Assigned) ? 1 : 0) + (changes.Exists(static change => change is PlaybookRunChange.Moved) ? 1 : 0);

    internal static IEnumerable<NpgsqlBatchCommand> Of(List<PlaybookRunChange> changes, List<PlaybookRunsSuperseded> superseded, List<PartChange> parts, int slot)
    {
        if (changes.OfType<PlaybookRunChange.Assigned>().ToList() is { Count: > 0 } assigned)
        {
            NpgsqlBatchCommand command = Runs(PlaybookSql.Assign.Postgres, assigned);
            Columns.Add(command, "keys", NpgsqlDbType.Uuid, Columns.Of(assigned, change => change.Run.Exception.Value));
            Columns.Add(command, "runs", NpgsqlDbType.Uuid, Columns.Of(assigned, change => change.Run.RunId.Value));
            Columns.Add(command, "playbooks", NpgsqlDbType.Text, Columns.Of(assigned, change => change.Run.Playbook.Value));
            Columns.Add(command, "editions", NpgsqlDbType.Text, Columns.Of(assigned, change => change.Run.PlaybookVersion));
            yield return command;
        }

        if (changes.OfType<PlaybookRunChange.Moved>().ToList() is { Count: > 0 } moved)
        {
            NpgsqlBatchCommand command = Runs(PlaybookSql.Move.Postgres, moved).With("slot", NpgsqlDbType.Integer, slot);
            Columns.Add(command, "mine", NpgsqlDbType.Boolean, Columns.Of(moved, change => change.IsMine));
            Columns.Add(command, "wakes", NpgsqlDbType.Bigint, Columns.Of(moved, change => PlaybookSql.Microseconds(change.Wake)));
            yield return command;
        }

        if (superseded.Count > 0)
        {
            NpgsqlBatchCommand command = new(PlaybookSql.Supersede.Postgres);
            Columns.Add(command, "tenants", NpgsqlDbType.Text, Columns.Of(superseded, change => change.Tenant.Value));
            Columns.Add(command, "keys", NpgsqlDbType.Uuid, Columns.Of(superseded, change => change.Exception.Value));
            Columns.Add(command, "passes", NpgsqlDbType.Uuid, Columns.Of(superseded, change => change.Pass.Value));
            Columns.Add(command, "reasons", NpgsqlDbType.Text, Columns.Of(superseded, change => change.Reason));
            Columns.Add(command, "updated", NpgsqlDbType.TimestampTz, Columns.Of(superseded, change => Columns.Time(change.At)));
            yield return command;
        }

        if (parts.Count > 0)
        {
            yield return Parts(parts);
        }
    }

    private static NpgsqlBatchCommand Runs(string sql, IReadOnlyList<PlaybookRunChange> changes)
    {
        NpgsqlBatchCommand command = new(sql);
        Columns.Add(command, "tenants", NpgsqlDbType.Text, Columns.Of(changes, change => change.TenantId.Value));
        Columns.Add(command, "passes", NpgsqlDbType.Uuid, Columns.Of(changes, change => change.Run.Pass.Value));
        Columns.Add(command, "states", NpgsqlDbType.Text, Columns.Of(changes, change => Wire.Name(change.Run.State)));
        Columns.Add(command, "rulings", NpgsqlDbType.Text, Columns.Of(changes, change => change.Run.Ruling is { } ruling ? Wire.Name(ruling) : null));
        Columns.Add(command, "assisted", NpgsqlDbType.Boolean, Columns.Of(changes, change => change.Run.IsAssisted));
        Columns.Add(command, "attempts", NpgsqlDbType.Integer, Columns.Of(changes, change => change.Run.Attempts));
        Columns.Add(command, "reasons", NpgsqlDbType.Text, Columns.Of(changes, change => change.Run.Reason));
        Columns.Add(command, "versions", NpgsqlDbType.Bigint, Columns.Of(changes, change => change.Run.Version));
        Columns.Add(command, "started", NpgsqlDbType.TimestampTz, Columns.Of(changes, change => Columns.Time(change.Run.StartedAt)));
        Columns.Add(command, "updated", NpgsqlDbType.TimestampTz, Columns.Of(changes, change => Columns.Time(change.Run.UpdatedAt)));
        return command;
    }

    private static NpgsqlBatchCommand Parts(List<PartChange> parts)
    {
        NpgsqlBatchCommand command = new(PlaybookSql.PutPart.Postgres);
        Columns.Add(command, "tenants", NpgsqlDbType.Text, Columns.Of(parts, change => change.Tenant.Value));
        Columns.Add(command, "passes", NpgsqlDbType.Uuid, Columns.Of(parts, change => change.Pass.Value));
        Columns.Add(command, "places", NpgsqlDbType.Integer, Columns.Of(parts, change => change.Part.Key.Place));
        Columns.Add(command, "parts", NpgsqlDbType.Text, Columns.Of(parts, change => change.Part.Key.Part));
        Columns.Add(command, "steps", NpgsqlDbType.Text, Columns.Of(parts, change => change.Part.Step?.Value));
        Columns.Add(command, "statuses", NpgsqlDbType.Text, Columns.Of(parts, change => Wire.Name(change.Part.Status)));
        Columns.Add(command, "executions", NpgsqlDbType.Uuid, Columns.Of(parts, change => change.Part.Execution?.Value));
        Columns.Add(command, "kinds", NpgsqlDbType.Text, Columns.Of(parts, change => Wire.Name(change.Part.ByKind)));
        Columns.Add(command, "actors", NpgsqlDbType.Text, Columns.Of(parts, change => change.Part.ById));
        Columns.Add(command, "times", NpgsqlDbType.TimestampTz, Columns.Of(parts, change => Columns.Time(change.Part.At)));
        Columns.Add(command, "notes", NpgsqlDbType.Text, Columns.Of(parts, change => change.Part.Note));
        return command;
    }
}
