using SQLitePCL;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Committing.SqliteSlots;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.PlaybookRows;

/// <summary>What commits do to runs of playbooks on a file. Not thread-safe.</summary>
internal sealed class SqlitePlaybooks(Func<Statement, PreparedStatement> prepare)
{
    private readonly PreparedStatement find = prepare(PlaybookSql.Find);
    private readonly PreparedStatement assign = prepare(PlaybookSql.Assign);
    private readonly PreparedStatement move = prepare(PlaybookSql.Move);
    private readonly PreparedStatement supersede = prepare(PlaybookSql.Supersede);
    private readonly PreparedStatement putPart = prepare(PlaybookSql.PutPart);

    /// <summary>What an outcome runs into; null when nothing. Changes nothing.</summary>
    internal CommitOutcome? ConflictOf(Outcome outcome)
    {
        foreach (PlaybookRunChange change in outcome.PlaybookRuns)
        {
            long? version = find.Text(change.TenantId.Value).Id(change.Run.Pass.Value).First(static row => (long?)raw.sqlite3_column_int64(row, 0));
            if (change is PlaybookRunChange.Assigned ? version is not null : version != change.Run.Version - 1)
            {
                return PlaybookSql.Conflict(change);
            }
        }

        return null;
    }

    /// <summary>Writes what met no conflict.</summary>
    internal void Write(Outcome outcome, int slot, DateTimeOffset at)
    {
        foreach (PlaybookRunChange change in outcome.PlaybookRuns)
        {
            PlaybookRun run = change.Run;
            if (change is PlaybookRunChange.Moved moved)
            {
                move.Text(Wire.Name(run.State)).Text(Name(run.Ruling)).Number(run.IsAssisted ? 1 : 0).Number(run.Attempts).Text(run.Reason).Number(run.Version).Time(Cut(run.StartedAt)).Time(Cut(run.UpdatedAt))
                    .Number(moved.IsMine ? slot : (long?)null).Time(at + moved.Wake).Text(run.TenantId.Value).Id(run.Pass.Value).Run();
            }
            else
            {
                assign.Text(run.TenantId.Value).Id(run.Pass.Value).Id(run.Exception.Value).Id(run.RunId.Value).Text(run.Playbook.Value).Text(run.PlaybookVersion).Text(Wire.Name(run.State)).Text(Name(run.Ruling))
                    .Number(run.IsAssisted ? 1 : 0).Number(run.Attempts).Time(at).Text(run.Reason).Number(run.Version).Time(Cut(run.StartedAt)).Time(Cut(run.UpdatedAt)).Run();
            }
        }

        foreach (PlaybookRunsSuperseded change in outcome.Superseded)
        {
            supersede.Text(change.Reason).Time(Cut(change.At)).Time(at).Text(change.Tenant.Value).Id(change.Exception.Value).Id(change.Pass.Value).Run();
        }

        foreach (PartChange change in outcome.Parts)
        {
            RecordedPart part = change.Part;
            putPart.Text(change.Tenant.Value).Id(change.Pass.Value).Number(part.Key.Place).Text(part.Key.Part).Text(part.Step?.Value).Text(Wire.Name(part.Status)).Id(part.Execution?.Value)
                .Text(Wire.Name(part.ByKind)).Text(part.ById).Time(Cut(part.At)).Text(part.Note).Run();
        }
    }

    private static string? Name(RunRuling? ruling) => ruling is { } known ? Wire.Name(known) : null;

    private static DateTimeOffset? Cut(DateTimeOffset? time) => time is { } known ? TimeText.ToMicroseconds(known) : null;
}
