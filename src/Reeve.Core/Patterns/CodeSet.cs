namespace Reeve.Core.Patterns;

/// <summary>A set of code points as ascending, disjoint, non-adjacent ranges; immutable, equal by content.</summary>
internal sealed class CodeSet : IEquatable<CodeSet>
{
    internal const int Last = 0x10FFFF;

    // first, last, first, last, …
    private readonly int[] bounds;

    private CodeSet(int[] bounds) => this.bounds = bounds;

    internal static CodeSet None { get; } = new([]);

    internal static CodeSet Any { get; } = new([0, Last]);

    internal ReadOnlySpan<int> Bounds => bounds;

    internal static CodeSet Of(int codePoint) => new([codePoint, codePoint]);

    /// <summary>The set of the given ranges, first and last in turn, in any order and overlapping at will.</summary>
    internal static CodeSet Of(params ReadOnlySpan<int> ranges)
    {
        CodeSetBuilder builder = new();
        for (int i = 0; i < ranges.Length; i += 2)
        {
            builder.Add(ranges[i], ranges[i + 1]);
        }

        return builder.ToSet();
    }

    /// <summary>Takes bounds that already hold the invariant.</summary>
    internal static CodeSet Trusted(int[] bounds) => new(bounds);

    internal bool Contains(int codePoint)
    {
        int at = Array.BinarySearch(bounds, codePoint);
        return at >= 0 || (~at & 1) == 1;
    }

    internal CodeSet Negate()
    {
        List<int> gaps = new(bounds.Length + 2);
        int next = 0;
        for (int i = 0; i < bounds.Length; i += 2)
        {
            if (bounds[i] > next)
            {
                gaps.Add(next);
                gaps.Add(bounds[i] - 1);
            }

            next = bounds[i + 1] + 1;
        }

        if (next <= Last)
        {
            gaps.Add(next);
            gaps.Add(Last);
        }

        return new CodeSet([.. gaps]);
    }

    public bool Equals(CodeSet? other) => other is not null && bounds.AsSpan().SequenceEqual(other.bounds);

    public override bool Equals(object? obj) => Equals(obj as CodeSet);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int bound in bounds)
        {
            hash.Add(bound);
        }

        return hash.ToHashCode();
    }
}

/// <summary>Collects ranges into a <see cref="CodeSet"/>.</summary>
internal sealed class CodeSetBuilder
{
    private readonly List<(int First, int Last)> ranges = [];

    internal void Add(int first, int last) => ranges.Add((first, last));

    internal void Add(CodeSet set)
    {
        ReadOnlySpan<int> bounds = set.Bounds;
        for (int i = 0; i < bounds.Length; i += 2)
        {
            ranges.Add((bounds[i], bounds[i + 1]));
        }
    }

    internal CodeSet ToSet()
    {
        ranges.Sort();
        List<int> bounds = new(ranges.Count * 2);
        foreach ((int first, int last) in ranges)
        {
            if (bounds.Count > 0 && first <= bounds[^1] + 1)
            {
                bounds[^1] = Math.Max(bounds[^1], last);
            }
            else
            {
                bounds.Add(first);
                bounds.Add(last);
            }
        }

        return CodeSet.Trusted([.. bounds]);
    }
}
