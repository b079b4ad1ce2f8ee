namespace Reeve.Core.Patterns;

/// <summary>
/// The syntax of ECMA-262 with the flag <c>u</c>, less lookaround and back references; more lenient than that flag where
/// schemas in the wild are: any ASCII punctuation may be escaped, lone braces and brackets are themselves, and a dash
/// beside a set is a member.
/// </summary>
internal sealed class EcmaParser(string text) : PatternParser(text)
{
    private readonly HashSet<string> names = [];

    protected override CodeSet Dot => NamedSets.NotLineTerminator;

    protected override bool MayBeEmptyClass => true;

    protected override bool SetMayEndRange => true;

    // The limits on size are enough.
    protected override void CheckRepeat(RepeatNode repeat, int start)
    {
    }

    protected override void ParseEscape(List<PatternNode> items)
    {
        if (Take(@"\b"))
        {
            items.Add(new AssertionNode(Assertion.WordBoundary));
        }
        else if (Take(@"\B"))
        {
            items.Add(new AssertionNode(Assertion.NotWordBoundary));
        }
        else
        {
            items.Add(TryTakeSet(out CodeSet set) ? new SetNode(set) : Literal(TakeMember()));
        }
    }

    protected override bool TryTakeSet(out CodeSet set)
    {
        set = CodeSet.None;
        if (Next != '\\' || At + 1 >= Text.Length)
        {
            return false;
        }

        int start = At;
        char letter = Text[At + 1];
        switch (letter)
        {
            case 'd' or 'D': set = NamedSets.Digit; break;
            case 's' or 'S': set = NamedSets.EcmaSpace; break;
            case 'w' or 'W': set = NamedSets.Word; break;
            case 'p' or 'P': break;
            default: return false;
        }

        At += 2;
        set = letter is 'p' or 'P' ? TakeProperty(start) : set;
        set = char.IsAsciiLetterUpper(letter) ? set.Negate() : set;
        return true;
    }

    protected override int TakeEscaped(char escaped, int start)
    {
        switch (escaped)
        {
            case 'b': return '\b'; // only inside a class
            case '0' when Next is < '0' or > '9': return '\0';
            case 'c' when char.IsAsciiLetter(Next): return Text[At++] & 0x1F;
            case 'x': return TakeHex(start, 2);
            case 'u': return TakeUnicode(start);
            case >= '0' and <= '9' or 'k': throw Unsupported("A back reference", start);
            case < '\u0080' when !char.IsAsciiLetter(escaped): return escaped;
            default: throw Malformed("An escape that ECMA-262 does not know", start);
        }
    }

    protected override bool ParseGroupHead(int start)
    {
        if (Take(":"))
        {
            return true;
        }

        if (Next is '=' or '!')
        {
            throw Unsupported("Lookahead", start);
        }

        if (!Take("<"))
        {
            throw Unsupported("A group with flags", start);
        }

        if (Next is '=' or '!')
        {
            throw Unsupported("Lookbehind", start);
        }

        int end = Text.IndexOf('>', At);
        string name = end < 0 ? "" : Text[At..end];
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => char.IsLetterOrDigit(c) || c is '_' or '$'))
        {
            throw Malformed("A group whose name is not an identifier", start);
        }

        if (!names.Add(name))
        {
            throw Malformed("A group name that occurs twice", start);
        }

        At = end + 1;
        return true;
    }

    // A pair of escaped surrogates is one code point.
    private int TakeUnicode(int start)
    {
        int value = TakeHex(start, Take("{") ? null : 4);
        if (value is >= 0xD800 and <= 0xDBFF && Take(@"\u"))
        {
            int low = TakeHex(start, 4);
            if (low is >= 0xDC00 and <= 0xDFFF)
            {
                return char.ConvertToUtf32((char)value, (char)low);
            }
        }

        return value is >= 0xD800 and <= 0xDFFF ? throw Unsupported("A lone surrogate", start) : value;
    }

    private CodeSet TakeProperty(int start)
    {
        int end = Take("{") ? Text.IndexOf('}', At) : -1;
        if (end < 0)
        {
            throw Malformed("A property without a name in braces", start);
        }

        string name = Text[At..end];
        At = end + 1;
        int equals = name.IndexOf('=', StringComparison.Ordinal);
        string key = equals < 0 ? "" : name[..equals];
        string value = name[(equals + 1)..];
        CodeSet? set = key switch
        {
            "" when value == "Any" => CodeSet.Any,
            "" when value == "ASCII" => CodeSet.Of(0, 0x7F),
            "" when value == "Assigned" => UnicodeTable.Category("Cn")?.Negate(),
            "" or "gc" or "General_Category" => UnicodeTable.Category(EcmaCategories.Short(value)),
            "sc" or "Script" => UnicodeTable.Script(value),
            _ => null,
        };
        return set ?? throw Unsupported("A property that is neither a general category nor a script by its long name", start);
    }
}

/// <summary>The long names of general categories, which ECMA-262 takes beside the short ones.</summary>
internal static class EcmaCategories
{
    private static readonly string[] Names =
    [
        "Letter", "L", "Cased_Letter", "LC", "Uppercase_Letter", "Lu", "Lowercase_Letter", "Ll", "Titlecase_Letter", "Lt",
        "Modifier_Letter", "Lm", "Other_Letter", "Lo", "Mark", "M", "Combining_Mark", "M", "Nonspacing_Mark", "Mn",
        "Spacing_Mark", "Mc", "Enclosing_Mark", "Me", "Number", "N", "Decimal_Number", "Nd", "digit", "Nd",
        "Letter_Number", "Nl", "Other_Number", "No", "Punctuation", "P", "punct", "P", "Connector_Punctuation", "Pc",
        "Dash_Punctuation", "Pd", "Open_Punctuation", "Ps", "Close_Punctuation", "Pe", "Initial_Punctuation", "Pi",
        "Final_Punctuation", "Pf", "Other_Punctuation", "Po", "Symbol", "S", "Math_Symbol", "Sm", "Currency_Symbol", "Sc",
        "Modifier_Symbol", "Sk", "Other_Symbol", "So", "Separator", "Z", "Space_Separator", "Zs", "Line_Separator", "Zl",
        "Paragraph_Separator", "Zp", "Other", "C", "Control", "Cc", "cntrl", "Cc", "Format", "Cf", "Surrogate", "Cs",
        "Private_Use", "Co", "Unassigned", "Cn",
    ];

    /// <summary>The short name; what is not a long name comes back as it is.</summary>
    internal static string Short(string name)
    {
        int at = Array.IndexOf(Names, name);
        return at >= 0 && at % 2 == 0 ? Names[at + 1] : name;
    }
}
