using System.ComponentModel;
using System.Text.Json.Serialization;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Redaction;
using Reeve.Core.Values;
using Reeve.Engine.Approvals;

namespace Reeve.Server.Api.Approving;

/// <summary>An approval.</summary>
internal sealed record ApprovalDetail
{
    public required string ApprovalId { get; init; }

    public required string TenantId { get; init; }

    [Description("PLAN: what a plan changes; STEP: one part of it; CALL: calls that somebody asks for beside a plan.")]
    public required ApprovalScope Scope { get; init; }

    [Description("The exception; null for a call that is for none, and once it is erased.")]
    public required string? ExceptionId { get; init; }

    [Description("The exception's pseudonym, as events name it.")]
    public required string? ExceptionKey { get; init; }

    public required ApprovalStatus Status { get; init; }

    [Description("Every call that is asked about; empty once it is erased. Secrets are hidden.")]
    public required IReadOnlyList<PlanItem> Plan { get; init; }

    [Description("Why it is proposed.")]
    public required IReadOnlyList<string> Evidence { get; init; }

    [Description("What demands the approval.")]
    public required string Because { get; init; }

    [Description("Who proposed it: a principal's id. Whoever is behind it decides nothing of it.")]
    public required string Proposer { get; init; }

    [Description("How many people of which roles, such as 2 of operator and 1 of admin.")]
    public required string Quorum { get; init; }

    [Description("What the quorum still lacks; empty once it is met. A key that was revoked since does not count.")]
    public required string Missing { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    [Description("From when on nobody decides it any more.")]
    public required DateTimeOffset TimeoutAt { get; init; }

    [Description("When it left PENDING.")]
    public required DateTimeOffset? DecidedAt { get; init; }

    [Description("Who met the quorum: the owner of the credential; null unless it is APPROVED.")]
    public required string? ApprovedBy { get; init; }

    public required DateTimeOffset? ApprovedAt { get; init; }

    public required string? ApprovalComments { get; init; }

    [Description("Who rejected it: the owner of the credential; null unless it is REJECTED.")]
    public required string? RejectedBy { get; init; }

    public required DateTimeOffset? RejectedAt { get; init; }

    public required string? RejectionComments { get; init; }

    public required DateTimeOffset? EscalatedAt { get; init; }

    public required string? EscalationReason { get; init; }

    [Description("Why it left PENDING otherwise than by approval; empty else.")]
    public required string Reason { get; init; }

    [Description("What people said, in order.")]
    public required IReadOnlyList<DecisionItem> Decisions { get; init; }

    internal static ApprovalDetail Of(Approval approval, IReadOnlyList<QuorumPart> missing, string? exceptionId)
    {
        ApprovalDecision? yes = approval.Status == ApprovalStatus.Approved ? approval.Decisions.LastOrDefault(said => said.Approves) : null;
        ApprovalDecision? no = approval.Status == ApprovalStatus.Rejected ? approval.Decisions.LastOrDefault(said => !said.Approves) : null;
        bool isEscalated = approval.Status is ApprovalStatus.Escalated or ApprovalStatus.TimedOut;
        return new ApprovalDetail
        {
            ApprovalId = approval.Id.ToString("D"),
            TenantId = approval.TenantId.Value,
            Scope = approval.Scope,
            ExceptionId = exceptionId,
            ExceptionKey = approval.Exception?.ToString(),
            Status = approval.Status,
            Plan = [.. (approval.Request?.Items ?? []).Select(item => PlanItem.Of(approval, item))],
            Evidence = approval.Request?.Evidence ?? [],
            Because = approval.Request?.Because ?? "",
            Proposer = approval.Proposer,
            Quorum = QuorumCount.Show(approval.Quorum),
            Missing = QuorumCount.Show(missing),
            SubmittedAt = approval.SubmittedAt,
            TimeoutAt = approval.TimeoutAt,
            DecidedAt = approval.DecidedAt,
            ApprovedBy = yes?.Owner,
            ApprovedAt = yes?.At,
            ApprovalComments = yes?.Comments,
            RejectedBy = no?.Owner,
            RejectedAt = no?.At,
            RejectionComments = no?.Comments,
            EscalatedAt = isEscalated ? approval.DecidedAt : null,
            EscalationReason = isEscalated ? approval.Reason : null,
            Reason = approval.Reason,
            Decisions = [.. approval.Decisions.Select(DecisionItem.Of)],
        };
    }
}

/// <summary>One call, as people see it and as it is bound.</summary>
internal sealed record PlanItem
{
    [Description("The place of its step in the plan, from 1; 0 beside a plan.")]
    public required int Place { get; init; }

    [Description("The part of the step: step, rollback, fallback:N, criterion; call beside a plan.")]
    public required string Part { get; init; }

    public required string StepId { get; init; }

    public required string Action { get; init; }

    [Description("The tool; null for what a person does.")]
    public required string? Tool { get; init; }

    public required string? ToolVersion { get; init; }

    [Description("Where the call goes.")]
    public required string? Target { get; init; }

    public required ToolEffect? Effect { get; init; }

    [Description("The arguments; of awaited ones, what the author wrote.")]
    public required RawJson Arguments { get; init; }

    [Description("The arguments that earlier outputs will give, with every bound each must be inside of. Without one the call is asked about again, once it is known.")]
    public required IReadOnlyList<AwaitedItem> Awaited { get; init; }

    [Description("SHA-256 over packs, tool, version, target and arguments: what is approved is exactly this.")]
    public required string? Digest { get; init; }

    [Description("What undoes it; null when nothing does.")]
    public required string? Undo { get; init; }

    internal static PlanItem Of(Approval approval, ApprovalItem item) => new()
    {
        Place = item.Place,
        Part = item.Part,
        StepId = item.StepId,
        Action = item.Action,
        Tool = item.Tool?.Value,
        ToolVersion = item.ToolVersion,
        Target = item.Target,
        Effect = item.Effect,
        Arguments = Raw(Redactor.Redact(Value.Of(item.Arguments))),
        Awaited = [.. item.Awaited.Select(awaited => new AwaitedItem
        {
            Pointer = awaited.Pointer,
            Shown = Raw(Redactor.Redact(ApprovalText.Shown(item, awaited))),
            Bounds = Raw(Value.Of(new ListValue([.. approval.BoundsOf(item, awaited).Select(bound => Value.Of(bound.ToMap()))]))),
        })],
        Digest = item.Digest?.Hex,
        Undo = item.Undo,
    };

    private static RawJson Raw(in Value value) => new(JsonText.ToUtf8(value));
}

/// <summary>An argument that is not known yet.</summary>
internal sealed record AwaitedItem
{
    [Description("Where in the arguments, as a JSON pointer.")]
    public required string Pointer { get; init; }

    [Description("What its author wrote.")]
    public required RawJson Shown { get; init; }

    [Description("The bounds, all of which must hold; empty: it is asked about again.")]
    public required RawJson Bounds { get; init; }
}

/// <summary>What one person said.</summary>
internal sealed record DecisionItem
{
    [Description("APPROVE or REJECT.")]
    public required string Decision { get; init; }

    [Description("The credential: a principal's id.")]
    public required string Principal { get; init; }

    public required string Owner { get; init; }

    [Description("The roles it had.")]
    public required IReadOnlyList<string> Roles { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Comments { get; init; }

    internal static DecisionItem Of(ApprovalDecision said) => new()
    {
        Decision = said.Approves ? "APPROVE" : "REJECT",
        Principal = said.Principal,
        Owner = said.Owner,
        Roles = said.Roles,
        At = said.At,
        Comments = said.Comments,
    };
}

/// <summary>A page of approvals.</summary>
internal sealed record ApprovalList
{
    public required IReadOnlyList<ApprovalDetail> Items { get; init; }

    [Description("How many there are.")]
    public required long Total { get; init; }

    [Description("Whether there may be more: what is searched for is looked for page by page.")]
    [JsonPropertyName("total_is_lower_bound")]
    public required bool TotalIsLowerBound { get; init; }

    [Description("The page's number; null when paged by place.")]
    public required int? Page { get; init; }

    [JsonPropertyName("page_size")]
    public required int PageSize { get; init; }

    [JsonPropertyName("total_pages")]
    public required long TotalPages { get; init; }

    [Description("Where the next page begins; null on the last.")]
    [JsonPropertyName("next_cursor")]
    public required string? NextCursor { get; init; }
}

/// <summary>What became of each of several.</summary>
internal sealed record BulkAnswer
{
    [Description("In the order sent.")]
    public required IReadOnlyList<BulkItem> Items { get; init; }

    [Description("How many were decided so.")]
    public required int Decided { get; init; }

    public required int Refused { get; init; }
}

/// <summary>What became of one.</summary>
internal sealed record BulkItem
{
    public required string ApprovalId { get; init; }

    [Description("Where it stands now; null when it was refused.")]
    public required ApprovalStatus? Status { get; init; }

    [Description("Why it was refused; null when it was not.")]
    public required BulkError? Error { get; init; }
}

/// <summary>Why one was refused.</summary>
internal sealed record BulkError
{
    [Description("The stable code; docs/errors.md lists all.")]
    public required string Code { get; init; }

    [Description("The status that the route of one would have answered.")]
    public required int Status { get; init; }

    public required string Message { get; init; }
}

/// <summary>The queue in numbers.</summary>
internal sealed record ApprovalFigures
{
    public required QueueFigures ApprovalQueueMetrics { get; init; }
}

/// <summary>The numbers.</summary>
internal sealed record QueueFigures
{
    public required long PendingCount { get; init; }

    [Description("How long those that wait have waited on average; 0 when there are none.")]
    public required double AvgPendingAgeSeconds { get; init; }

    public required double OldestPendingAgeSeconds { get; init; }

    public required long ApprovalCount { get; init; }

    public required long RejectionCount { get; init; }

    [Description("How many nobody decided in time.")]
    public required long TimeoutCount { get; init; }

    public required long WithdrawnCount { get; init; }

    internal static QueueFigures Of(ApprovalStatistics found)
    {
        long pending = found.Of(ApprovalStatus.Pending);
        return new QueueFigures
        {
            PendingCount = pending,
            AvgPendingAgeSeconds = pending == 0 ? 0 : found.PendingAge.TotalSeconds / pending,
            OldestPendingAgeSeconds = found.OldestPendingAge.TotalSeconds,
            ApprovalCount = found.Of(ApprovalStatus.Approved),
            RejectionCount = found.Of(ApprovalStatus.Rejected),
            TimeoutCount = found.Of(ApprovalStatus.Escalated) + found.Of(ApprovalStatus.TimedOut),
            WithdrawnCount = found.Of(ApprovalStatus.Withdrawn),
        };
    }
}
