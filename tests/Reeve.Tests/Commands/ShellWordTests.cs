using Reeve.Commands.Places;

namespace Reeve.Tests.Commands;

/// <summary>What is printed to be copied into a shell stays one word there.</summary>
public sealed class ShellWordTests
{
    [Theory]
    [InlineData("E-1", "E-1")]
    [InlineData("sqlite:/var/lib/reeve.db", "sqlite:/var/lib/reeve.db")]
    [InlineData("", "''")]
    [InlineData("two words", "'two words'")]
    [InlineData("$(rm -rf .)", "'$(rm -rf .)'")]
    [InlineData("a;b", "'a;b'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("é", "'é'")]
    public void A_word_is_quoted_unless_all_of_it_is_harmless(string word, string quoted) => ShellWord.Quoted(word).ShouldBe(quoted);

    [Theory]
    [InlineData("E-1", "E-1")]
    [InlineData("--payload", "-- --payload")]
    [InlineData("-x y", "-- '-x y'")]
    public void A_word_from_outside_is_no_option(string word, string argument) => ShellWord.LastArgument(word).ShouldBe(argument);
}
