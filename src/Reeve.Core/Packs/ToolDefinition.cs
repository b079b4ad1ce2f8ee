using Reeve.Core.Expressions;
using Reeve.Core.Records;
using Reeve.Core.Schemas;
using Reeve.Core.Values;

namespace Reeve.Core.Packs;

/// <summary>How a tool is reached.</summary>
public enum ToolType
{
    /// <summary>An HTTP request; the default.</summary>
    Http,

    /// <summary>A webhook.</summary>
    Webhook,

    /// <summary>A unary gRPC call.</summary>
    Grpc,

    /// <summary>A mail.</summary>
    Email,

    /// <summary>A workflow system's action.</summary>
    Workflow,

    /// <summary>Nothing is reached; for trials.</summary>
    Dummy,

    /// <summary>A tool of an MCP server.</summary>
    Mcp,

    /// <summary>A program in a sandbox folder.</summary>
    Command,

    /// <summary>One of Reeve's own.</summary>
    Builtin,
}

/// <summary>A tool (EX-MODEL-15). What only the call needs (endpoint, auth, command, …) is kept as written in <see cref="Binding"/>.</summary>
public sealed record ToolDefinition
{
    /// <summary>Its name in the pack.</summary>
    public required ToolName Name { get; init; }

    /// <summary>What it does, for people and models.</summary>
    public required string Description { get; init; }

    /// <summary>The group it was listed under (<c>dbQueries</c>, …) or its <c>kind</c>; empty when none.</summary>
    public string Kind { get; init; } = "";

    /// <summary>How it is reached.</summary>
    public ToolType Type { get; init; } = ToolType.Http;

    /// <summary>Parameters in order, for binding by name or by position.</summary>
    public IReadOnlyList<ToolParameter> Parameters { get; init; } = [];

    /// <summary>What arguments must satisfy.</summary>
    public required JsonSchema InputSchema { get; init; }

    /// <summary>What the answer must satisfy; null when nothing was declared.</summary>
    public JsonSchema? OutputSchema { get; init; }

    /// <summary>The declared result, a type or entity name such as <c>Order[]</c>; empty when not declared that way.</summary>
    public string Returns { get; init; } = "";

    /// <summary>Where it is called; null when it has no endpoint, so that it can only be planned and tried dry (EX-TOOL-9).</summary>
    public string? Endpoint { get; init; }

    /// <summary>The rest of the definition as written, for the call.</summary>
    public ObjectMap Binding { get; init; } = ObjectMap.Empty;

    /// <summary>Its semantic version.</summary>
    public string Version { get; init; } = "1.0.0";

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Retries after the first attempt.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>The tool that undoes it; null when none.</summary>
    public ToolName? RollbackTool { get; init; }

    /// <summary>Whether the same call with the same key has one effect.</summary>
    public bool Idempotent { get; init; }

    /// <summary>False: listed, and refused.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether a newer tool should be used.</summary>
    public bool Deprecated { get; init; }

    /// <summary>Whether it belongs to every tenant (<c>global</c>) or to this one.</summary>
    public bool IsGlobal { get; init; }

    /// <summary>What it does to the world.</summary>
    public ToolEffect Effect { get; init; } = ToolEffect.Write;

    /// <summary>The amount at stake, over <c>args</c>; null when not declared.</summary>
    public Expression? Amount { get; init; }

    /// <summary>The currency of that amount, over <c>args</c>; null when not declared.</summary>
    public Expression? Currency { get; init; }

    /// <summary>The tool that previews this one; null when none.</summary>
    public ToolName? Plan { get; init; }

    /// <summary>The header in which the idempotency key travels.</summary>
    public string IdempotencyHeader { get; init; } = "Idempotency-Key";
}

/// <summary>One parameter of a tool.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">A JSON Schema type, or what the pack wrote.</param>
/// <param name="Required">Whether a call without it is refused.</param>
public sealed record ToolParameter(string Name, string Type, bool Required);
