using System.Text.Json;
using Reeve.Core.Values;

namespace Reeve.Engine.PackVersions;

/// <summary>What differs between two contents: which members at the top, and inside a section whose parts have names, which of those. Pure.</summary>
/// <param name="Added">Members that only the later has.</param>
/// <param name="Removed">Members that only the earlier has.</param>
/// <param name="Changed">Members that both have with different content.</param>
public sealed record PackDifference(IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<SectionDifference> Changed)
{
    private const int NamedInSummary = 5;

    // Lists whose items have one of these, each a different one, are compared item by item.
    private static readonly string[] NamesOfItems = ["playbookId", "playbook_id", "suiteId", "suite_id", "id", "name", "toolName", "tool_name"];

    /// <summary>Whether they say the same; the order of their members may differ.</summary>
    public bool IsEmpty => Added.Count == 0 && Removed.Count == 0 && Changed.Count == 0;

    /// <summary>In a few words: <c>1 added (calendars), 1 changed (playbooks: 1 added, 2 changed)</c>.</summary>
    public string Summary => IsEmpty ? "no difference" : string.Join(", ", Parts(Added.Count, "added", Added).Concat(Parts(Removed.Count, "removed", Removed)).Concat(Parts(Changed.Count, "changed", Changed.Select(Short))));

    /// <summary>Compares two versions.</summary>
    public static PackDifference Of(PackContent before, PackContent after) => Of(PackTexts.Members(before.Json), PackTexts.Members(after.Json));

    /// <summary>As JSON: <c>{"summary", "added", "removed", "changed": [{"member", "added", "removed", "changed"}]}</c>.</summary>
    public ReadOnlyMemory<byte> ToJson() => JsonText.Render(0, (writer, _) => Write(writer, withSummary: true));

    // The log has what the summary is made of.
    internal void Write(Utf8JsonWriter writer, bool withSummary)
    {
        writer.WriteStartObject();
        if (withSummary)
        {
            writer.WriteString("summary", Summary);
        }

        Names(writer, "added", Added);
        Names(writer, "removed", Removed);
        writer.WriteStartArray("changed");
        foreach (SectionDifference section in Changed)
        {
            writer.WriteStartObject();
            writer.WriteString("member", section.Member);
            Names(writer, "added", section.Added);
            Names(writer, "removed", section.Removed);
            Names(writer, "changed", section.Changed);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    internal static void Names(Utf8JsonWriter writer, string member, IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            return;
        }

        writer.WriteStartArray(member);
        foreach (string name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }

    private static IEnumerable<string> Parts(int count, string word, IEnumerable<string> names) =>
        count == 0 ? [] : [$"{count} {word} ({string.Join("; ", names.Take(NamedInSummary))}{(count > NamedInSummary ? "; …" : "")})"];

    private static string Short(SectionDifference section)
    {
        string[] counts =
        [
            .. new[] { (Names: section.Added, Word: "added"), (Names: section.Removed, Word: "removed"), (Names: section.Changed, Word: "changed") }
                .Where(part => part.Names is { Count: > 0 }).Select(part => $"{part.Names!.Count} {part.Word}"), // not null: just asked
        ];
        return counts.Length == 0 ? section.Member : $"{section.Member}: {string.Join(", ", counts)}";
    }

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
public sealed record SectionDifference(string Member, IReadOnlyList<string>? Added, IReadOnlyList<string>? Removed, IReadOnlyList<string>? Changed);
