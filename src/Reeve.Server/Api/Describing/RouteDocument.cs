using Microsoft.AspNetCore.Builder;
using Microsoft.OpenApi;

namespace Reeve.Server.Api.Describing;

/// <summary>What the OpenAPI document says of a route and no signature shows.</summary>
internal sealed record RouteDocument
{
    /// <summary>The query parameters.</summary>
    public IReadOnlyList<QueryParameter> Query { get; init; } = [];

    /// <summary>The bodies it takes, one per media type; empty when it takes none.</summary>
    public IReadOnlyList<BodyDocument> Bodies { get; init; } = [];

    /// <summary>What it answers where no wire record shows it: a status, a media type, a schema, a sentence.</summary>
    public IReadOnlyList<AnswerDocument> Answers { get; init; } = [];

    /// <summary>The statuses of its refusals, beside those that every route has.</summary>
    public IReadOnlyList<int> Statuses { get; init; } = [];

    /// <summary>The request's header fields.</summary>
    public IReadOnlyList<HeaderDocument> Headers { get; init; } = [];

    /// <summary>The header fields of its answers of success.</summary>
    public IReadOnlyList<HeaderDocument> AnswerHeaders { get; init; } = [];

    /// <summary>Whether it is open to all.</summary>
    public bool IsOpen { get; init; }
}

/// <summary>A query parameter; its words, where only some are taken.</summary>
internal sealed record QueryParameter(string Name, string Description, params IReadOnlyList<string> Words)
{
    /// <summary>Whether it is a whole number.</summary>
    public bool IsNumber { get; init; }
}

/// <summary>A header field.</summary>
internal sealed record HeaderDocument(string Name, string Description);

/// <summary>A body of one media type.</summary>
internal sealed record BodyDocument(string MediaType, OpenApiSchema Schema);

/// <summary>An answer.</summary>
internal sealed record AnswerDocument(int Status, string Description, string MediaType, OpenApiSchema Schema);

/// <summary>Adds it to routes.</summary>
internal static class RouteDocumentExtensions
{
    internal static TBuilder Documented<TBuilder>(this TBuilder route, RouteDocument document)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(document);
}
