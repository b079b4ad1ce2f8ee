using System.Globalization;
using System.Text;

namespace Reeve.Fuzz;

/// <summary>Makes expressions from the grammar, most of them well formed, and breaks some afterwards.</summary>
public static class ExpressionMaker
{
    private static readonly string[] Names =
    [
        "exceptionType", "severity", "rawPayload", "raw_payload", "normalizedContext", "timestamp", "now", "exception", "steps", "args", "doc", "item", "amount",
        "hoursLate", "tags", "notes", "numbers", "people", "text", "nothing", "x", "y", "unknownName", ".severity", "in_", "int", "cel",
    ];

    private static readonly string[] Fields = ["amount", "name", "age", "items", "a", "b", "raw_payload", "notes", "size", "in", "null", "`odd name`", "rawPayload"];

    private static readonly string[] Literals =
    [
        "0", "1", "-1", "2u", "0x7fffffffffffffff", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551615u", "1e308", "1e400",
        "5e-324", ".5", "1.", "1.5", "true", "false", "null", "''", "'a'", "\"1,250,000\"", "r'\\d'", "b'\\xff'", "'''x\ny'''", "'\\u00e9'", "'\\ud800'", "'\\x00'",
        "'2026-11-20T09:00:00Z'", "'36h'", "timestamp('2026-11-20T09:00:00Z')", "duration('1h')", "timestamp(253402300800)", "duration('-315576000001s')", "[]", "{}",
    ];

    private static readonly string[] Patterns =
    [
        "(a+)+$", "(a|a)*b", "(.*)*x", "(a?){40}a{40}", "((a{0,100}){0,100}){0,100}", "a{1001}", "x{2,1}", "[[:alpha:]]+", "[^\\\\w\\\\s]", "\\\\p{Greek}", "\\\\pN+", "\\\\PZ",
        "(?i)ß", "(?s).", "(?m)^a$", "(?U)a+", "(?P<n>a)", "(?<n>a)", "(?=a)", "\\\\1", "\\\\Q.*", "[", "(", "*", "a**", "[z-a]", "[a-\\\\d]", "\\\\x{110000}", "\\\\x{D800}",
        "^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y", "\\\\b\\\\B", "$^", "", "(|a)+", "[\\\\x00-\\\\x{10FFFF}]",
    ];

    private static readonly string[] Binary = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "&&", "||", "+", "==", "&&"];

    private static readonly string[] Functions =
    [
        "size/1", "int/1", "uint/1", "double/1", "string/1", "bytes/1", "bool/1", "timestamp/1", "duration/1", "type/1", "dyn/1", "has/1", "matches/2", "math.greatest/3",
        "math.least/1", "math.ceil/1", "math.round/1", "math.trunc/1", "math.sqrt/1", "math.isNaN/1", "math.abs/1", "math.sign/1", "math.bitAnd/2", "math.bitNot/1",
        "math.bitShiftLeft/2", "math.bitShiftRight/2", "lists.range/1", "sets.contains/2", "sets.equivalent/2", "sets.intersects/2", "optional.of/1", "optional.none/0",
        "optional.ofNonZeroValue/1", "ip/1", "cidr/1", "isIP/1", "base64.encode/1", "base64.decode/1", "strings.quote/1", "businessDays.add/3", "businessDays.between/3", "nope/2",
    ];

    private static readonly string[] Methods =
    [
        "size/0", "contains/1", "startsWith/1", "endsWith/1", "matches/1", "charAt/1", "indexOf/1", "indexOf/2", "lastIndexOf/2", "lowerAscii/0", "upperAscii/0", "trim/0",
        "replace/2", "replace/3", "split/1", "split/2", "substring/1", "substring/2", "join/0", "join/1", "format/1", "reverse/0", "slice/2", "flatten/0", "flatten/1",
        "distinct/0", "sort/0", "first/0", "last/0", "getFullYear/0", "getHours/1", "getDayOfWeek/1", "getMilliseconds/0", "orValue/1", "or/1", "value/0", "hasValue/0",
        "family/0", "containsIP/1", "masked/0", "prefixLength/0", "nope/1",
    ];

    private static readonly string[] Macros = ["all", "exists", "exists_one", "filter", "map", "sortBy", "optMap", "optFlatMap", "transformList", "transformMap", "transformMapEntry"];

    private static readonly string[] Noise = ["(", ")", "[", "]", "{", "}", "'", "\"", "\\", "?", ":", ",", ".", "..", "!", "-", "&", "&&", "|", "=", "==", "//", "/*", "#", "@", "`", "\0", "\ud800", "🙂", "0x", "1e", "in", "r'", "b\"", "\n", "\u00a0", ";"];

    /// <summary>One expression.</summary>
    public static string Make(Dice dice)
    {
        string text = dice.Percent(8) ? Bomb(dice) : Part(dice, dice.Between(1, 7));
        return dice.Percent(25) ? Broken(dice, text) : text;
    }

    private static string Part(Dice dice, int depth)
    {
        if (depth <= 0)
        {
            return dice.Percent(50) ? dice.Pick(Names) : dice.Pick(Literals);
        }

        return dice.Below(16) switch
        {
            0 => dice.Pick(Literals),
            1 => dice.Pick(Names),
            2 or 3 => $"{Part(dice, depth - 1)} {dice.Pick(Binary)} {Part(dice, depth - 1)}",
            4 => $"({Part(dice, depth - 1)})",
            5 => $"{(dice.Percent(50) ? "!" : "-")}{Part(dice, depth - 1)}",
            6 => $"{Part(dice, depth - 2)} ? {Part(dice, depth - 1)} : {Part(dice, depth - 2)}",
            7 or 8 => $"{Part(dice, depth - 2)}{(dice.Percent(15) ? ".?" : ".")}{dice.Pick(Fields)}",
            9 => $"{Part(dice, depth - 1)}[{(dice.Percent(15) ? "?" : "")}{Part(dice, depth - 2)}]",
            10 => Call(dice, dice.Pick(Functions), "", depth),
            11 => Call(dice, dice.Pick(Methods), Part(dice, depth - 1) + ".", depth),
            12 or 13 => Macro(dice, depth),
            14 => Collection(dice, depth),
            _ => $"{Part(dice, 0)}.matches('{dice.Pick(Patterns)}')",
        };
    }

    private static string Call(Dice dice, string function, string target, int depth)
    {
        string[] parts = function.Split('/');
        int count = int.Parse(parts[1], CultureInfo.InvariantCulture) + (dice.Percent(5) ? 1 : 0);
        IEnumerable<string> arguments = Enumerable.Range(0, count).Select(_ => Part(dice, depth - 2)).ToArray();
        return $"{target}{parts[0]}({string.Join(", ", arguments)})";
    }

    private static string Macro(Dice dice, int depth)
    {
        string name = dice.Pick(Macros);
        string target = dice.Percent(60) ? dice.Pick(["numbers", "people", "tags", "rawPayload", "[1, 2, 3]", "lists.range(100)"]) : Part(dice, depth - 1);
        string variable = dice.Percent(90) ? dice.Pick(["x", "y", "z"]) : Part(dice, 1);
        if (dice.Percent(10))
        {
            return $"cel.bind({variable}, {target}, {Part(dice, depth - 1)})";
        }

        bool two = name.StartsWith("transform", StringComparison.Ordinal) || (dice.Percent(10) && name is "all" or "exists");
        string filter = dice.Percent(15) ? $"{Part(dice, depth - 2)}, " : "";
        return $"{target}.{name}({variable}, {(two ? "k, " : "")}{filter}{Part(dice, depth - 1)})";
    }

    private static string Collection(Dice dice, int depth)
    {
        int count = dice.Small(8);
        string[] items = [.. Enumerable.Range(0, count).Select(_ => Part(dice, depth - 2))];
        if (dice.Percent(60))
        {
            return $"[{string.Join(", ", items)}]";
        }

        string[] entries = [.. items.Select(item => $"{(dice.Percent(10) ? "?" : "")}{dice.Pick(Literals)}: {item}")];
        return dice.Percent(10) ? $"Thing{{field: {items[0]}}}" : $"{{{string.Join(", ", entries)}}}";
    }

    // What is cheap to write and dear to answer.
    private static string Bomb(Dice dice)
    {
        int n = dice.Pick([10, 100, 249, 250, 251, 1_000, 5_000, 20_000]);
        return dice.Below(18) switch
        {
            0 => new string('(', n) + "1" + new string(')', n),
            1 => new string('[', n) + new string(']', n),
            2 => new string('!', n) + "true",
            3 => new string('-', n) + "1",
            4 => "a" + Repeat(".a", n),
            5 => "1" + Repeat("+1", n),
            6 => Repeat("x ? 1 : ", n) + "2",
            7 => Repeat("[1,2,3,4,5,6,7,8,9].map(x, ", Math.Min(n, 40)) + "1" + new string(')', Math.Min(n, 40)),
            8 => $"{Repeat("lists.range(1000).map(x, ", dice.Between(1, 4))}x{new string(')', 4)}",
            9 => "lists.range(9223372036854775807)",
            10 => $"'{new string('a', Math.Min(n * 3, 60_000))}'.matches('{dice.Pick(Patterns)}')",
            11 => $"text.matches('{Repeat("(", Math.Min(n, 1_000))}a{Repeat(")*", Math.Min(n, 1_000))}')",
            12 => "[" + Repeat("1,", n) + "1].all(x, [1,2,3].exists(y, x == y))",
            13 => "cel.bind(a, [1,1,1,1,1,1,1,1,1,1], " + Bind(dice.Between(2, 12)) + ")",
            14 => "'%s'.format([" + Repeat("[", Math.Min(n, 200)) + "1" + Repeat("]", Math.Min(n, 200)) + "])",
            15 => "'%d %.99f %e %x %o %b %X'.format([1, 1.0, 2.0, 'a', 8, true, b'x'])",
            16 => $"'ab'.replace('', '{new string('x', Math.Min(n, 5_000))}').replace('x', 'yyyyyyyyyy').replace('y', 'zzzzzzzzzz').size()",
            _ => "{" + Repeat("'k': ", 1) + Repeat("{'k': ", Math.Min(n, 1_000)) + "1" + new string('}', Math.Min(n, 1_000)) + "}",
        };
    }

    private static string Bind(int times)
    {
        StringBuilder text = new();
        string last = "a";
        for (int i = 0; i < times; i++)
        {
            string next = $"v{i}";
            text.Append(CultureInfo.InvariantCulture, $"cel.bind({next}, [{last},{last},{last},{last},{last},{last},{last},{last},{last},{last}], ");
            last = next;
        }

        return text.Append(last).Append(')', times).ToString();
    }

    private static string Broken(Dice dice, string text)
    {
        StringBuilder broken = new(text);
        for (int changes = dice.Between(1, 3); changes > 0; changes--)
        {
            int at = dice.Below(broken.Length + 1);
            int length = Math.Min(dice.Between(1, 6), broken.Length - at);
            switch (dice.Below(4))
            {
                case 0: broken.Remove(at, length); break;
                case 1: broken.Insert(at, broken.ToString(at, length)); break;
                case 2: broken.Length = at; break;
                default: broken.Insert(at, dice.Pick(Noise)); break;
            }
        }

        return broken.ToString();
    }

    private static string Repeat(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();
}
