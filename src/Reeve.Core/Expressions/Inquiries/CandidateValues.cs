using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Inquiries;

/// <summary>
/// The values that stand for all: one for each region into which the uses of a path cut the values it could have. A use is a
/// question with few answers (equal or not, below or above, begins with or not), and for each combination of answers that
/// some value gives there is one in the list that gives it.
/// </summary>
internal static class CandidateValues
{
    // Past these a list would be too long to be tried in combination with others.
    private const int MaxMembers = 5;
    private const int MaxParts = 4;
    private const int MaxLinked = 3;
    private const int MaxCandidates = 256;
    private const long MaxSize = 64;

    /// <summary>The values; null when no finite list can do it.</summary>
    internal static IReadOnlyList<Value?>? Of(PathUses use)
    {
        List<PathUses> group = Group(use);
        bool isPlain = use.Texts.Count == 0 && use.Members.Count == 0 && use.Sizes.Count == 0;
        bool isOrderedText = group.Exists(other => other.IsOrdered) && group.Exists(other => other.Compared.Any(value => value.Kind == ValueKind.String));
        bool isWholeCompared = use.Compared.Any(value => value.Kind is ValueKind.List or ValueKind.Map);
        bool fails = use.IsOpaque || group.Exists(other => other.IsOpaque) || group.Count > MaxLinked
            || use.Members.Count > MaxMembers || use.Sizes.Any(size => Math.Abs(size) > MaxSize)
            || (group.Count > 1 && (!isPlain || isOrderedText || group.Exists(other => other.IsTyped || other.Texts.Count + other.Members.Count + other.Sizes.Count > 0)))
            || (use.Sizes.Count > 0 && (use.Texts.Count > 0 || isOrderedText || use.Transform is not null))
            || (isOrderedText && (use.Texts.Count > 0 || use.Transform is not null))
            // A list or object can differ from a constant in what nobody asks, and one length or number comes in several types.
            || (isWholeCompared && (!isPlain || use.LeadsOn || use.IsTyped))
            || (use.IsTyped && (use.Members.Count + use.Sizes.Count > 0 || use.Compared.Any(value => value.IsNumber)));
        if (fails)
        {
            return null;
        }

        List<Value?> values = [];
        Value[] compared = [.. group.SelectMany(other => other.Compared)];
        string spare = Spare(group);
        bool isOrdered = group.Exists(other => other.IsOrdered);
        foreach (Value value in compared)
        {
            Add(values, value);
        }

        NumberRegions.Add(values, [.. compared.Where(value => value.IsNumber)], isOrdered || group.Count > 1, group.Count);
        if (!AddTexts(values, use, group, [.. compared.Select(value => value.StringOrNull()).OfType<string>()], spare, isOrdered))
        {
            return null;
        }

        if (group.Exists(other => other.IsTruth) || compared.Any(value => value.Kind == ValueKind.Bool))
        {
            Add(values, Value.True);
            Add(values, Value.False);
        }

        AddLists(values, use, spare);
        AddKinds(values, use);
        if (group.Exists(other => other.IsAskedFor || other.IsTyped))
        {
            values.Add(Value.Null);
        }

        values.Add(null);
        return values.Count > MaxCandidates ? null : values;
    }

    private static List<PathUses> Group(PathUses use)
    {
        List<PathUses> group = [use];
        for (int i = 0; i < group.Count && group.Count <= MaxLinked; i++)
        {
            foreach (PathUses linked in group[i].Linked)
            {
                if (!group.Contains(linked))
                {
                    group.Add(linked);
                }
            }
        }

        return group;
    }

    // A character that none of the texts has, so that what is put together from pieces holds no piece by accident.
    private static string Spare(List<PathUses> group)
    {
        string all = string.Concat(group.SelectMany(use => use.Compared.Concat(use.Members).Select(value => value.StringOrNull()).Concat(use.Texts.Select(test => test.Text))));
        char spare = '~';
        while (all.Contains(spare))
        {
            spare = spare == '~' ? '\uE000' : (char)(spare + 1);
        }

        return spare.ToString();
    }

    private static bool AddTexts(List<Value?> values, PathUses use, List<PathUses> group, string[] compared, string spare, bool isOrdered)
    {
        foreach (string text in compared)
        {
            Add(values, Value.Of(Passed(text, use.Transform)));
            if (isOrdered)
            {
                Add(values, Value.Of(text + "\0"));
                Add(values, Value.Of(""));
            }
        }

        for (int i = 1; i <= group.Count; i++)
        {
            Add(values, Value.Of(string.Concat(Enumerable.Repeat(spare, i))));
        }

        return use.Texts.Count == 0 || AddCombinations(values, use, spare);
    }

    // One prefix, one suffix and any of the parts, with a strange character between them.
    private static bool AddCombinations(List<Value?> values, PathUses use, string spare)
    {
        string[] Of(TextTestKind kind) => [.. use.Texts.Where(test => test.Kind == kind).Select(test => Passed(test.Text, use.Transform))];
        string[] parts = Of(TextTestKind.Part);
        if (parts.Length > MaxParts)
        {
            return false;
        }

        foreach (TextTest test in use.Texts)
        {
            Add(values, Value.Of(Passed(test.Text, use.Transform)));
        }

        foreach (string prefix in (string[])[.. Of(TextTestKind.Prefix), ""])
        {
            foreach (string suffix in (string[])[.. Of(TextTestKind.Suffix), ""])
            {
                for (int chosen = 0; chosen < 1 << parts.Length && values.Count <= MaxCandidates; chosen++)
                {
                    string middle = string.Concat(parts.Where((_, at) => (chosen & (1 << at)) != 0).Select(part => part + spare));
                    Add(values, Value.Of(prefix + spare + middle + suffix));
                }
            }
        }

        return true;
    }

    private static string Passed(string text, string? transform) => transform switch
    {
        "lowerAscii" => string.Concat(text.Select(c => char.IsAscii(c) ? char.ToLowerInvariant(c) : c)),
        "upperAscii" => string.Concat(text.Select(c => char.IsAscii(c) ? char.ToUpperInvariant(c) : c)),
        _ => text,
    };

    // Every choice of the members that are looked for, in every length that makes a difference.
    private static void AddLists(List<Value?> values, PathUses use, string spare)
    {
        if (use.Members.Count == 0 && use.Sizes.Count == 0)
        {
            return;
        }

        SortedSet<long> lengths = [];
        foreach (long size in use.Sizes)
        {
            lengths.UnionWith([size - 1, size, size + 1]);
        }

        for (int chosen = 0; chosen < 1 << use.Members.Count && values.Count <= MaxCandidates; chosen++)
        {
            Value[] members = [.. use.Members.Where((_, at) => (chosen & (1 << at)) != 0)];
            foreach (long length in lengths.Count == 0 ? [members.Length, members.Length + 1] : lengths.Where(length => length >= members.Length))
            {
                Add(values, Value.Of(new ListValue([.. members, .. Enumerable.Repeat(Value.Of(spare), (int)length - members.Length)])));
            }
        }
    }

    private static void AddKinds(List<Value?> values, PathUses use)
    {
        if (use.IsTyped)
        {
            foreach (Value value in (Value[])[Value.Of(0L), Value.Of(0.5), Value.True, Value.Of(ListValue.Empty), Value.Of(ObjectMap.Empty)])
            {
                Add(values, value);
            }
        }
    }

    private static void Add(List<Value?> values, in Value value)
    {
        foreach (Value? known in values)
        {
            if (known is { } there && there.Kind == value.Kind && there == value)
            {
                return;
            }
        }

        values.Add(value);
    }
}
