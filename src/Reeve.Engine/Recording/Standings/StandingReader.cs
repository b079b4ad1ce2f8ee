using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Recording.PassEvents;

namespace Reeve.Engine.Recording.Standings;

/// <summary>
/// The door to what exceptions stand at: the decisions of the latest pass, as the log has them, joined as the pipeline joins them. Whoever wants a tool called for an exception is told here what the call
/// must at least meet, and cannot say it himself. Thread-safe.
/// </summary>
public sealed class StandingReader(IExceptionStore exceptions, IEventLog log)
{
    private static readonly Standing Erased = new(PolicyVerdict.RequireApproval, "What was decided of the exception is erased.");
    private static readonly Standing Unfinished = new(PolicyVerdict.RequireApproval, "The exception is not decided yet.");
    private static readonly Standing Failed = new(PolicyVerdict.RequireApproval, "A stage failed, so people must look.");

    /// <summary>What an exception stands at; null when the tenant has none of that id.</summary>
    /// <exception cref="ReeveException">STORE-008: an event is not one that Reeve wrote.</exception>
    public async Task<CaseStanding?> FindAsync(TenantId tenant, ExceptionId exception, CancellationToken cancellationToken)
    {
        if (await exceptions.FindAsync(tenant, exception, cancellationToken) is not { } row)
        {
            return null;
        }

        List<AgentDecision> decisions = [];
        bool ended = false;
        bool failed = false;
        await foreach (LoggedEvent item in EventParts.OfAll(log.OfExceptionAsync(tenant, row.Key, cancellationToken)))
        {
            if (item.PassId != row.PassId)
            {
                continue;
            }

            bool isStage = item.Type == EventType.StageCompleted || item.Type == EventType.StageFailed;
            if (isStage && item.Body is null)
            {
                return new CaseStanding(row, Erased);
            }

            ended |= item.Type == EventType.PipelineCompleted;
            failed |= item.Type == EventType.StageFailed;
            if (item.Type == EventType.StageCompleted && Decision(item) is { } decision)
            {
                // As when it was decided: one of an earlier round of the same stage, and all that followed it, no longer count.
                decisions.RemoveAll(earlier => earlier.Stage >= decision.Stage);
                decisions.Add(decision);
            }
        }

        return new CaseStanding(row, Join(decisions, row.Record.Severity, ended, failed));
    }

    private static Standing Join(List<AgentDecision> decisions, Severity? severity, bool ended, bool failed)
    {
        Standing standing = ended ? Standing.Of(decisions, severity) : Unfinished;
        return failed && standing.Verdict == PolicyVerdict.Allow ? Failed : standing;
    }

    // As much of a decision as its standing comes from; what else it says is for people.
    private static AgentDecision? Decision(LoggedEvent item)
    {
        Stage stage = RecordedPass.StageOf(item);
        BodyReader decision = BodyReader.Read(item).Object("decision");
        BodyReader details = decision.Object("details");
        StageDetails? known = stage switch
        {
            Stage.Policy => new StageDetails.Policy
            {
                Actionability = details.Enum<Actionability>("actionability"),
                HumanApprovalRequired = details.Flag("humanApprovalRequired"),
                Verdict = details.Enum<PolicyVerdict>("decision"),
                EffectiveSeverity = details.Enum<Severity>("effectiveSeverity"),
                CriticalOverride = details.TextOrNull("criticalOverride"),
            },
            Stage.SupervisorPolicy or Stage.SupervisorResolution => new StageDetails.Oversight { ChainConfidence = 0 },
            Stage.Feedback => null,

            // Of the others only the next step counts.
            _ => new StageDetails.Resolution(),
        };
        return known is null ? null : new AgentDecision
        {
            Stage = stage,
            Decision = decision.Text("decision"),
            Confidence = decision.Number("confidence"),
            Evidence = decision.Strings("evidence"),
            NextStep = NextOf(decision.Text("nextStep")),
            Details = known,
        };
    }

    private static NextStep NextOf(string name) =>
        Array.Find(Enum.GetValues<NextStep>(), step => step.Name() == name);
}
