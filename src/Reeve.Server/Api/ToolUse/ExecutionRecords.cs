using System.ComponentModel;
using System.Text.Json.Serialization;
using Reeve.Core.Calls;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Redaction;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Requests;

namespace Reeve.Server.Api.ToolUse;

/// <summary>What became of a request for a call.</summary>
internal sealed record CallAnswer
{
    [Description("The execution; null for a dry run, which is on no record.")]
    public required string? ExecutionId { get; init; }

    public required string ToolId { get; init; }

    [Description("Where it stands: what was not waited for is REQUESTED or RUNNING. GET /tools/executions/{executionId} tells how it ends.")]
    public required ExecutionStatus Status { get; init; }

    [Description("Whether nothing was called and the output is made from the tool's schema.")]
    public required bool DryRun { get; init; }

    [Description("Whether it ended without anybody knowing whether it happened: it is not repeated, and a person settles it.")]
    public required bool Unknown { get; init; }

    [Description("What the tool answered, secrets hidden; null when nothing, or not yet.")]
    public required RawJson Output { get; init; }

    [Description("Why it failed; null when it did not.")]
    public required ExecutionError? Error { get; init; }

    internal static CallAnswer Of(RequestedCall call) => new()
    {
        ExecutionId = call.Answer is ToolAnswer.Dry ? null : call.Id.ToString(),
        ToolId = call.Tool.ToString(),
        Status = call.Answer switch
        {
            null => call.Execution?.Status ?? ExecutionStatus.Requested,
            ToolAnswer.Succeeded or ToolAnswer.Dry => ExecutionStatus.Succeeded,
            _ => ExecutionStatus.Failed,
        },
        DryRun = call.Answer is ToolAnswer.Dry,
        Unknown = call.Answer is ToolAnswer.Unknown,
        Output = new RawJson(JsonText.ToUtf8(call.Answer switch
        {
            ToolAnswer.Succeeded succeeded => Redactor.Redact(succeeded.Output),
            ToolAnswer.Dry dry => dry.Answer["output"],
            _ => Value.Null,
        })),
        Error = call.Answer switch
        {
            ToolAnswer.Failed failed => new ExecutionError { Code = failed.Error.Code, Message = failed.Error.Message },
            ToolAnswer.Unknown unknown => new ExecutionError { Code = unknown.Error.Code, Message = unknown.Error.Message },
            _ => null,
        },
    };
}

/// <summary>Why an execution failed.</summary>
internal sealed record ExecutionError
{
    [Description("The stable code; docs/errors.md lists all.")]
    public required string Code { get; init; }

    public required string Message { get; init; }
}

/// <summary>One execution in a list.</summary>
internal sealed record ExecutionItem
{
    public required string ExecutionId { get; init; }

    public required string TenantId { get; init; }

    public required string ToolId { get; init; }

    public required string ToolVersion { get; init; }

    public required ToolEffect Effect { get; init; }

    public required ExecutionStatus Status { get; init; }

    [Description("Whether it ended without anybody knowing whether it happened.")]
    public required bool Unknown { get; init; }

    [Description("The code it ended with; null when it succeeded or has not ended.")]
    public required string? ErrorCode { get; init; }

    [Description("How many attempts were made; 0 before it ended.")]
    public required int Attempts { get; init; }

    [Description("The pseudonym of the exception it is for, as events name it; null for none.")]
    public required string? ExceptionKey { get; init; }

    [Description("The step of its plan; null for none.")]
    public required string? StepId { get; init; }

    [Description("The approval that covered it; null for none.")]
    public required string? ApprovalId { get; init; }

    public required PrincipalKind ActorType { get; init; }

    public required string ActorId { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    [Description("When it ended; null when it has not.")]
    public required DateTimeOffset? SettledAt { get; init; }

    internal static ExecutionItem Of(ToolExecution row) => new()
    {
        ExecutionId = row.Id.ToString(),
        TenantId = row.TenantId.Value,
        ToolId = new ToolId(row.TenantId, row.Domain, row.Tool).ToString(),
        ToolVersion = row.ToolVersion,
        Effect = row.Effect,
        Status = row.Status,
        Unknown = row.IsUnknown,
        ErrorCode = row.ErrorCode,
        Attempts = row.Attempts,
        ExceptionKey = row.Exception?.ToString(),
        StepId = row.Step?.Value,
        ApprovalId = row.Approval?.ToString("D"),
        ActorType = row.ActorKind,
        ActorId = row.ActorId,
        RequestedAt = row.RequestedAt,
        SettledAt = row.SettledAt,
    };
}

/// <summary>A page of executions.</summary>
internal sealed record ExecutionList
{
    public required IReadOnlyList<ExecutionItem> Items { get; init; }

    [Description("How many there are; exact up to 10,000.")]
    public required int Total { get; init; }

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

/// <summary>An execution with what is on record of it, secrets hidden.</summary>
internal sealed record ExecutionView
{
    public required ExecutionItem Execution { get; init; }

    [Description("The exception it is for; null for none, or when it is erased.")]
    public required string? ExceptionId { get; init; }

    [Description("Whether what was asked and answered is erased.")]
    public required bool Erased { get; init; }

    [Description("What it is for.")]
    public required string? Goal { get; init; }

    [Description("Where it went, as approvals bind it.")]
    public required string? Target { get; init; }

    [Description("The arguments; null when erased.")]
    public required RawJson Input { get; init; }

    [Description("What the tool answered; null when nothing, or not yet. At most 64 KB.")]
    public required RawJson Output { get; init; }

    [Description("Why it failed: code and message; null when it did not.")]
    public required RawJson Error { get; init; }

    [Description("Every attempt: attempt, at, ms, result, code, breaker.")]
    public required RawJson Attempts { get; init; }

    [Description("What the gate asked, with verdict and reason; null when erased.")]
    public required RawJson Checks { get; init; }

    [Description("Through whose hands it went, the first first; null when erased.")]
    public required RawJson Chain { get; init; }

    internal static ExecutionView Of(ExecutionFile file) => new()
    {
        Execution = ExecutionItem.Of(file.Row),
        ExceptionId = file.ExceptionId,
        Erased = file.IsErased,
        Goal = file.Call?["goal"].StringOrNull(),
        Target = file.Call?["target"].StringOrNull(),
        Input = Raw(file.Input),
        Output = Raw(file.Output),
        Error = Raw(file.Error),
        Attempts = Raw(Value.Of(new ListValue([.. file.Attempts]))),
        Checks = Raw(file.Call?["checks"] ?? Value.Null),
        Chain = Raw(file.Call?["chain"] ?? Value.Null),
    };

    private static RawJson Raw(in Value value) => new(JsonText.ToUtf8(value));
}
