using Reeve.Core.Documents;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Values;

namespace Reeve.Engine.Linting;

/// <summary>
/// A place in a pack's document, found again by the names of its fields in whichever spelling the author chose. Where nothing
/// is found it stays at the last place that was, so that a finding is at worst told a little higher up.
/// </summary>
internal readonly record struct PackPlace(Value Value, string Pointer)
{
    /// <summary>The top of a document.</summary>
    internal static PackPlace Of(StoredDocument document) => new(Value.Of(document.Read()), "");

    /// <summary>A field under any of some names.</summary>
    internal PackPlace Find(params ReadOnlySpan<string> names)
    {
        if (Value.MapOrNull() is ObjectMap map)
        {
            foreach (string name in names)
            {
                for (int i = 0; i < map.Count; i++)
                {
                    if (Spelling.Same(map.Keys[i], name) && !map.Values[i].IsNull)
                    {
                        return new PackPlace(map.Values[i], JsonPointer.Child(Pointer, map.Keys[i]));
                    }
                }
            }
        }

        return this;
    }

    /// <summary>Whether a field is there.</summary>
    internal bool Has(string name) => Find(name).Pointer.Length > Pointer.Length;

    /// <summary>A member by its very name.</summary>
    internal PackPlace Key(string name) =>
        Value.MapOrNull() is { } map && map.TryGet(name, out Value value) ? new PackPlace(value, JsonPointer.Child(Pointer, name)) : this;

    /// <summary>An item.</summary>
    internal PackPlace Item(int index) =>
        Value.ListOrNull() is { } list && index >= 0 && index < list.Count ? new PackPlace(list[index], JsonPointer.Child(Pointer, index)) : this;

    /// <summary>The item that is a text.</summary>
    internal PackPlace Item(string text)
    {
        for (int i = 0; i < (Value.ListOrNull()?.Count ?? 0); i++)
        {
            if (Value.AsList()[i].StringOrNull() == text)
            {
                return Item(i);
            }
        }

        return this;
    }

    /// <summary>The condition of a rule: a field of it, or the rule itself where that is a text.</summary>
    internal PackPlace Condition() => Find("condition", "if");
}
