using Reeve.Core.Values;

namespace Reeve.Engine.PackVersions;

/// <summary>What differs between two contents: which members at the top, and inside a section whose parts have names, which of those. Pure.</summary>
internal sealed record PackDifference(IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<SectionDifference> Changed)
{
    // Lists whose items have one of these, each a different one, are compared item by item.
    private static readonly string[] NamesOfItems = ["playbookId", "playbook_id", "suiteId", "suite_id", "id", "name", "toolName", "tool_name"];

    /// <summary>Compares; names come in the order of their document.</summary>
    internal static PackDifference Of(ObjectMap before, ObjectMap after)
    {
        (List<string> added, List<string> removed, List<string> changed) = Compare(before, after);
        return new PackDifference(added, removed, [.. changed.Select(member => Section(member, before[member], after[member]))]);
    }

    private static SectionDifference Section(string member, Value before, Value after)
    {
        if (Named(before) is not { } left || Named(after) is not { } right)
        {
            return new SectionDifference(member, null, null, null);
        }

        (List<string> added, List<string> removed, List<string> changed) = Compare(left, right);
        return new SectionDifference(member, added, removed, changed);
    }

    private static (List<string> Added, List<string> Removed, List<string> Changed) Compare(ObjectMap before, ObjectMap after)
    {
        List<string> added = [];
        List<string> removed = [];
        List<string> changed = [];
        foreach (string key in after.Keys)
        {
            if (!before.TryGet(key, out Value old))
            {
                added.Add(key);
            }
            else if (!Same(old, after[key]))
            {
                changed.Add(key);
            }
        }

        foreach (string key in before.Keys)
        {
            if (!after.TryGet(key, out _))
            {
                removed.Add(key);
            }
        }

        return (added, removed, changed);
    }

    // As the content hash compares: order and the spelling of numbers count.
    private static bool Same(in Value left, in Value right) => JsonText.ToUtf8(left).AsSpan().SequenceEqual(JsonText.ToUtf8(right));

    private static ObjectMap? Named(in Value section)
    {
        if (section.MapOrNull() is ObjectMap map)
        {
            return map;
        }

        if (section.ListOrNull() is not { } list || list.Count == 0)
        {
            return null;
        }

        Value[] items = list.Items.ToArray();
        foreach (string member in NamesOfItems)
        {
            string?[] names = [.. items.Select(item => item.MapOrNull()?[member].StringOrNull())];
            if (names.All(name => name is not null) && names.Distinct(StringComparer.Ordinal).Count() == names.Length)
            {
                return new ObjectMap(names!, items); // not null: just asked of all
            }
        }

        return null;
    }
}

/// <summary>What differs inside a member that both have.</summary>
/// <param name="Member">The member.</param>
/// <param name="Added">Names that only the later has; null when its parts have no names.</param>
/// <param name="Removed">Names that only the earlier has.</param>
/// <param name="Changed">Names that both have with different content; all three empty when only the order differs.</param>
internal sealed record SectionDifference(string Member, IReadOnlyList<string>? Added, IReadOnlyList<string>? Removed, IReadOnlyList<string>? Changed);
