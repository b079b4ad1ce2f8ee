namespace Reeve.Core.Patterns;

/// <summary>What holds between two characters.</summary>
internal enum Assertion : byte
{
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NotWordBoundary,
}

/// <summary>A regular expression as a tree of what decides whether it matches; captures and greediness do not.</summary>
internal abstract record PatternNode
{
    /// <summary>Characters and assertions once repetitions are written out.</summary>
    internal abstract long Size { get; }

    /// <summary>Repetitions and choices once the repetitions around them are written out.</summary>
    internal abstract long Forks { get; }

    /// <summary>Whether it matches the empty text wherever it stands.</summary>
    internal abstract bool IsNullable { get; }

    /// <summary>The largest product of nested repetition counts, at least 1.</summary>
    internal abstract long Repeats { get; }
}

/// <summary>One code point of a set.</summary>
internal sealed record SetNode(CodeSet Set) : PatternNode
{
    internal override long Size => 1;

    internal override long Forks => 0;

    internal override bool IsNullable => false;

    internal override long Repeats => 1;
}

/// <summary>A condition on the place.</summary>
internal sealed record AssertionNode(Assertion Assertion) : PatternNode
{
    internal override long Size => 1;

    internal override long Forks => 0;

    internal override bool IsNullable => false;

    internal override long Repeats => 1;
}

/// <summary>One after the other; without items, the empty text.</summary>
internal sealed record SequenceNode(IReadOnlyList<PatternNode> Items) : PatternNode
{
    internal static SequenceNode Empty { get; } = new([]);

    internal override long Size { get; } = Items.Sum(item => item.Size);

    internal override long Forks { get; } = Items.Sum(item => item.Forks);

    internal override bool IsNullable { get; } = Items.All(item => item.IsNullable);

    internal override long Repeats { get; } = Items.Select(item => item.Repeats).Append(1).Max();
}

/// <summary>Any one of several.</summary>
internal sealed record ChoiceNode(IReadOnlyList<PatternNode> Branches) : PatternNode
{
    internal override long Size { get; } = Branches.Sum(item => item.Size);

    internal override long Forks { get; } = Branches.Sum(item => item.Forks) + 1;

    internal override bool IsNullable { get; } = Branches.Any(item => item.IsNullable);

    internal override long Repeats { get; } = Branches.Max(item => item.Repeats);
}

/// <summary>Again and again; <paramref name="Max"/> null is without end.</summary>
internal sealed record RepeatNode(PatternNode Item, int Min, int? Max) : PatternNode
{
    internal override long Size { get; } = Item.Size * Math.Max(1, Max ?? Min);

    // A single set is repeated by one loop, anything else by copies of which each may be optional.
    internal override long Forks { get; } = Item is SetNode ? 1 : (Item.Forks * Math.Max(1, Max ?? Min)) + Math.Max(1, (Max ?? Min) - Min);

    internal override bool IsNullable { get; } = Min == 0 || Item.IsNullable;

    internal override long Repeats { get; } = Item.Repeats * Math.Max(1, Max ?? Min);
}
