using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Governance.Holds;

namespace Reeve.Testing.Settings;

/// <summary>What every store of holds does.</summary>
public abstract class HoldStoreContract : SettingsContract
{
    [Theory]
    [InlineData(HoldCause.Person)]
    [InlineData(HoldCause.Restore)]
    [InlineData(HoldCause.Copy)]
    public async Task A_hold_comes_back_as_it_was_placed(HoldCause cause)
    {
        await using SettingsStores stores = await OpenAsync();
        Hold hold = Make(North, 1) with { Cause = cause, Reason = "Größe 'x' 🜁", Owner = "Zoë" };

        await MustCommitAsync(stores, new HoldChange.Placed(hold));

        (await stores.Holds.ListAsync(Token)).ShouldBe([hold]);
    }

    [Fact]
    public async Task Those_of_all_tenants_come_first_then_by_tenant_and_age()
    {
        await using SettingsStores stores = await OpenAsync();
        Hold[] holds = [Make(TenantId.Platform, 3), Make(TenantId.Platform, 4), Make(new TenantId("0"), 9), Make(North, 1), Make(North, 5), Make(South, 2)];
        foreach (Hold hold in holds.Reverse())
        {
            await MustCommitAsync(stores, new HoldChange.Placed(hold));
        }

        (await stores.Holds.ListAsync(Token)).ShouldBe(holds);
    }

    [Fact]
    public async Task One_is_lifted_by_its_id_and_tenant_and_only_once()
    {
        await using SettingsStores stores = await OpenAsync();
        Hold stays = Make(North, 1);
        Hold goes = Make(North, 2);
        await MustCommitAsync(stores, new HoldChange.Placed(stays));
        await MustCommitAsync(stores, new HoldChange.Placed(goes));

        (await CommitAsync(stores, new HoldChange.Lifted(South, goes.Id))).ShouldBeOfType<CommitOutcome.MovedOn>();
        await MustCommitAsync(stores, new HoldChange.Lifted(North, goes.Id));

        (await stores.Holds.ListAsync(Token)).ShouldBe([stays]);
        (await CommitAsync(stores, new HoldChange.Lifted(North, goes.Id))).ShouldBeOfType<CommitOutcome.MovedOn>();
    }

    [Fact]
    public async Task Of_several_to_be_lifted_none_is_when_one_is_gone()
    {
        await using SettingsStores stores = await OpenAsync();
        Hold stays = Make(North, 1);
        await MustCommitAsync(stores, new HoldChange.Placed(stays));

        (await CommitAsync(stores, new HoldChange.Lifted(North, stays.Id), new HoldChange.Lifted(North, Guid.CreateVersion7(At)))).ShouldBeOfType<CommitOutcome.MovedOn>();

        (await stores.Holds.ListAsync(Token)).ShouldBe([stays]);
    }

    private static Hold Make(TenantId scope, int minute) =>
        new(scope, Guid.CreateVersion7(At.AddMinutes(minute)), HoldCause.Person, At.AddMinutes(minute), "because", "local:7", "me");
}
