using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Recording;
using Reeve.Engine.Recording.PassEvents;

namespace Reeve.Engine.PlaybookWork;

/// <summary>
/// Reads the pass of a run from the log and decides it again: its stages must come to what is on record, as those of a pass that goes on must, so that what is driven is what was decided. Thread-safe.
/// </summary>
internal sealed class CaseReader(ExceptionPipeline pipeline, IEventLog log, PacksByHash packs)
{
    // As bodies of events are read: a payload of at most 64 levels, some way down.
    private static readonly JsonLimits Limits = new() { MaxBytes = int.MaxValue, MaxDepth = 512, AllowNul = true, InfiniteIsNull = true };

    /// <summary>The case of a run.</summary>
    /// <exception cref="UndrivableException">It cannot be driven by this release, or not at all any more.</exception>
    internal async Task<DrivenCase> ReadAsync(PlaybookRun run, CancellationToken cancellationToken)
    {
        List<LoggedEvent> events = [];
        Dictionary<PartKey, (Value, bool)> outputs = [];
        await foreach (LoggedEvent item in log.OfExceptionAsync(run.TenantId, run.Exception, cancellationToken))
        {
            if (item.PassId != run.Pass)
            {
                continue;
            }

            if (item.Type == EventType.PlaybookStepCompleted)
            {
                ReadOutput(item, outputs);
            }
            else if (IsOfPass(item))
            {
                events.Add(item);
            }
        }

        if (RecordedPass.Read(events) is not { } pass)
        {
            throw Undrivable("what it was decided from was erased");
        }

        PassSettings settings = pass.Settings;
        if (settings.LogicVersion != DecisionDocument.LogicVersion)
        {
            throw Undrivable($"it was decided by version {settings.LogicVersion} of the decision logic, and this release has {DecisionDocument.LogicVersion}");
        }

        if (await packs(run.TenantId, settings.DomainPack, settings.TenantPolicy, cancellationToken) is not { } policy)
        {
            throw Undrivable("its packs are not stored");
        }

        if (!string.Equals(pipeline.SettingsOf(policy).TimeZoneData, settings.TimeZoneData))
        {
            throw Undrivable("this machine's time-zone data are not those it was decided with");
        }

        PassStart start = new() { Arrival = pass.Arrival, Policy = policy, Settings = settings, Now = pass.Stages[^1].At, Recorded = pass.Stages, MustAgree = true };
        ExceptionCase decided = (await pipeline.DecideAsync(start, cancellationToken))!; // not null: only a journal ends a pass before its end
        return decided.LeavesPlan && decided.Steps.All(step => step.IsRecorded) && policy.Playbooks.Find(run.Playbook.Value) is { } playbook
            ? new DrivenCase(decided, Course(decided, policy, playbook), Standing.Of(decided.Decisions, decided.Record.Severity), outputs)
            : throw new UndrivableException(new ReeveError(ErrorCatalogue.Runs.Diverged, "What was decided comes out otherwise now, so nothing more is done by itself."));
    }

    private static PlanCourse Course(ExceptionCase decided, BoundPolicy policy, Playbook playbook)
    {
        // By the clock that planned: nothing is planned otherwise later because time passed.
        RecordActivation scope = new(policy.Calendars);
        ExceptionRecord record = decided.PlannedFrom!; // not null: there is a plan
        scope.Show(record, decided.Steps.Last(step => step.Stage == Stage.Resolution).At);
        return new PlanCourse(decided.Playbooks, policy, playbook, record, scope);
    }

    private static bool IsOfPass(LoggedEvent item) =>
        item.Type == EventType.ExceptionReceived || item.Type == EventType.ExceptionDecided || item.Type == EventType.StageCompleted || item.Type == EventType.StageFailed
        || item.Type == EventType.PipelineCompleted;

    private static void ReadOutput(LoggedEvent item, Dictionary<PartKey, (Value, bool)> outputs)
    {
        if (item.Body is { } body && JsonText.Parse(body.Span, Limits).MapOrNull() is { } map && map["part"].StringOrNull() is { } part && map["place"] is { Kind: ValueKind.Int } place)
        {
            outputs[new PartKey(checked((int)place.AsInt()), part)] = (map["output"], map["exact"] is { Kind: ValueKind.Bool } exact && exact.AsBool());
        }
    }

    private static UndrivableException Undrivable(string why) => new(new ReeveError(ErrorCatalogue.Runs.Undrivable, $"The plan is not driven on: {why}."));
}
