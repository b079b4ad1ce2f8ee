using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Approvals;
using Reeve.Engine.Playbooks.Driving;

namespace Reeve.Engine.PlaybookWork;

/// <summary>What becomes of a run when people decided what it waited for, in the commit of their decision. Thread-safe.</summary>
/// <param name="runs">The rows.</param>
public sealed class RunRulings(IPlaybookRunStore runs) : IApprovalEffects
{
    /// <summary>Called when a run can go on: whoever drives runs may look at once. Set where the worker is made.</summary>
    public Action Wake { get; set; } = static () => { };

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Change>> OfAsync(Approval approval, DateTimeOffset at, CancellationToken cancellationToken)
    {
        // What does not wait any more is not moved by an answer that it did not get, and a call that somebody asked for beside the plan says nothing about the plan.
        if (approval.Scope == ApprovalScope.Call || approval.Pass is not { } pass || await runs.FindAsync(approval.TenantId, pass, cancellationToken) is not { State: RunState.Waiting } run)
        {
            return [];
        }

        RunRuling ruling = approval.Status switch
        {
            ApprovalStatus.Approved => RunRuling.Approved,
            ApprovalStatus.Rejected => RunRuling.Rejected,
            ApprovalStatus.Withdrawn => RunRuling.Withdrawn,
            _ => RunRuling.Escalated,
        };
        PlaybookRun next = run.In(RunState.Ready, Reason(approval), at) with { Ruling = ruling, IsAssisted = run.IsAssisted || approval.Decisions.Count > 0 };
        List<Change> changes = [new PlaybookRunChange.Moved(next, IsMine: false, TimeSpan.Zero)];
        if (ruling == RunRuling.Approved && approval.Part is { } part)
        {
            changes.Add(new PartChange(run.TenantId, pass, new RecordedPart
            {
                Key = new PartKey(part.Place, part.Part),
                Status = PartStatus.Approved,
                ByKind = PrincipalKind.Person,
                ById = approval.Decisions[^1].Principal,
                At = at,
                Note = approval.Decisions[^1].Comments,
            }));
        }

        return changes;
    }

    /// <summary>What becomes of a run that waits because nobody knew how a call of it ended, when a person says: it goes on as that says (docs/decisions/0020).</summary>
    /// <param name="ended">The call, as it is settled.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<Change>> OfSettledAsync(ToolExecution ended, DateTimeOffset at, CancellationToken cancellationToken) =>
        ended is { Pass: { } pass, Place: not null } && await runs.FindAsync(ended.TenantId, pass, cancellationToken) is { State: RunState.Waiting } run
            ? [new PlaybookRunChange.Moved(run.In(RunState.Ready, "", at) with { IsAssisted = true }, IsMine: false, TimeSpan.Zero)]
            : [];

    /// <inheritdoc/>
    public void Done(Approval approval) => Wake();

    private static string Reason(Approval approval) => approval.Status switch
    {
        ApprovalStatus.Approved => "",
        ApprovalStatus.Rejected => $"A person rejected it: {approval.Reason}",
        _ => approval.Reason,
    };
}
