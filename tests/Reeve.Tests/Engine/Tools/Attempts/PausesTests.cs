using FsCheck;
using FsCheck.Fluent;
using Reeve.Engine.Tools.Attempts;

namespace Reeve.Tests.Tools.Attempts;

public sealed class PausesTests
{
    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 400)]
    [InlineData(3, 800)]
    [InlineData(6, 6_400)]
    [InlineData(7, 10_000)]
    [InlineData(1_000, 10_000)]
    public void The_ceiling_doubles_up_to_ten_seconds(int attempt, int milliseconds)
    {
        Pauses.After(attempt, null, 0).ShouldBe(TimeSpan.Zero);
        Pauses.After(attempt, null, 0.5).ShouldBe(TimeSpan.FromMilliseconds(milliseconds / 2));
        Pauses.After(attempt, null, Math.BitDecrement(1)).ShouldBeInRange(TimeSpan.FromMilliseconds(milliseconds - 1), TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(59, 59)]
    [InlineData(60, 60)]
    [InlineData(3_600, 60)]
    [InlineData(0, 0)]
    [InlineData(-5, 0)]
    public void What_the_tool_asks_for_is_the_least_up_to_a_minute(int asked, int paused) =>
        Pauses.After(1, TimeSpan.FromSeconds(asked), 0).ShouldBe(TimeSpan.FromSeconds(paused));

    [Fact]
    public void No_pause_is_shorter_than_asked_or_longer_than_what_a_call_may_take() =>
        Prop.ForAll(
            Gen.Choose(1, 2_000).Zip(Gen.Choose(-10, 200)).Zip(Gen.Choose(0, 999)).ToArbitrary(),
            drawn =>
            {
                ((int attempt, int asked), int chance) = drawn;
                TimeSpan pause = Pauses.After(attempt, TimeSpan.FromSeconds(asked), chance / 1_000.0);
                return pause >= TimeSpan.FromSeconds(Math.Clamp(asked, 0, 60)) && pause <= Pauses.LongestAsked;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void All_attempts_and_pauses_fit_into_the_longest() => Pauses.All(TimeSpan.FromSeconds(30), 3).ShouldBe(TimeSpan.FromSeconds((4 * 30) + (3 * 60)));
}
