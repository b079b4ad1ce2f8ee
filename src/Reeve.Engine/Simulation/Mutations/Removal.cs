using System.Globalization;
using Reeve.Core.Values;
using Reeve.Engine.Simulation.Elements;

namespace Reeve.Engine.Simulation.Mutations;

/// <summary>Takes one element out of a document. Pure: the document stays as it is, and what is left out changes nothing else.</summary>
internal static class Removal
{
    /// <summary>
    /// The document without the element. With the last entry of a list the list's key goes, because an empty list would say
    /// something of its own; of tools and actions it goes when both are empty.
    /// </summary>
    internal static Value Without(in Value root, PackElement element)
    {
        string[] path = [.. JsonPointer.Parts(element.Pointer)];
        bool isGrouped = element.Section is "allowLists" or "blockLists" && path is [.., "tools" or "actions", _];
        return Without(root, path, 0, isGrouped);
    }

    private static Value Without(in Value value, string[] path, int depth, bool isGrouped)
    {
        if (depth == path.Length - 1)
        {
            return Leave(value, path[depth]);
        }

        Value child = Without(Member(value, path[depth]), path, depth + 1, isGrouped);

        // The container of the entry, and for tools and actions the pair of lists around it.
        int above = path.Length - 2 - depth;
        bool isContainer = above == 0 || (isGrouped && above == 1);
        return isContainer && IsEmpty(child, isGrouped) ? Leave(value, path[depth]) : Put(value, path[depth], child);
    }

    private static bool IsEmpty(in Value value, bool isGrouped)
    {
        if (value.ListOrNull() is { } list)
        {
            return list.Count == 0;
        }

        MapValue map = value.AsMap();
        for (int i = 0; i < map.Count; i++)
        {
            Value member = map.ValueAt(i);
            if (!isGrouped || !(member.IsNull || member.ListOrNull()?.Count == 0))
            {
                return false;
            }
        }

        return true;
    }

    private static Value Member(in Value value, string key) =>
        value.ListOrNull() is { } list ? list[Index(key)] : value.AsMap()[key];

    private static Value Leave(in Value value, string key)
    {
        if (value.ListOrNull() is { } list)
        {
            Value[] items = list.Items.ToArray();
            int index = Index(key);
            return Value.Of(new ListValue([.. items[..index], .. items[(index + 1)..]]));
        }

        return Value.Of(((ObjectMap)value.AsMap()).Without(key));
    }

    private static Value Put(in Value value, string key, in Value child)
    {
        if (value.ListOrNull() is { } list)
        {
            Value[] items = list.Items.ToArray();
            items[Index(key)] = child;
            return Value.Of(new ListValue(items));
        }

        return Value.Of(((ObjectMap)value.AsMap()).With(key, child));
    }

    private static int Index(string key) => int.Parse(key, CultureInfo.InvariantCulture);
}
