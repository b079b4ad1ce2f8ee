namespace Reeve.Tests.Architecture;

/// <summary>Names and words of the source.</summary>
public sealed class WordTests
{
    [Fact]
    public void No_domain_word_is_in_the_source() => CompiledProject.Ours.SelectMany(WordRules.DomainWordsIn).ShouldBeEmpty();

    [Fact]
    public void Types_have_names_that_say_something() => CompiledProject.Ours.SelectMany(WordRules.TypeNames).ShouldBeEmpty();

    [Fact]
    public void Namespaces_are_folders() => CompiledProject.Ours.SelectMany(WordRules.Namespaces).ShouldBeEmpty();

    [Fact]
    public void Nothing_is_left_unfinished() => CompiledProject.Ours.SelectMany(WordRules.Unfinished).ShouldBeEmpty();

    [Theory]
    [InlineData("public sealed class TradeCheck;")]
    [InlineData("public static class A { public static int patient_id; }")]
    [InlineData("public static class A { public const string Kind = \"LOAN_DEFAULT\"; }")]
    [InlineData("// how an invoice is matched")]
    [InlineData("public static class A { public static int unpaidInvoices; }")]
    public void A_domain_word_is_found(string text) => WordRules.DomainWordsIn(Compiled(text)).ShouldHaveSingleItem();

    [Theory]
    [InlineData("// the trade-off between time and memory")]
    [InlineData("public static class A { public static void Claim() { } public static int Traded; }")]
    public void Other_words_pass(string text) => WordRules.DomainWordsIn(Compiled(text)).ShouldBeEmpty();

    [Theory]
    [InlineData("public sealed class PackManager;")]
    [InlineData("public static class TextHelper;")]
    [InlineData("internal static class JsonUtil;")]
    [InlineData("public sealed record DomainException;")]
    public void A_name_that_says_nothing_is_found(string text) => WordRules.TypeNames(Compiled(text)).ShouldHaveSingleItem();

    [Fact]
    public void A_thrown_type_may_end_in_Exception() =>
        WordRules.TypeNames(Compiled("public class OddException : System.ArgumentException;")).ShouldBeEmpty();

    [Fact]
    public void A_namespace_beside_its_folder_is_found() =>
        WordRules.Namespaces(Compiled("namespace Reeve.Core.Elsewhere; public static class A;"))
            .ShouldBe(["src/Reeve.Core/Sample/A.cs declares Reeve.Core.Elsewhere, not Reeve.Core.Sample."]);

    [Fact]
    public void Unfinished_code_is_found() =>
        WordRules.Unfinished(Compiled("public static class A { public static int B() => throw new NotImplementedException(); }")).ShouldHaveSingleItem();

    private static CompiledProject Compiled(string text) =>
        CompiledProject.Of("Reeve.Core", [new SourceFile("Reeve.Core", "src/Reeve.Core/Sample/A.cs", text)]);
}
