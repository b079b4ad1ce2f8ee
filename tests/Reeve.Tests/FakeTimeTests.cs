namespace Reeve.Tests;

/// <summary>The tests' own clock keeps its promises.</summary>
public sealed class FakeTimeTests
{
    private readonly FakeTime clock = new();

    [Fact]
    public void Timers_fire_in_the_order_of_their_times()
    {
        List<string> fired = [];
        using ITimer late = clock.CreateTimer(_ => fired.Add($"late at {clock.GetUtcNow():mm:ss}"), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using ITimer often = clock.CreateTimer(_ => fired.Add($"often at {clock.GetUtcNow():mm:ss}"), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));

        clock.Advance(TimeSpan.FromSeconds(5));

        fired.ShouldBe(["often at 00:02", "late at 00:03", "often at 00:04"]);
        clock.GetUtcNow().ShouldBe(new FakeTime().GetUtcNow().AddSeconds(5));
    }

    [Fact]
    public async Task A_delay_ends_when_the_clock_reaches_it()
    {
        Task delay = Task.Delay(TimeSpan.FromMinutes(1), clock, TestContext.Current.CancellationToken);

        clock.Advance(TimeSpan.FromSeconds(59));
        delay.IsCompleted.ShouldBeFalse();

        clock.Advance(TimeSpan.FromSeconds(1));
        await delay;
    }
}
