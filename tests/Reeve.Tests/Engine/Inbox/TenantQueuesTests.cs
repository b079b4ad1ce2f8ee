using Reeve.Core.Records;
using Reeve.Engine.Inbox;

namespace Reeve.Tests.Inbox;

public sealed class TenantQueuesTests
{
    private static readonly TenantId A = new("a");
    private static readonly TenantId B = new("b");
    private readonly FakeTime clock = new(Make.Now);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void An_idle_gate_lets_its_caller_through_at_once_and_without_an_allocation()
    {
        TenantQueues queues = new(new QueueLimits(), clock);
        PassThrough(queues);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 1_000; i++)
        {
            PassThrough(queues);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        static void PassThrough(TenantQueues queues)
        {
            ValueTask<int> entering = queues.EnterAsync(A, 1, CancellationToken.None);
            entering.IsCompletedSuccessfully.ShouldBeTrue();
            queues.Leave(entering.GetAwaiter().GetResult());
        }
    }

    [Fact]
    public async Task No_more_than_512_are_let_in_and_each_that_leaves_lets_another_in()
    {
        TenantQueues queues = new(new QueueLimits(), clock);
        for (int i = 0; i < 8; i++)
        {
            (await queues.EnterAsync(A, 1_000, Token)).ShouldBe(64);
        }

        ValueTask<int> next = queues.EnterAsync(A, 1, Token);
        next.IsCompleted.ShouldBeFalse();

        queues.Leave(1);

        (await next).ShouldBe(1);
        queues.LetIn.ShouldBe(512);
    }

    [Fact]
    public async Task Tenants_take_turns_of_64_however_many_of_one_wait()
    {
        TenantQueues queues = new(new QueueLimits(), clock);
        await Fill(queues);
        Task<int>[] floods = [.. Enumerable.Range(0, 3).Select(_ => queues.EnterAsync(A, 1_000, Token).AsTask())];
        Task<int> single = queues.EnterAsync(B, 1, Token).AsTask();

        queues.Leave(64);
        (await floods[0]).ShouldBe(64);
        queues.Leave(1);
        (await single).ShouldBe(1);
        queues.Leave(64);
        (await floods[1]).ShouldBe(64);

        floods[2].IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Of_one_tenant_who_came_first_is_let_in_first()
    {
        TenantQueues queues = new(new QueueLimits(), clock);
        await Fill(queues);
        ValueTask<int> first = queues.EnterAsync(A, 1, Token);
        ValueTask<int> second = queues.EnterAsync(A, 1, Token);

        queues.Leave(1);
        (await first).ShouldBe(1);
        second.IsCompleted.ShouldBeFalse();

        queues.Leave(1);
        (await second).ShouldBe(1);
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_no_place_and_what_was_kept_for_it_goes_to_the_next()
    {
        TenantQueues queues = new(new QueueLimits(), clock);
        await Fill(queues);
        using CancellationTokenSource giving = new();
        ValueTask<int> first = queues.EnterAsync(A, 64, giving.Token);
        ValueTask<int> second = queues.EnterAsync(B, 10, Token);
        for (int i = 0; i < 10; i++)
        {
            queues.Leave(1);
        }

        second.IsCompleted.ShouldBeFalse();
        await giving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () => await first);
        (await second).ShouldBe(10);
        queues.Leave(512);
        queues.LetIn.ShouldBe(0);
    }

    [Fact]
    public void A_tenant_holds_at_most_as_much_as_is_free_so_that_a_flood_leaves_half_to_others()
    {
        TenantQueues queues = new(new QueueLimits(Items: 1_000, Bytes: 1_000_000), clock);
        int taken = 0;
        while (queues.TryReserve(A, 1, 10, out _) is not null)
        {
            taken++;
        }

        taken.ShouldBe(500);
        queues.TryReserve(B, 250, 10, out _).ShouldNotBeNull();
        queues.TryReserve(B, 1, 10, out _).ShouldBeNull();
        queues.TryReserve(new TenantId("c"), 65, 10, out _).ShouldNotBeNull();
    }

    [Fact]
    public void Bytes_bound_as_exceptions_do()
    {
        TenantQueues queues = new(new QueueLimits(Items: 100, Bytes: 10_000_000), clock);
        queues.TryReserve(A, 1, 4_000_000, out _).ShouldNotBeNull();

        queues.TryReserve(A, 1, 2_000_000, out _).ShouldBeNull();
        queues.TryReserve(A, 1, 1_000_000, out _).ShouldNotBeNull();
    }

    [Fact]
    public void Room_is_given_back_once_and_a_part_of_it_by_who_has_the_part()
    {
        TenantQueues queues = new(new QueueLimits(Items: 100, Bytes: 1_000), clock);
        RoomShare whole = queues.TryReserve(A, 10, 100, out _).ShouldNotBeNull();
        RoomShare part = whole.Split(4, 40);

        whole.Dispose();
        whole.Dispose();
        queues.Held.ShouldBe((4, 40));
        part.Dispose();
        part.Dispose();

        queues.Held.ShouldBe((0, 0));
    }

    [Fact]
    public void A_share_grows_when_there_is_room_and_else_stays_as_it_is()
    {
        TenantQueues queues = new(new QueueLimits(Items: 1_000, Bytes: 1_000), clock);
        RoomShare share = queues.TryReserve(A, 1, 10, out _).ShouldNotBeNull();

        share.TryGrow(400, 400).ShouldBeTrue();
        queues.TryReserve(B, 200, 0, out _).ShouldNotBeNull();
        share.TryGrow(401, 500).ShouldBeFalse();

        queues.Held.ShouldBe((600, 400));
        share.Dispose();
        queues.Held.ShouldBe((200, 0));
    }

    [Fact]
    public async Task Who_waits_for_room_is_served_when_some_comes_back_and_nobody_of_its_tenant_overtakes_it()
    {
        TenantQueues queues = new(new QueueLimits(Items: 100, Bytes: 1_000), clock);
        RoomShare first = queues.TryReserve(A, 50, 0, out _).ShouldNotBeNull();
        ValueTask<RoomShare> waiting = queues.ReserveAsync(A, 65, 0, Token);

        waiting.IsCompleted.ShouldBeFalse();
        queues.TryReserve(A, 1, 0, out _).ShouldBeNull();
        queues.TryReserve(B, 1, 0, out _).ShouldNotBeNull();
        first.Dispose();

        (await waiting).Dispose();
        queues.Held.ShouldBe((1, 0));
    }

    [Fact]
    public void Whatever_others_hold_a_tenant_finds_a_little_room_and_one_that_holds_nothing_all_that_it_asks_for()
    {
        TenantQueues queues = new(new QueueLimits(Items: 1_000, Bytes: 100_000_000), clock);
        queues.TryReserve(A, 1_000, 100_000_000, out _).ShouldNotBeNull();

        RoomShare first = queues.TryReserve(B, 500, 10_000_000, out _).ShouldNotBeNull();
        queues.TryReserve(B, 1, 0, out _).ShouldBeNull();
        first.Shrink(60, 1_999_990);
        queues.TryReserve(B, 4, 10, out _).ShouldNotBeNull();
        queues.TryReserve(B, 1, 0, out _).ShouldBeNull();
        queues.TryReserve(B, 0, 1, out _).ShouldBeNull();

        queues.Held.ShouldBe((1_064, 102_000_000));
    }

    [Fact]
    public async Task A_share_that_shrinks_makes_room_for_who_waits_and_never_grows()
    {
        TenantQueues queues = new(new QueueLimits(Items: 1_000, Bytes: 1_000_000), clock);
        RoomShare share = queues.TryReserve(A, 500, 100, out _).ShouldNotBeNull();
        ValueTask<RoomShare> waiting = queues.ReserveAsync(A, 100, 0, Token);
        waiting.IsCompleted.ShouldBeFalse();

        share.Shrink(100, 5_000);

        (await waiting).Dispose();
        queues.Held.ShouldBe((100, 100));
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(1_000, 1)]
    [InlineData(50, 10)]
    [InlineData(1, 60)]
    public void Retry_after_is_how_long_the_node_takes_for_what_the_tenant_has_waiting(int leavesPerSecond, int seconds)
    {
        TenantQueues queues = new(new QueueLimits(Items: 1_000, Bytes: 1_000), clock);
        queues.TryReserve(A, 500, 0, out _).ShouldNotBeNull();
        for (int i = 0; i < 30; i++)
        {
            for (int k = 0; k < leavesPerSecond; k++)
            {
                queues.Leave(Entered(queues));
            }

            clock.Advance(TimeSpan.FromSeconds(1));
        }

        queues.TryReserve(A, 1, 0, out TimeSpan retryAfter).ShouldBeNull();

        retryAfter.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void What_was_worked_off_long_ago_says_nothing_about_the_speed_of_now()
    {
        TenantQueues queues = new(new QueueLimits(Items: 1_000, Bytes: 1_000), clock);
        queues.TryReserve(A, 500, 0, out _).ShouldNotBeNull();
        for (int k = 0; k < 10_000; k++)
        {
            queues.Leave(Entered(queues));
        }

        clock.Advance(TimeSpan.FromSeconds(3_600));

        queues.TryReserve(A, 1, 0, out TimeSpan retryAfter).ShouldBeNull();
        retryAfter.ShouldBe(TimeSpan.FromSeconds(60));
    }

    // Many inputs of some tenants over a gate with little room: they wait for room, are let in, commit at different speeds, fail and give up at any moment.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_the_order_bounds_hold_nobody_starves_and_nothing_is_lost(int seed)
    {
        StepScheduler scheduler = new(seed);
        TenantQueues queues = new(new QueueLimits(Items: 1_000, Bytes: 100_000), clock);
        GateTraffic traffic = new(queues, scheduler);
        Task[] inputs = [.. Enumerable.Range(0, 40).Select(i => scheduler.Start(() => traffic.InputAsync(i)))];

        while (scheduler.Step())
        {
            traffic.Check();
        }

        inputs.ShouldAllBe(input => input.IsCompletedSuccessfully);
        queues.Held.ShouldBe((0, 0));
        queues.LetIn.ShouldBe(0);
        traffic.Committed.ShouldBe(traffic.Expected);
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 200)];

    private static int Entered(TenantQueues queues)
    {
        ValueTask<int> entering = queues.EnterAsync(A, 1, CancellationToken.None);
        entering.IsCompletedSuccessfully.ShouldBeTrue();
        return entering.GetAwaiter().GetResult();
    }

    private static async Task Fill(TenantQueues queues)
    {
        for (int i = 0; i < 8; i++)
        {
            await queues.EnterAsync(new TenantId("first"), 64, Token);
        }
    }
}
