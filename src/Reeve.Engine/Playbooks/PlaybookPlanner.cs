using Reeve.Core.Decisions;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Packs.StepTexts;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks.Planning;
using Reeve.Engine.Tools;

namespace Reeve.Engine.Playbooks;

/// <summary>
/// Turns a playbook into a plan: every step resolved to the call that would be made, checked against the allow lists and tried
/// dry, and nothing done (EX-PB-3, 5, 6; EX-AGENT-RES-1). Pure: no clock, no I/O; the same input gives the same plan.
/// Thread-safe; keep one per policy, since it has read the playbooks' texts.
/// </summary>
public sealed class PlaybookPlanner
{
    private readonly BoundPolicy policy;
    private readonly Dictionary<PlaybookStep, StepForm> forms = new(ReferenceEqualityComparer.Instance);

    // A dry call always answers the same, so it is made up once.
    private readonly Dictionary<string, ObjectMap> dryAnswers = new(StringComparer.Ordinal);

    /// <summary>Reads the steps of every playbook of the policy.</summary>
    public PlaybookPlanner(BoundPolicy policy)
    {
        this.policy = policy;
        foreach (ToolDefinition tool in policy.Tools)
        {
            dryAnswers[tool.Name.Value] = DryRun.Answer(tool);
        }

        foreach (Playbook playbook in policy.Playbooks)
        {
            foreach (PlaybookStep step in playbook.Steps)
            {
                forms.TryAdd(step, StepForm.Of(step, policy.Tools));
            }
        }
    }

    /// <summary>
    /// Plans a playbook for an exception. A step that fails or waits does not end the planning: the plan shows all of them.
    /// </summary>
    /// <param name="playbook">The playbook, with its extends and includes resolved.</param>
    /// <param name="record">The exception; its severity is the effective one.</param>
    /// <param name="activation">What conditions see, save <c>steps</c>.</param>
    /// <param name="outcomes">
    /// What steps came to that have run, by their place in the plan: what needs their outputs is filled in by the author's templates, nothing else changes. Null: nothing has run.
    /// </param>
    public Plan Plan(Playbook playbook, ExceptionRecord record, Activation activation, IReadOnlyDictionary<int, StepOutcome>? outcomes = null)
    {
        PlanDraft draft = new(record, policy, activation, dryAnswers, outcomes);
        List<PlanStep> steps = new(playbook.Steps.Count);
        foreach (PlaybookStep step in playbook.Steps)
        {
            StepForm form = forms.GetValueOrDefault(step) ?? StepForm.Of(step, policy.Tools);
            steps.AddRange(StepPlanner.Plan(step, form, steps.Count + 1, $"playbook '{playbook.Id}', step '{step.Id}'", draft));
        }

        List<PlanCriterion> criteria = new(playbook.SuccessCriteria.Count);
        for (int i = 0; i < playbook.SuccessCriteria.Count; i++)
        {
            criteria.Add(CriterionPlanner.Plan(playbook.SuccessCriteria[i], $"playbook '{playbook.Id}', success criterion {i + 1}", draft));
        }

        return new Plan(steps, draft.Errors, draft.Warnings) { Criteria = criteria };
    }
}
