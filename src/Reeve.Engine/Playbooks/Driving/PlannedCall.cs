using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.Driving;

/// <summary>A call that changes something, which a plan would make.</summary>
/// <param name="Part">The part.</param>
/// <param name="Step">The step it belongs to.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Arguments">Its arguments, as far as they are known.</param>
/// <param name="Awaited">Pointers to those that are not.</param>
public sealed record PlannedCall(PartKey Part, PlanStep Step, ToolName Tool, ObjectMap Arguments, IReadOnlyList<string> Awaited)
{
    /// <summary>Every call of a plan that changes something, fallbacks and what undoes them included, in the order of the plan. Pure.</summary>
    public static IReadOnlyList<PlannedCall> Of(Plan plan, BoundPolicy policy)
    {
        List<PlannedCall> calls = [];
        foreach (PlanStep step in plan.Steps)
        {
            Add(calls, step, step.Order, "", policy);
        }

        return calls;
    }

    private static void Add(List<PlannedCall> calls, PlanStep step, int place, string path, BoundPolicy policy)
    {
        if (step is { Effect: ToolEffect.Write, Tool: { } tool, Status: not (StepStatus.Skipped or StepStatus.Failed) })
        {
            calls.Add(new PlannedCall(new PartKey(place, path.Length == 0 ? PartKey.Step : $"{PartKey.Fallback}:{path}"), step, tool, step.Arguments, step.Awaited));
            PartKey undo = new(place, path.Length == 0 ? PartKey.Rollback : $"{PartKey.Rollback}:{path}");
            if (step.Rollback is { } given)
            {
                AddUndo(calls, new PlannedCall(undo, step, given.Tool, given.Arguments, given.Awaited), policy);
            }
            else if (RollbackCall.Of(step, new PartProgress(PartStatus.Success, Value.Null), policy) is { } derived)
            {
                AddUndo(calls, new PlannedCall(undo, step, derived.Tool, derived.Arguments, []), policy);
            }
        }

        for (int i = 0; i < step.Fallback.Count; i++)
        {
            Add(calls, step.Fallback[i], place, path.Length == 0 ? $"{i + 1}" : $"{path}.{i + 1}", policy);
        }
    }

    private static void AddUndo(List<PlannedCall> calls, PlannedCall undo, BoundPolicy policy)
    {
        if (policy.Tools.Find(undo.Tool.Value)?.Effect == ToolEffect.Write)
        {
            calls.Add(undo);
        }
    }
}
