using Reeve.Core.Records;

namespace Reeve.Engine.Imports;

/// <summary>What is sent under an Idempotency-Key.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Id">The import that the key names.</param>
/// <param name="Kind">What it comes as.</param>
/// <param name="Domain">Whose packs are to decide.</param>
/// <param name="BodyHash">SHA-256 of a document; null for a stream.</param>
public sealed record ImportRequest(TenantId Tenant, ImportId Id, ImportKind Kind, DomainName Domain, ReadOnlyMemory<byte>? BodyHash);

/// <summary>What a request under a key is to the import that the key names.</summary>
internal enum ImportVerdict
{
    /// <summary>There is none, or an old one: it begins.</summary>
    Begin,

    /// <summary>Nobody works on it, and not every item has its row: it is gone through again.</summary>
    TakeUp,

    /// <summary>A document that ended: its answer is rebuilt.</summary>
    Replay,

    /// <summary>The key was used for something else.</summary>
    Mismatch,

    /// <summary>Somebody works on it.</summary>
    Running,
}

/// <summary>What the same key again means (docs/decisions/0013). Pure.</summary>
internal static class ImportRules
{
    /// <summary>Judges a request.</summary>
    /// <param name="known">The import of its key; null when there is none.</param>
    /// <param name="request">The request.</param>
    /// <param name="isWorkedOn">Whether a node that lives works on the import: this one by its memory, another by its slots.</param>
    internal static ImportVerdict Judge(Import? known, ImportRequest request, bool isWorkedOn) => known switch
    {
        null or { IsExpired: true } => isWorkedOn ? ImportVerdict.Running : ImportVerdict.Begin,
        _ when known.Kind != request.Kind || known.Domain != request.Domain || !SameBody(known.BodyHash, request.BodyHash) => ImportVerdict.Mismatch,
        { Kind: ImportKind.Document, State: ImportState.Ended } => ImportVerdict.Replay,
        _ => isWorkedOn ? ImportVerdict.Running : ImportVerdict.TakeUp,
    };

    private static bool SameBody(ReadOnlyMemory<byte>? left, ReadOnlyMemory<byte>? right) =>
        left is { } one && right is { } other ? one.Span.SequenceEqual(other.Span) : left is null && right is null;
}
