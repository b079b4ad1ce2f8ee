using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Governance.Tenants;

namespace Reeve.Testing.Settings;

/// <summary>What every store of tenants does.</summary>
public abstract class TenantStoreContract : SettingsContract
{
    [Theory]
    [InlineData(AutomationMode.Shadow)]
    [InlineData(AutomationMode.DryRun)]
    [InlineData(AutomationMode.Live)]
    public async Task A_tenant_comes_back_as_it_was_added(AutomationMode mode)
    {
        await using SettingsStores stores = await OpenAsync();
        Tenant tenant = new(North, "Nörd & Söhne 🜁 'x'", mode, At, "local:me");

        await MustCommitAsync(stores, new TenantAdded(tenant));

        (await stores.Tenants.FindAsync(North, Token)).ShouldBe(tenant);
    }

    [Fact]
    public async Task An_unknown_tenant_is_not_found()
    {
        await using SettingsStores stores = await OpenAsync();
        await MustCommitAsync(stores, new TenantAdded(Make(North)));

        (await stores.Tenants.FindAsync(new TenantId("north"), Token)).ShouldBeNull();
        (await stores.Tenants.FindAsync(new TenantId("NORTH "), Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_tenant_that_is_there_already_stays_as_it_is()
    {
        await using SettingsStores stores = await OpenAsync();
        await MustCommitAsync(stores, new TenantAdded(Make(North)));

        CommitOutcome outcome = await CommitAsync(stores, new TenantAdded(Make(North) with { Name = "another" }));

        outcome.ShouldBe(new CommitOutcome.AlreadyThere(null));
        (await stores.Tenants.FindAsync(North, Token)).ShouldBe(Make(North));
    }

    [Fact]
    public async Task A_mode_is_changed_from_the_one_it_is_in_and_from_no_other()
    {
        await using SettingsStores stores = await OpenAsync();
        await MustCommitAsync(stores, new TenantAdded(Make(North)));
        await MustCommitAsync(stores, new TenantAdded(Make(new TenantId("SOUTH"))));

        await MustCommitAsync(stores, new TenantModeSet(North, AutomationMode.Shadow, AutomationMode.Live));
        CommitOutcome late = await CommitAsync(stores, new TenantModeSet(North, AutomationMode.Shadow, AutomationMode.DryRun));
        CommitOutcome nobody = await CommitAsync(stores, new TenantModeSet(new TenantId("north"), AutomationMode.Shadow, AutomationMode.Live));

        (late, nobody).ShouldBe((new CommitOutcome.MovedOn(), new CommitOutcome.MovedOn()));
        (await stores.Tenants.ListAsync(Token)).Select(tenant => (tenant.Id.Value, tenant.Mode)).ShouldBe([("NORTH", AutomationMode.Live), ("SOUTH", AutomationMode.Shadow)]);
    }

    [Fact]
    public async Task All_tenants_are_listed_by_the_bytes_of_their_ids()
    {
        await using SettingsStores stores = await OpenAsync();
        foreach (string id in new[] { "b", "a-b", "B", "a", "a.b", "0", "ab", "a_b" })
        {
            await MustCommitAsync(stores, new TenantAdded(Make(new TenantId(id))));
        }

        (await stores.Tenants.ListAsync(Token)).Select(tenant => tenant.Id.Value).ShouldBe(["0", "B", "a", "a-b", "a.b", "a_b", "ab", "b"]);
    }

    private static Tenant Make(TenantId id) => new(id, "A name", AutomationMode.Shadow, At, "local:me");
}
