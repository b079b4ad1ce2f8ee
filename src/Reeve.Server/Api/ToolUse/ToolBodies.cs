using Microsoft.OpenApi;
using Reeve.Server.Api.Describing;

namespace Reeve.Server.Api.ToolUse;

/// <summary>Schemas of what these routes take.</summary>
internal static class ToolBodies
{
    internal static OpenApiSchema Execute() => BodySchemas.Object("A call.", new()
    {
        ["payload"] = BodySchemas.Object("The arguments; none unless given."),
        ["exceptionId"] = BodySchemas.Text("The exception it is for. The call then stands at least at what that exception's last decision does."),
        ["goal"] = BodySchemas.Text("What it is for, in a sentence. It is recorded."),
        ["actorType"] = BodySchemas.Text("A remark: who acts is the credential's principal."),
        ["actorId"] = BodySchemas.Text("A remark, as actorType."),
        ["dry_run"] = Flag("Whether nothing is called: arguments are checked, and the output is made from the tool's schema."),
        ["mode"] = BodySchemas.Text("async answers as soon as the call is on record; sync waits for its end, at most ten seconds.", "async", "sync"),
        ["tenantId"] = Tenant(),
    });

    internal static OpenApiSchema Enablement()
    {
        OpenApiSchema body = BodySchemas.Object("Off or on.", new() { ["enabled"] = Flag("Whether it may be called. What a pack switches off stays off."), ["reason"] = Reason(), ["tenantId"] = Tenant() });
        body.Required = new SortedSet<string>(StringComparer.Ordinal) { "enabled" };
        return body;
    }

    internal static OpenApiSchema Switch()
    {
        OpenApiSchema body = BodySchemas.Object("Which tool, and why.", new() { ["toolName"] = BodySchemas.Text("Its name in the domain."), ["reason"] = Reason(), ["tenantId"] = Tenant() });
        body.Required = new SortedSet<string>(StringComparer.Ordinal) { "toolName" };
        return body;
    }

    internal static OpenApiSchema Settle()
    {
        OpenApiSchema body = BodySchemas.Object("How it ended.", new()
        {
            ["outcome"] = BodySchemas.Text("Whether the tool did it.", "SUCCEEDED", "FAILED"),
            ["note"] = BodySchemas.Text("How that is known; 1 to 2,000 characters. It is recorded."),
            ["tenantId"] = Tenant(),
        });
        body.Required = new SortedSet<string>(StringComparer.Ordinal) { "note", "outcome" };
        return body;
    }

    internal static OpenApiSchema Notes() => BodySchemas.Object("What a person says of it.", new()
    {
        ["notes"] = BodySchemas.Text("1 to 4,000 characters. They are recorded."),
        ["actorType"] = BodySchemas.Text("A remark: who acts is the credential's principal."),
        ["actorId"] = BodySchemas.Text("A remark, as actorType."),
    });

    private static OpenApiSchema Reason() => BodySchemas.Text("Why, in one line of 1 to 200 visible characters. It is recorded.");

    private static OpenApiSchema Tenant() => BodySchemas.Text("The credential's tenant, or absent.");

    private static OpenApiSchema Flag(string description) => new() { Type = JsonSchemaType.Boolean, Description = description };
}
