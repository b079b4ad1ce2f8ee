using Reeve.Core.Expressions;
using Reeve.Core.Values;

namespace Reeve.Tests.Linting;

/// <summary>What lint says of a condition, against the evaluator and data of all kinds.</summary>
public sealed class SearchSoundnessTests
{
    private const int Conditions = 1_500;

    private static readonly string[] Paths = ["weight", "value", "stops[0].city", "rawPayload.hours", "parcel", "parcel.a"];
    private static readonly string[] Words = ["a", "b", "ab", "bc", "abc", "ABC", ""];
    private static readonly string[] Numbers = ["0", "1", "2", "1.5", "-1", "10"];

    private static readonly Value[] Data =
    [
        Value.Null, Value.True, Value.False, .. Words.Concat(["c", "abbc", "xabx", "Ab", "a~bc", "ab c"]).Select(word => Value.Of(word)),
        .. new long[] { -2, -1, 0, 1, 2, 3, 10, 11 }.Select(number => Value.Of(number)), .. new[] { 0.5, 1.5, 1.25, -0.5, 9.5, 2.0, 10.5 }.Select(number => Value.Of(number)),
        Value.Of(ListValue.Empty), .. new string[][] { ["a"], ["b"], ["a", "b"], ["x", "ab", "bc"], ["a", "a", "a"] }.Select(list => Value.Of(new ListValue([.. list.Select(word => Value.Of(word))]))),
        Value.Of(ObjectMap.Of(("a", Value.True))), Value.Of(ObjectMap.Of(("a", Value.Of("a")), ("b", Value.Of(1L)))), Value.Of(ObjectMap.Of(("a", Value.Of("a")))),
    ];

    [Fact]
    public void Nothing_that_is_said_to_hold_never_or_always_does_otherwise_for_any_data()
    {
        const int seed = 20261120;
        Random random = new(seed);
        int never = 0;
        int always = 0;
        for (int i = 0; i < Conditions; i++)
        {
            string condition = Condition(random, depth: 2 + random.Next(2));
            string[] findings = LintBench.InDomain(LintBench.WithRule(condition), samples: null);
            bool isNever = findings.Contains("LINT-001 /severityRules/0/condition");
            bool isAlways = findings.Contains("LINT-002 /severityRules/0/condition");
            never += isNever ? 1 : 0;
            always += isAlways ? 1 : 0;
            Expression expression = Expression.Compile(condition, ExpressionMode.Condition);
            for (int tries = 0; (isNever || isAlways) && tries < 3_000; tries++)
            {
                MapActivation data = Record(random);
                Truth truth = expression.Test(data);
                (isNever && truth.IsTrue).ShouldBeFalse($"seed {seed}, condition {i}: {condition} was said never to hold");
                (isAlways && truth.Kind == TruthKind.False).ShouldBeFalse($"seed {seed}, condition {i}: {condition} was said always to hold");
            }
        }

        never.ShouldBeGreaterThan(Conditions / 50);
        always.ShouldBeGreaterThan(Conditions / 200);
    }

    private static string Condition(Random random, int depth)
    {
        string path = Paths[random.Next(Paths.Length)];
        return (depth > 0 ? random.Next(17) : 4 + random.Next(13)) switch
        {
            0 or 1 => $"({Condition(random, depth - 1)} && {Condition(random, depth - 1)})",
            2 => $"({Condition(random, depth - 1)} || {Condition(random, depth - 1)})",
            3 => random.Next(2) == 0 ? $"!({Condition(random, depth - 1)})" : $"({Condition(random, depth - 1)} ? {Condition(random, depth - 1)} : {Condition(random, depth - 1)})",
            4 => $"{path} {Order(random)} {Numbers[random.Next(Numbers.Length)]}",
            5 => $"{path} {Order(random)} '{Words[random.Next(Words.Length)]}'",
            6 => $"{path} {(random.Next(2) == 0 ? "==" : "!=")} '{Words[random.Next(Words.Length)]}'",
            7 => random.Next(6) == 0 ? $"{path} in []" : $"{path} in ['{Words[random.Next(Words.Length)]}', '{Words[random.Next(Words.Length)]}', {Numbers[random.Next(Numbers.Length)]}]",
            8 => $"'{Words[random.Next(Words.Length)]}' in {path}",
            9 => $"has({(path.EndsWith("city", StringComparison.Ordinal) ? "stops" : path)})",
            10 => $"{path}.{(string[])["startsWith", "endsWith", "contains"] switch { var tests => tests[random.Next(3)] }}('{Words[random.Next(Words.Length)]}')",
            11 => $"size({path}) {Order(random)} {random.Next(4)}",
            12 => $"{path} {Order(random)} {Paths[random.Next(Paths.Length)]}",
            13 => $"type({path}) {(random.Next(3) == 0 ? "!=" : "==")} {((string[])["string", "int", "double", "bool", "list", "map"])[random.Next(6)]}",
            14 => $"{path} {(random.Next(2) == 0 ? "==" : "!=")} {((string[])["[]", "['a']", "['a', 'b']", "{'a': 'a'}", "{}"])[random.Next(5)]}",
            15 => path,
            _ => random.Next(3) switch { 0 => $"{path} == null", 1 => $"{path}.lowerAscii() == '{Words[random.Next(Words.Length)]}'", _ => $"({path} == true)" },
        };
    }

    private static string Order(Random random) => ((string[])["<", "<=", ">", ">=", "==", "!="])[random.Next(6)];

    private static MapActivation Record(Random random)
    {
        List<(string, Value)> payload = [];
        foreach (string name in (string[])["weight", "value", "hours", "parcel", "stops"])
        {
            Value value = Data[random.Next(Data.Length)];
            if (random.Next(6) > 0)
            {
                payload.Add((name, name == "stops" && random.Next(4) > 0 ? Value.Of(new ListValue([Value.Of(ObjectMap.Of(("city", value)))])) : value));
            }
        }

        return new MapActivation(ObjectMap.Of([.. payload, ("rawPayload", Value.Of(ObjectMap.Of([.. payload]))), ("normalizedContext", Value.Of(ObjectMap.Empty))]));
    }
}
