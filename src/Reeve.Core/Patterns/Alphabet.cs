using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Reeve.Core.Patterns;

/// <summary>
/// The letters in which one regular expression is translated and its texts are read. ASCII stays as it is. All code points
/// beyond it that no set of the expression tells apart share one letter, a character of the private use area.
/// </summary>
/// <remarks>
/// So a code point is one letter even where UTF-16 needs two, a set of a thousand ranges is one short class, and a letter
/// beyond ASCII is never a word character: .NET's <c>\b</c> then means RE2's. A text of ASCII alone needs no mapping.
/// </remarks>
internal sealed class Alphabet
{
    // The private use area: 6,400 characters, none of them a word character to .NET.
    private const char FirstLetter = '\uE000';
    private const int Letters = 6_400;
    private const int FirstMapped = 0x80;

    // Where runs of code points with one letter begin, ascending from FirstMapped, and their letters.
    private readonly int[] starts;
    private readonly char[] letters;

    private Alphabet(int[] starts, char[] letters)
    {
        this.starts = starts;
        this.letters = letters;
    }

    /// <summary>The smallest alphabet that tells apart what the tree does.</summary>
    /// <exception cref="PatternException">PAT-003: it has more letters than the private use area.</exception>
    internal static Alphabet Of(PatternNode tree)
    {
        List<CodeSet> sets = [];
        Collect(tree, sets, []);
        SortedSet<int> cuts = [FirstMapped];
        foreach (CodeSet set in sets)
        {
            ReadOnlySpan<int> bounds = set.Bounds;
            for (int i = 0; i < bounds.Length; i++)
            {
                int cut = bounds[i] + (i & 1);
                if (cut is > FirstMapped and <= CodeSet.Last)
                {
                    cuts.Add(cut);
                }
            }
        }

        // Every run begins in block 0; each set in turn splits the blocks it cuts through.
        int[] starts = [.. cuts];
        int[] blocks = new int[starts.Length];
        int count = 1;
        foreach (CodeSet set in sets)
        {
            Dictionary<int, int> inside = [];
            for (int i = 0; i < starts.Length; i++)
            {
                if (set.Contains(starts[i]))
                {
                    if (!inside.TryGetValue(blocks[i], out int block))
                    {
                        inside.Add(blocks[i], block = count++);
                    }

                    blocks[i] = block;
                }
            }

            count = Renumber(blocks);
        }

        if (count > Letters)
        {
            throw new PatternException(Errors.ErrorCatalogue.Patterns.TooLarge, "The regular expression tells too many characters apart", 0);
        }

        return new Alphabet(starts, [.. blocks.Select(block => (char)(FirstLetter + block))]);
    }

    /// <summary>The set as a .NET class or character.</summary>
    internal void Write(StringBuilder output, CodeSet set)
    {
        StringBuilder members = new();
        ReadOnlySpan<int> bounds = set.Bounds;
        for (int i = 0; i < bounds.Length && bounds[i] < FirstMapped; i += 2)
        {
            WriteRange(members, bounds[i], Math.Min(bounds[i + 1], FirstMapped - 1));
        }

        SortedSet<char> beyond = [];
        for (int i = 0; i < starts.Length; i++)
        {
            if (set.Contains(starts[i]))
            {
                beyond.Add(letters[i]);
            }
        }

        int first = -1;
        int last = -1;
        foreach (char letter in beyond)
        {
            if (first >= 0 && letter > last + 1)
            {
                WriteRange(members, first, last);
                first = letter;
            }

            first = first < 0 ? letter : first;
            last = letter;
        }

        if (first >= 0)
        {
            WriteRange(members, first, last);
        }

        const int OneCharacter = 6; // \uXXXX
        _ = members.Length switch
        {
            0 => output.Append(@"[^\u0000-\uFFFF]"),
            OneCharacter => output.Append(members),
            _ => output.Append('[').Append(members).Append(']'),
        };
    }

    /// <summary>Asks a translated expression about a text.</summary>
    internal bool IsMatch(Regex regex, ReadOnlySpan<char> input)
    {
        if (Ascii.IsValid(input))
        {
            return regex.IsMatch(input);
        }

        char[]? rented = null;
        Span<char> mapped = input.Length <= 256 ? stackalloc char[256] : rented = ArrayPool<char>.Shared.Rent(input.Length);
        int length = 0;
        foreach (Rune rune in input.EnumerateRunes())
        {
            // A lone surrogate arrives here as U+FFFD, as it does in Go.
            mapped[length++] = rune.IsAscii ? (char)rune.Value : LetterOf(rune.Value);
        }

        bool found = regex.IsMatch(mapped[..length]);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return found;
    }

    private char LetterOf(int codePoint)
    {
        int at = Array.BinarySearch(starts, codePoint);
        return letters[at < 0 ? ~at - 1 : at];
    }

    private static void Collect(PatternNode node, List<CodeSet> sets, HashSet<CodeSet> seen)
    {
        switch (node)
        {
            case SetNode one when one.Set.Bounds is [.., >= FirstMapped] && seen.Add(one.Set): sets.Add(one.Set); break;
            case SequenceNode sequence: CollectAll(sequence.Items); break;
            case ChoiceNode choice: CollectAll(choice.Branches); break;
            case RepeatNode repeat: Collect(repeat.Item, sets, seen); break;
        }

        void CollectAll(IReadOnlyList<PatternNode> nodes)
        {
            foreach (PatternNode each in nodes)
            {
                Collect(each, sets, seen);
            }
        }
    }

    // Splitting leaves numbers of blocks that became empty behind.
    private static int Renumber(int[] blocks)
    {
        Dictionary<int, int> numbers = [];
        for (int i = 0; i < blocks.Length; i++)
        {
            if (!numbers.TryGetValue(blocks[i], out int number))
            {
                numbers.Add(blocks[i], number = numbers.Count);
            }

            blocks[i] = number;
        }

        return numbers.Count;
    }

    private static void WriteRange(StringBuilder output, int first, int last)
    {
        output.Append(CultureInfo.InvariantCulture, $"\\u{first:X4}");
        if (last > first)
        {
            output.Append(CultureInfo.InvariantCulture, $"-\\u{last:X4}");
        }
    }
}
