using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Checking;

namespace Reeve.Tests.Expressions;

public sealed class CompilationTests
{
    [Theory]
    [InlineData("1 +", "EXPR-001", 1, 4)]
    [InlineData("", "EXPR-001", 1, 1)]
    [InlineData("a b", "EXPR-001", 1, 3)]
    [InlineData("a ==\n  = b", "EXPR-001", 2, 3)]
    [InlineData("(1", "EXPR-001", 1, 3)]
    [InlineData("[1, 2", "EXPR-001", 1, 6)]
    [InlineData("{1: 2", "EXPR-001", 1, 6)]
    [InlineData("{1 2}", "EXPR-001", 1, 4)]
    [InlineData("f(1 2)", "EXPR-001", 1, 5)]
    [InlineData("a ? b", "EXPR-001", 1, 6)]
    [InlineData("a.1", "EXPR-001", 1, 2)]
    [InlineData("a = 1", "EXPR-001", 1, 3)]
    [InlineData("a & b", "EXPR-001", 1, 3)]
    [InlineData("'abc", "EXPR-001", 1, 1)]
    [InlineData("'a\nb'", "EXPR-001", 1, 1)]
    [InlineData("'''abc''", "EXPR-001", 1, 1)]
    [InlineData("for == 1", "EXPR-001", 1, 1)]
    [InlineData("a.`b", "EXPR-001", 1, 3)]
    [InlineData("a == 'x' && \\", "EXPR-001", 1, 13)]
    [InlineData("9223372036854775808", "EXPR-002", 1, 1)]
    [InlineData("18446744073709551616u", "EXPR-002", 1, 1)]
    [InlineData("1e999", "EXPR-002", 1, 1)]
    [InlineData("0x", "EXPR-002", 1, 1)]
    [InlineData("12abc", "EXPR-002", 1, 1)]
    [InlineData("'\\q'", "EXPR-002", 1, 2)]
    [InlineData("'\\ud800'", "EXPR-002", 1, 8)]
    [InlineData("'\\u12'", "EXPR-002", 1, 2)]
    [InlineData("'\\x4\u0000'", "EXPR-002", 1, 2)]
    [InlineData("b'\\u0041'", "EXPR-002", 1, 3)]
    [InlineData("a.all(1, true)", "EXPR-006", 1, 7)]
    [InlineData("a.all(x, x, true)", "EXPR-006", 1, 10)]
    [InlineData("has(1)", "EXPR-006", 1, 5)]
    [InlineData("true && nope(1)", "EXPR-007", 1, 9)]
    [InlineData("a.startsWith()", "EXPR-007", 1, 3)]
    [InlineData("startsWith(a, 'b')", "EXPR-007", 1, 1)]
    [InlineData("a.matches('(')", "EXPR-008", 1, 11)]
    [InlineData("a.matches('(a)\\\\1')", "EXPR-008", 1, 11)]
    public void What_cannot_be_compiled_is_refused_with_code_and_position(string text, string code, int line, int column)
    {
        Expression.TryCompile(text, ExpressionMode.Condition, out _, out ReeveError? error).ShouldBeFalse();

        error.ShouldNotBeNull().Code.ShouldBe(code);
        error.Position.ShouldBe(new SourcePosition(line, column));
    }

    [Fact]
    public void The_message_says_what_was_expected() =>
        Should.Throw<ReeveException>(() => Expression.Compile("size([1, 2)", ExpressionMode.Strict)).Error.Message
            .ShouldBe("Expected ',' or ']' in the list, but ')' was found.");

    [Theory]
    [InlineData("(n '''a\nb'''", "but ''''a\uFFFDb'''' was found.")]
    [InlineData("(n 'aaaaaaaaaaaaaaaaaa🙂'", "but ''aaaaaaaaaaaaaaaaaa…' was found.")]
    public void The_message_stays_on_one_line_and_whole_when_the_text_does_not(string text, string end) =>
        Should.Throw<ReeveException>(() => Expression.Compile(text, ExpressionMode.Strict)).Error.Message.ShouldEndWith(end);

    [Theory]
    [InlineData("(", ")", 200, true)]
    [InlineData("(", ")", 300, false)]
    [InlineData("[", "]", 300, false)]
    [InlineData("!", "", 200, true)]
    [InlineData("!", "", 100_000, false)]
    [InlineData("-", "", 60_000, false)]
    [InlineData("{1:", "}", 10_000, false)]
    [InlineData("f(", ")", 10_000, false)]
    [InlineData("a[", "]", 10_000, false)]
    [InlineData("true ? 1 : ", "", 5_000, false)]
    public void Nesting_is_bounded_and_never_exhausts_the_stack(string open, string close, int levels, bool compiles)
    {
        string inner = open == "!" ? "true" : "1";
        string text = string.Concat(Enumerable.Repeat(open, levels)) + inner + string.Concat(Enumerable.Repeat(close, levels));

        bool compiled = Expression.TryCompile(text, ExpressionMode.Mapping, out _, out ReeveError? error);

        compiled.ShouldBe(compiles);
        if (!compiles)
        {
            error!.Code.ShouldBeOneOf("EXPR-003", "EXPR-004");
        }
    }

    [Theory]
    [InlineData(".b")]
    [InlineData("[0]")]
    [InlineData(" + 1")]
    [InlineData(" == 1")]
    [InlineData(".trim()")]
    public void Long_chains_to_the_left_are_refused_with_a_code(string link)
    {
        Expression.TryCompile("a" + string.Concat(Enumerable.Repeat(link, 5_000)), ExpressionMode.Condition, out _, out ReeveError? error).ShouldBeFalse();

        error!.Code.ShouldBe("EXPR-004");
    }

    [Theory]
    [InlineData(" && ", "true")]
    [InlineData(" || ", "true")]
    public void Flat_chains_of_thousands_of_conditions_work(string link, string expected)
    {
        string text = string.Join(link, Enumerable.Range(0, 4_000).Select(i => $"a != {i + 10}"));

        Cel.Test(text, """{ "a": 1 }""", cost: 100_000).Kind.ToString().ToLowerInvariant().ShouldBe(expected);
    }

    [Fact]
    public void A_text_past_the_limit_is_refused()
    {
        string text = "a == '" + new string('x', ExpressionLimits.MaxLength) + "'";

        Expression.TryCompile(text, ExpressionMode.Condition, out _, out ReeveError? error).ShouldBeFalse();

        error!.Code.ShouldBe("EXPR-003");
    }

    [Fact]
    public void A_text_with_too_many_parts_is_refused()
    {
        string text = "a in [" + string.Join(',', Enumerable.Repeat("1", ExpressionLimits.MaxNodes)) + "]";

        Expression.TryCompile(text, ExpressionMode.Condition, out _, out ReeveError? error).ShouldBeFalse();

        error!.Code.ShouldBe("EXPR-005");
    }

    [Theory]
    [InlineData(400, @"\\pL", true)]
    [InlineData(600, @"\\pL", false)]
    [InlineData(4, "a{900}b{1000}", true)]
    [InlineData(6, "a{900}b{1000}", false)]
    public void Regular_expressions_are_bounded_together(int count, string pattern, bool compiles)
    {
        string text = string.Join(" || ", Enumerable.Range(0, count).Select(_ => $"a.matches('{pattern}')"));

        Expression.TryCompile(text, ExpressionMode.Condition, out _, out ReeveError? error).ShouldBe(compiles);

        error?.Code.ShouldBe("EXPR-005");
    }

    [Fact]
    public void Parts_that_repeat_each_other_are_refused_before_they_explode()
    {
        IEnumerable<string> slots = Enumerable.Range(0, 40).Select(i => i == 0 ? "cel.iterVar(0, 0)" : $"[cel.index({i - 1}), cel.index({i - 1})]");
        string text = $"cel.block([{string.Join(", ", slots)}], [1].map(cel.iterVar(0, 0), cel.index(39)))";

        Expression.TryCompile(text, ExpressionMode.Mapping, out _, out ReeveError? error).ShouldBeFalse();

        error!.Code.ShouldBe("EXPR-005");
    }

    [Fact]
    public void Parts_that_nest_each_other_are_refused_before_they_exhaust_the_stack()
    {
        string minus = new('-', 200);
        IEnumerable<string> slots = Enumerable.Range(0, 90).Select(i => i == 0 ? "cel.iterVar(0, 0)" : $"{minus}cel.index({i - 1})");
        string text = $"cel.block([{string.Join(", ", slots)}], [1].map(cel.iterVar(0, 0), cel.index(89)))";

        Expression.TryCompile(text, ExpressionMode.Mapping, out _, out ReeveError? error).ShouldBeFalse();
        error!.Code.ShouldBe("EXPR-004");
        Should.Throw<ReeveException>(() => Expression.CompileChecked(text, ExpressionMode.Strict, new Declarations())).Error.Code.ShouldBe("EXPR-004");
    }

    [Fact]
    public void One_tree_serves_many_threads()
    {
        Expression expression = Expression.Compile("l.exists(x, l.exists(y, x != y && x + y == n)) && missing.exists(z, z) != n", ExpressionMode.Condition);
        int wrong = 0;

        Parallel.For(0, 2_000, i =>
        {
            Truth answer = expression.Test(Cel.Of($$"""{ "l": [1, 2, {{i + 10}}], "n": {{i + 12}} }"""));
            Interlocked.Add(ref wrong, answer.Why?.Path == "missing" ? 0 : 1);
        });

        wrong.ShouldBe(0);
    }

    [Theory]
    [InlineData("CODE_7", true)]
    [InlineData("CODE_700", false)]
    public void Membership_in_many_constants_is_found(string code, bool expected)
    {
        string text = "code in [" + string.Join(", ", Enumerable.Range(0, 100).Select(i => $"'CODE_{i}'")) + "]";

        Cel.Test(text, $$"""{ "code": "{{code}}" }""", cost: 30).IsTrue.ShouldBe(expected);
    }

    [Fact]
    public void The_same_text_and_mode_share_one_tree()
    {
        Expression first = Expression.Compile("shared == 'tree'", ExpressionMode.Condition);

        Expression.Compile("shared == 'tree'", ExpressionMode.Condition).ShouldBeSameAs(first);
        Expression.Compile("shared == 'tree'", ExpressionMode.Strict).ShouldNotBeSameAs(first);
    }

    [Fact]
    public void The_cache_is_bounded_and_keeps_what_is_used()
    {
        Expression used = Expression.Compile("used == 1", ExpressionMode.Condition);
        WeakReference unused = CompileUnused();

        for (int i = 0; i < 20_000; i++)
        {
            Expression.Compile($"filler == {i}", ExpressionMode.Condition);
            if (i % 1_000 == 0)
            {
                Expression.Compile("used == 1", ExpressionMode.Condition).ShouldBeSameAs(used);
            }
        }

        GC.Collect();
        unused.IsAlive.ShouldBeFalse();

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference CompileUnused() => new(Expression.Compile("unused == 1", ExpressionMode.Condition));
    }

    [Theory]
    [InlineData("rawPayload.amount > 1 && exceptionType == 'X' && rawPayload.amount < 9", "rawPayload.amount;exceptionType")]
    [InlineData("rawPayload.items.exists(i, i.price > limit)", "rawPayload.items;limit")]
    [InlineData("a.b[0].c + a['x y'].d", "a.b[0].c;a['x y'].d")]
    [InlineData("a[b.c] == 1", "a;b.c")]
    [InlineData("has(a.b) ? math.abs(c) : [d, {e: f}].size()", "a.b;c;d;e;f")]
    [InlineData("cel.bind(x, a.b, x.c) == y.z", "a.b;y.z")]
    [InlineData("'x'.startsWith(a) || b.trim() == ''", "a;b")]
    public void The_paths_an_expression_reads_are_listed_in_order(string text, string paths) =>
        string.Join(';', Expression.Compile(text, ExpressionMode.Condition).Paths).ShouldBe(paths);

    [Theory]
    [InlineData("s + 1", "EXPR-009")]
    [InlineData("i > 'a'", "EXPR-009")]
    [InlineData("i.field", "EXPR-009")]
    [InlineData("s.size() && true", "EXPR-009")]
    [InlineData("[].filter(x, x > 2)[0].field", "EXPR-009")]
    [InlineData("[].filter(x, x > 2).map(y, y.map(z, z))", "EXPR-009")]
    [InlineData("l.exists(x, x)", "EXPR-009")]
    [InlineData("l[s]", "EXPR-009")]
    [InlineData("i.all(x, true)", "EXPR-009")]
    [InlineData("true ? 1 : 'a'", "EXPR-009")]
    [InlineData("m.a + s", "EXPR-009")]
    [InlineData("s.charAt(s)", "EXPR-009")]
    [InlineData("optional.of(i).orValue('a')", "EXPR-009")]
    [InlineData("math.greatest(s)", "EXPR-009")]
    [InlineData("t - i", "EXPR-009")]
    [InlineData("-s == ''", "EXPR-009")]
    [InlineData("i == s", "EXPR-009")]
    [InlineData("unknown > 1", "EXPR-010")]
    [InlineData("unknown.Type{}", "EXPR-010")]
    [InlineData("s.nope()", "EXPR-007")]
    public void The_checker_refuses_what_no_value_can_make_right(string text, string code) =>
        Should.Throw<ReeveException>(() => Expression.CompileChecked(text, ExpressionMode.Strict, Declared())).Error.Code.ShouldBe(code);

    [Theory]
    [InlineData("s + s == 'a' && i + 1 > 2 && l[0] + 1 == 2 && m.a + m['b'] > 0 && d.anything.at.all > 1")]
    [InlineData("l.map(x, x * 2).filter(x, x > 1).all(x, x != i) && m.exists(k, k == s) && d.map(x, x.y).size() > 0")]
    [InlineData("t + duration('1s') > t && t - t < duration('1s') && t.getHours() == i && w == null && w + 1 == 2")]
    [InlineData("[1, 'a', null][0] == 1 && {1: 'a', 'b': 2}[1] == 'a' && [[], [1]][1] == [1] && type(i) == int && i in l && s in m")]
    [InlineData("o.orValue(1) + 1 == 2 && o.optMap(x, x + 1).value() > 1 && m[?'a'].hasValue() && d.?x.y.orValue(d) == d && {?'a': o}.a == 1")]
    [InlineData("cel.bind(x, i, x + 1) > 1 && l.transformMap(k, v, v).size() == i && l.sortBy(x, -x)[0] == 1 && qualified.name == 'a'")]
    public void The_checker_passes_what_fits(string text) => Expression.CompileChecked(text, ExpressionMode.Strict, Declared()).Text.ShouldBe(text);

    [Theory]
    [InlineData("list(")]
    [InlineData("map(int)")]
    [InlineData("")]
    [InlineData("int)")]
    public void A_type_that_cannot_be_read_is_refused(string type) =>
        Should.Throw<ReeveException>(() => new Declarations().Declare("x", type)).Error.Code.ShouldBe("EXPR-011");

    private static Declarations Declared() => new Declarations()
        .Declare("s", "string").Declare("i", "int").Declare("l", "list(int)").Declare("m", "map(string, int)").Declare("d", "dyn")
        .Declare("t", "google.protobuf.Timestamp").Declare("w", "wrapper(int)").Declare("o", "optional_type(int)").Declare("qualified.name", "string");
}
