using Reeve.Core.Decisions;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Packs.StepTexts;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks.Placeholders;
using Reeve.Engine.Tools;

namespace Reeve.Engine.Playbooks.Planning;

/// <summary>Says of a success criterion what can be said before anything ran (EX-MODEL-14).</summary>
internal static class CriterionPlanner
{
    internal static PlanCriterion Plan(SuccessCriterion criterion, string place, PlanDraft draft)
    {
        if (criterion.Condition is { } condition)
        {
            return Judge(criterion.Text, draft.Test(condition));
        }

        if (criterion.Tool is { } tool)
        {
            return Check(criterion, tool, place, draft);
        }

        return draft.Policy.Policy.AcceptTextCriteria
            ? Of(criterion.Text, CriterionOutlook.Assumed, "A sentence; the tenant policy accepts sentences without a person (acceptTextCriteria).")
            : Of(criterion.Text, CriterionOutlook.AwaitsPerson, "A sentence: a person confirms it.");
    }

    private static PlanCriterion Judge(string text, Truth truth) => truth.Kind switch
    {
        TruthKind.True => Of(text, CriterionOutlook.Met, "It holds."),
        TruthKind.False => Of(text, CriterionOutlook.Unmet, "It does not hold, whatever the steps answer."),
        _ when ReferenceEquals(truth.Why, StepActivation.NotRun) =>
            Of(text, CriterionOutlook.Assumed, "It is about outputs of steps that have not run; the projection takes them to answer as asked."),
        _ => Of(text, CriterionOutlook.AwaitsPerson, $"It cannot be told ({Gate.Cause(truth)})."),
    };

    private static PlanCriterion Check(SuccessCriterion criterion, ToolName name, string place, PlanDraft draft)
    {
        if (CallPlanner.Admit(name, place, draft) is not { } tool)
        {
            return Of(criterion.Text, CriterionOutlook.Unmet, "Its tool may not be called.");
        }

        CallArguments arguments = Arguments(criterion, tool, draft);
        draft.Take(place, arguments);
        PlanCriterion checkedBy = Of(criterion.Text, CriterionOutlook.Assumed, $"The tool '{name}' is called after the last step; the projection takes it to succeed.") with
        {
            Tool = name,
            Arguments = arguments.Values,
            Awaited = arguments.Awaited,
        };
        if (arguments.Missing.Count > 0)
        {
            return checkedBy with { Outlook = CriterionOutlook.AwaitsPerson, Reason = CallPlanner.Unbound(tool, arguments) };
        }

        return DryRun.Problems(tool, arguments.Values, arguments.Awaited) is { Count: > 0 } problems
            ? checkedBy with { Outlook = CriterionOutlook.Unmet, Reason = CallPlanner.Broken(tool, problems) }
            : checkedBy;
    }

    // getOrder(orderId) is written and bound as in a text step.
    private static CallArguments Arguments(SuccessCriterion criterion, ToolDefinition tool, PlanDraft draft)
    {
        if (criterion.Parameters.Count > 0)
        {
            return CallArguments.Given(criterion.Parameters, draft.Sources);
        }

        return StepTextReader.Read(criterion.Text, draft.Policy.Tools).Calls is [{ } call] && call.Tool == tool.Name
            ? CallArguments.Bound(tool, call, ObjectMap.Empty, draft.Sources)
            : CallArguments.BoundRequired(tool, draft.Sources);
    }

    private static PlanCriterion Of(string text, CriterionOutlook outlook, string reason) =>
        new() { Text = text, Outlook = outlook, Reason = reason };
}
