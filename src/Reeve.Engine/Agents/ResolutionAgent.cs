using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Engine.Playbooks;

namespace Reeve.Engine.Agents;

/// <summary>Makes the plan, and says what it would come to (EX-AGENT-RES-*). It calls nothing.</summary>
public sealed class ResolutionAgent : IStageAgent
{
    private const double Settled = 0.9;
    private const double NeedsPeople = 0.8;
    private const double WouldFail = 0.75;
    private const double Refused = 0.5;

    /// <inheritdoc/>
    public Stage Stage => Stage.Resolution;

    /// <inheritdoc/>
    public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => [];

    /// <inheritdoc/>
    public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence)
    {
        StageDetails.Policy policy = message.Findings<StageDetails.Policy>(Stage.Policy)!;
        if (policy.SelectedPlaybookId is not { } id)
        {
            return Draft(message, policy);
        }

        bool approval = policy.HumanApprovalRequired
            || string.Equals(message.Output(Stage.SupervisorPolicy)?.Decision, Wire.Name(OversightVerdict.RequireApproval));
        if (message.Exception.Severity == Severity.Critical && !approval && policy.CriticalOverride is null)
        {
            return Refuse(policy, ["CRITICAL cannot act automatically: no override is named in the policy decision."], []);
        }

        Playbook playbook = message.Policy.Playbooks.Find(id.Value)!;
        Plan plan = message.Playbooks.Plan(playbook, message.Exception, message.Scope);
        if (plan.IsRefused)
        {
            return Refuse(policy, [$"The plan of '{id}' fails before anything runs.", .. plan.Errors.Select(error => error.ToString()), .. plan.Warnings], plan.Errors);
        }

        ProjectedOutcome projection = ProjectedOutcome.Of(plan);
        List<string> reasons = [$"Playbook '{id}' gives {plan.Steps.Count} {(plan.Steps.Count == 1 ? "step" : "steps")}; nothing was called.", projection.Reason, .. plan.Warnings];
        return new AgentDecision
        {
            Stage = Stage.Resolution,
            Decision = approval ? "SUBMITTED" : "PLANNED",
            Confidence = Confidence(plan),
            Evidence = reasons,
            NextStep = approval ? NextStep.PendingApproval : NextStep.Feedback,
            Details = new StageDetails.Resolution
            {
                ResolvedPlan = plan.Steps,
                StepResults = Results(plan),
                SuccessCriteria = plan.Criteria,
                ProjectedStatus = projection.Status,
                RejectedAlternatives = policy.RejectedPlaybooks,
            },
        };
    }

    // Nothing is approved: people get the case; without a model there is no draft to give them.
    private static AgentDecision Draft(AgentMessage message, StageDetails.Policy policy) => new()
    {
        Stage = Stage.Resolution,
        Decision = "DRAFT",
        Confidence = NeedsPeople,
        Evidence = ["No approved playbook applies, so nothing is planned and people decide what to do."],
        NextStep = message.Exception.Severity == Severity.Critical ? NextStep.Escalate : NextStep.Feedback,
        Details = new StageDetails.Resolution { RejectedAlternatives = policy.RejectedPlaybooks },
    };

    private static AgentDecision Refuse(StageDetails.Policy policy, IReadOnlyList<string> reasons, IReadOnlyList<ReeveError> errors) => new()
    {
        Stage = Stage.Resolution,
        Decision = "REFUSED",
        Confidence = Refused,
        Evidence = reasons,
        NextStep = NextStep.Escalate,
        Details = new StageDetails.Resolution { PlanErrors = errors, RejectedAlternatives = policy.RejectedPlaybooks },
    };

    private static List<StepResult> Results(Plan plan)
    {
        List<StepResult> results = [];
        foreach (PlanStep step in plan.Steps)
        {
            if (step.DryRun is { } mock)
            {
                results.Add(new StepResult(step.StepId, step.Status, DryRun: true, mock["output"]));
            }
        }

        return results;
    }

    private static double Confidence(Plan plan)
    {
        double confidence = Settled;
        foreach (PlanStep step in plan.Steps)
        {
            confidence = Math.Min(confidence, step.Status switch
            {
                StepStatus.Failed => WouldFail,
                StepStatus.NeedsApproval => NeedsPeople,
                _ => Settled,
            });
        }

        return confidence;
    }
}
