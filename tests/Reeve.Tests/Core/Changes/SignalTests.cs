using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Tests.Changes;

public sealed class SignalTests
{
    private static readonly TenantId North = new("NORTH");

    [Fact]
    public void Words_are_in_ordinal_order_joined_by_commas()
    {
        SignalWords.Write(Signals.Tenants | Signals.Keys | Signals.Hold).ShouldBe("hold,keys,tenants");
        SignalWords.Write(Signals.All).ShouldBe("breakers,hold,inbox,keys,packs,playbooks,schedules,tenants,tools");
        SignalWords.Write(Signals.None).ShouldBeNull();
    }

    [Fact]
    public void Every_combination_is_read_as_it_was_written()
    {
        for (Signals signals = Signals.Hold; signals <= Signals.All; signals++)
        {
            SignalWords.Read(SignalWords.Write(signals).ShouldNotBeNull()).ShouldBe(signals);
        }
    }

    [Theory]
    [InlineData("keys,moons")]
    [InlineData("moons")]
    [InlineData("Keys")]
    [InlineData("")]
    public void A_word_that_is_not_known_means_everything(string text) => SignalWords.Read(text).ShouldBe(Signals.All);

    [Fact]
    public void Those_who_hold_what_changed_forget_it_and_nobody_else()
    {
        SignalBoard board = SignalBoard.OfOneProcess();
        List<string> forgotten = [];
        board.Subscribe(Signals.Keys, tenant => forgotten.Add($"keys {tenant?.Value}"));
        board.Subscribe(Signals.Packs | Signals.Tenants, tenant => forgotten.Add($"packs {tenant?.Value}"));

        board.Forget(Signals.Keys | Signals.Hold, [North, new TenantId("SOUTH")]);
        board.Forget(Signals.Tenants, null);
        board.Forget(Signals.Packs, []);
        board.Forget(Signals.Hold, [North]);

        forgotten.ShouldBe(["keys NORTH", "keys SOUTH", "packs ", "packs "]);
    }

    [Fact]
    public void A_look_that_began_earlier_makes_nothing_current_for_longer()
    {
        FakeTime clock = new();
        SignalBoard board = new(clock);
        long early = clock.GetTimestamp();
        clock.Advance(TimeSpan.FromMilliseconds(500));
        board.LookedAt(clock.GetTimestamp());

        board.LookedAt(early);

        clock.Advance(TimeSpan.FromMilliseconds(899));
        board.IsCurrent.ShouldBeTrue();
        clock.Advance(TimeSpan.FromMilliseconds(1));
        board.IsCurrent.ShouldBeFalse();
    }

    [Fact]
    public void One_process_is_always_current() => SignalBoard.OfOneProcess().IsCurrent.ShouldBeTrue();
}
