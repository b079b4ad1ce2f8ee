namespace Reeve.Fuzz;

/// <summary>Values that have broken programs before.</summary>
public static class Hostile
{
    // Where texts are cut, and one short of it: a cut through a character leaves half of one.
    private static readonly int[] Lengths = [31, 39, 59, 63, 79, 99, 119, 127, 199, 255, 511, 1023];

    /// <summary>Texts, as they stand in a string.</summary>
    public static IReadOnlyList<string> Texts { get; } =
    [
        "", " ", "\0", "a\0b", "\u001b[31mred\u001b[0m", "line\nline", "\r\n", "\t", "\ud800", "\udc00x", "\ufeff", "\u202etxt", "e\u0301", "İ", "ß", "🙂",
        "null", "true", "NaN", "Infinity", "-0", "1e999", "0x10", "1,250,000", "01", "1_000", "١٢٣", "{{7*7}}", "${jndi:ldap://x}", "{exception.raw_payload}",
        "{exception.raw_payload.parcel", "{}", "{{", "../../etc/passwd", "C:\\x", "'; drop table x; --", "<script>alert(1)</script>", "=1+1", "@tenant", "%s%n%x",
        "__proto__", "constructor", "$ref", "#/$defs/a", "~0~1", "/a~2b", "2026-13-45T25:61:61Z", "9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00Z",
        "2026-11-20T09:00:00+14:00", "2026-11-20", "P1Y", "5m", "2bd@depot", "-3bd@nowhere", "99999999999h", "0.0000001s", "(a+)+$", "[", "(?<", "\\p{Greek}",
        "a{1000}{1000}", "rawPayload", "steps.find.output", "exception", "now", "*", "?*", "LOST*", "1.2.3-beta+x", "v1", "999999999999999999999.0.0",
        .. Lengths.Select(length => new string('k', length) + "🙂"),
    ];

    /// <summary>Numbers and what looks like them, as JSON text; not all of it is JSON.</summary>
    public static IReadOnlyList<string> Numbers { get; } =
    [
        "0", "-0", "1", "-1", "0.1", "1e0", "1E+2", "1e-400", "1e400", "-1e400", "9007199254740993", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "1.0000000000000000000000000000001", "0.30000000000000004",
        "123456789012345678901234567890", "1e308", "4.9e-324", "2.5", "100", "1000000.01", "NaN", "Infinity", "01", "+1", ".5", "1.", "0x1F", "1_000", "--1",
    ];

    /// <summary>A value as JSON text: a scalar, or something small that holds one.</summary>
    public static Tree Value(Dice dice) => dice.Below(12) switch
    {
        0 => Tree.Scalar("null"),
        1 => Tree.Scalar(dice.Percent(50) ? "true" : "false"),
        2 or 3 => Tree.Scalar(dice.Pick(Numbers)),
        4 => Tree.Parse("[]"),
        5 => Tree.Parse("{}"),
        6 => Around(TreeKind.List, Tree.String(dice.Pick(Texts))),
        7 => Around(TreeKind.Map, Tree.Scalar(dice.Pick(Numbers)), dice.Pick(Texts)),
        8 => Tree.String(new string(dice.Pick("aé🙂\\\" ".ToCharArray()), dice.Small(5_000))),
        9 => Nested(dice),
        _ => Tree.String(dice.Pick(Texts)),
    };

    /// <summary>A list or map so many levels deep.</summary>
    public static Tree Nested(Dice dice)
    {
        int depth = dice.Pick([3, 30, 61, 62, 63, 64, 65, 66, 100, 126, 127, 128, 129, 200, 400]);
        Tree inner = Tree.Scalar("1");
        for (int i = 0; i < depth; i++)
        {
            inner = Around(dice.Percent(50) ? TreeKind.List : TreeKind.Map, inner, "n");
        }

        return inner;
    }

    private static Tree Around(TreeKind kind, Tree inner, string key = "k")
    {
        Tree outer = new() { Kind = kind };
        outer.Children.Add((key, inner));
        return outer;
    }
}
