using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Reeve.Core.Calls;
using Reeve.Core.Packs;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Approvals;
using Reeve.Engine.Imports;
using Reeve.Server.Api.Approving;
using Reeve.Server.Api.ToolUse;
using Reeve.Server.Hosting;
using Reeve.Server.SignIn;

namespace Reeve.Server.Api.Describing;

/// <summary>The OpenAPI document: made from the routes, completed by what they say of themselves.</summary>
internal static class Description
{
    /// <summary>The document's name.</summary>
    internal const string Name = "v1";

    private const string ProblemSchema = "Problem";
    private static readonly int[] EveryRoute = [405, 414, 431];

    private static readonly (string Schema, string Member)[] AnyJson =
    [
        (nameof(ToolDetail), "inputSchema"), (nameof(ToolDetail), "outputSchema"), (nameof(CallAnswer), "output"), (nameof(ExecutionView), "input"), (nameof(ExecutionView), "output"),
        (nameof(ExecutionView), "error"), (nameof(ExecutionView), "attempts"), (nameof(ExecutionView), "checks"), (nameof(ExecutionView), "chain"),
        (nameof(PlanItem), "arguments"), (nameof(AwaitedItem), "shown"), (nameof(AwaitedItem), "bounds"),
    ];

    private static readonly string[] Schemes = ["ApiKey", "Bearer", "Basic"];

    /// <summary>Adds it to a server.</summary>
    internal static IServiceCollection AddDescription(this IServiceCollection services) => services.AddOpenApi(Name, static options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer(static (document, _, _) =>
        {
            Head(document);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(static (operation, context, _) =>
        {
            Complete(operation, context);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(static (schema, context, _) =>
        {
            Shape(schema, context.JsonTypeInfo.Type);
            return Task.CompletedTask;
        });
    });

    private static void Head(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Reeve",
            Version = Product.Version,
            Description = "Governed agents that take operational exceptions through intake, triage, policy, resolution and feedback. docs/http.md shows the API by example.",
            License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        };
        document.Servers =
        [
            new OpenApiServer { Url = "/api/v1", Description = "Version 1." },
            new OpenApiServer { Url = "/", Description = "The current version, which is 1." },
        ];
        document.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = "Exceptions", Description = "Exceptions of a tenant." },
            new() { Name = "Runs", Description = "Decide exceptions under packs that the request names." },
            new() { Name = "Tools", Description = "Tools of a tenant, calls of them through the tool gate, and what became of those." },
            new() { Name = "Metrics", Description = "Figures of a tenant." },
            new() { Name = "Server", Description = "What the server is and how it is." },
        };
        Page(document, "/docs", "docs", "The pages that show this document.", "text/html");
        Page(document, "/openapi.json", "openapi", "This document.", "application/json");
        document.Components ??= new OpenApiComponents();
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        if (document.Components.Schemas.TryGetValue(nameof(ExceptionDetail), out IOpenApiSchema? detail) && detail.Properties is { } members)
        {
            // The one part written as it stands that is a list.
            members["auditTrail"] = BodySchemas.List(BodySchemas.Object("What happened: {action, timestamp, actor}."), "What happened to it, oldest first.");
        }

        // What a tool is given and answers may be any JSON.
        foreach ((string name, string member) in AnyJson)
        {
            if (document.Components.Schemas.TryGetValue(name, out IOpenApiSchema? schema) && schema.Properties is { } found && found.TryGetValue(member, out IOpenApiSchema? part))
            {
                found[member] = new OpenApiSchema { Description = part.Description };
            }
        }

        document.Components.Schemas[ProblemSchema] = BodySchemas.Problem();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            ["ApiKey"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = ApiKeyHandler.KeyHeader, Description = "An API key." },
            ["Bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The same key as a Bearer token." },
            ["Basic"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "basic", Description = "The same key as the password; any user name." },
        };
    }

    // What is served beside the routes.
    private static void Page(OpenApiDocument document, string path, string name, string summary, string mediaType) => document.Paths[path] = new OpenApiPathItem
    {
        Operations = new Dictionary<HttpMethod, OpenApiOperation>
        {
            [HttpMethod.Get] = new OpenApiOperation
            {
                OperationId = name,
                Tags = new HashSet<OpenApiTagReference> { new("Server", document) },
                Summary = summary,
                Security = [],
                Responses = new OpenApiResponses
                {
                    [path == "/docs" ? "301" : "200"] = new OpenApiResponse
                    {
                        Description = summary,
                        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [mediaType] = new OpenApiMediaType() },
                    },
                },
            },
        },
    };

    private static void Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        RouteDocument route = context.Description.ActionDescriptor.EndpointMetadata.OfType<RouteDocument>().LastOrDefault() ?? new RouteDocument();
        foreach (QueryParameter parameter in route.Query)
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = parameter.Name,
                In = ParameterLocation.Query,
                Description = parameter.Description,
                Schema = parameter.IsNumber ? new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" } : BodySchemas.Text("", parameter.Words),
            });
        }

        // The gate reads both spellings on every route that asks for a credential.
        foreach (string name in (string[])(route.IsOpen ? [] : ["tenant_id", "tenantId"]))
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = name, In = ParameterLocation.Query, Description = "The credential's tenant, or absent.", Schema = BodySchemas.Text(""),
            });
        }

        foreach (HeaderDocument header in route.Headers)
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter { Name = header.Name, In = ParameterLocation.Header, Description = header.Description, Schema = BodySchemas.Text("") });
        }

        if (route.Bodies.Count > 0)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = route.Bodies.ToDictionary(body => body.MediaType, body => new OpenApiMediaType { Schema = body.Schema }, StringComparer.Ordinal),
            };
        }

        operation.Responses ??= [];
        foreach (AnswerDocument answer in route.Answers)
        {
            operation.Responses[Text(answer.Status)] = new OpenApiResponse
            {
                Description = answer.Description,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [answer.MediaType] = new OpenApiMediaType { Schema = answer.Schema } },
            };
        }

        foreach (IOpenApiResponse answer in operation.Responses.Values)
        {
            if (route.AnswerHeaders.Count > 0 && answer is OpenApiResponse success)
            {
                success.Headers = route.AnswerHeaders.ToDictionary(header => header.Name, header => (IOpenApiHeader)Header(header), StringComparer.Ordinal);
            }
        }

        IEnumerable<int> statuses = [.. route.Statuses, .. EveryRoute, .. route.IsOpen ? (int[])[] : [401, 403, 503], .. route.Bodies.Count > 0 ? (int[])[408, 413, 415] : []];
        foreach (int status in statuses.Distinct().Order())
        {
            operation.Responses[Text(status)] = Refusal(status, context);
        }

        operation.Security = route.IsOpen
            ? []
            : [.. Schemes.Select(scheme => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] })];
    }

    private static OpenApiResponse Refusal(int status, OpenApiOperationTransformerContext context) => new()
    {
        Description = status switch
        {
            400 => "The request cannot be read, or a parameter cannot be used.",
            401 => "No valid credential.",
            403 => "Another tenant's, or more than the caller may.",
            404 => "There is nothing of that id or under that path; whether another tenant has it is not told.",
            405 => "The route does not take this method; Allow says which it takes.",
            408 => "The body came too slowly.",
            409 => "What is stored says otherwise.",
            413 => "The body is over 10 MB.",
            414 => "The path and the query are over 8 KiB.",
            415 => "The body's type is not read here.",
            422 => "Well-formed, and not what can be taken; errors says where.",
            429 => "The queue of this tenant is full; nothing of the request was stored, and Retry-After says when there will be room.",
            431 => "There are over 100 header fields, or over 32 KiB of them.",
            _ => "The store or the server is away for the moment; Retry-After says for how long.",
        },
        Headers = status switch
        {
            401 => Fields("WWW-Authenticate", "What may be sent: ApiKey, Bearer or Basic."),
            405 => Fields("Allow", "The methods it takes."),
            429 or 503 => Fields("Retry-After", "Seconds until trying again may help."),
            _ => null,
        },
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            [Problems.Problem.MediaType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(ProblemSchema, context.Document) },
        },
    };

    private static Dictionary<string, IOpenApiHeader> Fields(string name, string description) => new(StringComparer.Ordinal) { [name] = Header(new HeaderDocument(name, description)) };

    private static OpenApiHeader Header(HeaderDocument header) => new() { Description = header.Description, Schema = BodySchemas.Text("") };

    // What our converters write, the exporter of schemas cannot know.
    private static void Shape(OpenApiSchema schema, Type type)
    {
        // Of lists of what may be null, the exporter keeps the list alone.
        if (type == typeof(IngestionAnswer) && schema.Properties?["exceptionIds"] is OpenApiSchema { Items: OpenApiSchema id })
        {
            id.Type = JsonSchemaType.String | JsonSchemaType.Null;
        }

        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        JsonSchemaType orNull = plain == type ? default : JsonSchemaType.Null;
        if (plain == typeof(DateTimeOffset))
        {
            schema.Type = JsonSchemaType.String | orNull;
            schema.Format = "date-time";
        }
        else if (plain == typeof(RawJson))
        {
            schema.Type = JsonSchemaType.Object;
        }
        else if (plain == typeof(Severity))
        {
            Words<Severity>(schema, orNull);
        }
        else if (plain == typeof(ResolutionStatus))
        {
            Words<ResolutionStatus>(schema, orNull);
        }
        else if (plain == typeof(Actionability))
        {
            Words<Actionability>(schema, orNull);
        }
        else if (plain == typeof(ImportKind))
        {
            Words<ImportKind>(schema, orNull);
        }
        else if (plain == typeof(ImportState))
        {
            Words<ImportState>(schema, orNull);
        }
        else if (plain == typeof(ApprovalStatus))
        {
            Words<ApprovalStatus>(schema, orNull);
        }
        else if (plain == typeof(ApprovalScope))
        {
            Words<ApprovalScope>(schema, orNull);
        }
        else if (plain == typeof(ToolType))
        {
            Words<ToolType>(schema, orNull);
        }
        else if (plain == typeof(ToolEffect))
        {
            Words<ToolEffect>(schema, orNull);
        }
        else if (plain == typeof(ExecutionStatus))
        {
            Words<ExecutionStatus>(schema, orNull);
        }
        else if (plain == typeof(PrincipalKind))
        {
            Words<PrincipalKind>(schema, orNull);
        }
    }

    private static void Words<T>(OpenApiSchema schema, JsonSchemaType orNull)
        where T : struct, Enum
    {
        schema.Type = JsonSchemaType.String | orNull;
        schema.Enum = [.. BodySchemas.Text("", Wire.All<T>()).Enum!];
    }

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
