using System.Diagnostics;
using System.Text;
using Reeve.Core.Patterns;

namespace Reeve.Tests.Patterns;

public sealed class PatternCostTests
{
    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(.*a){25}b")]
    [InlineData("(a|aa)+$")]
    [InlineData("(a|a?)+$")]
    [InlineData("^(([a-z])+.)+[A-Z]([a-z])+$")]
    [InlineData("(x+x+)+y")]
    [InlineData("(a?){500}a{500}b")]
    [InlineData("([ab]*a[ab]{1000})c")]
    [InlineData("((a?b?){0,10}){0,10}c")]
    [InlineData("(a{0,30}b{0,30}){0,30}c")]
    [InlineData("((a{0,5}b){0,5}c){0,5}d")]
    [InlineData("(.*){200}b")]
    [InlineData("((a*)*)*b")]
    [InlineData("(\\b|a|\\B){300}c")]
    [InlineData("(?:(?:(?:a?b?)?){0,30}(?:a?b?)?){0,10}c")]
    public void No_pattern_makes_a_text_of_20000_characters_slow(string text)
    {
        StringBuilder input = new();
        uint state = 1;
        for (int i = 0; i < 20_000; i++)
        {
            state = (state * 1_664_525) + 1_013_904_223;
            input.Append((state >> 30) == 0 ? 'b' : 'a');
        }

        Stopwatch watch = Stopwatch.StartNew();
        try
        {
            _ = Pattern.Compile(text, PatternSyntax.Re2).IsMatch(input.ToString());
        }
        catch (PatternException error)
        {
            error.Error.Code.ShouldBe("PAT-003"); // refused at once is not slow either
        }

        // Backtracking takes longer than the universe has; a busy machine at most some seconds.
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(3)); // a guard against work without end, not a measurement
    }

    [Fact]
    public void Size_counts_written_out_repetitions()
    {
        Pattern.Compile("", PatternSyntax.Re2).Size.ShouldBe(0);
        Pattern.Compile("abc", PatternSyntax.Re2).Size.ShouldBe(3);
        Pattern.Compile("(.*a){25}", PatternSyntax.Re2).Size.ShouldBe(50);
        Pattern.Compile("\\p{L}{1000}", PatternSyntax.Re2).Size.ShouldBe(1000);
    }

    [Fact]
    public void Any_text_at_all_is_a_pattern_or_a_refusal()
    {
        const int seed = 42;
        Random random = new(seed);
        const string pieces = "ab0(){}[]*+?|^$.\\-,:=!<>PQEiUsdwbpLzx{1,3}😀é\uE000\u212A\0\n";
        for (int i = 0; i < 20_000; i++)
        {
            StringBuilder text = new();
            for (int length = random.Next(12); length > 0; length--)
            {
                text.Append(pieces[random.Next(pieces.Length)]);
            }

            foreach (PatternSyntax syntax in Enum.GetValues<PatternSyntax>())
            {
                try
                {
                    _ = Pattern.Compile(text.ToString(), syntax).IsMatch("ab 😀é");
                }
                catch (PatternException error)
                {
                    error.Offset.ShouldBeInRange(0, text.Length, $"seed {seed}: {text}");
                }
            }
        }
    }
}
