using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Governance.Encryption;

namespace Reeve.Testing.Settings;

/// <summary>What every store of sealed values does.</summary>
public abstract class SealedStoreContract : SettingsContract
{
    [Fact]
    public async Task A_value_comes_back_as_it_was_put()
    {
        await using SettingsStores stores = await OpenAsync();

        await MustCommitAsync(stores, new SealedChange.Put(Make(North, "ring/a", [0, 1, 255])));

        SealedValue found = (await stores.Sealed.FindAsync(North, "ring/a", Token)).ShouldNotBeNull();
        found.Envelope.ToArray().ShouldBe([0, 1, 255]);
        (found.TenantId, found.Name, found.UpdatedAt).ShouldBe((North, "ring/a", At));
        (await stores.Sealed.FindAsync(North, "ring/A", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_value_that_is_put_again_is_replaced()
    {
        await using SettingsStores stores = await OpenAsync();
        await MustCommitAsync(stores, new SealedChange.Put(Make(North, "a", [1])));

        await MustCommitAsync(stores, new SealedChange.Put(Make(North, "a", [2]) with { UpdatedAt = At.AddDays(1) }));

        SealedValue found = (await stores.Sealed.FindAsync(North, "a", Token)).ShouldNotBeNull();
        found.Envelope.ToArray().ShouldBe([2]);
        found.UpdatedAt.ShouldBe(At.AddDays(1));
    }

    [Fact]
    public async Task A_value_that_is_added_where_one_is_changes_nothing()
    {
        await using SettingsStores stores = await OpenAsync();
        await MustCommitAsync(stores, new SealedChange.Added(Make(North, "a", [1])));

        (await CommitAsync(stores, new SealedChange.Added(Make(North, "a", [2])))).ShouldBe(new CommitOutcome.AlreadyThere(null));
        (await stores.Sealed.FindAsync(North, "a", Token)).ShouldNotBeNull().Envelope.ToArray().ShouldBe([1]);
    }

    [Fact]
    public async Task A_value_that_is_removed_is_gone_once_and_only_where_it_was()
    {
        await using SettingsStores stores = await OpenAsync();
        await MustCommitAsync(stores, new SealedChange.Put(Make(North, "a", [1])));
        await MustCommitAsync(stores, new SealedChange.Put(Make(North, "b", [2])));
        await MustCommitAsync(stores, new SealedChange.Put(Make(South, "a", [3])));

        await MustCommitAsync(stores, new SealedChange.Removed(North, "a"));

        (await stores.Sealed.FindAsync(North, "a", Token)).ShouldBeNull();
        (await stores.Sealed.ListAsync(North, "", Token)).ShouldHaveSingleItem().Name.ShouldBe("b");
        (await stores.Sealed.FindAsync(South, "a", Token)).ShouldNotBeNull();
        (await CommitAsync(stores, new SealedChange.Removed(North, "a"))).ShouldBe(new CommitOutcome.MovedOn());
    }

    [Fact]
    public async Task Values_of_two_tenants_are_apart()
    {
        await using SettingsStores stores = await OpenAsync();
        await MustCommitAsync(stores, new SealedChange.Added(Make(North, "a", [1])));
        await MustCommitAsync(stores, new SealedChange.Added(Make(South, "a", [2])));

        (await stores.Sealed.FindAsync(South, "a", Token)).ShouldNotBeNull().Envelope.ToArray().ShouldBe([2]);
        (await stores.Sealed.ListAsync(North, "", Token)).ShouldHaveSingleItem().Envelope.ToArray().ShouldBe([1]);
    }

    [Theory]
    [InlineData("ring/", "ring/, ring/0, ring/Z, ring/a, ring/ä")]
    [InlineData("ring/a", "ring/a")]
    [InlineData("r%", "r%x")]
    [InlineData("r_", "r_x")]
    [InlineData("ä", "ä, ä🜁")]
    [InlineData("nothing", "")]
    public async Task Values_are_listed_by_a_prefix_in_the_order_of_bytes(string prefix, string names)
    {
        await using SettingsStores stores = await OpenAsync();
        foreach (string name in new[] { "ring/a", "ring/Z", "rin", "ring/ä", "ring/", "r%x", "ring0", "ring/0", "r_x", "ä", "ä🜁", "RING/" })
        {
            await MustCommitAsync(stores, new SealedChange.Put(Make(North, name, [1])));
        }

        string.Join(", ", (await stores.Sealed.ListAsync(North, prefix, Token)).Select(value => value.Name)).ShouldBe(names);
    }

    private static SealedValue Make(TenantId tenant, string name, byte[] envelope) => new(tenant, name, envelope, At);
}
