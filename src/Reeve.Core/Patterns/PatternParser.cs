using System.Globalization;
using System.Text;
using Reeve.Core.Errors;

namespace Reeve.Core.Patterns;

/// <summary>What is in force at a place of a regular expression.</summary>
internal readonly record struct PatternFlags(bool IgnoreCase, bool Multiline, bool DotAll);

/// <summary>
/// What both syntaxes share: alternatives, sequences, groups and repetitions. A subclass knows what atoms, escapes and
/// classes mean. It stops at the first error.
/// </summary>
internal abstract class PatternParser(string text)
{
    private int depth;

    protected string Text { get; } = text;

    /// <summary>The next character's offset.</summary>
    protected int At { get; set; }

    protected PatternFlags Flags { get; set; }

    protected bool Ended => At >= Text.Length;

    protected char Next => At < Text.Length ? Text[At] : '\0';

    /// <summary>The tree of the whole text.</summary>
    /// <exception cref="PatternException">PAT-001 to PAT-003.</exception>
    internal PatternNode Parse()
    {
        for (int i = 0; i < Text.Length; i++)
        {
            if (char.IsSurrogatePair(Text, i))
            {
                i++;
            }
            else if (char.IsSurrogate(Text[i]))
            {
                throw Malformed("A lone surrogate", i);
            }
        }

        PatternNode tree = ParseChoice();
        return Ended ? tree : throw Malformed("A closing parenthesis without its opening one", At);
    }

    /// <summary>Reads an atom that is no group, class, dot or quantifier into the sequence.</summary>
    protected abstract void ParseEscape(List<PatternNode> items);

    /// <summary>Reads what follows <c>(?</c>. True when a group's content follows, false when it was only flags.</summary>
    protected abstract bool ParseGroupHead(int start);

    /// <summary>Whether <c>]</c> right after the opening of a class closes it, rather than being a member.</summary>
    protected abstract bool MayBeEmptyClass { get; }

    /// <summary>Reads an escape or name inside a class that stands for a set, if one is next.</summary>
    protected abstract bool TryTakeSet(out CodeSet set);

    /// <summary>Reads one code point inside a class, escaped or not.</summary>
    protected int TakeMember()
    {
        if (Next != '\\')
        {
            return TakeCodePoint();
        }

        int start = At++;
        if (Ended)
        {
            throw Malformed("A backslash at the end", start);
        }

        char escaped = Text[At++];
        int control = "fnrtv".IndexOf(escaped, StringComparison.Ordinal);
        return control < 0 ? TakeEscaped(escaped, start) : "\f\n\r\t\v"[control];
    }

    /// <summary>Reads what a backslash and a character stand for, where the dialects differ.</summary>
    protected abstract int TakeEscaped(char escaped, int start);

    /// <summary>Whether a range may end in a set, which makes its dash a member: <c>[a-\d]</c>.</summary>
    protected abstract bool SetMayEndRange { get; }

    protected abstract CodeSet Dot { get; }

    /// <summary>Refuses a count; called once both are read.</summary>
    protected abstract void CheckRepeat(RepeatNode repeat, int start);

    protected SetNode Literal(int codePoint) => new(Folded(CodeSet.Of(codePoint)));

    protected CodeSet Folded(CodeSet set) => Flags.IgnoreCase ? CaseFolding.Close(set) : set;

    /// <summary>Steps over a text if it is next.</summary>
    protected bool Take(string expected)
    {
        bool there = Text.AsSpan(At).StartsWith(expected);
        At += there ? expected.Length : 0;
        return there;
    }

    /// <summary>Reads one whole code point.</summary>
    protected int TakeCodePoint()
    {
        Rune rune = Rune.GetRuneAt(Text, At);
        At += rune.Utf16SequenceLength;
        return rune.Value;
    }

    /// <summary>Reads hexadecimal digits up to the brace that closes them, or exactly <paramref name="digits"/> of them.</summary>
    protected int TakeHex(int start, int? digits)
    {
        int end = digits is { } count ? At + count : Text.IndexOf('}', At);
        if (end <= At || end > Text.Length || end - At > 8
            || !int.TryParse(Text.AsSpan(At, end - At), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            || value is < 0 or > CodeSet.Last)
        {
            throw Malformed("An escape that names no code point", start);
        }

        At = end + (digits is null ? 1 : 0);
        return value;
    }

    protected static PatternException Malformed(string what, int offset) => new(ErrorCatalogue.Patterns.Malformed, what, offset);

    protected static PatternException Unsupported(string what, int offset) => new(ErrorCatalogue.Patterns.Unsupported, what + " is not supported", offset);

    protected static PatternException TooLarge(string what, int offset) => new(ErrorCatalogue.Patterns.TooLarge, what, offset);

    private PatternNode ParseChoice()
    {
        if (++depth > PatternLimits.Depth)
        {
            throw TooLarge($"Groups nested deeper than {PatternLimits.Depth}", At);
        }

        List<PatternNode> branches = [ParseSequence()];
        (long size, long forks) = (branches[0].Size, branches[0].Forks);
        while (Take("|"))
        {
            int start = At;
            branches.Add(ParseSequence());
            (size, forks) = (size + branches[^1].Size, forks + branches[^1].Forks);
            CheckSize(size, forks, start);
        }

        depth--;
        return branches.Count == 1 ? branches[0] : new ChoiceNode(branches);
    }

    private SequenceNode ParseSequence()
    {
        List<PatternNode> items = [];
        (long size, long forks) = (0, 0);
        while (!Ended && Next is not ('|' or ')'))
        {
            int start = At;
            int known = items.Count;
            if (TakeQuantifier(out int min, out int? max))
            {
                if (known == 0)
                {
                    throw Malformed("A quantifier with nothing before it", start);
                }

                known--;
                (size, forks) = (size - items[known].Size, forks - items[known].Forks);
                items[known] = Repeat(items[known], min, max, start);
            }
            else
            {
                ParseAtom(items);
            }

            for (; known < items.Count; known++)
            {
                (size, forks) = (size + items[known].Size, forks + items[known].Forks);
            }

            CheckSize(size, forks, start);
        }

        return new SequenceNode(items);
    }

    private void ParseAtom(List<PatternNode> items)
    {
        int start = At;
        switch (Next)
        {
            case '(':
                At++;
                ParseGroup(items, start);
                break;
            case '[':
                At++;
                items.Add(new SetNode(ParseClass(start)));
                break;
            case '.':
                At++;
                items.Add(new SetNode(Dot));
                break;
            case '^':
                At++;
                items.Add(new AssertionNode(Flags.Multiline ? Assertion.LineStart : Assertion.TextStart));
                break;
            case '$':
                At++;
                items.Add(new AssertionNode(Flags.Multiline ? Assertion.LineEnd : Assertion.TextEnd));
                break;
            case '\\':
                ParseEscape(items);
                break;
            default:
                items.Add(Literal(TakeCodePoint()));
                break;
        }
    }

    private CodeSet ParseClass(int start)
    {
        bool negated = Take("^");
        CodeSetBuilder members = new();
        for (bool first = !MayBeEmptyClass; first || Next != ']' || Ended; first = false)
        {
            if (Ended)
            {
                throw Malformed("A class that is not closed", start);
            }

            if (TryTakeSet(out CodeSet set))
            {
                members.Add(set);
                continue;
            }

            int at = At;
            int from = TakeMember();
            int to = from;
            if (Next == '-' && At + 1 < Text.Length && Text[At + 1] != ']')
            {
                At++;
                if (SetMayEndRange && TryTakeSet(out set))
                {
                    members.Add(set);
                    members.Add('-', '-');
                }
                else
                {
                    to = TakeMember();
                }
            }

            members.Add(from <= to ? Folded(CodeSet.Of(from, to)) : throw Malformed("A range whose end is before its start", at));
        }

        At++;
        return negated ? members.ToSet().Negate() : members.ToSet();
    }

    private void ParseGroup(List<PatternNode> items, int start)
    {
        PatternFlags outside = Flags;
        if (Take("?") && !ParseGroupHead(start))
        {
            return;
        }

        PatternNode content = ParseChoice();
        if (!Take(")"))
        {
            throw Malformed("A group that is not closed", start);
        }

        Flags = outside;
        items.Add(content);
    }

    private PatternNode Repeat(PatternNode item, int min, int? max, int start)
    {
        _ = Take("?"); // lazy or greedy, the same texts match
        int after = At;
        if (Take("+"))
        {
            throw Unsupported("A possessive or doubled quantifier", after);
        }

        if (TakeQuantifier(out _, out _))
        {
            throw Malformed("A quantifier of a quantifier", after);
        }

        if (max < min)
        {
            throw Malformed("A repetition whose maximum is below its minimum", start);
        }

        RepeatNode repeat = new(item, min, max);
        CheckRepeat(repeat, start);
        bool nested = (max ?? min) > 1 && HasRepeat(repeat.Item);
        if (nested && repeat.Size > PatternLimits.NestedSize)
        {
            throw TooLarge($"A repetition of repetitions that amounts to {repeat.Size} characters; {PatternLimits.NestedSize} are accepted", start);
        }

        return Simplified(repeat);
    }

    // Only rewrites that keep the set of texts matched; each removes a shape that makes automata large.
    private static PatternNode Simplified(RepeatNode repeat) => repeat switch
    {
        { Max: 0 } => SequenceNode.Empty,
        { Min: 1, Max: 1 } => repeat.Item,
        { Min: 0, Max: 1, Item.IsNullable: true } => repeat.Item,
        { Min: <= 1, Max: null, Item: RepeatNode { Min: 0, Max: null } inner } => inner,
        { Max: null, Item.IsNullable: true } => repeat with { Min = 0 },
        _ => repeat,
    };

    private static bool HasRepeat(PatternNode node) => node switch
    {
        RepeatNode => true,
        SequenceNode sequence => sequence.Items.Any(HasRepeat),
        ChoiceNode choice => choice.Branches.Any(HasRepeat),
        _ => false,
    };

    private static void CheckSize(long size, long forks, int offset)
    {
        if (forks > PatternLimits.Forks)
        {
            throw TooLarge($"A regular expression of more than {PatternLimits.Forks} repetitions and choices once the repetitions around them are written out", offset);
        }

        if (size > PatternLimits.Size)
        {
            throw TooLarge($"A regular expression of more than {PatternLimits.Size} characters once its repetitions are written out", offset);
        }
    }

    private bool TakeQuantifier(out int min, out int? max)
    {
        (min, max) = (0, null);
        switch (Next)
        {
            case '*': break;
            case '+': min = 1; break;
            case '?': max = 1; break;
            case '{': return TakeCounts(out min, out max);
            default: return false;
        }

        At++;
        return true;
    }

    // {n}, {n,} or {n,m}; anything else in braces is literal text in both syntaxes.
    private bool TakeCounts(out int min, out int? max)
    {
        int at = At + 1;
        max = null;
        if (!TakeNumber(ref at, out min))
        {
            return false;
        }

        max = min;
        if (at < Text.Length && Text[at] == ',')
        {
            at++;
            max = TakeNumber(ref at, out int bound) ? bound : null;
        }

        if (at >= Text.Length || Text[at] != '}')
        {
            return false;
        }

        At = at + 1;
        return true;
    }

    // Counts beyond a million are all too large; which one does not matter.
    private bool TakeNumber(ref int at, out int number)
    {
        int start = at;
        number = 0;
        for (; at < Text.Length && char.IsAsciiDigit(Text[at]); at++)
        {
            number = Math.Min((number * 10) + (Text[at] - '0'), 1_000_000);
        }

        return at > start;
    }
}
