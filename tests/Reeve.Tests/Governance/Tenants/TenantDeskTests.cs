using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Governance.Tenants;

namespace Reeve.Tests.Governance.Tenants;

/// <summary>Tenants are made once, under ids that every store and shell can hold.</summary>
public sealed class TenantDeskTests
{
    private readonly Office office = new();

    [Fact]
    public async Task A_tenant_is_created_with_an_event_in_its_own_log()
    {
        (Tenant tenant, bool created) = await CreateAsync("NORTH", "The North", AutomationMode.DryRun);

        created.ShouldBeTrue();
        tenant.ShouldBe(new Tenant(Office.North, "The North", AutomationMode.DryRun, office.Clock.GetUtcNow(), "local:test"));
        (LoggedEvent logged, MapValue body) = office.Events(EventType.TenantCreated).ShouldHaveSingleItem();
        logged.TenantId.ShouldBe(Office.North);
        JsonText.ToText(Value.Of(body)).ShouldBe(
            """{"tenantId":"NORTH","name":"The North","mode":"DRY_RUN","createdAt":"2026-01-15T12:00:00Z","createdBy":"local:test","actor":{"kind":"SERVICE","id":"local:test","owner":"root","roles":["platform"]}}""");
    }

    [Fact]
    public async Task A_tenant_that_is_there_is_left_as_it_is()
    {
        await CreateAsync("NORTH", "first");
        (Tenant tenant, bool created) = await CreateAsync("NORTH", "second", AutomationMode.Live);

        created.ShouldBeFalse();
        (tenant.Name, tenant.Mode).ShouldBe(("first", AutomationMode.Shadow));
        office.Events(EventType.TenantCreated).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Of_two_that_create_a_tenant_at_once_one_does()
    {
        TaskCompletionSource both = new();
        int waiting = 0;
        office.Settings.BeforeRead = () =>
        {
            if (Interlocked.Increment(ref waiting) == 2)
            {
                office.Settings.BeforeRead = null;
                both.SetResult();
            }

            return both.Task;
        };

        (Tenant Tenant, bool Created)[] made = await Task.WhenAll(CreateAsync("NORTH", "left"), CreateAsync("NORTH", "right"));

        made.Count(one => one.Created).ShouldBe(1);
        made[0].Tenant.ShouldBe(made[1].Tenant);
        office.Events(EventType.TenantCreated).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("$platform")]
    [InlineData("$other")]
    [InlineData("-north")]
    [InlineData(".north")]
    [InlineData("_north")]
    [InlineData("north south")]
    [InlineData("north/south")]
    [InlineData("north\n")]
    [InlineData("nörth")]
    [InlineData("north\u0000")]
    [InlineData("ｎorth")]
    [InlineData("north@1")]
    public async Task An_id_that_no_tenant_may_have_is_refused(string id)
    {
        ReeveException refusal = await Should.ThrowAsync<ReeveException>(() => CreateAsync(id));

        refusal.Error.Code.ShouldBe("TENANT-001");
        (await office.Tenants.FindAsync(new TenantId(id), Office.Token)).ShouldBeNull();
        office.Store.Commits.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void An_id_has_at_most_128_characters(int length, bool isValid) => TenantIds.IsValid(new TenantId(new string('a', length))).ShouldBe(isValid);

    [Theory]
    [InlineData("0")]
    [InlineData("calder-point")]
    [InlineData("A.b_c-9")]
    public void An_id_is_letters_digits_and_three_marks(string id) => TenantIds.IsValid(new TenantId(id)).ShouldBeTrue();

    [Fact]
    public void An_id_that_was_never_given_is_none() => TenantIds.IsValid(default).ShouldBeFalse();

    [Theory]
    [InlineData(null, "NORTH")]
    [InlineData("  \n", "NORTH")]
    [InlineData(" The\u00A0 North\r\n", "The North")]
    [InlineData("No\u0007r\u200Bth \u202Egood", "North good")]
    [InlineData("Nörd & Söhne 🜁", "Nörd & Söhne 🜁")]
    public async Task A_name_is_one_line_of_what_is_seen(string? given, string name) => (await CreateAsync("NORTH", given)).Tenant.Name.ShouldBe(name);

    [Theory]
    [InlineData("\u200B")]
    [InlineData("\u0001\u0002")]
    public async Task A_name_of_which_nothing_is_seen_is_refused(string name) =>
        (await Should.ThrowAsync<ReeveException>(() => CreateAsync("NORTH", name))).Error.Code.ShouldBe("TENANT-002");

    [Fact]
    public async Task A_name_has_at_most_200_characters()
    {
        (await Should.ThrowAsync<ReeveException>(() => CreateAsync("NORTH", new string('n', 201)))).Error.Code.ShouldBe("TENANT-002");
        (await CreateAsync("NORTH", new string('n', 200))).Created.ShouldBeTrue();
    }

    [Fact]
    public async Task What_the_store_refuses_is_told_and_nothing_is_made()
    {
        office.Store.Fault = _ => new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unwritable, "full"));

        (await Should.ThrowAsync<ReeveException>(() => CreateAsync("NORTH"))).Error.Code.ShouldBe("STORE-004");
        (await office.Tenants.ListAsync(Office.Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_mode_is_set_with_an_event_that_says_who_and_why()
    {
        await CreateAsync("NORTH");

        (Tenant tenant, AutomationMode from) = await SetAsync(AutomationMode.Live, reason: " agreed \n with Ada ");

        (tenant.Mode, from).ShouldBe((AutomationMode.Live, AutomationMode.Shadow));
        (await office.Tenants.FindAsync(Office.North, Office.Token)).ShouldBe(tenant);
        (LoggedEvent logged, MapValue body) = office.Events(EventType.TenantModeChanged).ShouldHaveSingleItem();
        (logged.TenantId, logged.ActorId).ShouldBe((Office.North, "key:1"));
        JsonText.ToText(Value.Of(body)).ShouldBe("""{"from":"SHADOW","to":"LIVE","reason":"agreed with Ada","actor":{"kind":"PERSON","id":"key:1","owner":"Ada","roles":["admin"]}}""");
    }

    [Fact]
    public async Task A_mode_that_a_tenant_is_in_already_changes_nothing()
    {
        await CreateAsync("NORTH", mode: AutomationMode.DryRun);

        (Tenant tenant, AutomationMode from) = await SetAsync(AutomationMode.DryRun);

        (tenant.Mode, from).ShouldBe((AutomationMode.DryRun, AutomationMode.DryRun));
        office.Events(EventType.TenantModeChanged).ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_saw_another_mode_is_told_and_changes_nothing()
    {
        await CreateAsync("NORTH", mode: AutomationMode.Live);

        (await Should.ThrowAsync<ReeveException>(() => SetAsync(AutomationMode.DryRun, leaves: AutomationMode.Shadow))).Error.Code.ShouldBe("TENANT-004");

        (await office.Tenants.FindAsync(Office.North, Office.Token))!.Mode.ShouldBe(AutomationMode.Live);
    }

    [Fact]
    public async Task Of_two_that_set_a_mode_at_once_one_does_and_the_other_is_told()
    {
        await CreateAsync("NORTH");
        TenantDesk slow = new(office.Settings, new MeanwhileCommitter(office.Store, () => SetAsync(AutomationMode.DryRun)), office.Clock);

        ReeveException refusal = await Should.ThrowAsync<ReeveException>(() => slow.SetModeAsync(Office.North, AutomationMode.Live, leaves: null, "mine", Office.Root, Office.Token));

        refusal.Error.Code.ShouldBe("TENANT-004");
        (await office.Tenants.FindAsync(Office.North, Office.Token))!.Mode.ShouldBe(AutomationMode.DryRun);
        office.Events(EventType.TenantModeChanged).ShouldHaveSingleItem().Body["to"].AsString().ShouldBe("DRY_RUN");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    [InlineData("a\u0007b")]
    public async Task What_says_nothing_is_no_reason_for_a_mode(string reason)
    {
        await CreateAsync("NORTH");

        (await Should.ThrowAsync<ReeveException>(() => SetAsync(AutomationMode.Live, reason: reason))).Error.Code.ShouldBe("TENANT-005");
        (await office.Tenants.FindAsync(Office.North, Office.Token))!.Mode.ShouldBe(AutomationMode.Shadow);
    }

    [Fact]
    public async Task A_tenant_that_is_not_there_has_no_mode_to_set() =>
        (await Should.ThrowAsync<ReeveException>(() => SetAsync(AutomationMode.Live))).Error.Code.ShouldBe("TENANT-003");

    private Task<(Tenant Tenant, AutomationMode From)> SetAsync(AutomationMode mode, AutomationMode? leaves = null, string? reason = null) =>
        office.Tenants.SetModeAsync(Office.North, mode, leaves, reason, Office.Admin, Office.Token);

    private Task<(Tenant Tenant, bool Created)> CreateAsync(string id, string? name = null, AutomationMode mode = AutomationMode.Shadow) =>
        office.Tenants.CreateAsync(new TenantId(id), name, mode, Office.Root, Office.Token);
}
