using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Intake;
using Reeve.Engine.Playbooks;

namespace Reeve.Engine.Agents;

/// <summary>
/// One agent at one stage: two pure functions. No clock, no I/O, no state, so that any decision can be made again from its
/// input and evidence.
/// </summary>
public interface IStageAgent
{
    /// <summary>The stage it decides.</summary>
    Stage Stage { get; }

    /// <summary>What it wants to know, given what it knows; empty when it can decide. Asked three times at most.</summary>
    IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence);

    /// <summary>Decides.</summary>
    AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence);
}

/// <summary>What became of a plan that ran.</summary>
/// <param name="Reason">A sentence that names what decided.</param>
/// <param name="TotalSteps">How many steps it has.</param>
/// <param name="CompletedSteps">How many of them are done, or left out by their condition or a person.</param>
/// <param name="NotUndone">Steps whose effects stand although they should not.</param>
public sealed record PlanOutcome(string Reason, int TotalSteps, int CompletedSteps, IReadOnlyList<StepId> NotUndone);

/// <summary>What an agent is given: the exception so far and what was decided before (EX-MODEL-7).</summary>
public sealed class AgentMessage
{
    private Selection? selection;
    private (Severity? Severity, DateTimeOffset Now) selectedFor;

    /// <summary>What arrived, for Intake.</summary>
    public required Arrival Arrival { get; init; }

    /// <summary>The record as it stands.</summary>
    public required ExceptionRecord Exception { get; init; }

    /// <summary>What earlier stages decided, in order.</summary>
    public required IReadOnlyList<AgentDecision> PriorOutputs { get; init; }

    /// <summary>The packs.</summary>
    public required BoundPolicy Policy { get; init; }

    /// <summary>The policy's playbooks.</summary>
    public required PlaybookDesk Playbooks { get; init; }

    /// <summary>The stage's one reading of the clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Whether the tenant's plans reach the world.</summary>
    public AutomationMode Mode { get; init; } = AutomationMode.Shadow;

    /// <summary>Whether there is a memory to ask.</summary>
    public bool HasMemory { get; init; }

    /// <summary>What became of the plan, for Feedback after it ran; null while nothing ran.</summary>
    public PlanOutcome? Outcome { get; init; }

    /// <summary>The names expressions can use, over <see cref="Exception"/> and <see cref="Now"/>.</summary>
    public required RecordActivation Scope { get; init; }

    /// <summary>The findings of an earlier stage, or null if it did not run.</summary>
    /// <typeparam name="T">The stage's own record of findings.</typeparam>
    public T? Findings<T>(Stage stage)
        where T : StageDetails => (T?)Output(stage)?.Details;

    /// <summary>An earlier stage's decision, or null if it did not run.</summary>
    public AgentDecision? Output(Stage stage)
    {
        for (int i = PriorOutputs.Count - 1; i >= 0; i--)
        {
            if (PriorOutputs[i].Stage == stage)
            {
                return PriorOutputs[i];
            }
        }

        return null;
    }

    /// <summary>The playbooks that apply to the record at its severity and at this stage's time, judged once.</summary>
    public Selection Select(ExceptionRecord record)
    {
        if (selection is null || selectedFor != (record.Severity, Now))
        {
            selection = Playbooks.Select(record, Now);
            selectedFor = (record.Severity, Now);
        }

        return selection;
    }

    /// <summary>Takes over a selection judged at an earlier stage of the same pass.</summary>
    public void Remember(AgentMessage? earlier)
    {
        selection = earlier?.selection;
        selectedFor = earlier?.selectedFor ?? default;
    }
}
