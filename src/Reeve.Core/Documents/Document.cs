using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Core.Documents;

/// <summary>
/// A text that people wrote, read as a value, which can still say where in the text each part stood. Places are looked
/// for only when somebody asks, by a second pass over the text, so that a good document pays nothing for them.
/// Immutable, thread-safe.
/// </summary>
public sealed class Document
{
    private readonly Action<PointerTree> locate;

    /// <summary>Makes a document.</summary>
    /// <param name="name">What errors call it: a file name, or where it came from.</param>
    /// <param name="root">Its content.</param>
    /// <param name="locate">Finds in the text what the tree asks for, and sets its places.</param>
    public Document(string name, Value root, Action<PointerTree> locate)
    {
        Name = name;
        Root = root;
        this.locate = locate;
    }

    /// <summary>What errors call it.</summary>
    public string Name { get; }

    /// <summary>Its content.</summary>
    public Value Root { get; }

    /// <summary>
    /// Gives each error the place of its subject, a JSON pointer into this document; an error that has a place, or whose
    /// subject is no pointer, stays as it is. The place of a part that an alias stands for is the alias.
    /// </summary>
    public IReadOnlyList<ReeveError> Place(IReadOnlyList<ReeveError> errors)
    {
        PointerTree wanted = new();
        foreach (ReeveError error in errors)
        {
            if (NeedsPlace(error))
            {
                wanted.Want(error.Subject!); // not null: NeedsPlace
            }
        }

        if (wanted.IsEmpty)
        {
            return errors;
        }

        locate(wanted);
        return [.. errors.Select(error => NeedsPlace(error) ? error.At(wanted.PlaceOf(error.Subject!)) : error)];
    }

    private static bool NeedsPlace(ReeveError error) =>
        error.Position is null && error.Subject is { } subject && (subject.Length == 0 || subject[0] == '/');
}
