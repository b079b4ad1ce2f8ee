using Reeve.Core.Patterns;

namespace Reeve.Tests.Patterns;

public sealed class PatternRefusalTests
{
    [Theory]
    [InlineData("(a)\\1", "PAT-002", 3)]
    [InlineData("\\8", "PAT-002", 0)]
    [InlineData("(?P<n>a)\\k<n>", "PAT-002", 8)]
    [InlineData("(?P<n>a)(?P=n)", "PAT-002", 8)]
    [InlineData("a(?=b)", "PAT-002", 1)]
    [InlineData("a(?!b)", "PAT-002", 1)]
    [InlineData("(?<=b)a", "PAT-002", 0)]
    [InlineData("(?<!b)a", "PAT-002", 0)]
    [InlineData("(?>a)", "PAT-002", 0)]
    [InlineData("ab(?#c)", "PAT-002", 2)]
    [InlineData("(?(1)a)", "PAT-002", 0)]
    [InlineData("(?R)", "PAT-002", 0)]
    [InlineData("a++", "PAT-002", 2)]
    [InlineData("a*+", "PAT-002", 2)]
    [InlineData("a{2}+", "PAT-002", 4)]
    [InlineData("\\C", "PAT-002", 0)]
    [InlineData("a**", "PAT-001", 2)]
    [InlineData("a*??", "PAT-001", 3)]
    [InlineData("a{2}{3}", "PAT-001", 4)]
    [InlineData("*a", "PAT-001", 0)]
    [InlineData("a|*", "PAT-001", 2)]
    [InlineData("(+)", "PAT-001", 1)]
    [InlineData("{2}", "PAT-001", 0)]
    [InlineData("(a", "PAT-001", 0)]
    [InlineData("x(?:a", "PAT-001", 1)]
    [InlineData("a)", "PAT-001", 1)]
    [InlineData("[a", "PAT-001", 0)]
    [InlineData("[]", "PAT-001", 0)]
    [InlineData("[z-a]", "PAT-001", 1)]
    [InlineData("[a-\\d]", "PAT-001", 3)]
    [InlineData("[[:foo:]]", "PAT-001", 1)]
    [InlineData("\\", "PAT-001", 0)]
    [InlineData("[\\", "PAT-001", 1)]
    [InlineData("\\p", "PAT-001", 0)]
    [InlineData("\\p{", "PAT-001", 0)]
    [InlineData("\\p{Nope}", "PAT-001", 0)]
    [InlineData("a\\pX", "PAT-001", 1)]
    [InlineData("\\q", "PAT-001", 0)]
    [InlineData("\\Z", "PAT-001", 0)]
    [InlineData("\\G", "PAT-001", 0)]
    [InlineData("\\E", "PAT-001", 0)]
    [InlineData("\\u0041", "PAT-001", 0)]
    [InlineData("\\x4", "PAT-001", 0)]
    [InlineData("\\xg1", "PAT-001", 0)]
    [InlineData("\\x{}", "PAT-001", 0)]
    [InlineData("\\x{110000}", "PAT-001", 0)]
    [InlineData("\\x{FFFFFFFFF}", "PAT-001", 0)]
    [InlineData("(?z)", "PAT-001", 0)]
    [InlineData("(?i", "PAT-001", 0)]
    [InlineData("(?i-)", "PAT-001", 0)]
    [InlineData("(?", "PAT-001", 0)]
    [InlineData("(?P<>a)", "PAT-001", 0)]
    [InlineData("(?P<a b>a)", "PAT-001", 0)]
    [InlineData("(?P<n>a)(?P<n>b)", "PAT-001", 8)]
    [InlineData("(?P<n", "PAT-001", 0)]
    [InlineData("a{1001}", "PAT-003", 1)]
    [InlineData("a{2,1001}", "PAT-003", 1)]
    [InlineData("a{3,2}", "PAT-001", 1)]
    [InlineData("(a{100}){11}", "PAT-003", 8)]
    [InlineData("a{99999999999999999999}", "PAT-003", 1)]
    [InlineData("((((a{9}){9}){9}){9}){9}", "PAT-003", 17)]
    [InlineData("é\\8", "PAT-002", 1)]
    public void Re2_refuses_with_the_offset(string pattern, string code, int offset)
    {
        PatternException error = Should.Throw<PatternException>(() => Pattern.Compile(pattern, PatternSyntax.Re2));

        error.Error.Code.ShouldBe(code);
        error.Offset.ShouldBe(offset);
        error.Message.ShouldContain($"offset {offset}");
    }

    [Theory]
    [InlineData("(?=a)", "PAT-002", 0)]
    [InlineData("a(?!b)", "PAT-002", 1)]
    [InlineData("(?<=a)b", "PAT-002", 0)]
    [InlineData("(?<!a)b", "PAT-002", 0)]
    [InlineData("(a)\\1", "PAT-002", 3)]
    [InlineData("(?<n>a)\\k<n>", "PAT-002", 7)]
    [InlineData("(?i)a", "PAT-002", 0)]
    [InlineData("(?i:a)", "PAT-002", 0)]
    [InlineData("\\a", "PAT-001", 0)]
    [InlineData("\\A", "PAT-001", 0)]
    [InlineData("\\z", "PAT-001", 0)]
    [InlineData("\\pL", "PAT-001", 0)]
    [InlineData("\\p{Nope}", "PAT-002", 0)]
    [InlineData("\\p{Alphabetic}", "PAT-002", 0)]
    [InlineData("\\uD83D", "PAT-002", 0)]
    [InlineData("\\u{110000}", "PAT-001", 0)]
    [InlineData("\\u12", "PAT-001", 0)]
    [InlineData("\\c1", "PAT-001", 0)]
    [InlineData("^(abc]", "PAT-001", 1)]
    [InlineData("(?<1>a)", "PAT-001", 0)]
    [InlineData("a{2001}", "PAT-003", 1)]
    public void Ecma_refuses_with_the_offset(string pattern, string code, int offset)
    {
        PatternException error = Should.Throw<PatternException>(() => Pattern.Compile(pattern, PatternSyntax.Ecma262));

        error.Error.Code.ShouldBe(code);
        error.Offset.ShouldBe(offset);
    }

    [Fact]
    public void Deep_groups_are_refused() =>
        Should.Throw<PatternException>(() => Pattern.Compile(new string('(', 5_000) + new string(')', 5_000), PatternSyntax.Re2)).Error.Code.ShouldBe("PAT-003");

    [Fact]
    public void Long_texts_are_refused() =>
        Should.Throw<PatternException>(() => Pattern.Compile(new string('a', 20_000), PatternSyntax.Re2)).Error.Code.ShouldBe("PAT-003");

    [Fact]
    public void A_lone_surrogate_is_refused() =>
        Should.Throw<PatternException>(() => Pattern.Compile("ab\uD800", PatternSyntax.Re2)).Offset.ShouldBe(2);
}
