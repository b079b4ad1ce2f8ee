using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Breakers;
using Reeve.Engine.Tools.Switches;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.ToolRows;
using Reeve.Testing.Databases;
using Reeve.Testing.Stores;

namespace Reeve.Testing.Calling;

/// <summary>Switches and breakers over one empty place.</summary>
public sealed class ToolRowStores(IToolSwitchStore switches, IBreakerStore breakers, ICommitter committer, Func<ValueTask> close) : IAsyncDisposable
{
    public IToolSwitchStore Switches => switches;

    public IBreakerStore Breakers => breakers;

    public ICommitter Committer => committer;

    public static ToolRowStores InMemory()
    {
        MemoryStore store = new(new FakeTime());
        MemoryToolRows rows = new(store);
        return new ToolRowStores(rows, rows, store, () => ValueTask.CompletedTask);
    }

    public static async Task<ToolRowStores> OpenAsync(Dialect dialect)
    {
        TestStore store = await TestStore.CreateAsync(dialect);
        SqlToolSwitchStore switches = new(store.Database);
        SqlBreakerStore breakers = new(store.Database);
        Committer committer = await Storage.Committing.Committer.StartAsync(
            store.Database, [switches, breakers], new CommitterOptions(), new SystemEventSeeds(), TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        return new ToolRowStores(switches, breakers, committer, async () =>
        {
            await committer.DisposeAsync();
            await store.DisposeAsync();
        });
    }

    public ValueTask DisposeAsync() => close();
}

/// <summary>What every store of switches and breakers does.</summary>
public abstract class ToolRowsContract
{
    private static readonly TenantId North = new("NORTH");
    private static readonly TenantId South = new("south");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<ToolRowStores> OpenAsync();

    [Fact]
    public async Task The_last_switch_of_a_tool_counts_and_only_what_is_off_is_everybodys()
    {
        await using ToolRowStores stores = await OpenAsync();
        ToolSwitch off = Switch(North, "b", isEnabled: false);
        ToolSwitch on = Switch(North, "a", isEnabled: true);
        ToolSwitch other = Switch(South, "a", isEnabled: false);
        foreach (ToolSwitch one in (ToolSwitch[])[off, other, Switch(North, "a", isEnabled: false), on])
        {
            await MustCommitAsync(stores, new ToolSwitchChange(one));
        }

        (await stores.Switches.ListAsync(North, Token)).ShouldBe([on, off]);
        (await stores.Switches.ListDisabledAsync(Token)).ShouldBe([off, other]);
    }

    [Fact]
    public async Task A_breaker_has_a_row_until_it_closes()
    {
        await using ToolRowStores stores = await OpenAsync();
        BreakerKey key = new(North, new DomainName("Parcels"), new ToolName("größe"));
        Breaker open = new(key, BreakerState.Open, Make.Now.AddMicroseconds(7));
        Breaker other = new(key with { TenantId = South }, BreakerState.HalfOpen, Make.Now);
        await MustCommitAsync(stores, new BreakerChange(key, open));
        await MustCommitAsync(stores, new BreakerChange(other.Key, other));

        (await stores.Breakers.ListAsync(North, Token)).ShouldBe([open]);
        (await stores.Breakers.ListAllAsync(Token)).ShouldBe([open, other]);
        await MustCommitAsync(stores, new BreakerChange(key, open with { State = BreakerState.HalfOpen }));
        (await stores.Breakers.ListAsync(North, Token)).ShouldBe([open with { State = BreakerState.HalfOpen }]);
        await MustCommitAsync(stores, new BreakerChange(key, null));
        await MustCommitAsync(stores, new BreakerChange(key, null));

        (await stores.Breakers.ListAllAsync(Token)).ShouldBe([other]);
    }

    private static ToolSwitch Switch(TenantId tenant, string tool, bool isEnabled) =>
        new(tenant, new DomainName("Parcels"), new ToolName(tool), isEnabled, Make.Now.AddMicroseconds(3), "key:1");

    private static async Task MustCommitAsync(ToolRowStores stores, Change change) =>
        (await stores.Committer.CommitAloneAsync(change.TenantId, [change], Token)).ShouldBeOfType<CommitOutcome.Committed>();
}
