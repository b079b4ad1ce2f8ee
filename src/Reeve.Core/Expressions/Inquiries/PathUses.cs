using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Inquiries;

/// <summary>What has been found out so far about the uses of one path.</summary>
internal sealed class PathUses(IReadOnlyList<PathPart> parts, string text, int position)
{
    // Beyond this a list is no longer tried, and each addition would be compared with all before it.
    private const int MaxConstants = 1_000;

    private readonly List<Value> compared = [];
    private readonly List<Value> members = [];
    private readonly List<TextTest> texts = [];
    private readonly List<long> sizes = [];

    internal IReadOnlyList<PathPart> Parts { get; } = parts;

    internal string Text { get; } = text;

    internal int Position { get; } = position;

    internal IReadOnlyList<Value> Compared => compared;

    internal IReadOnlyList<Value> Members => members;

    internal IReadOnlyList<TextTest> Texts => texts;

    internal IReadOnlyList<long> Sizes => sizes;

    /// <summary>Whether it is used in a way for which no finite list of values stands.</summary>
    internal bool IsOpaque { get; set; }

    /// <summary>Whether it is compared by order.</summary>
    internal bool IsOrdered { get; set; }

    /// <summary>Whether it is itself asked for true or false.</summary>
    internal bool IsTruth { get; set; }

    /// <summary>Whether has() asks for it.</summary>
    internal bool IsAskedFor { get; set; }

    /// <summary>Whether its type is asked for.</summary>
    internal bool IsTyped { get; set; }

    /// <summary>Whether another path leads on from it.</summary>
    internal bool LeadsOn { get; set; }

    /// <summary>The function that its text passes before it is looked at; null when it is looked at as it is and when it is not yet known.</summary>
    internal string? Transform { get; private set; }

    private bool IsPlain { get; set; }

    /// <summary>The other paths that it is compared with.</summary>
    internal List<PathUses> Linked { get; } = [];

    internal void CompareWith(in Value value, bool byOrder)
    {
        // What JSON cannot hold is compared with by conversions only, of which nothing is known here.
        IsOpaque |= value.Kind is not (ValueKind.Null or ValueKind.Bool or ValueKind.Int or ValueKind.Uint or ValueKind.Double or ValueKind.String or ValueKind.List or ValueKind.Map)
            || (value.Kind == ValueKind.Double && !double.IsFinite(value.AsDouble()));
        IsOrdered |= byOrder;
        AddOnce(compared, value);
    }

    internal void LookFor(in Value member) => AddOnce(members, member);

    internal void LookFor(TextTest test)
    {
        IsOpaque |= texts.Count >= MaxConstants;
        if (texts.Count < MaxConstants && !texts.Contains(test))
        {
            texts.Add(test);
        }
    }

    internal void Measure(long size)
    {
        IsOpaque |= sizes.Count >= MaxConstants;
        if (sizes.Count < MaxConstants && !sizes.Contains(size))
        {
            sizes.Add(size);
        }
    }

    /// <summary>Notes how its text is looked at: one way at a time can be told.</summary>
    internal void Pass(string? transform)
    {
        IsOpaque |= transform is null ? Transform is not null : IsPlain || (Transform is not null && Transform != transform);
        IsPlain |= transform is null;
        Transform ??= transform;
    }

    private void AddOnce(List<Value> values, in Value value)
    {
        if (values.Count >= MaxConstants)
        {
            IsOpaque = true;
            return;
        }

        foreach (Value known in values)
        {
            if (known.Kind == value.Kind && known == value)
            {
                return;
            }
        }

        values.Add(value);
    }
}
