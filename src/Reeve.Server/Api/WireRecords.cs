using System.ComponentModel;
using System.Text.Json.Serialization;
using Reeve.Core.Records;
using Reeve.Operations.Metrics;
using Reeve.Server.Problems;

namespace Reeve.Server.Api;

/// <summary>One exception in a list.</summary>
internal sealed record ExceptionItem
{
    [Description("Unique in the tenant.")]
    public required string ExceptionId { get; init; }

    public required string TenantId { get; init; }

    [Description("The domain whose pack decided it.")]
    public required string Domain { get; init; }

    public required string SourceSystem { get; init; }

    [Description("A type of the domain pack; null when no rule could tell.")]
    public required string? ExceptionType { get; init; }

    public required Severity? Severity { get; init; }

    public required ResolutionStatus ResolutionStatus { get; init; }

    public required Actionability? Actionability { get; init; }

    [Description("When it occurred, UTC.")]
    public required DateTimeOffset Timestamp { get; init; }

    [Description("When it was received, UTC.")]
    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required DateTimeOffset? ResolvedAt { get; init; }

    [Description("The playbook it is on; null when on none.")]
    public required string? CurrentPlaybookId { get; init; }

    [Description("The person or group that has it.")]
    public required string? Owner { get; init; }

    [Description("The run of its latest pass.")]
    public required string RunId { get; init; }

    internal static ExceptionItem Of(ExceptionRow stored) => new()
    {
        ExceptionId = stored.Record.ExceptionId.Value,
        TenantId = stored.Record.TenantId.Value,
        Domain = stored.Domain.Value,
        SourceSystem = stored.Record.SourceSystem,
        ExceptionType = stored.Record.ExceptionType?.Value,
        Severity = stored.Record.Severity,
        ResolutionStatus = stored.Record.ResolutionStatus,
        Actionability = stored.Actionability,
        Timestamp = stored.Record.Timestamp,
        CreatedAt = stored.CreatedAt,
        UpdatedAt = stored.UpdatedAt,
        ResolvedAt = stored.ResolvedAt,
        CurrentPlaybookId = stored.Record.CurrentPlaybookId?.Value,
        Owner = stored.Record.Owner,
        RunId = stored.RunId.ToString(),
    };
}

/// <summary>A page of exceptions, newest first.</summary>
internal sealed record ExceptionList
{
    public required IReadOnlyList<ExceptionItem> Items { get; init; }

    [Description("How many match. Exact up to 10,000, unless total_is_lower_bound says otherwise.")]
    public required long Total { get; init; }

    [Description("Whether more match than total says.")]
    [JsonPropertyName("total_is_lower_bound")]
    public required bool TotalIsLowerBound { get; init; }

    [Description("The page's number, from 1; null when paged by cursor.")]
    public required int? Page { get; init; }

    [JsonPropertyName("page_size")]
    public required int PageSize { get; init; }

    [JsonPropertyName("total_pages")]
    public required long TotalPages { get; init; }

    [Description("Where the next page begins; null on the last.")]
    [JsonPropertyName("next_cursor")]
    public required string? NextCursor { get; init; }
}

/// <summary>One exception with everything that was decided about it.</summary>
internal sealed record ExceptionDetail
{
    public required string ExceptionId { get; init; }

    public required string TenantId { get; init; }

    public required string Domain { get; init; }

    public required ResolutionStatus ResolutionStatus { get; init; }

    [Description("The record (EX-MODEL-6). rawPayload is as it was received; where payloadMasked says so, its values and what was copied from them are masked.")]
    public required RawJson Exception { get; init; }

    [Description("Whether the values of rawPayload, and what was copied from them into normalizedContext and into arguments, are masked, because the caller may not see payloads.")]
    public required bool PayloadMasked { get; init; }

    [Description("Whether the payload was erased.")]
    public required bool PayloadErased { get; init; }

    [Description("What each stage of the latest pass decided, with its evidence: an item of a run result (EX-MODEL-9).")]
    public required RawJson PipelineResult { get; init; }

    [Description("What happened to it, oldest first: {action, timestamp, actor}.")]
    public required RawJson AuditTrail { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>What became of an ingestion of which something was accepted.</summary>
internal sealed record IngestionAnswer
{
    [Description("The first exception that was accepted; null for JSON Lines.")]
    public required string? ExceptionId { get; init; }

    [Description("One per item in the order sent, null where the item was refused; null for JSON Lines, which may be of any number.")]
    public required IReadOnlyList<string?>? ExceptionIds { get; init; }

    [Description("Always accepted.")]
    public required string Status { get; init; }

    [Description("Why items were refused: the first 1,000 errors, of JSON Lines the first 100.")]
    public required IReadOnlyList<IngestionError> Errors { get; init; }

    [Description("How many errors there are beyond those in errors.")]
    public required long ErrorsOmitted { get; init; }

    [Description("How many items were sent.")]
    public required long Items { get; init; }

    public required long Accepted { get; init; }

    [Description("How many of those accepted arrived before and made nothing.")]
    public required long Repeated { get; init; }

    public required long Refused { get; init; }

    [Description("The import, also the header Reeve-Import-Id: of JSON Lines, and of a document sent with an Idempotency-Key; null otherwise.")]
    public required string? ImportId { get; init; }
}

/// <summary>Why an item was refused.</summary>
internal sealed record IngestionError
{
    [Description("The item, from 0.")]
    public required int Index { get; init; }

    [Description("The stable code.")]
    public required string Code { get; init; }

    [Description("The field, as a JSON pointer into the item; null when it is about the whole.")]
    public required string? Pointer { get; init; }

    public required string Message { get; init; }

    [Description("The line in the body, from 1; null when there is no one place.")]
    public required int? Line { get; init; }

    [Description("The column, from 1.")]
    public required int? Column { get; init; }

    internal static IngestionError Of(ProblemField field) => new()
    {
        Index = field.Index ?? 0,
        Code = field.Error.Code,
        Pointer = field.Error.Subject,
        Message = field.Error.Message,
        Line = field.Error.Position?.Line,
        Column = field.Error.Position?.Column,
    };
}

/// <summary>The figures of a tenant (EX-OBS-3).</summary>
internal sealed record TenantFigures
{
    public required string TenantId { get; init; }

    [Description("Exceptions received.")]
    public required long ExceptionCount { get; init; }

    [Description("The share, 0 to 1, of all that are RESOLVED without a person having acted; null when there is none at all.")]
    public required double? AutoResolutionRate { get; init; }

    [Description("Mean seconds from received to RESOLVED; null when none is.")]
    public required double? MttrSeconds { get; init; }

    [Description("The same as mttrSeconds.")]
    public required double? Mttr { get; init; }

    [Description("Mean seconds from received to triaged; null when none is.")]
    public required double? MeanTimeToTriageSeconds { get; init; }

    [Description("How many fewer exceptions come again after they were resolved; null: not measured yet.")]
    public double? RecurrenceReduction { get; init; }

    [Description("The share, 0 to 1, of decisions that a person changed; null: not measured yet.")]
    public double? HumanOverrideRate { get; init; }

    [Description("How content people are with what was decided; null: not measured yet.")]
    public double? Satisfaction { get; init; }

    [Description("Exceptions to which an approved playbook applies.")]
    public required long ActionableApprovedCount { get; init; }

    [Description("Exceptions that need action and have no approved playbook.")]
    public required long ActionableNonApprovedCount { get; init; }

    [Description("Exceptions that need nothing.")]
    public required long NonActionableCount { get; init; }

    [Description("Exceptions that are ESCALATED now.")]
    public required long EscalatedCount { get; init; }

    [Description("Exceptions by status.")]
    public required IReadOnlyDictionary<string, long> ByStatus { get; init; }

    [Description("Exceptions by severity; none counts those without.")]
    public required IReadOnlyDictionary<string, long> BySeverity { get; init; }

    internal static TenantFigures Of(string tenant, TenantMetrics found) => new()
    {
        TenantId = tenant,
        ExceptionCount = found.ExceptionCount,
        AutoResolutionRate = found.AutoResolutionRate,
        MttrSeconds = found.MttrSeconds,
        Mttr = found.MttrSeconds,
        MeanTimeToTriageSeconds = found.MeanTimeToTriageSeconds,
        ActionableApprovedCount = found.ActionableApprovedCount,
        ActionableNonApprovedCount = found.ActionableNonApprovedCount,
        NonActionableCount = found.NonActionableCount,
        EscalatedCount = found.EscalatedCount,
        ByStatus = found.ByStatus.ToDictionary(count => count.Name, count => count.Count, StringComparer.Ordinal),
        BySeverity = found.BySeverity.ToDictionary(count => count.Name, count => count.Count, StringComparer.Ordinal),
    };
}
