using Reeve.Core.Calls;
using Reeve.Core.Records;
using Reeve.Core.Redaction;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Requests;

namespace Reeve.Commands.ToolVerbs;

/// <summary>Tools and executions as they are printed.</summary>
internal static class ToolListing
{
    /// <summary>The columns of a table of tools.</summary>
    internal static readonly string[] Columns = ["tool", "domain", "type", "effect", "version", "enabled", "allowed", "reason"];

    /// <summary>The columns of a table of executions.</summary>
    internal static readonly string[] ExecutionColumns = ["executionId", "tool", "status", "unknown", "errorCode", "attempts", "actorId", "requestedAt"];

    /// <summary>A tool in a list.</summary>
    internal static ObjectMap Of(ListedTool listed) => ObjectMap.Of(
        ("toolId", Value.Of(listed.Id.ToString())),
        ("tenantId", Value.Of(listed.Id.TenantId.Value)),
        ("domain", Value.Of(listed.Id.Domain.Value)),
        ("tool", Value.Of(listed.Tool.Name.Value)),
        ("description", Value.Of(listed.Tool.Description)),
        ("type", Value.Of(Wire.Name(listed.Tool.Type))),
        ("effect", Value.Of(Wire.Name(listed.Tool.Effect))),
        ("idempotent", Value.Of(listed.Tool.Idempotent)),
        ("version", Value.Of(listed.Tool.Version)),
        ("enabled", Value.Of(!listed.IsDisabled)),
        ("allowed", Value.Of(listed.IsAllowed)),
        ("blocked", Value.Of(listed.IsBlocked)),
        ("reason", listed.Reason.Length == 0 ? Value.Null : Value.Of(listed.Reason)),
        ("switchedAt", Listing.Time(listed.Switch?.UpdatedAt)),
        ("switchedBy", Value.Of(listed.Switch?.UpdatedBy)));

    /// <summary>A tool with what it takes.</summary>
    internal static ObjectMap Whole(ListedTool listed) => ObjectMap.Of(
        ("tool", Value.Of(Of(listed))),
        ("endpoint", listed.Tool.Endpoint is { } endpoint ? Value.Of(Redactor.Redact(endpoint)) : Value.Null),
        ("inputSchema", listed.Tool.InputSchema.Source),
        ("outputSchema", listed.Tool.OutputSchema?.Source ?? Value.Null),
        ("timeoutSeconds", Value.Of(listed.Tool.Timeout.TotalSeconds)),
        ("maxRetries", Value.Of((long)listed.Tool.MaxRetries)),
        ("rollbackTool", Value.Of(listed.Tool.RollbackTool?.Value)),
        ("plan", Value.Of(listed.Tool.Plan?.Value)));

    /// <summary>An execution in a list.</summary>
    internal static ObjectMap Of(ToolExecution row) => ObjectMap.Of(
        ("executionId", Value.Of(row.Id.ToString())),
        ("tenantId", Value.Of(row.TenantId.Value)),
        ("domain", Value.Of(row.Domain.Value)),
        ("tool", Value.Of(row.Tool.Value)),
        ("toolVersion", Value.Of(row.ToolVersion)),
        ("effect", Value.Of(Wire.Name(row.Effect))),
        ("status", Value.Of(Wire.Name(row.Status))),
        ("unknown", Value.Of(row.IsUnknown)),
        ("errorCode", Value.Of(row.ErrorCode)),
        ("attempts", Value.Of((long)row.Attempts)),
        ("exceptionKey", Value.Of(row.Exception?.ToString())),
        ("stepId", Value.Of(row.Step?.Value)),
        ("approvalId", Value.Of(row.Approval?.ToString("D"))),
        ("actorType", Value.Of(Wire.Name(row.ActorKind))),
        ("actorId", Value.Of(row.ActorId)),
        ("requestedAt", Listing.Time(row.RequestedAt)),
        ("settledAt", Listing.Time(row.SettledAt)));

    /// <summary>An execution with what is on record of it.</summary>
    internal static ObjectMap Whole(ExecutionFile file) => ObjectMap.Of(
        ("execution", Value.Of(Of(file.Row))),
        ("exceptionId", Value.Of(file.ExceptionId)),
        ("erased", Value.Of(file.IsErased)),
        ("goal", file.Call?["goal"] ?? Value.Null),
        ("target", file.Call?["target"] ?? Value.Null),
        ("input", file.Input),
        ("output", file.Output),
        ("error", file.Error),
        ("attempts", Value.Of(new ListValue([.. file.Attempts]))),
        ("checks", file.Call?["checks"] ?? Value.Null),
        ("chain", file.Call?["chain"] ?? Value.Null));
}
