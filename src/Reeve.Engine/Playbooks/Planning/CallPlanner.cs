using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks.Placeholders;
using Reeve.Engine.Tools;

namespace Reeve.Engine.Playbooks.Planning;

/// <summary>Plans one tool call: may it be made, with what, and what a dry run of it says.</summary>
internal static class CallPlanner
{
    /// <summary>The tool, if the tenant may call it; else null, and the plan is refused.</summary>
    internal static ToolDefinition? Admit(ToolName name, string place, PlanDraft draft)
    {
        switch (ToolAllowList.Check(name, draft.Policy))
        {
            case ToolVerdict.Refused refused:
                draft.Refuse(refused.By == ToolRefusal.NotDefined ? ErrorCatalogue.Plans.UnknownTool : ErrorCatalogue.Plans.ToolRefused, place, refused.Reason);
                return null;
            case ToolVerdict.Allowed { Tool: { } tool }:
                if (tool.Deprecated)
                {
                    draft.Warn(place, $"The tool '{name}' is deprecated.");
                }

                return tool;
            default: return null;
        }
    }

    /// <summary>Plans a call of an admitted tool.</summary>
    internal static PlanStep Plan(PlanStep blank, ToolDefinition tool, CallArguments arguments, Gate gate, PlanDraft draft)
    {
        PlanStep step = blank with
        {
            Kind = gate.Kind ?? PlanStepKind.Call,
            Tool = tool.Name,
            ToolVersion = tool.Version,
            Effect = tool.Effect,
            Status = gate.Status,
            Reason = gate.Reason,
        };
        if (gate.Status == StepStatus.Skipped)
        {
            return step;
        }

        step = step with { Arguments = arguments.Values, Awaited = arguments.Awaited };
        if (arguments.Missing.Count > 0)
        {
            return step with
            {
                Status = StepStatus.NeedsApproval,
                Reason = Join(gate.Reason, Unbound(tool, arguments)),
            };
        }

        IReadOnlyList<string> problems = DryRun.Problems(tool, arguments.Values, arguments.Awaited);
        if (problems.Count > 0)
        {
            return step with
            {
                // Whoever confirms may still find that the step is not needed; every other step is sure to fail.
                Status = step.Kind == PlanStepKind.Confirmation ? StepStatus.NeedsApproval : StepStatus.Failed,
                Reason = Join(gate.Reason, Broken(tool, problems)),
            };
        }

        return step with
        {
            DryRun = draft.DryAnswer(tool),
            Reason = arguments.Awaited.Count == 0 ? gate.Reason : Join(gate.Reason, $"Known once earlier steps have run: {Listed(arguments.Awaited)}."),
        };
    }

    /// <summary>Plans the call that undoes a step; null when it gives none or it is refused.</summary>
    internal static PlanRollback? Rollback(PlaybookStep step, string place, PlanDraft draft)
    {
        if (step.Rollback is not { } rollback || Admit(rollback.Tool, place + ", rollback", draft) is not { } tool)
        {
            return null;
        }

        string at = place + ", rollback";
        CallArguments arguments = CallArguments.Given(rollback.Parameters, draft.Sources);
        draft.Take(at, arguments);
        if (DryRun.Problems(tool, arguments.Values, arguments.Awaited) is { Count: > 0 } problems)
        {
            draft.Refuse(ErrorCatalogue.Plans.BadParameters, at, Broken(tool, problems));
        }

        return new PlanRollback(tool.Name, tool.Version, arguments.Values, arguments.Awaited);
    }

    /// <summary>The members that a tool's output schema lists at its top; null when it lists none.</summary>
    internal static MapValue? DeclaredMembers(ToolName name, PlanDraft draft) =>
        draft.Policy.Tools.Find(name.Value)?.OutputSchema?.Source.MapOrNull()?["properties"].MapOrNull();

    /// <summary>Names the required arguments that bind to nothing.</summary>
    internal static string Unbound(ToolDefinition tool, CallArguments arguments) =>
        $"The required argument {Listed(arguments.Missing)} of '{tool.Name}' binds to nothing.";

    /// <summary>Names what is wrong with a call's arguments.</summary>
    internal static string Broken(ToolDefinition tool, IReadOnlyList<string> problems) =>
        $"The arguments break the input schema of '{tool.Name}': {string.Join("; ", problems)}";

    internal static string Join(string first, string second) => first.Length == 0 ? second : first + " " + second;

    private static string Listed(IReadOnlyList<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
}
