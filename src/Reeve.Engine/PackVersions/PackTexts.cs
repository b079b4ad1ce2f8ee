using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Values;

namespace Reeve.Engine.PackVersions;

/// <summary>Packs as texts of a store, and back. Pure.</summary>
internal static class PackTexts
{
    // What was read once within the limits of its own text is never refused later, however it was first spelled.
    private static readonly JsonLimits Unbounded = new() { MaxBytes = int.MaxValue, MaxDepth = 512 };

    internal static DomainPack Domain(PackContent content) => DomainPackReader.Read(Read(content)).OrThrow();

    internal static TenantPolicy Policy(PackContent content) => TenantPolicyReader.Read(Read(content)).OrThrow();

    /// <summary>The content as an object, to be compared with another.</summary>
    internal static ObjectMap Members(ReadOnlyMemory<byte> json) => JsonText.Parse(json.Span, Unbounded).MapOrNull() as ObjectMap ?? ObjectMap.Empty;

    /// <summary>Refuses content that would not come back from the store with the same hash.</summary>
    /// <exception cref="ReeveException">PACK-043.</exception>
    internal static void DemandStorable(StoredDocument source)
    {
        if (ContentHash.Of(JsonText.Parse(source.Json.Span, Unbounded)) != source.Hash)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Packs.NotStorable, "Its JSON does not say all that it says.", ""));
        }
    }

    // Errors point into the content; a line of compact JSON tells nobody where.
    private static Document Read(PackContent content) =>
        new(content.Pack.Key.ToString(), JsonText.Parse(content.Json.Span, Unbounded), static _ => { });
}
