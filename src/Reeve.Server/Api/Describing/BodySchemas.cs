using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Reeve.Server.Api.Describing;

/// <summary>Schemas of what is read and written by hand, because its bytes matter.</summary>
internal static class BodySchemas
{
    /// <summary>A raw exception.</summary>
    internal static OpenApiSchema Raw() => Object(
        "A raw exception: any JSON object, at most 1 MiB and 64 levels deep. With the member rawPayload it is an envelope and is checked strictly; without it the object itself is the payload.");

    /// <summary>What POST /exceptions takes as one document.</summary>
    internal static OpenApiSchema Submission() => new()
    {
        OneOf =
        [
            Raw(),
            List(Raw(), "Several raw exceptions."),
            Object("Either, with where it came from.", new()
            {
                ["exceptions"] = List(Raw(), "The raw exceptions."),
                ["exception"] = Raw(),
                ["source_system"] = Text("The source system of those that name none."),
                ["ingestion_method"] = Text("How they were got hold of; a remark."),
                ["tenant_id"] = Text("The credential's tenant, or absent."),
            }),
        ],
    };

    /// <summary>What POST /run takes.</summary>
    internal static OpenApiSchema Run()
    {
        OpenApiSchema body = Object("A run.", new()
        {
            ["domainPackPath"] = Text("A domain pack: a file in a configured pack folder, or a stored version as DOMAIN@VERSION or DOMAIN@active."),
            ["tenantPolicyPath"] = Text("A tenant policy, named in the same way."),
            ["exceptions"] = List(Raw(), "The raw exceptions."),
            ["tenantId"] = Text("The credential's tenant, or absent."),
        });
        body.Required = new SortedSet<string>(StringComparer.Ordinal) { "domainPackPath", "exceptions", "tenantPolicyPath" };
        return body;
    }

    /// <summary>A run's result.</summary>
    internal static OpenApiSchema RunResult()
    {
        OpenApiSchema result = Object("What became of one exception.", new()
        {
            ["exceptionId"] = TextOrNull("Its id; null for a refused item."),
            ["status"] = TextOrNull("Where it stands (a ResolutionStatus); null for a refused item."),
            ["exception"] = new OpenApiSchema { Type = JsonSchemaType.Object | JsonSchemaType.Null, Description = "The record after the run." },
            ["stages"] = Object("What each stage that ran decided, by its key."),
            ["evidence"] = List(Text("A reason, led by its stage."), "Every reason."),
            ["errors"] = List(Error(), "Why it was refused, or what failed on the way."),
        });
        result.Required = new SortedSet<string>(StringComparer.Ordinal) { "errors", "evidence", "exception", "exceptionId", "stages", "status" };
        OpenApiSchema run = Object("The result of a run; docs/schemas/run-result.schema.json has it in full.", new()
        {
            ["tenantId"] = Text("The tenant."),
            ["runId"] = Text("The run."),
            ["results"] = List(result, "One per item, in the order sent."),
        });
        run.Required = new SortedSet<string>(StringComparer.Ordinal) { "results", "runId", "tenantId" };
        return run;
    }

    /// <summary>A problem (RFC 9457).</summary>
    internal static OpenApiSchema Problem()
    {
        OpenApiSchema problem = Object("Why a request was refused or failed (RFC 9457). Routes may add members.", new()
        {
            ["type"] = Text("urn:reeve:error: and the code."),
            ["title"] = Text("The fixed title of the code."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = "The HTTP status." },
            ["detail"] = Text("What is wrong this time."),
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[A-Z]{2,6}-[0-9]{3}$", Description = "The stable code; docs/errors.md lists all." },
            ["traceId"] = Text("By which the log knows the request."),
            ["errors"] = List(Error(), "What is wrong, field by field."),
            ["nextStep"] = Text("What to do about it."),
        });
        problem.Required = new SortedSet<string>(StringComparer.Ordinal) { "code", "detail", "errors", "nextStep", "status", "title", "traceId", "type" };
        return problem;
    }

    /// <summary>One error of a problem or of an item.</summary>
    internal static OpenApiSchema Error()
    {
        OpenApiSchema error = Object("One thing that is wrong.", new()
        {
            ["index"] = Number("The item it is about, from 0."),
            ["code"] = Text("The stable code."),
            ["pointer"] = Text("The field, as a JSON pointer into the body or the item."),
            ["parameter"] = Text("The query parameter."),
            ["file"] = Text("The member of the request that names the file."),
            ["message"] = Text("What is wrong."),
            ["line"] = Number("The line in the body, from 1."),
            ["column"] = Number("The column, from 1."),
        });
        error.Required = new SortedSet<string>(StringComparer.Ordinal) { "code", "message" };
        return error;
    }

    /// <summary>Figures of a tenant, by name.</summary>
    internal static OpenApiSchema Figures(string description) => Object(description);

    internal static OpenApiSchema Text(string description, params IReadOnlyList<string> words) => new()
    {
        Type = JsonSchemaType.String,
        Description = description,
        Enum = words.Count == 0 ? null : [.. words.Select(word => (JsonNode)JsonValue.Create(word))],
    };

    internal static OpenApiSchema Object(string description, Dictionary<string, IOpenApiSchema>? members = null) => new()
    {
        Type = JsonSchemaType.Object,
        Description = description,
        Properties = members,
    };

    private static OpenApiSchema TextOrNull(string description) => new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = description };

    private static OpenApiSchema Number(string description) => new() { Type = JsonSchemaType.Integer, Format = "int64", Description = description };

    internal static OpenApiSchema List(IOpenApiSchema item, string description) => new() { Type = JsonSchemaType.Array, Items = item, Description = description };
}
