using Reeve.Core.Values;

namespace Reeve.Core.Documents;

/// <summary>
/// A document's content kept small: its compact JSON, members in the order they were written. A compiled pack keeps this
/// for showing and comparing; a tree of values would take some ten times the room. Immutable, thread-safe.
/// </summary>
public sealed class StoredDocument
{
    // What was read once within the limits of its own text is never refused later, however it was first spelled.
    private static readonly JsonLimits Unbounded = new() { MaxBytes = int.MaxValue, MaxDepth = 512 };

    private readonly byte[] json;

    /// <summary>Keeps the content of a document.</summary>
    public StoredDocument(Value root)
    {
        json = JsonText.ToUtf8(root);
        Hash = ContentHash.Of(root);
    }

    /// <summary>What the document says, as a SHA-256 in lower-case hex; see <see cref="ContentHash"/>.</summary>
    public string Hash { get; }

    /// <summary>The compact JSON.</summary>
    public ReadOnlyMemory<byte> Json => json;

    /// <summary>Reads the content again.</summary>
    public ObjectMap Read() => JsonText.Parse(json, Unbounded).MapOrNull() as ObjectMap ?? ObjectMap.Empty;
}
