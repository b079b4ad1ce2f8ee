using Reeve.Core.Values;

namespace Reeve.Core.Documents;

/// <summary>Reads texts as <see cref="Document"/>s. Thread-safe.</summary>
public static class DocumentReader
{
    /// <summary>Reads JSON.</summary>
    /// <param name="utf8">The whole text; it is kept as long as the document, and must not change.</param>
    /// <param name="limits">What is accepted.</param>
    /// <param name="name">What errors call the document.</param>
    /// <exception cref="Errors.ReeveException">INPUT-002 to INPUT-009, with line and column.</exception>
    public static Document ReadJson(ReadOnlyMemory<byte> utf8, JsonLimits limits, string name = "")
    {
        Value root = JsonText.Parse(utf8.Span, limits);
        return new Document(name, root, wanted => JsonPlaces.Locate(utf8.Span, wanted));
    }
}
