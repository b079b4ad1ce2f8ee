using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Switches;
using Reeve.Testing.Calling;
using Reeve.Testing.Stores;

namespace Reeve.Tests.Engine.Tools.Executions;

public sealed class ToolSwitchesTests
{
    private static readonly TenantId North = new("NORTH");
    private static readonly DomainName Parcels = new("Parcels");
    private static readonly ToolName Refund = new("refund");
    private static readonly Principal Ada = new(PrincipalKind.Person, "key:9", "Ada", ["admin"]);

    private readonly FakeTime clock = new();
    private readonly MemoryStore store;
    private readonly MemoryToolRows rows;
    private readonly SignalBoard board;
    private readonly ToolSwitches switches;

    public ToolSwitchesTests()
    {
        store = new MemoryStore(clock);
        rows = new MemoryToolRows(store);
        board = new SignalBoard(clock);
        board.LookedAt(clock.GetTimestamp());
        switches = new ToolSwitches(rows, store, board, clock);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tool_is_switched_off_for_its_tenant_and_domain_alone_with_an_event()
    {
        await switches.SwitchAsync(North, Parcels, Refund, isEnabled: false, "  It pays\ttwice. ", Ada, Token);

        (await switches.IsOffAsync(North, Parcels, Refund, Token)).ShouldBeTrue();
        (await switches.IsOffAsync(new TenantId("SOUTH"), Parcels, Refund, Token)).ShouldBeFalse();
        (await switches.IsOffAsync(North, new DomainName("Letters"), Refund, Token)).ShouldBeFalse();
        (await switches.IsOffAsync(North, Parcels, new ToolName("resend"), Token)).ShouldBeFalse();
        LoggedEvent said = store.Events.ShouldHaveSingleItem();
        said.Type.ShouldBe(EventType.ToolSwitched);
        System.Text.Encoding.UTF8.GetString(said.Body!.Value.Span).ShouldBe( // not null: nothing was erased
            """{"domain":"Parcels","tool":"refund","enabled":false,"reason":"It pays twice.","actor":{"kind":"PERSON","id":"key:9","owner":"Ada","roles":["admin"]}}""");
    }

    [Fact]
    public async Task Switching_to_what_it_is_records_nothing()
    {
        (ToolSwitch first, bool isNew) = await switches.SwitchAsync(North, Parcels, Refund, isEnabled: false, "Why.", Ada, Token);
        clock.Advance(TimeSpan.FromSeconds(5));

        (await switches.SwitchAsync(North, Parcels, Refund, isEnabled: false, "Again.", Ada, Token)).ShouldBe((first, false));
        isNew.ShouldBeTrue();

        store.Events.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_another_node_switched_counts_when_it_is_signalled_or_no_longer_believed()
    {
        (await switches.IsOffAsync(North, Parcels, Refund, Token)).ShouldBeFalse();
        await store.CommitAloneAsync(North, [new ToolSwitchChange(new ToolSwitch(North, Parcels, Refund, false, clock.GetUtcNow(), "key:2"))], Token);
        (await switches.IsOffAsync(North, Parcels, Refund, Token)).ShouldBeFalse("it is believed");

        board.Forget(Signals.Tools, [North]);

        (await switches.IsOffAsync(North, Parcels, Refund, Token)).ShouldBeTrue();
        await store.CommitAloneAsync(North, [new ToolSwitchChange(new ToolSwitch(North, Parcels, Refund, true, clock.GetUtcNow(), "key:2"))], Token);
        (await switches.IsOffAsync(North, Parcels, Refund, Token)).ShouldBeTrue("it is believed");
        clock.Advance(TimeSpan.FromSeconds(1));
        (await switches.IsOffAsync(North, Parcels, Refund, Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task What_cannot_be_read_is_off()
    {
        rows.Fault = new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "Away."));
        (await switches.IsOffAsync(North, Parcels, Refund, Token)).ShouldBeTrue();

        rows.Fault = null;

        (await switches.IsOffAsync(North, Parcels, Refund, Token)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t ")]
    [InlineData("a\u0007b")]
    public async Task A_reason_is_a_line(string reason) =>
        (await Should.ThrowAsync<ReeveException>(switches.SwitchAsync(North, Parcels, Refund, false, reason, Ada, Token))).Error.Code.ShouldBe("TOOL-036");
}
