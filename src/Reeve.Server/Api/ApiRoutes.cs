using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Reeve.Server.Api.Approving;
using Reeve.Server.Api.CaseFiles;
using Reeve.Server.Api.Describing;
using Reeve.Server.Api.Ingesting;
using Reeve.Server.Api.RequestBodies;
using Reeve.Server.Api.RunRequests;
using Reeve.Server.Api.ToolUse;
using Reeve.Server.Api.Vitals;

namespace Reeve.Server.Api;

/// <summary>The door to the API: all its routes, and the pages that show them. Routes answer under <c>/api/v1</c> and, as the current version, without it.</summary>
public static class ApiRoutes
{
    /// <summary>The longest body but for JSON Lines, in bytes.</summary>
    public const long MaxBodyBytes = BodyText.MaxBytes;

    private const string DocumentPath = "/openapi.json";

    /// <summary>Adds what the routes need.</summary>
    /// <param name="services">The server's services.</param>
    /// <param name="packFolders">The folders from which a request may name packs by path.</param>
    public static IServiceCollection AddApi(this IServiceCollection services, IReadOnlyList<string> packFolders)
    {
        services.AddSingleton(new PackFolders(packFolders));
        services.AddSingleton<IngestionRuns>();
        services.AddSingleton<NamedPacks>();
        services.AddSingleton<HealthReport>();
        services.Configure<JsonOptions>(static json =>
        {
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Of);
            foreach (JsonConverter converter in WireJson.Of.Options.Converters)
            {
                json.SerializerOptions.Converters.Add(converter);
            }
        });
        return services.AddDescription();
    }

    /// <summary>Adds the pages of the API's documentation at <c>/docs</c>; they come from this server alone.</summary>
    public static void UseApiPages(this IApplicationBuilder app) => app.UseSwaggerUI(static pages =>
    {
        pages.RoutePrefix = "docs";
        pages.DocumentTitle = "Reeve API";
        pages.SwaggerEndpoint("../openapi.json", "Reeve");

        // The badge of a public validator would tell the world of every visit.
        pages.ConfigObject.ValidatorUrl = null;
    });

    /// <summary>Adds every route.</summary>
    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        IngestionRoutes.Map(routes);
        ImportRoutes.Map(routes);
        CaseRoutes.Map(routes);
        RunRoutes.Map(routes);
        ToolRoutes.Map(routes);
        ExecutionRoutes.Map(routes);
        ApprovalRoutes.Map(routes);
        PlaybookRoutes.Map(routes);
        MetricRoutes.Map(routes);
        ProbeRoutes.Map(routes);
        FrontRoutes.Map(routes);
        routes.MapOpenApi(DocumentPath).AllowAnonymous();
        routes.MapMethods(DocumentPath, [HttpMethods.Head], static context =>
        {
            context.Response.ContentType = "application/json;charset=utf-8";
            return Task.CompletedTask;
        }).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>The OpenAPI document of the routes of an application that need not run.</summary>
    public static async Task<string> DescribeAsync(WebApplication app, CancellationToken cancellationToken)
    {
        IOpenApiDocumentProvider provider = app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Description.Name);
        OpenApiDocument document = await provider.GetOpenApiDocumentAsync(cancellationToken);
        string json = await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken);
        return json.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
    }
}
