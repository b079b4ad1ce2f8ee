using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Breakers;
using Reeve.Testing.Stores;

namespace Reeve.Tests.Tools.Breakers;

public sealed class ToolBreakersTests
{
    private static readonly BreakerKey Key = new(new TenantId("NORTH"), new DomainName("Parcels"), new ToolName("resend"));

    private readonly FakeTime clock = new();
    private readonly MemoryStore store;
    private readonly MemoryBreakers rows;
    private readonly ToolBreakers breakers;

    public ToolBreakersTests()
    {
        store = new MemoryStore(clock);
        rows = new MemoryBreakers(store);
        breakers = Node();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_bad_signs_in_a_row_open_a_breaker_and_say_so_on_record()
    {
        await ReportAsync(ToolSign.Bad, 4);
        (await breakers.AskAsync(Key, Token)).ShouldBe(BreakerState.Closed);

        (await ReportAsync(ToolSign.Bad)).ShouldBe(BreakerState.Open);

        (await breakers.AskAsync(Key, Token)).ShouldBe(BreakerState.Open);
        (await breakers.EnterAsync(Key, Token)).ShouldBeNull();
        store.Events.ShouldHaveSingleItem().Type.ShouldBe(EventType.BreakerChanged);
    }

    [Fact]
    public async Task A_good_sign_in_between_begins_the_count_anew()
    {
        await ReportAsync(ToolSign.Bad, 4);
        await ReportAsync(ToolSign.Good);
        await ReportAsync(ToolSign.Bad, 4);

        (await breakers.AskAsync(Key, Token)).ShouldBe(BreakerState.Closed);
    }

    [Fact]
    public async Task What_says_nothing_of_the_tool_does_not_count()
    {
        await ReportAsync(ToolSign.Bad, 4);
        (await ReportAsync(ToolSign.None)).ShouldBeNull();

        (await ReportAsync(ToolSign.Bad)).ShouldBe(BreakerState.Open);
    }

    [Fact]
    public async Task After_a_minute_one_call_at_a_time_probes()
    {
        await ReportAsync(ToolSign.Bad, 5);
        clock.Advance(BreakerRules.OpenFor - TimeSpan.FromTicks(1));
        (await breakers.EnterAsync(Key, Token)).ShouldBeNull();
        clock.Advance(TimeSpan.FromTicks(1));
        (await breakers.AskAsync(Key, Token)).ShouldBe(BreakerState.HalfOpen);

        using BreakerPass probe = (await breakers.EnterAsync(Key, Token)).ShouldNotBeNull();

        (await breakers.AskAsync(Key, Token)).ShouldBe(BreakerState.Open);
        (await breakers.EnterAsync(Key, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_probe_that_is_given_back_lets_the_next_probe()
    {
        await ReportAsync(ToolSign.Bad, 5);
        clock.Advance(BreakerRules.OpenFor);
        (await breakers.EnterAsync(Key, Token)).ShouldNotBeNull().Dispose();

        (await breakers.EnterAsync(Key, Token)).ShouldNotBeNull().Dispose();
    }

    [Fact]
    public async Task Two_good_probes_close_it()
    {
        await ReportAsync(ToolSign.Bad, 5);
        clock.Advance(BreakerRules.OpenFor);

        (await ReportAsync(ToolSign.Good)).ShouldBe(BreakerState.HalfOpen);
        (await ReportAsync(ToolSign.Good)).ShouldBe(BreakerState.Closed);

        (await breakers.AskAsync(Key, Token)).ShouldBe(BreakerState.Closed);
        (await rows.ListAllAsync(Token)).ShouldBeEmpty();
        store.Events.Count(item => item.Type == EventType.BreakerChanged).ShouldBe(3);
    }

    [Fact]
    public async Task A_bad_probe_opens_it_for_another_minute_and_forgets_the_good_one()
    {
        await ReportAsync(ToolSign.Bad, 5);
        clock.Advance(BreakerRules.OpenFor);
        await ReportAsync(ToolSign.Good);

        (await ReportAsync(ToolSign.Bad)).ShouldBe(BreakerState.Open);

        clock.Advance(BreakerRules.OpenFor - TimeSpan.FromSeconds(1));
        (await breakers.EnterAsync(Key, Token)).ShouldBeNull();
        clock.Advance(TimeSpan.FromSeconds(1));
        (await ReportAsync(ToolSign.Good)).ShouldBe(BreakerState.HalfOpen);
        (await ReportAsync(ToolSign.Good)).ShouldBe(BreakerState.Closed);
    }

    [Fact]
    public async Task What_one_node_opened_another_refuses_once_it_is_told()
    {
        SignalBoard board = new(clock);
        board.LookedAt(clock.GetTimestamp());
        ToolBreakers other = Node(board);
        (await other.AskAsync(Key, Token)).ShouldBe(BreakerState.Closed);
        await ReportAsync(ToolSign.Bad, 5);
        (await other.AskAsync(Key, Token)).ShouldBe(BreakerState.Closed);

        board.Forget(Signals.Breakers, [Key.TenantId]);

        (await other.AskAsync(Key, Token)).ShouldBe(BreakerState.Open);
    }

    [Fact]
    public async Task A_call_that_was_let_through_before_it_opened_is_kept_back_after()
    {
        using BreakerPass early = (await breakers.EnterAsync(Key, Token)).ShouldNotBeNull();
        (await early.HoldsAsync(Token)).ShouldBeTrue();

        await ReportAsync(ToolSign.Bad, 5);

        (await early.HoldsAsync(Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_probe_holds_until_somebody_finds_the_tool_failing_again()
    {
        await ReportAsync(ToolSign.Bad, 5);
        clock.Advance(BreakerRules.OpenFor);
        using BreakerPass probe = (await breakers.EnterAsync(Key, Token)).ShouldNotBeNull();
        (await probe.HoldsAsync(Token)).ShouldBeTrue();
        ToolBreakers other = Node();
        using BreakerPass elsewhere = (await other.EnterAsync(Key, Token)).ShouldNotBeNull();

        await elsewhere.ReportAsync(ToolSign.Bad);

        (await Node().AskAsync(Key, Token)).ShouldBe(BreakerState.Open);
    }

    [Fact]
    public async Task What_memory_says_may_not_be_believed_is_read_once_however_many_ask()
    {
        SignalBoard board = new(clock);
        ToolBreakers stale = Node(board);
        int before = rows.Readings;

        await stale.AskAsync(Key, Token);
        await stale.AskAsync(Key, Token);
        rows.Readings.ShouldBe(before + 2);
        board.LookedAt(clock.GetTimestamp());
        await stale.AskAsync(Key, Token);

        rows.Readings.ShouldBe(before + 2);
    }

    [Fact]
    public async Task Where_it_stands_must_be_known()
    {
        rows.Fault = new ReeveException(new ReeveError(ErrorCatalogue.Storage.SlotLost, "Gone."));

        await Should.ThrowAsync<ReeveException>(async () => await Node().AskAsync(Key, Token));
    }

    [Fact]
    public async Task An_opening_that_cannot_be_recorded_protects_the_tool_here_all_the_same()
    {
        store.Fault = _ => new ReeveException(new ReeveError(ErrorCatalogue.Storage.SlotLost, "Gone."));

        (await ReportAsync(ToolSign.Bad, 5)).ShouldBe(BreakerState.Open);

        (await breakers.EnterAsync(Key, Token)).ShouldBeNull();
        clock.Advance(BreakerRules.OpenFor);
        store.Fault = null;
        await ReportAsync(ToolSign.Good);
        (await ReportAsync(ToolSign.Good)).ShouldBe(BreakerState.Closed);
        (await breakers.AskAsync(Key, Token)).ShouldBe(BreakerState.Closed);
    }

    [Fact]
    public async Task Another_tenants_breaker_of_the_same_tool_is_another()
    {
        await ReportAsync(ToolSign.Bad, 5);

        (await breakers.AskAsync(Key with { TenantId = new TenantId("SOUTH") }, Token)).ShouldBe(BreakerState.Closed);
        (await breakers.AskAsync(Key with { Domain = new DomainName("Letters") }, Token)).ShouldBe(BreakerState.Closed);
    }

    private ToolBreakers Node(SignalBoard? board = null) => new(rows, store, board ?? SignalBoard.OfOneProcess(), clock, NullLogger.Instance);

    private async Task<BreakerState?> ReportAsync(ToolSign sign, int times = 1)
    {
        BreakerState? state = null;
        for (int i = 0; i < times; i++)
        {
            using BreakerPass pass = (await breakers.EnterAsync(Key, Token)).ShouldNotBeNull();
            state = await pass.ReportAsync(sign);
        }

        return state;
    }
}
