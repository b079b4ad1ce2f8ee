using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Values;

namespace Reeve.Engine.Simulation.Elements;

/// <summary>A value of a pack's document as it is written, and where it stands. Of a document that is valid: nothing is checked.</summary>
internal readonly record struct RawPlace(Value Value, string Pointer)
{
    /// <summary>A member in either spelling; null when it is absent or null.</summary>
    internal RawPlace? Find(string name)
    {
        MapValue? map = Value.MapOrNull();
        for (int i = 0; i < (map?.Count ?? 0); i++)
        {
            string key = map!.KeyAt(i).AsString(); // not null: it has members
            if (Spelling.Same(key, name) && !map.ValueAt(i).IsNull)
            {
                return new RawPlace(map.ValueAt(i), JsonPointer.Child(Pointer, key));
            }
        }

        return null;
    }

    /// <summary>The first of some members that is there.</summary>
    internal RawPlace? FindAny(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Find(name) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The items of a list; none of anything else.</summary>
    internal IEnumerable<RawPlace> Items()
    {
        ListValue? list = Value.ListOrNull();
        for (int i = 0; i < (list?.Count ?? 0); i++)
        {
            yield return new RawPlace(list![i], JsonPointer.Child(Pointer, i)); // not null: it has items
        }
    }

    /// <summary>The members of an object; none of anything else.</summary>
    internal IEnumerable<(string Name, RawPlace Place)> Entries()
    {
        MapValue? map = Value.MapOrNull();
        for (int i = 0; i < (map?.Count ?? 0); i++)
        {
            string key = map!.KeyAt(i).AsString(); // not null: it has members
            yield return (key, new RawPlace(map.ValueAt(i), JsonPointer.Child(Pointer, key)));
        }
    }
}
