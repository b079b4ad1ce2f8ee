using Reeve.Engine.Runtime;

namespace Reeve.Tests.Runtime;

public sealed class ThreadRuntimeTests
{
    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 4)]
    [InlineData(1000, 1)]
    [InlineData(1000, 8)]
    public async Task Each_index_is_visited_once(int count, int workers)
    {
        int[] visits = new int[count];

        await new ThreadRuntime(TimeProvider.System).ForEachAsync(
            count,
            workers,
            (i, _) =>
            {
                Interlocked.Increment(ref visits[i]);
                return ValueTask.CompletedTask;
            },
            TestContext.Current.CancellationToken);

        visits.ShouldAllBe(visited => visited == 1);
    }

    [Fact]
    public async Task No_more_than_the_workers_run_at_once()
    {
        int running = 0;
        int most = 0;
        TaskCompletionSource full = new(TaskCreationOptions.RunContinuationsAsynchronously);

        await new ThreadRuntime(TimeProvider.System).ForEachAsync(
            30,
            3,
            async (_, _) =>
            {
                int now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                if (now == 3)
                {
                    full.TrySetResult();
                }

                await full.Task;
                Interlocked.Decrement(ref running);
            },
            TestContext.Current.CancellationToken);

        most.ShouldBe(3);
    }

    [Fact]
    public async Task A_body_that_throws_ends_the_loop()
    {
        ThreadRuntime runtime = new(TimeProvider.System);

        await Should.ThrowAsync<InvalidOperationException>(() => runtime.ForEachAsync(
            100, 4, (i, _) => i == 50 ? throw new InvalidOperationException("broken") : ValueTask.CompletedTask, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Cancelling_stops_between_bodies()
    {
        using CancellationTokenSource source = new();
        int visited = 0;

        await Should.ThrowAsync<OperationCanceledException>(() => new ThreadRuntime(TimeProvider.System).ForEachAsync(
            100,
            1,
            (i, _) =>
            {
                visited++;
                if (i == 9)
                {
                    source.Cancel();
                }

                return ValueTask.CompletedTask;
            },
            source.Token));

        visited.ShouldBe(10);
    }

    [Fact]
    public async Task Work_past_its_limit_is_given_up_and_told_so()
    {
        FakeTime clock = new(Make.Now);
        TaskCompletionSource<CancellationToken> begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        Task<int> working = new ThreadRuntime(clock).WithinAsync(
            TimeSpan.FromSeconds(5),
            async token =>
            {
                begun.SetResult(token);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return 1;
            },
            TestContext.Current.CancellationToken);
        CancellationToken given = await begun.Task;
        clock.Advance(TimeSpan.FromSeconds(6));

        await Should.ThrowAsync<TimeoutException>(() => working);
        given.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void Seeded_ids_repeat_and_are_of_version_7_with_their_time()
    {
        SeededIds one = new("seed");
        SeededIds two = new("seed");

        Guid first = one.Next(Make.Now);

        two.Next(Make.Now).ShouldBe(first);
        one.Next(Make.Now).ShouldNotBe(first);
        new SeededIds("other").Next(Make.Now).ShouldNotBe(first);
        first.Version.ShouldBe(7);
        first.Variant.ShouldBeInRange(8, 11);
        Convert.ToInt64(first.ToString("N")[..12], 16).ShouldBe(Make.Now.ToUnixTimeMilliseconds());
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = target;
        while (value > seen)
        {
            int before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
