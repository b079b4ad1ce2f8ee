using Reeve.Core.Wording;

namespace Reeve.Tests.Wording;

public sealed class ShownTests
{
    [Theory]
    [InlineData("abcd", 4, "abcd")]
    [InlineData("abcde", 4, "abcd…")]
    [InlineData("abc🙂", 4, "abc…")]
    [InlineData("a\nb\u001b[31m", 20, "a\uFFFDb\uFFFD[31m")]
    [InlineData("a\u202Eb\u200B\u2066c", 20, "a\uFFFDb\uFFFD\uFFFDc")] // written from the right, of no width, set apart
    [InlineData("a\u2028b\u0085c\uFEFF", 20, "a\uFFFDb\uFFFDc\uFFFD")]
    [InlineData("a\U000E0041\u00ADb", 20, "a\uFFFD\uFFFD\uFFFDb")] // a tag, and a hyphen that may not show
    [InlineData("naïve 日本 🙂 é", 20, "naïve 日本 🙂 é")]
    [InlineData("", 1, "")]
    public void A_text_is_cut_between_characters_and_stays_on_one_line(string text, int longest, string shown) => Shown.Short(text, longest).ShouldBe(shown);

    [Fact]
    public void A_name_is_quoted_and_cut()
    {
        Shown.Name("a\tb").ShouldBe("\"a\uFFFDb\"");
        Shown.Name(new string('k', 63) + "🙂").ShouldBe($"\"{new string('k', 63)}…\"");
    }
}
