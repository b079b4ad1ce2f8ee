using Reeve.Core.Changes;
using Reeve.Core.Records;
using Reeve.Engine.Inbox;

namespace Reeve.Testing.Recording;

/// <summary>What every store of the inbox does.</summary>
public abstract class InboxStoreContract : RecordContract
{
    [Fact]
    public async Task What_is_put_down_is_this_node_s_and_nobody_may_claim_it()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = await PutAsync(stores, "a", North, 0);

        (await stores.Inbox.OwnedAsync(10, Token)).ShouldBe([(North, row.PassId)]);
        (await stores.Inbox.FreeAsync(null, [], 10, Token)).ShouldBeEmpty();
        (await stores.Inbox.ClaimAsync([Seen(row, 1)], Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_set_free_has_its_attempt_back_and_is_nobody_s()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = await PutAsync(stores, "a", North, 0);

        await stores.Inbox.SetFreeAsync([(North, row.PassId), (South, row.PassId)], Token);
        await stores.Inbox.SetFreeAsync([(North, row.PassId)], Token);

        (await stores.Inbox.OwnedAsync(10, Token)).ShouldBeEmpty();
        InboxPass free = (await stores.Inbox.FreeAsync(null, [], 10, Token)).ShouldHaveSingleItem();
        (free with { Age = default }).ShouldBe(Seen(row, 0));
        free.Age.ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task A_claim_counts_an_attempt_and_of_two_one_gets_it()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = await PutAsync(stores, "a", North, 0);
        await stores.Inbox.SetFreeAsync([(North, row.PassId)], Token);
        IReadOnlyList<InboxPass> seen = await stores.Inbox.FreeAsync(null, [], 10, Token);

        IReadOnlyList<InboxPass> first = await stores.Inbox.ClaimAsync(seen, Token);
        IReadOnlyList<InboxPass> second = await stores.Inbox.ClaimAsync(seen, Token);

        (first.ShouldHaveSingleItem() with { Age = default }).ShouldBe(Seen(row, 1));
        second.ShouldBeEmpty();
        (await stores.Inbox.OwnedAsync(10, Token)).ShouldBe([(North, row.PassId)]);
    }

    [Fact]
    public async Task What_is_nobody_s_comes_by_tenant_and_pass_behind_a_tenant_and_without_some()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow[] rows =
        [
            await PutAsync(stores, "a", North, 2), await PutAsync(stores, "b", South, 1), await PutAsync(stores, "c", North, 0), await PutAsync(stores, "d", South, 3),
        ];
        await stores.Inbox.SetFreeAsync([.. rows.Select(row => (row.Record.TenantId, row.PassId))], Token);

        (await Free(null, [])).ShouldBe([rows[2].PassId, rows[0].PassId, rows[1].PassId, rows[3].PassId]);
        (await Free(North, [])).ShouldBe([rows[1].PassId, rows[3].PassId]);
        (await Free(null, [rows[2].PassId, rows[1].PassId])).ShouldBe([rows[0].PassId, rows[3].PassId]);
        (await stores.Inbox.FreeAsync(null, [], 3, Token)).Count.ShouldBe(3);

        async Task<List<PassId>> Free(TenantId? after, PassId[] except) => [.. (await stores.Inbox.FreeAsync(after, except, 10, Token)).Select(pass => pass.PassId)];
    }

    [Fact]
    public async Task A_row_that_is_removed_is_gone_and_removing_it_again_is_nothing()
    {
        await using RecordStores stores = await OpenAsync();
        ExceptionRow row = await PutAsync(stores, "a", North, 0);

        await stores.Inbox.RemoveAsync(South, row.PassId, Token);
        (await stores.Inbox.OwnedAsync(10, Token)).Count.ShouldBe(1);
        await stores.Inbox.RemoveAsync(North, row.PassId, Token);
        await stores.Inbox.RemoveAsync(North, row.PassId, Token);

        (await stores.Inbox.OwnedAsync(10, Token)).ShouldBeEmpty();
    }

    private static InboxPass Seen(ExceptionRow row, int attempts) => new(row.Record.TenantId, row.PassId, row.Key, row.RunId, attempts, AfterStop: false, default);

    private static async Task<ExceptionRow> PutAsync(RecordStores stores, string id, TenantId tenant, int place)
    {
        ExceptionRow row = Row(id, tenant) with { PassId = new PassId(Guid.CreateVersion7(At.AddSeconds(place))) };
        await MustCommitAsync(stores, new ExceptionChange.Add(row, []), Event(row), new ExceptionChange.Enqueue(tenant, row.PassId, row.Key, row.RunId));
        return row;
    }
}
