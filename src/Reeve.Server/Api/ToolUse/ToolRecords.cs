using System.ComponentModel;
using System.Text.Json.Serialization;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Redaction;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Requests;

namespace Reeve.Server.Api.ToolUse;

/// <summary>A tool in a list.</summary>
internal sealed record ToolItem
{
    [Description("Its whole name: tenantId:domainName:toolName.")]
    public required string Id { get; init; }

    public required string TenantId { get; init; }

    public required string Domain { get; init; }

    [Description("Its name in its domain.")]
    public required string Name { get; init; }

    public required string Description { get; init; }

    [Description("How it is reached.")]
    public required ToolType Type { get; init; }

    [Description("global: every tenant's whose packs name it; tenant: this one's alone.")]
    public required string Scope { get; init; }

    public required string Version { get; init; }

    [Description("What a call does to the world: READ changes nothing.")]
    public required ToolEffect Effect { get; init; }

    [Description("Whether the same call with the same key has one effect.")]
    public required bool Idempotent { get; init; }

    [Description("Whether neither its pack nor an administrator switched it off.")]
    public required bool Enabled { get; init; }

    [Description("Whether it may be called: defined, approved, on no block list, and switched on.")]
    public required bool IsAllowed { get; init; }

    [Description("Whether a block list names it.")]
    public required bool IsBlocked { get; init; }

    [Description("Whether its pack or an administrator switched it off.")]
    public required bool IsDisabled { get; init; }

    [Description("Why it may not be called; null when it may.")]
    public required string? Reason { get; init; }

    [Description("Whether a newer tool should be used.")]
    public required bool Deprecated { get; init; }

    internal static ToolItem Of(ListedTool listed) => new()
    {
        Id = listed.Id.ToString(),
        TenantId = listed.Id.TenantId.Value,
        Domain = listed.Id.Domain.Value,
        Name = listed.Tool.Name.Value,
        Description = listed.Tool.Description,
        Type = listed.Tool.Type,
        Scope = ScopeOf(listed.Tool),
        Version = listed.Tool.Version,
        Effect = listed.Tool.Effect,
        Idempotent = listed.Tool.Idempotent,
        Enabled = !listed.IsDisabled,
        IsAllowed = listed.IsAllowed,
        IsBlocked = listed.IsBlocked,
        IsDisabled = listed.IsDisabled,
        Reason = listed.Reason.Length == 0 ? null : listed.Reason,
        Deprecated = listed.Tool.Deprecated,
    };

    internal static string ScopeOf(ToolDefinition tool) => tool.IsGlobal ? "global" : "tenant";
}

/// <summary>A tool with its definition.</summary>
internal sealed record ToolDetail
{
    public required ToolItem Tool { get; init; }

    [Description("Where it is called, secrets hidden; null when it can only be planned and tried dry.")]
    public required string? Endpoint { get; init; }

    [Description("Parameters in order.")]
    public required IReadOnlyList<ToolParameterItem> Parameters { get; init; }

    [Description("What arguments must satisfy: JSON Schema, draft 2020-12.")]
    public required RawJson InputSchema { get; init; }

    [Description("What the answer must satisfy; null when nothing is declared.")]
    public required RawJson OutputSchema { get; init; }

    [Description("How long one attempt may take.")]
    public required double TimeoutSeconds { get; init; }

    [Description("Retries after the first attempt.")]
    public required int MaxRetries { get; init; }

    [Description("The tool that undoes it; null when none.")]
    public required string? RollbackTool { get; init; }

    [Description("The tool that previews it; null when none.")]
    public required string? Plan { get; init; }

    internal static ToolDetail Of(ListedTool listed) => new()
    {
        Tool = ToolItem.Of(listed),
        Endpoint = listed.Tool.Endpoint is { } endpoint ? Redactor.Redact(endpoint) : null,
        Parameters = [.. listed.Tool.Parameters.Select(parameter => new ToolParameterItem { Name = parameter.Name, Type = parameter.Type, Required = parameter.Required })],
        InputSchema = new RawJson(JsonText.ToUtf8(listed.Tool.InputSchema.Source)),
        OutputSchema = new RawJson(JsonText.ToUtf8(listed.Tool.OutputSchema?.Source ?? Value.Null)),
        TimeoutSeconds = listed.Tool.Timeout.TotalSeconds,
        MaxRetries = listed.Tool.MaxRetries,
        RollbackTool = listed.Tool.RollbackTool?.Value,
        Plan = listed.Tool.Plan?.Value,
    };
}

/// <summary>One parameter of a tool.</summary>
internal sealed record ToolParameterItem
{
    public required string Name { get; init; }

    [Description("A JSON Schema type, or what the pack wrote.")]
    public required string Type { get; init; }

    public required bool Required { get; init; }
}

/// <summary>A page of tools.</summary>
internal sealed record ToolPage
{
    public required IReadOnlyList<ToolItem> Items { get; init; }

    public required int Total { get; init; }

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

/// <summary>Every tool of a domain, for administrators.</summary>
internal sealed record DomainTools
{
    public required string TenantId { get; init; }

    public required string Domain { get; init; }

    public required IReadOnlyList<ToolItem> Tools { get; init; }

    public required ToolCounts Counts { get; init; }
}

/// <summary>How many tools stand how.</summary>
internal sealed record ToolCounts
{
    public required int Total { get; init; }

    public required int Allowed { get; init; }

    public required int Blocked { get; init; }

    public required int Disabled { get; init; }

    internal static ToolCounts Of(IReadOnlyList<ListedTool> tools) => new()
    {
        Total = tools.Count,
        Allowed = tools.Count(tool => tool.IsAllowed),
        Blocked = tools.Count(tool => tool.IsBlocked),
        Disabled = tools.Count(tool => tool.IsDisabled),
    };
}

/// <summary>Whether a tool is on.</summary>
internal sealed record Enablement
{
    public required string ToolId { get; init; }

    public required string TenantId { get; init; }

    [Description("Its name in its domain.")]
    public required string ToolName { get; init; }

    [Description("Whether neither its pack nor an administrator switched it off. What a pack switches off stays off.")]
    public required bool Enabled { get; init; }

    [Description("Why it may not be called; null when it may.")]
    public required string? Reason { get; init; }

    [Description("When an administrator last switched it; null when nobody did.")]
    public required DateTimeOffset? UpdatedAt { get; init; }

    [Description("Who did: a principal's id.")]
    public required string? UpdatedBy { get; init; }

    internal static Enablement Of(ListedTool listed) => new()
    {
        ToolId = listed.Id.ToString(),
        TenantId = listed.Id.TenantId.Value,
        ToolName = listed.Tool.Name.Value,
        Enabled = !listed.IsDisabled,
        Reason = listed.Reason.Length == 0 ? null : listed.Reason,
        UpdatedAt = listed.Switch?.UpdatedAt,
        UpdatedBy = listed.Switch?.UpdatedBy,
    };
}
