namespace Reeve.Core.Patterns;

/// <summary>The syntax of RE2 (github.com/google/re2/wiki/Syntax), as Go's regexp accepts it.</summary>
internal sealed class Re2Parser(string text) : PatternParser(text)
{
    private readonly HashSet<string> names = [];

    protected override CodeSet Dot => Flags.DotAll ? CodeSet.Any : NamedSets.NotNewline;

    protected override bool MayBeEmptyClass => false;

    protected override bool SetMayEndRange => false;

    protected override void CheckRepeat(RepeatNode repeat, int start)
    {
        if (repeat.Min > PatternLimits.Re2Repeats || repeat.Repeats > PatternLimits.Re2Repeats)
        {
            throw TooLarge($"A repetition count, or a product of nested ones, above {PatternLimits.Re2Repeats}", start);
        }
    }

    protected override void ParseEscape(List<PatternNode> items)
    {
        int start = At;
        if (Take(@"\A"))
        {
            items.Add(new AssertionNode(Assertion.TextStart));
        }
        else if (Take(@"\z"))
        {
            items.Add(new AssertionNode(Assertion.TextEnd));
        }
        else if (Take(@"\b"))
        {
            items.Add(new AssertionNode(Assertion.WordBoundary));
        }
        else if (Take(@"\B"))
        {
            items.Add(new AssertionNode(Assertion.NotWordBoundary));
        }
        else if (Take(@"\Q"))
        {
            while (!Ended && !Take(@"\E"))
            {
                items.Add(Literal(TakeCodePoint()));
            }
        }
        else if (Take(@"\C"))
        {
            throw Unsupported(@"\C, a single byte,", start);
        }
        else
        {
            items.Add(TryTakeSet(out CodeSet set) ? new SetNode(set) : Literal(TakeMember()));
        }
    }

    protected override bool TryTakeSet(out CodeSet set)
    {
        set = CodeSet.None;
        if (Next == '[')
        {
            return TryTakePosix(out set);
        }

        if (Next != '\\' || At + 1 >= Text.Length)
        {
            return false;
        }

        CodeSet? known = char.ToLowerInvariant(Text[At + 1]) switch
        {
            'd' => NamedSets.Digit,
            's' => NamedSets.AsciiSpace,
            'w' => NamedSets.Word,
            'p' => CodeSet.None,
            _ => null,
        };
        if (known is null)
        {
            return false;
        }

        int start = At;
        bool negated = char.IsAsciiLetterUpper(Text[At + 1]);
        bool property = char.ToLowerInvariant(Text[At + 1]) == 'p';
        At += 2;
        set = Folded(property ? TakeProperty(start, ref negated) : known);
        set = negated ? set.Negate() : set;
        return true;
    }

    protected override int TakeEscaped(char escaped, int start)
    {
        switch (escaped)
        {
            case 'a': return '\a';
            case 'x': return TakeHex(start, Take("{") ? null : 2);
            case '0': return TakeOctal(0);
            case >= '1' and <= '7' when Next is >= '0' and <= '7': return TakeOctal(escaped - '0');
            case >= '1' and <= '9' or 'k' or 'g': throw Unsupported("A back reference", start);
            case < '\u0080' when !char.IsAsciiLetter(escaped): return escaped;
            default: throw Malformed("An escape that RE2 does not know", start);
        }
    }

    protected override bool ParseGroupHead(int start)
    {
        string? refused = Next switch
        {
            '=' or '!' => "Lookahead",
            '<' when At + 1 < Text.Length && Text[At + 1] is '=' or '!' => "Lookbehind",
            '>' => "An atomic group",
            '#' => "A comment",
            '(' => "A conditional",
            '|' => "A branch reset",
            'P' when At + 1 < Text.Length && Text[At + 1] is '=' or '>' => "A back reference",
            'R' or '&' or (>= '0' and <= '9') => "Recursion",
            _ => null,
        };
        if (refused is not null)
        {
            throw Unsupported(refused, start);
        }

        if (Take("P<") || Take("<"))
        {
            TakeName(start);
            return true;
        }

        return TakeFlags(start);
    }

    private void TakeName(int start)
    {
        int end = Text.IndexOf('>', At);
        string name = end < 0 ? "" : Text[At..end];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw Malformed("A group whose name is not of letters, digits and _", start);
        }

        if (!names.Add(name))
        {
            throw Malformed("A group name that occurs twice", start);
        }

        At = end + 1;
    }

    // i m s U, turned off after a dash; then a colon and content, or the end of the parenthesis. U only changes which
    // match is found first, not whether there is one.
    private bool TakeFlags(int start)
    {
        PatternFlags flags = Flags;
        bool on = true;
        bool any = true;
        while (!Ended)
        {
            char flag = Text[At++];
            switch (flag)
            {
                case 'i': flags = flags with { IgnoreCase = on }; break;
                case 'm': flags = flags with { Multiline = on }; break;
                case 's': flags = flags with { DotAll = on }; break;
                case 'U': break;
                case '-' when on:
                    (on, any) = (false, false);
                    continue;
                case ':' or ')' when any:
                    Flags = flags;
                    return flag == ':';
                default: throw Malformed("A group that RE2 does not know", start);
            }

            any = true;
        }

        throw Malformed("A group that is not closed", start);
    }

    private bool TryTakePosix(out CodeSet set)
    {
        set = CodeSet.None;
        int end = Text.AsSpan(At).StartsWith("[:") ? Text.IndexOf(":]", At + 2, StringComparison.Ordinal) : -1;
        if (end < 0)
        {
            return false;
        }

        ReadOnlySpan<char> name = Text.AsSpan((At + 2)..end);
        bool negated = name is ['^', ..];
        CodeSet known = NamedSets.Posix(name[(negated ? 1 : 0)..]) ?? throw Malformed("A POSIX class that there is not", At);
        set = negated ? Folded(known).Negate() : Folded(known);
        At = end + 2;
        return true;
    }

    // \pN, \p{Name} or \p{^Name}: a general category or a script.
    private CodeSet TakeProperty(int start, ref bool negated)
    {
        if (Ended)
        {
            throw Malformed("A property without a name", start);
        }

        string name = Text[At++].ToString();
        if (name == "{")
        {
            int end = Text.IndexOf('}', At);
            if (end < 0)
            {
                throw Malformed("A property that is not closed", start);
            }

            negated ^= Take("^");
            name = Text[At..end];
            At = end + 1;
        }

        return name switch
        {
            "Any" => CodeSet.Any,
            "C" => Assigned("Cc", "Cf", "Co", "Cs"), // RE2 leaves the unassigned out of it
            _ => UnicodeTable.Category(name) ?? UnicodeTable.Script(name) ?? throw Malformed("A property that there is not", start),
        };
    }

    private static CodeSet Assigned(params ReadOnlySpan<string> categories)
    {
        CodeSetBuilder builder = new();
        foreach (string category in categories)
        {
            builder.Add(UnicodeTable.Category(category) ?? CodeSet.None);
        }

        return builder.ToSet();
    }

    private int TakeOctal(int value)
    {
        for (int digits = 1; digits < 3 && Next is >= '0' and <= '7'; digits++)
        {
            value = (value * 8) + (Text[At++] - '0');
        }

        return value;
    }
}
