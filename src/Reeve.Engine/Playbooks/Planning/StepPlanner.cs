using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Packs.StepTexts;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks.Placeholders;

namespace Reeve.Engine.Playbooks.Planning;

/// <summary>Plans one step of a playbook: one step of the plan, or one for each tool that a text names.</summary>
internal static class StepPlanner
{
    private const int DeepestFallback = 8;

    /// <summary>Plans a step and makes its output known to those after it.</summary>
    /// <param name="source">The step as written.</param>
    /// <param name="form">What its action is.</param>
    /// <param name="order">The place of its first planned step.</param>
    /// <param name="place">Where errors say they are.</param>
    /// <param name="draft">The plan so far.</param>
    /// <param name="depth">How many fallbacks deep it is; 0 for a step of the playbook.</param>
    internal static IReadOnlyList<PlanStep> Plan(PlaybookStep source, StepForm form, int order, string place, PlanDraft draft, int depth = 0)
    {
        Gate gate = Gate.Of(source, (form as StepForm.InWords)?.Text.ConditionalWord, draft);
        PlanStep blank = new()
        {
            StepId = source.Id,
            Order = order,
            Kind = PlanStepKind.Instruction,
            Action = source.Action,
            Status = StepStatus.Skipped,
            IsConditionFalse = gate.Status == StepStatus.Skipped,
        };
        List<PlanStep> steps = form switch
        {
            StepForm.OwnAction { Word: StepActions.CallTool } => [CallByParameter(blank, source, gate, place, draft)],
            StepForm.OwnAction action => [ActionPlanner.Plan(blank, action.Word, source, gate, place, draft)],
            StepForm.ByName named => [CallByName(blank, named.Tool, source, gate, place, draft)],
            StepForm.InWords words => InWords(blank, words.Text, source, gate, place, draft),
            _ => throw new InvalidOperationException($"A step cannot have the form {form}."),
        };
        if (form is not StepForm.InWords)
        {
            Remember(steps[0], draft);
        }

        steps[^1] = steps[^1] with
        {
            Rollback = gate.Status == StepStatus.Skipped ? null : CallPlanner.Rollback(source, place, draft),
            Fallback = Fallback(source, steps[^1].Order, place, draft, depth),
        };
        return steps;
    }

    private static PlanStep CallByName(PlanStep blank, ToolName name, PlaybookStep source, Gate gate, string place, PlanDraft draft)
    {
        if (CallPlanner.Admit(name, place, draft) is not { } tool)
        {
            return blank with { Kind = PlanStepKind.Call, Tool = name, Status = StepStatus.Failed, Reason = "The tool may not be called." };
        }

        CallArguments arguments = gate.Status == StepStatus.Skipped ? new CallArguments { Values = ObjectMap.Empty }
            : source.Parameters.Count > 0 ? CallArguments.Given(source.Parameters, draft.Sources).Demanding(tool, source.Parameters)
            : CallArguments.BoundRequired(tool, draft.Sources);
        draft.Take(place, arguments);
        return CallPlanner.Plan(blank, tool, arguments, gate, draft);
    }

    // call_tool: tool_id, and payload or payload_template. The tool is the author's word: data never names it.
    private static PlanStep CallByParameter(PlanStep blank, PlaybookStep source, Gate gate, string place, PlanDraft draft)
    {
        PlanStep failed = blank with { Kind = PlanStepKind.Call, Status = StepStatus.Failed, Reason = "The call cannot be made out." };
        if (CallParameters.Read(source.Parameters, out string problem) is not { } call)
        {
            draft.Refuse(ErrorCatalogue.Plans.BadParameters, place, problem);
            return failed;
        }

        if (ToolAllowList.CheckAction(StepActions.CallTool, draft.Policy) is ToolVerdict.Refused { By: ToolRefusal.Blocked } refused)
        {
            draft.Refuse(ErrorCatalogue.Plans.ToolRefused, place, refused.Reason);
            return failed;
        }

        if (CallPlanner.Admit(call.Tool, place, draft) is not { } tool)
        {
            return failed with { Tool = call.Tool };
        }

        CallArguments arguments = new() { Values = ObjectMap.Empty };
        if (gate.Status != StepStatus.Skipped)
        {
            arguments = CallArguments.Given(ObjectMap.Of(("payload", call.Payload)), draft.Sources).Unwrapped("payload")
                .Demanding(tool, call.Payload.MapOrNull() as ObjectMap ?? ObjectMap.Empty);
        }

        draft.Take(place, arguments);
        return CallPlanner.Plan(blank, tool, arguments, gate, draft);
    }

    private static List<PlanStep> InWords(PlanStep blank, StepText text, PlaybookStep source, Gate gate, string place, PlanDraft draft)
    {
        string shown = new Template(draft.Sources, TemplateUse.TextForPeople).FillShown(source.Action);
        foreach (string word in text.Strangers)
        {
            draft.Warn(place, $"'{word}(…)' is written like a call, but no tool has that name.");
        }

        if (text.Calls.Count == 0)
        {
            if (source.Parameters.Count > 0 && !source.Action.Trim().Contains(' ', StringComparison.Ordinal))
            {
                draft.Warn(place, $"'{source.Action.Trim()}' is neither an action nor a tool; a person reads it.");
            }

            return [Instruction(blank with { Action = shown }, gate, draft)];
        }

        List<PlanStep> steps = [];
        for (int i = 0; i < text.Calls.Count; i++)
        {
            TextCall call = text.Calls[i];
            PlanStep sub = blank with
            {
                StepId = text.Calls.Count == 1 ? blank.StepId : new StepId($"{blank.StepId}.{i + 1}"),
                Order = blank.Order + i,
                Action = shown,
            };
            if (CallPlanner.Admit(call.Tool, place, draft) is { } tool)
            {
                CallArguments arguments = gate.Status == StepStatus.Skipped
                    ? new CallArguments { Values = ObjectMap.Empty }
                    : CallArguments.Bound(tool, call, source.Parameters, draft.Sources);
                draft.Take(place, arguments);
                sub = CallPlanner.Plan(sub, tool, arguments, gate, draft);
            }
            else
            {
                sub = sub with { Kind = PlanStepKind.Call, Tool = call.Tool, Status = StepStatus.Failed, Reason = "The tool may not be called." };
            }

            Remember(sub, draft);
            steps.Add(sub);
        }

        return steps;
    }

    private static PlanStep Instruction(PlanStep blank, Gate gate, PlanDraft draft)
    {
        PlanStep step = gate.Status == StepStatus.NeedsApproval
            ? blank with { Kind = gate.Kind ?? PlanStepKind.Instruction, Status = StepStatus.NeedsApproval, Reason = gate.Reason }
            : blank with { Reason = gate.Status == StepStatus.Skipped ? gate.Reason : "An instruction for a person; nothing is called." };
        Remember(step, draft);
        return step;
    }

    private static IReadOnlyList<PlanStep> Fallback(PlaybookStep source, int order, string place, PlanDraft draft, int depth)
    {
        if (source.Fallback is not { } fallback)
        {
            return [];
        }

        if (depth == DeepestFallback)
        {
            draft.Refuse(ErrorCatalogue.Plans.TooDeep, place, $"Fallbacks go no deeper than {DeepestFallback} levels.");
            return [];
        }

        // Planned to show and to check it. Whether it ever runs is open, so it changes nothing for the steps after it.
        return draft.Aside(() => Plan(fallback, StepForm.Of(fallback, draft.Policy.Tools), order, place + ", fallback", draft, depth + 1));
    }

    private static void Remember(PlanStep step, PlanDraft draft) => draft.Sources.Add(new EarlierStep(
        step.StepId,
        WillAnswer: step.Tool is not null && step.Status is not StepStatus.Skipped,
        Declared: step.Tool is { } tool ? CallPlanner.DeclaredMembers(tool, draft) : null,
        Outcome: draft.OutcomeAt(step.Order)));
}
