using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Core.Documents;

/// <summary>
/// The parts of a document whose places somebody wants. A reader of the text walks it beside the text, descends only
/// where a branch goes on, and sets the place of each part it meets. Not thread-safe.
/// </summary>
public sealed class PointerTree
{
    private Dictionary<string, PointerTree>? branches;
    private SourcePosition? place;

    /// <summary>Whether nothing is wanted here or below.</summary>
    public bool IsEmpty => branches is null && !isWanted;

    /// <summary>Whether parts below this one are wanted.</summary>
    public bool HasBranches => branches is not null;

    private bool isWanted;

    /// <summary>Asks for the place of a part.</summary>
    public void Want(string pointer)
    {
        PointerTree at = this;
        foreach (string part in JsonPointer.Parts(pointer))
        {
            at.branches ??= new Dictionary<string, PointerTree>(StringComparer.Ordinal);
            if (!at.branches.TryGetValue(part, out PointerTree? next))
            {
                next = new PointerTree();
                at.branches.Add(part, next);
            }

            at = next;
        }

        at.isWanted = true;
    }

    /// <summary>The branch of a member or item; null when nothing in it is wanted.</summary>
    public PointerTree? Branch(string part) => branches?.GetValueOrDefault(part);

    /// <summary>Says where this part stands; of two calls the first counts.</summary>
    public void Found(SourcePosition at) => place ??= at;

    /// <summary>The place of a part; of one that the text does not have, that of the nearest part around it. Null when even the root was not found.</summary>
    public SourcePosition? PlaceOf(string pointer)
    {
        PointerTree? at = this;
        SourcePosition? nearest = place;
        foreach (string part in JsonPointer.Parts(pointer))
        {
            at = at.Branch(part);
            if (at is null)
            {
                break;
            }

            nearest = at.place ?? nearest;
        }

        return nearest;
    }
}
