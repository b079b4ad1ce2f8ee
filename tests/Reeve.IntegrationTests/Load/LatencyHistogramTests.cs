using Reeve.Load;
using Reeve.Load.Measures;

namespace Reeve.IntegrationTests.Load;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void A_percentile_is_at_most_a_hundredth_above_what_was_recorded_whatever_its_size()
    {
        Random chance = new(7);
        List<TimeSpan> durations = [.. Enumerable.Range(0, 20_000).Select(_ => TimeSpan.FromTicks((long)Math.Pow(10, chance.NextDouble() * 11)))];
        LatencyHistogram histogram = new();
        durations.ForEach(histogram.Record);
        durations.Sort();

        foreach (double perMille in (double[])[1, 100, 500, 950, 990, 999, 1000])
        {
            double exact = durations[(int)Math.Ceiling(durations.Count * perMille / 1000) - 1].TotalMilliseconds;
            histogram.Milliseconds(perMille).ShouldNotBeNull().ShouldBeInRange(exact, exact * 1.01, $"{perMille} of 1000");
        }
    }

    [Fact]
    public void One_slow_submit_in_a_thousand_is_in_the_tail_and_nowhere_else()
    {
        LatencyHistogram histogram = new();
        for (int i = 0; i < 1999; i++)
        {
            histogram.Record(TimeSpan.FromMilliseconds(1));
        }

        histogram.Record(TimeSpan.FromMinutes(5));
        histogram.Record(TimeSpan.FromMinutes(5));
        histogram.Record(TimeSpan.FromMinutes(5));

        histogram.Milliseconds(990).ShouldNotBeNull().ShouldBe(1, 0.01);
        histogram.Milliseconds(999).ShouldBe(300_000);
        histogram.Milliseconds(1000).ShouldBe(300_000);
    }

    [Fact]
    public void Those_of_several_callers_add_up()
    {
        LatencyHistogram all = new();
        LatencyHistogram other = new();
        all.Record(TimeSpan.FromMilliseconds(1));
        other.Record(TimeSpan.FromMilliseconds(9));

        all.Add(other);

        all.Count.ShouldBe(2);
        all.Longest.ShouldBe(TimeSpan.FromMilliseconds(9));
        all.Milliseconds(500).ShouldNotBeNull().ShouldBe(1, 0.01);
        all.Milliseconds(1000).ShouldBe(9);
    }

    [Fact]
    public void The_least_and_the_most_that_can_be_are_recorded()
    {
        LatencyHistogram histogram = new();

        histogram.Milliseconds(500).ShouldBeNull();
        histogram.Record(TimeSpan.FromTicks(-1));
        histogram.Record(TimeSpan.FromDays(365));

        histogram.Milliseconds(500).ShouldNotBeNull().ShouldBe(0, 0.001);
        histogram.Milliseconds(1000).ShouldBe(TimeSpan.FromDays(365).TotalMilliseconds);
    }

    [Fact]
    public void A_spread_has_the_run_in_the_middle()
    {
        Spread odd = Spread.Of([5, 1, 3]);
        Spread even = Spread.Of([4, 1, 2, 10]);

        (odd.Median, odd.Least, odd.Most, even.Median).ShouldBe((3, 1, 5, 3));
        odd.Runs.ShouldBe([5, 1, 3]);
    }
}
