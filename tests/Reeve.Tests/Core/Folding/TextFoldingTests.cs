using System.Text;
using Reeve.Core.Folding;

namespace Reeve.Tests.Folding;

/// <summary>NFC and case folding as Unicode has them, whatever the framework can do on this machine.</summary>
public sealed class TextFoldingTests
{
    // Rows of Unicode's NormalizationTest.txt (16.0): source, NFC, NFD. Code points in hexadecimal.
    public static TheoryData<string, string, string> Rows => new()
    {
        { "1E0A 0323", "1E0C 0307", "0044 0323 0307" },
        { "1E0C 0307", "1E0C 0307", "0044 0323 0307" },
        { "0044 031B 0323", "1E0C 031B", "0044 031B 0323" },
        { "0112 0300", "1E14", "0045 0304 0300" },
        { "05B8 05B9 05B1 0591 05C3 05B0 05AC 059F", "05B1 05B8 05B9 0591 05C3 05B0 05AC 059F", "05B1 05B8 05B9 0591 05C3 05B0 05AC 059F" },
        { "1100 AC00 11A8", "1100 AC01", "1100 1100 1161 11A8" },
        { "1100 AC00 11A8 11A8", "1100 AC01 11A8", "1100 1100 1161 11A8 11A8" },
        { "212B", "00C5", "0041 030A" },
        { "0340", "0300", "0300" },
        { "0344", "0308 0301", "0308 0301" },
        { "0958", "0915 093C", "0915 093C" },
        { "1F02", "1F02", "03B1 0313 0300" },
        { "1D15E", "1D157 1D165", "1D157 1D165" },
        { "F900", "8C48", "8C48" },
        { "0061 0315 0300 05AE 0062", "00E0 05AE 0315 0062", "0061 05AE 0300 0315 0062" },
        { "0061 0344 0315 0300 05AE 0062", "00E4 05AE 0301 0300 0315 0062", "0061 05AE 0308 0301 0300 0315 0062" },
        { "09C7 0334 09BE", "09C7 0334 09BE", "09C7 0334 09BE" },
        { "1100 0334 1161", "1100 0334 1161", "1100 0334 1161" },
        { "AC00 0334 11AE", "AC00 0334 11AE", "1100 1161 0334 11AE" },
        { "11935 0334 11930", "11935 0334 11930", "11935 0334 11930" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Texts_compose_as_Unicodes_own_test_says(string source, string composed, string decomposed)
    {
        TextFolding.Compose(Text(source)).ShouldBe(Text(composed));
        TextFolding.Compose(Text(composed)).ShouldBe(Text(composed));
        TextFolding.Compose(Text(decomposed)).ShouldBe(Text(composed));
    }

    [Theory]
    [InlineData("Alice", "aLICE")]
    [InlineData("José", "JOSE\u0301")]
    [InlineData("Straße", "STRASSE")]
    [InlineData("ΣΊΣΥΦΟΣ", "σίσυφος")]
    [InlineData("\u212Aelvin", "kelvin")]
    [InlineData("ÅSA", "a\u030Asa")]
    [InlineData("\u01C4", "\u01C6")]
    [InlineData("\u1E9E", "ss")]
    [InlineData("\u1FC2", "\u1F74\u03B9")]
    [InlineData("\uD801\uDC00", "\uD801\uDC28")]
    public void Texts_that_differ_by_case_or_composition_fold_alike(string left, string right) =>
        TextFolding.Fold(left).ShouldBe(TextFolding.Fold(right));

    [Theory]
    [InlineData("alice", "аlice")]
    [InlineData("jose", "josé")]
    [InlineData("İ", "i")]
    [InlineData("ﬁ", "f\u200Di")]
    [InlineData("a", "ａ")]
    public void Look_alikes_stay_apart(string left, string right) => TextFolding.Fold(left).ShouldNotBe(TextFolding.Fold(right));

    [Fact]
    public void Folding_and_composing_twice_change_nothing()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        for (int round = 0; round < 2_000; round++)
        {
            StringBuilder text = new();
            for (int length = random.Next(1, 8); length > 0; length--)
            {
                int code = random.Next(4) switch { 0 => random.Next(0x300, 0x370), 1 => random.Next(0x40, 0x250), 2 => random.Next(0x1100, 0x1200), _ => random.Next(0xE000, 0x20000) };
                text.Append(char.ConvertFromUtf32(code));
            }

            string composed = TextFolding.Compose(text.ToString());
            string folded = TextFolding.Fold(text.ToString());

            TextFolding.Compose(composed).ShouldBe(composed, $"seed {seed}");
            TextFolding.Fold(folded).ShouldBe(folded, $"seed {seed}");
            TextFolding.Fold(composed).ShouldBe(folded, $"seed {seed}");
        }
    }

    [Fact]
    public void A_lone_surrogate_is_replaced() => TextFolding.Compose("a\uD800").ShouldBe("a\uFFFD");

    private static string Text(string codes) => string.Concat(codes.Split(' ').Select(code => char.ConvertFromUtf32(Convert.ToInt32(code, 16))));
}
