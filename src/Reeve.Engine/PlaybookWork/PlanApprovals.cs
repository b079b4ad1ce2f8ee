using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Approvals;
using Reeve.Engine.Playbooks.Driving;

namespace Reeve.Engine.PlaybookWork;

/// <summary>What people are asked about plans (docs/decisions/0021): whole, or one part. Thread-safe.</summary>
/// <param name="desk">The desk.</param>
/// <param name="binder">What a call would be bound to.</param>
public sealed class PlanApprovals(ApprovalDesk desk, ICallBinder binder)
{
    /// <summary>Asks about every call of a plan that changes something; about its steps, when it has none.</summary>
    internal IReadOnlyList<Change> OfPlan(DrivenRun run, DrivenCase known)
    {
        Plan plan = known.Course.PlanWith(run.Progress);
        List<ApprovalItem> items = [.. PlannedCall.Of(plan, known.Policy).Select(call => Item(known.Policy, call.Part, call.Step, call.Tool, call.Arguments, call.Awaited))];
        if (items.Count == 0)
        {
            items.AddRange(plan.Steps.Select(step => Item(known.Policy, new PartKey(step.Order, PartKey.Step), step, null, step.Arguments, step.Awaited)));
        }

        return Ask(run, known, ApprovalScope.Plan, part: null, items, known.Standing.Because);
    }

    /// <summary>Asks about one part, with every value resolved.</summary>
    internal IReadOnlyList<Change> OfPart(DrivenRun run, DrivenCase known, PartKey part, PlanStep? step, (ToolName Tool, ObjectMap Arguments)? call, string because) =>
        Ask(run, known, ApprovalScope.Step, part, [Item(known.Policy, part, step, call?.Tool, call?.Arguments ?? step?.Arguments ?? ObjectMap.Empty, [])], because);

    /// <summary>Takes back what people are still asked about a run that is over.</summary>
    internal async Task WithdrawAsync(PlaybookRun run, string reason, CancellationToken cancellationToken)
    {
        foreach (Approval approval in await desk.OfExceptionAsync(run.TenantId, run.Exception, cancellationToken))
        {
            if (approval.Status == ApprovalStatus.Pending && approval.Pass == run.Pass)
            {
                await desk.WithdrawAsync(run.TenantId, approval.Id, reason, Core.Principals.Principal.Of(Stage.Resolution), cancellationToken);
            }
        }
    }

    private IReadOnlyList<Change> Ask(DrivenRun run, DrivenCase known, ApprovalScope scope, PartKey? part, IReadOnlyList<ApprovalItem> items, string because)
    {
        DateTimeOffset now = run.Now();
        List<HumanApprovalRule> rules = [.. Asking(known)];
        return desk.Prepare(new ApprovalWish
        {
            TenantId = run.Run.TenantId,
            Scope = scope,
            Exception = run.Run.Exception,
            Pass = run.Run.Pass,
            Part = part is { } asked ? (asked.Place, asked.Part) : null,
            Quorum = QuorumCount.Join(rules.Select(rule => rule.Quorum.Count == 0 ? QuorumCount.Default : rule.Quorum)),
            Until = rules.Where(rule => rule.Within is not null).Select(rule => rule.Within!.Value.AddTo(now, name => known.Policy.Calendars.Find(name))).Cast<DateTimeOffset?>().Min(), // not null: just asked
            Request = new ApprovalRequest(items, [.. known.Decided.Decisions.SelectMany(decision => decision.Evidence.Select(reason => $"{decision.Stage.Key()}: {reason}"))], because),
            Actor = Core.Principals.Principal.Of(Stage.Resolution),
        }).Changes;
    }

    // Those of the tenant's rules that Policy said ask for people.
    private static IEnumerable<HumanApprovalRule> Asking(DrivenCase known)
    {
        foreach (AgentDecision decision in known.Decided.Decisions)
        {
            if (decision.Details is StageDetails.Policy policy)
            {
                foreach (HumanApprovalRule rule in known.Policy.Policy.HumanApprovalRules)
                {
                    if (rule.RequireApproval && policy.AppliedRules.Any(applied => applied.Id == rule.Id))
                    {
                        yield return rule;
                    }
                }
            }
        }
    }

    private ApprovalItem Item(BoundPolicy policy, PartKey part, PlanStep? step, ToolName? tool, ObjectMap arguments, IReadOnlyList<string> awaited)
    {
        CallBinding? binding = tool is { } name ? binder.Bind(policy, name, arguments) : null;
        return new ApprovalItem
        {
            Place = part.Place,
            Part = part.Part,
            StepId = step?.StepId.Value ?? "",
            Action = part.Kind == Core.Calls.StepPart.Rollback ? $"Undo: {step?.Action}" : step?.Action ?? "Check a success criterion.",
            Tool = tool,
            ToolVersion = binding?.ToolVersion,
            Target = binding?.Target,
            Arguments = arguments,
            Digest = binding?.Digest,
            Awaited = [.. awaited.Select(pointer => new AwaitedArgument(pointer, Bound: null))],
            Undo = step?.Rollback is { } rollback ? rollback.Tool.Value : step?.Tool is { } done && policy.Tools.Find(done.Value)?.RollbackTool is { } undo ? undo.Value : null,
        };
    }
}
