using System.Text;

namespace Reeve.Core.Patterns;

/// <summary>Writes a short text that a tree is likely to match: it takes no notice of assertions.</summary>
internal sealed class PatternExample
{
    private const string Preferred = "aA0_- .";

    private readonly StringBuilder output = new();
    private int missing;

    /// <summary>The text; repetitions are used to bring it to the length aimed at.</summary>
    internal static string Of(PatternNode tree, int atLeast)
    {
        PatternExample example = new();
        example.missing = Math.Max(0, atLeast - Shortest(tree));
        example.Write(tree);
        return example.output.ToString();
    }

    private void Write(PatternNode node)
    {
        switch (node)
        {
            case SetNode one:
                output.Append(new Rune(Pick(one.Set)).ToString());
                break;
            case SequenceNode sequence:
                foreach (PatternNode item in sequence.Items)
                {
                    Write(item);
                }

                break;
            case ChoiceNode choice:
                Write(choice.Branches.MinBy(Shortest)!); // not null: a choice has branches
                break;
            case RepeatNode repeat:
                int length = Math.Max(1, Shortest(repeat.Item));
                int more = Math.Min((repeat.Max ?? PatternLimits.Size) - repeat.Min, (missing + length - 1) / length);
                missing -= more * length;
                for (int i = 0; i < repeat.Min + more; i++)
                {
                    Write(repeat.Item);
                }

                break;
        }
    }

    private static int Shortest(PatternNode node) => node switch
    {
        SetNode => 1,
        SequenceNode sequence => sequence.Items.Sum(Shortest),
        ChoiceNode choice => choice.Branches.Min(Shortest),
        RepeatNode repeat => repeat.Min * Shortest(repeat.Item),
        _ => 0,
    };

    private static int Pick(CodeSet set)
    {
        foreach (char candidate in Preferred)
        {
            if (set.Contains(candidate))
            {
                return candidate;
            }
        }

        ReadOnlySpan<int> bounds = set.Bounds;
        for (int i = 0; i < bounds.Length; i += 2)
        {
            int first = Math.Max(bounds[i], 0x21);
            if (first <= bounds[i + 1] && Rune.IsValid(first))
            {
                return first;
            }
        }

        return bounds.Length > 0 && Rune.IsValid(bounds[0]) ? bounds[0] : '?';
    }
}
