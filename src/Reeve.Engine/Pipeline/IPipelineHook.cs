using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Engine.Agents;

namespace Reeve.Engine.Pipeline;

/// <summary>Watches the stages of every exception (EX-ORCH-5). It may be called from several threads; what it throws is logged and stops nothing.</summary>
public interface IPipelineHook
{
    /// <summary>An agent is about to decide.</summary>
    void BeforeStage(string agent, AgentMessage context);

    /// <summary>An agent decided.</summary>
    void AfterStage(string agent, AgentDecision decision);

    /// <summary>An agent could not decide, after all retries.</summary>
    void OnFailure(string agent, ReeveError error);
}
