using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Values;

namespace Reeve.Tests.Expressions;

/// <summary>Whatever is written, compiling ends in a tree or a coded error, and evaluating in a value: never in another exception.</summary>
public sealed class RandomExpressionTests
{
    private const int Cases = 20_000;

    private static readonly string[] Atoms =
    [
        "a", "rawPayload.amount", "rawPayload.items", "rawPayload.items[1]", "rawPayload.text", "exceptionType", "missing.deep", "null", "true", "false",
        "1", "-1", "0", "9223372036854775807", "-9223372036854775808", "2u", "1.5", "1e308", "''", "'ab🐱'", "b'\\xff'", "[]", "[1, 'a', null]",
        "{}", "{'a': 1, 2: [3]}", "now", "timestamp(0)", "duration('1h')", "optional.none()", "optional.of(1)", "int", "ip('10.0.0.1')", "x", "'%s %d %x'",
    ];

    private static readonly string[] Operators =
        ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "in"];

    private static readonly string[] Members =
    [
        "size()", "startsWith(#)", "contains(#)", "endsWith(#)", "matches(#)", "charAt(#)", "indexOf(#)", "indexOf(#, #)", "lastIndexOf(#, #)", "lowerAscii()",
        "trim()", "replace(#, #)", "replace(#, #, #)", "split(#)", "split(#, #)", "substring(#)", "substring(#, #)", "join()", "join(#)", "format([#, #, #])",
        "reverse()", "all(x, #)", "exists(x, #)", "exists_one(x, #)", "map(x, #)", "map(x, #, #)", "filter(x, #)", "all(i, x, #)", "transformList(i, x, #)",
        "transformMap(i, x, #)", "transformMapEntry(i, x, {#: #})", "sortBy(x, #)", "sort()", "distinct()", "flatten()", "slice(#, #)", "first()",
        "getFullYear()", "getHours(#)", "getMilliseconds()", "hasValue()", "value()", "orValue(#)", "or(#)", "optMap(x, #)", "optFlatMap(x, #)", "?f", "f",
        "containsIP(#)", "family()",
    ];

    private static readonly string[] Functions =
    [
        "size(#)", "int(#)", "uint(#)", "double(#)", "string(#)", "bytes(#)", "bool(#)", "type(#)", "dyn(#)", "timestamp(#)", "duration(#)", "has(a.b)", "has(a)",
        "math.greatest(#, #)", "math.abs(#)", "math.round(#)", "math.bitShiftLeft(#, #)", "base64.encode(#)", "base64.decode(#)", "strings.quote(#)",
        "sets.contains(#, #)", "lists.range(#)", "optional.ofNonZeroValue(#)", "cel.bind(x, #, #)", "cel.block([#, cel.index(0)], #)", "cidr(#)",
        "businessDays.add(#, #, #)", "google.protobuf.Int32Value{value: #}", "!#", "-#", "(#)", "[#, ?#]", "{#: #, ?#: #}", "#[#]", "#[?#]", "# ? # : #",
    ];

    private static readonly string[] Crumbs =
    [
        "(", ")", "[", "]", "{", "}", ".", ",", ":", "?", "+", "-", "!", "&&", "||", "==", "<", "in", "'", "\"", "'''", "`", "\\", "\\u12", "0x", "1e", "9999999999999999999",
        "a", "true", "has(", ".all(x,", "b'", "r\"", "//", "\n", "\0", "\uD800", "🐱", "=", "&", "%", "cel.bind(", "cel.index(", "1u", "#", "$", "for", "in in",
    ];

    private static readonly Activation Data = Cel.Of("""
        { "a": { "b": [1, 2.5, "x", null] }, "exceptionType": "X", "now": "2026-01-01", "x": 7,
          "rawPayload": { "amount": 5, "text": "1,250", "items": [ { "f": 1 }, { "f": "z" } ] } }
        """);

    [Theory]
    [InlineData(20260102)]
    [InlineData(7)]
    public void A_random_expression_never_throws_but_coded_errors(int seed)
    {
        Random random = new(seed);
        int compiled = 0;
        for (int i = 0; i < Cases / 2; i++)
        {
            string text = Expand(random, depth: random.Next(1, 6));
            compiled += Try(text, $"seed {seed}, case {i}: {text}") ? 1 : 0;
        }

        // Otherwise the generator tests nothing but refusals.
        compiled.ShouldBeGreaterThan(Cases / 4);
    }

    [Theory]
    [InlineData(20260103)]
    [InlineData(11)]
    public void Random_garbage_never_throws_but_coded_errors(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < Cases / 2; i++)
        {
            StringBuilder text = new();
            for (int part = random.Next(1, 25); part > 0; part--)
            {
                string crumb = random.Next(3) == 0 ? Atoms[random.Next(Atoms.Length)] : Crumbs[random.Next(Crumbs.Length)];
                text.Append(crumb).Append(random.Next(2) == 0 ? " " : "");
            }

            Try(text.ToString(), $"seed {seed}, case {i}: {text}");
        }
    }

    private static bool Try(string text, string label)
    {
        bool compiled = false;
        foreach (ExpressionMode mode in (ReadOnlySpan<ExpressionMode>)[ExpressionMode.Condition, ExpressionMode.Mapping, ExpressionMode.Strict])
        {
            try
            {
                if (!Expression.TryCompile(text, mode, out Expression? expression, out ReeveError? error))
                {
                    error.Position.ShouldNotBeNull(label);
                    continue;
                }

                compiled = true;
                Value value = expression.Evaluate(Data);
                Truth truth = expression.Test(Data);
                (truth.IsUnknown == truth.Why is not null).ShouldBeTrue(label);
                (value.Kind != ValueKind.Error || truth.IsUnknown).ShouldBeTrue(label);
                expression.Paths.ShouldNotBeNull(label);
            }
            catch (Exception fault) when (fault is not ShouldAssertException)
            {
                throw new InvalidOperationException(label, fault);
            }
        }

        return compiled;
    }

    private static string Expand(Random random, int depth)
    {
        if (depth == 0)
        {
            return Atoms[random.Next(Atoms.Length)];
        }

        return random.Next(4) switch
        {
            0 => $"{Expand(random, depth - 1)} {Operators[random.Next(Operators.Length)]} {Expand(random, depth - 1)}",
            1 => $"({Expand(random, depth - 1)}).{Fill(random, Members[random.Next(Members.Length)], depth)}",
            2 => Fill(random, Functions[random.Next(Functions.Length)], depth),
            _ => Atoms[random.Next(Atoms.Length)],
        };
    }

    private static string Fill(Random random, string template, int depth)
    {
        StringBuilder text = new();
        foreach (char c in template)
        {
            if (c == '#')
            {
                text.Append(Expand(random, depth - 1));
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
