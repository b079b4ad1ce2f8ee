using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Governance.Tenants;

namespace Reeve.Tests.Governance.Tenants;

/// <summary>A mode holds within a second wherever it is asked for, and what nobody knows is SHADOW.</summary>
public sealed class TenantModesTests
{
    [Fact]
    public async Task A_mode_is_in_force_where_it_was_set_when_that_returns()
    {
        Office office = await Office.OpenAsync();
        SignalBoard board = SignalBoard.OfOneProcess();
        TenantModes modes = new(office.Settings, board, office.Clock);
        (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.Shadow);

        await SetAsync(office, AutomationMode.Live);
        board.Forget(Signals.Tenants, [Office.North]);

        (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.Live);
        (await OfAsync(modes, Office.South)).ShouldBe(AutomationMode.Shadow);
    }

    [Fact]
    public async Task What_is_asked_again_is_answered_from_memory_for_less_than_a_second()
    {
        Office office = await Office.OpenAsync();
        SignalBoard board = office.NewBoard();
        TenantModes modes = new(office.Settings, board, office.Clock);
        await OfAsync(modes, Office.North);
        int reads = office.Settings.Reads;

        for (int i = 0; i < 100; i++)
        {
            (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.Shadow);
        }

        office.Settings.Reads.ShouldBe(reads);

        // The board still looks, but what was read is too old: somebody may have changed the row by hand.
        await SetAsync(office, AutomationMode.Live);
        office.Clock.Advance(TimeSpan.FromMilliseconds(950));
        board.LookedAt(office.Clock.GetTimestamp());
        (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.Live);
    }

    [Fact]
    public async Task A_signal_of_the_tenant_or_a_board_that_is_not_believed_has_it_read_again()
    {
        Office office = await Office.OpenAsync();
        SignalBoard board = office.NewBoard();
        TenantModes modes = new(office.Settings, board, office.Clock);
        await OfAsync(modes, Office.North);
        await SetAsync(office, AutomationMode.Live);
        (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.Shadow, "nobody has said so yet, and less than a second has passed");

        board.Forget(Signals.Hold, null);
        board.Forget(Signals.Tenants, [Office.South]);
        (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.Shadow);
        board.Forget(Signals.Tenants, [Office.North]);
        (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.Live);

        await SetAsync(office, AutomationMode.DryRun);
        board.Forget(Signals.Tenants, null);
        (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.DryRun);

        await SetAsync(office, AutomationMode.Shadow);
        office.Clock.Advance(SignalBoard.Believed);
        (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.Shadow);
    }

    [Fact]
    public async Task A_reading_that_began_before_the_change_is_joined_by_nobody_who_asks_after_it()
    {
        Office office = await Office.OpenAsync();
        SignalBoard board = office.NewBoard();
        TenantModes modes = new(office.Settings, board, office.Clock);
        TaskCompletionSource held = new();
        TaskCompletionSource begun = new();
        office.Settings.BeforeRead = () =>
        {
            office.Settings.BeforeRead = null;
            begun.SetResult();
            return held.Task;
        };
        Task<AutomationMode> early = modes.OfAsync(Office.North, Office.Token).AsTask();
        await begun.Task;

        await SetAsync(office, AutomationMode.Live);
        board.Forget(Signals.Tenants, [Office.North]);
        (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.Live);

        await SetAsync(office, AutomationMode.DryRun);
        held.SetResult();
        await early;
        (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.Live, "what the old reading found is kept nowhere");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_cannot_be_read_is_shadow_and_is_asked_again_the_next_time(bool isKnown)
    {
        Office office = await Office.OpenAsync();
        await SetAsync(office, AutomationMode.Live);
        SignalBoard board = office.NewBoard();
        TenantModes modes = new(office.Settings, board, office.Clock);
        if (isKnown)
        {
            (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.Live);
            board.Forget(Signals.Tenants, null);
        }

        office.Settings.BeforeRead = () => throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unwritable, "away"));
        (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.Shadow);

        office.Settings.BeforeRead = null;
        (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.Live);
    }

    [Fact]
    public async Task An_answer_that_took_too_long_is_shadow()
    {
        Office office = await Office.OpenAsync();
        await SetAsync(office, AutomationMode.Live);
        TenantModes modes = new(office.Settings, office.NewBoard(), office.Clock);
        office.Settings.BeforeRead = () =>
        {
            office.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.CompletedTask;
        };

        (await OfAsync(modes, Office.North)).ShouldBe(AutomationMode.Shadow);
    }

    [Fact]
    public async Task A_tenant_that_is_not_there_is_in_shadow() =>
        (await OfAsync(new TenantModes((await Office.OpenAsync()).Settings, SignalBoard.OfOneProcess(), new FakeTime()), new TenantId("nobody"))).ShouldBe(AutomationMode.Shadow);

    private static async Task<AutomationMode> OfAsync(TenantModes modes, TenantId tenant) => await modes.OfAsync(tenant, Office.Token);

    private static Task SetAsync(Office office, AutomationMode mode) => office.Tenants.SetModeAsync(Office.North, mode, null, null, Office.Admin, Office.Token);
}
