using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Fields;

/// <summary>
/// The fields of one object. Asking for a field declares it, in both spellings; <see cref="Close"/> then refuses what
/// nobody asked for. A field that is null counts as absent.
/// </summary>
internal sealed class ObjectFields(ObjectMap map, string pointer, Notes notes)
{
    private readonly bool[] known = new bool[map.Count];
    private readonly List<string> declared = [];

    internal string Pointer { get; } = pointer;

    internal Notes Notes { get; } = notes;

    /// <summary>A field, or null when it is absent.</summary>
    internal Field? Find(string name) => Locate(name) is { } field && !field.Value.IsNull ? field : null;

    /// <summary>A field that may not be null, since null could be taken for "all" as well as for "none".</summary>
    internal Field? FindNotNull(string name)
    {
        Field? found = Locate(name);
        if (found is { Value.IsNull: true } field)
        {
            field.Error(ErrorCatalogue.Packs.WrongType, "The list is null.", "Write [] for none, or leave the field out.");
            return null;
        }

        return found;
    }

    /// <summary>A field under any of some names; giving it under two is an error.</summary>
    internal Field? FindAny(params ReadOnlySpan<string> names)
    {
        Field? found = null;
        foreach (string name in names)
        {
            found = OnlyOne(found, Find(name));
        }

        return found;
    }

    /// <summary>Of two fields that say the same, the one that is there; both is an error.</summary>
    internal static Field? OnlyOne(Field? first, Field? second)
    {
        if (first is not null && second is { } twice)
        {
            twice.Error(ErrorCatalogue.Packs.SaidTwice, $"This is also given at {Shown.Pointer(first.Value.Pointer)}.");
            return first;
        }

        return first ?? second;
    }

    /// <summary>A field that must be there, under any of some names.</summary>
    internal Field? Require(params ReadOnlySpan<string> names)
    {
        Field? found = FindAny(names);
        if (found is null)
        {
            Notes.Error(ErrorCatalogue.Packs.MissingField, Pointer, $"The field \"{names[0]}\" is missing.");
        }

        return found;
    }

    /// <summary>Whether a field is there, under either spelling, without declaring it.</summary>
    internal bool Has(string name)
    {
        foreach (string key in map.Keys)
        {
            if (Spelling.Same(key, name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Refuses every field that was not declared.</summary>
    internal void Close()
    {
        for (int i = 0; i < known.Length; i++)
        {
            if (!known[i] && Notes.IsFull)
            {
                Notes.CountError();
            }
            else if (!known[i])
            {
                string key = map.Keys[i];
                Notes.Error(
                    ErrorCatalogue.Packs.UnknownField,
                    JsonPointer.Child(Pointer, key),
                    $"There is no field {Shown.Name(key)} here.{DidYouMean.Sentence(key, declared)}");
            }
        }
    }

    /// <summary>The fields that were asked for and are there, by their declared names, as written.</summary>
    internal ObjectMap Canonical()
    {
        List<string> keys = [];
        List<Value> values = [];
        foreach (string name in declared)
        {
            for (int i = 0; i < known.Length; i++)
            {
                if (known[i] && Spelling.Same(map.Keys[i], name) && !keys.Contains(name))
                {
                    keys.Add(name);
                    values.Add(map.Values[i]);
                }
            }
        }

        return new ObjectMap([.. keys], [.. values]);
    }

    private Field? Locate(string name)
    {
        if (!declared.Contains(name))
        {
            declared.Add(name);
        }

        Field? found = null;
        for (int i = 0; i < known.Length; i++)
        {
            if (Spelling.Same(map.Keys[i], name))
            {
                known[i] = true;
                found = OnlyOne(found, new Field(map.Values[i], JsonPointer.Child(Pointer, map.Keys[i]), Notes));
            }
        }

        return found;
    }
}
