using Reeve.Core.Decisions;
using Reeve.Engine.Agents;
using Reeve.Engine.Pipeline;

namespace Reeve.Tests.Agents;

/// <summary>Reeve's agent of a stage with its decisions changed: an agent somebody else wrote.</summary>
internal sealed class Adjusted(Stage stage, Func<AgentDecision, AgentDecision> adjust) : IStageAgent
{
    private readonly IStageAgent real = ExceptionPipeline.DefaultAgents().Single(agent => agent.Stage == stage);

    public Stage Stage => stage;

    public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => real.Ask(message, evidence);

    public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence) => adjust(real.Decide(message, evidence));

    /// <summary>Reeve's agents with these in their places.</summary>
    internal static IEnumerable<IStageAgent> In(params Adjusted[] others) =>
        ExceptionPipeline.DefaultAgents().Where(agent => !others.Any(other => other.Stage == agent.Stage)).Concat(others);

    /// <summary>Changes what Policy found.</summary>
    internal static Adjusted Policy(Func<StageDetails.Policy, StageDetails.Policy> adjust, NextStep next = NextStep.Resolution) =>
        new(Stage.Policy, decision => decision with { NextStep = next, Details = adjust((StageDetails.Policy)decision.Details) });

    /// <summary>An agent that asks nobody for anything.</summary>
    internal static Adjusted Lenient(Stage stage) => new(stage, decision => decision with
    {
        NextStep = stage == Stage.SupervisorPolicy ? NextStep.Resolution : NextStep.Feedback,
        Decision = stage == Stage.Resolution ? "PLANNED" : "OK",
    });
}
