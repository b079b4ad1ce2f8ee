using Reeve.Core.Decisions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Agents.Judging;

namespace Reeve.Engine.Agents;

/// <summary>Reviews the chain after Policy and after Resolution (EX-AGENT-SUP-*). It executes nothing and loosens nothing.</summary>
public sealed class SupervisorAgent(Stage stage) : IStageAgent
{
    private const double EscalateBelow = 0.6;
    private const double ApproveBelowWhenSevere = 0.75;
    private const decimal LargestDrop = 0.3m;

    /// <inheritdoc/>
    public Stage Stage { get; } = stage is Stage.SupervisorPolicy or Stage.SupervisorResolution
        ? stage
        : throw new ArgumentOutOfRangeException(nameof(stage), stage, "The Supervisor reviews Policy or Resolution.");

    /// <inheritdoc/>
    public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => [];

    /// <inheritdoc/>
    public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence)
    {
        List<string> findings = [];
        double chain = Chain(message);
        OversightVerdict verdict = Lattice.Stricter(JudgeConfidence(message, chain, findings), JudgeAgreement(message, findings));
        verdict = Lattice.Stricter(verdict, JudgePlan(message, findings));
        NextStep next = verdict switch
        {
            OversightVerdict.Escalate => NextStep.Escalate,
            _ when Stage == Stage.SupervisorPolicy => NextStep.Resolution,
            OversightVerdict.RequireApproval => NextStep.PendingApproval,
            _ => message.Output(Stage.Resolution)!.NextStep,
        };
        return new AgentDecision
        {
            Stage = Stage,
            Decision = Wire.Name(verdict),
            Confidence = chain,
            Evidence = findings.Count == 0 ? [$"Chain confidence {Reasons.Number(chain)}; nothing to object to."] : findings,
            NextStep = next,
            Details = new StageDetails.Oversight { ChainConfidence = chain, Findings = findings },
        };
    }

    // Policy's confidence says how clear the rules were, not how sure we are of the case, so it is no part of the chain.
    private static double Chain(AgentMessage message)
    {
        double chain = Math.Min(message.Output(Stage.Intake)!.Confidence, message.Output(Stage.Triage)!.Confidence);
        return message.Output(Stage.Resolution) is { } resolution ? Math.Min(chain, resolution.Confidence) : chain;
    }

    private static OversightVerdict JudgeConfidence(AgentMessage message, double chain, List<string> findings)
    {
        OversightVerdict verdict = OversightVerdict.Ok;
        if (chain < EscalateBelow)
        {
            findings.Add($"Chain confidence {Reasons.Number(chain)} is below {Reasons.Number(EscalateBelow)}.");
            verdict = OversightVerdict.Escalate;
        }

        double intake = message.Output(Stage.Intake)!.Confidence;
        double triage = message.Output(Stage.Triage)!.Confidence;
        // In decimals, as people count: in doubles 1.0 - 0.7 is more than 0.3.
        if ((decimal)intake - (decimal)triage > LargestDrop)
        {
            findings.Add($"Confidence drops from {Reasons.Number(intake)} at Intake to {Reasons.Number(triage)} at Triage.");
            verdict = Lattice.Stricter(verdict, OversightVerdict.RequireApproval);
        }

        if (message.Exception.Severity is Severity.High or Severity.Critical && chain < ApproveBelowWhenSevere)
        {
            findings.Add($"Chain confidence {Reasons.Number(chain)} is below {Reasons.Number(ApproveBelowWhenSevere)} at severity {Wire.Name(message.Exception.Severity.Value)}.");
            verdict = Lattice.Stricter(verdict, OversightVerdict.RequireApproval);
        }

        return verdict;
    }

    private static OversightVerdict JudgeAgreement(AgentMessage message, List<string> findings)
    {
        StageDetails.Triage triage = message.Findings<StageDetails.Triage>(Stage.Triage)!;
        StageDetails.Policy policy = message.Findings<StageDetails.Policy>(Stage.Policy)!;
        OversightVerdict verdict = OversightVerdict.Ok;
        if ((policy.OriginalSeverity ?? policy.EffectiveSeverity) != triage.Severity)
        {
            findings.Add("Policy started from another severity than Triage gave.");
            verdict = OversightVerdict.RequireApproval;
        }

        if (policy.SelectedPlaybookId is not null && policy.Actionability != Actionability.ActionableApprovedProcess)
        {
            findings.Add("Policy selected a playbook and says that none is approved.");
            verdict = OversightVerdict.RequireApproval;
        }

        return verdict;
    }

    private static OversightVerdict JudgePlan(AgentMessage message, List<string> findings)
    {
        if (message.Findings<StageDetails.Resolution>(Stage.Resolution) is not { } resolution)
        {
            return OversightVerdict.Ok;
        }

        int before = findings.Count;
        StageDetails.Policy policy = message.Findings<StageDetails.Policy>(Stage.Policy)!;
        if (resolution.ResolvedPlan.Count > 0 && policy.SelectedPlaybookId is null)
        {
            findings.Add("There is a plan, and Policy selected no playbook.");
        }

        foreach (PlanStep step in resolution.ResolvedPlan)
        {
            if (step.Tool is { } tool && ToolAllowList.Check(tool, message.Policy) is ToolVerdict.Refused refused)
            {
                findings.Add($"Step {step.StepId} uses a tool that is not permitted: {refused.Reason}");
            }
        }

        return findings.Count == before ? OversightVerdict.Ok : OversightVerdict.Escalate;
    }
}
