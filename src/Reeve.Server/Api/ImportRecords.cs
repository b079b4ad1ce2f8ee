using System.ComponentModel;
using System.Text.Json.Serialization;
using Reeve.Engine.Imports;
using Reeve.Server.Problems;

namespace Reeve.Server.Api;

/// <summary>An import, with a page of what became of its items.</summary>
internal sealed record ImportDetail
{
    public required string ImportId { get; init; }

    public required string TenantId { get; init; }

    public required ImportKind Kind { get; init; }

    [Description("RUNNING: it is being worked on. ENDED: every item is answered for. BROKEN: it broke off, or an item met what may pass; sent again under its Idempotency-Key it goes on.")]
    public required ImportState State { get; init; }

    public required string Domain { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    [Description("When it ended or broke off; null while it is being worked on.")]
    public required DateTimeOffset? EndedAt { get; init; }

    [Description("How many items there were when it last ended or broke off; null when nobody came to say so: it runs for the first time, or its node died.")]
    public required long? Items { get; init; }

    public required long? Accepted { get; init; }

    [Description("How many of those accepted arrived before and made nothing.")]
    public required long? Repeated { get; init; }

    public required long? Refused { get; init; }

    [Description("What became of the items, in the order of the body.")]
    public required IReadOnlyList<ImportedItem> Results { get; init; }

    [Description("Where the next page begins; null on the last.")]
    [JsonPropertyName("next_cursor")]
    public required string? NextCursor { get; init; }

    internal static ImportDetail Of(Import import, ImportPage page) => new()
    {
        ImportId = import.Id.ToString(),
        TenantId = import.TenantId.Value,
        Kind = import.Kind,
        State = import.State,
        Domain = import.Domain.Value,
        StartedAt = import.StartedAt,
        EndedAt = import.EndedAt,
        Items = import.Counts?.Items,
        Accepted = import.Counts?.Accepted,
        Repeated = import.Counts?.Repeated,
        Refused = import.Counts?.Refused,
        Results = [.. page.Items.Select(ImportedItem.Of)],
        NextCursor = page.Next,
    };
}

/// <summary>What became of one item of an import.</summary>
internal sealed record ImportedItem
{
    [Description("The item's place in the body, from 0: of JSON Lines the line, empty ones not counted.")]
    public required long Index { get; init; }

    [Description("Its place among what the pack's mapping made of that item, from 0.")]
    public required int Part { get; init; }

    [Description("The exception that it made, changed or repeats; null when it was refused.")]
    public required string? ExceptionId { get; init; }

    [Description("Whether it made no exception of its own.")]
    public required bool Repeated { get; init; }

    [Description("Why it was refused; empty when it was not.")]
    public required IReadOnlyList<IngestionError> Errors { get; init; }

    internal static ImportedItem Of(ImportItem item) => new()
    {
        Index = item.Place.Item,
        Part = item.Place.Part,
        ExceptionId = item.ExceptionId?.Value,
        Repeated = item.Repeats,
        Errors = [.. item.Errors.Select(error => IngestionError.Of(new ProblemField(error, (int)Math.Min(item.Place.Item, int.MaxValue))))],
    };
}
