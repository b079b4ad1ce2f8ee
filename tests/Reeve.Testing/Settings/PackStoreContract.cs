using System.Text;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.PackVersions;

namespace Reeve.Testing.Settings;

/// <summary>What every store of packs does.</summary>
public abstract class PackStoreContract : SettingsContract
{
    private static readonly DomainName Parcels = new("Parcels & Ünit");
    private static readonly PackVersionKey First = new(PackKindStored.Domain, Parcels, "1.0.0");
    private static readonly PackVersionKey Second = new(PackKindStored.Domain, Parcels, "1.10.0");
    private static readonly PackVersionKey Policy = new(PackKindStored.Policy, Parcels, "1.0.0");

    [Fact]
    public async Task A_version_comes_back_to_the_byte()
    {
        await using SettingsStores stores = await OpenAsync();
        PackContent content = Make(First, "{\"b\":1.0,\"a\":\"ü\"}");

        await MustCommitAsync(stores, new PackChange.Stored(North, content));

        PackContent found = (await stores.Packs.FindAsync(North, First, Token)).ShouldNotBeNull();
        found.Pack.ShouldBe(content.Pack);
        found.Json.ToArray().ShouldBe(content.Json.ToArray());
        (await stores.Packs.FindAsync(North, Policy, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_version_that_is_there_stays_as_it_is()
    {
        await using SettingsStores stores = await OpenAsync();
        await MustCommitAsync(stores, new PackChange.Stored(North, Make(First, "{}")));

        (await CommitAsync(stores, new PackChange.Stored(North, Make(First, "{\"other\":1}")))).ShouldBe(new CommitOutcome.AlreadyThere(null));
        Encoding.UTF8.GetString((await stores.Packs.FindAsync(North, First, Token)).ShouldNotBeNull().Json.Span).ShouldBe("{}");
    }

    [Fact]
    public async Task Another_tenants_versions_are_not_found()
    {
        await using SettingsStores stores = await OpenAsync();
        await MustCommitAsync(stores, new PackChange.Stored(South, Make(First, "{}")));
        await MustCommitAsync(stores, Activate(South, First, null));

        (await stores.Packs.FindAsync(North, First, Token)).ShouldBeNull();
        (await stores.Packs.ByHashAsync(North, PackKindStored.Domain, null, Hash("{}"), Token)).ShouldBeNull();
        (await stores.Packs.LatestAsync(North, PackKindStored.Domain, Parcels, Token)).ShouldBeNull();
        (await stores.Packs.ListAsync(North, Token)).ShouldBeEmpty();
        (await stores.Packs.ActiveAsync(North, Token)).ShouldBeEmpty();
        (await CommitAsync(stores, Activate(North, Second, "1.0.0"))).ShouldBeOfType<CommitOutcome.MovedOn>();
        (await CommitAsync(stores, new PackChange.StillActive(North, First))).ShouldBeOfType<CommitOutcome.MovedOn>();
    }

    [Fact]
    public async Task Versions_are_listed_newest_first_and_the_last_one_is_found()
    {
        await using SettingsStores stores = await OpenAsync();
        await MustCommitAsync(stores, new PackChange.Stored(North, Make(Second, "{\"n\":1}", At.AddMinutes(1))));
        await MustCommitAsync(stores, new PackChange.Stored(North, Make(First, "{\"n\":2}", At.AddMinutes(2))));
        await MustCommitAsync(stores, new PackChange.Stored(North, Make(Policy, "{\"n\":3}", At)));

        (await stores.Packs.ListAsync(North, Token)).Select(pack => pack.Key).ShouldBe([First, Second, Policy]);
        (await stores.Packs.LatestAsync(North, PackKindStored.Domain, Parcels, Token)).ShouldNotBeNull().Pack.Key.ShouldBe(First);
        (await stores.Packs.LatestAsync(North, PackKindStored.Policy, new DomainName("parcels & ünit"), Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_version_is_found_by_its_content()
    {
        await using SettingsStores stores = await OpenAsync();
        PackVersionKey elsewhere = Policy with { Domain = new DomainName("Elsewhere") };
        await MustCommitAsync(stores, new PackChange.Stored(North, Make(Policy, "{\"p\":1}")));
        await MustCommitAsync(stores, new PackChange.Stored(North, Make(elsewhere, "{\"p\":1}", At.AddMinutes(1))));

        (await stores.Packs.ByHashAsync(North, PackKindStored.Policy, null, Hash("{\"p\":1}"), Token)).ShouldNotBeNull().Pack.Key.ShouldBe(Policy);
        (await stores.Packs.ByHashAsync(North, PackKindStored.Policy, elsewhere.Domain, Hash("{\"p\":1}"), Token)).ShouldNotBeNull().Pack.Key.ShouldBe(elsewhere);
        (await stores.Packs.ByHashAsync(North, PackKindStored.Domain, null, Hash("{\"p\":1}"), Token)).ShouldBeNull();
        (await stores.Packs.ByHashAsync(North, PackKindStored.Policy, null, Hash("{\"p\":2}"), Token)).ShouldBeNull();
    }

    [Fact]
    public async Task One_version_of_a_kind_and_domain_is_active()
    {
        await using SettingsStores stores = await OpenAsync();
        foreach (PackVersionKey key in new[] { First, Second, Policy })
        {
            await MustCommitAsync(stores, new PackChange.Stored(North, Make(key, $"{{\"{key.Kind}\":\"{key.Version}\"}}")));
        }

        await MustCommitAsync(stores, Activate(North, Policy, null), Activate(North, First, null));
        await MustCommitAsync(stores, Activate(North, Second, "1.0.0"));

        (await stores.Packs.ActiveAsync(North, Token)).Select(pack => pack.Key).ShouldBe([Second, Policy]);
        (await stores.Packs.ListAsync(North, Token)).Where(pack => pack.IsActive).Select(pack => pack.Key).ShouldBe([Second, Policy]);
        (await stores.Packs.FindAsync(North, First, Token)).ShouldNotBeNull().Pack.IsActive.ShouldBeFalse();
    }

    [Fact]
    public async Task What_became_active_meanwhile_is_a_conflict()
    {
        await using SettingsStores stores = await OpenAsync();
        await MustCommitAsync(stores, new PackChange.Stored(North, Make(First, "{\"n\":1}")));
        await MustCommitAsync(stores, new PackChange.Stored(North, Make(Second, "{\"n\":2}")));
        await MustCommitAsync(stores, Activate(North, Second, null));

        (await CommitAsync(stores, Activate(North, First, null))).ShouldBe(new CommitOutcome.AlreadyThere(null));
        (await CommitAsync(stores, Activate(North, First, "1.0.0"))).ShouldBeOfType<CommitOutcome.MovedOn>();
        (await stores.Packs.ActiveAsync(North, Token)).ShouldHaveSingleItem().Key.ShouldBe(Second);
    }

    [Fact]
    public async Task What_must_still_hold_is_checked_in_the_same_transaction()
    {
        await using SettingsStores stores = await OpenAsync();
        foreach (PackVersionKey key in new[] { First, Second, Policy })
        {
            await MustCommitAsync(stores, new PackChange.Stored(North, Make(key, $"{{\"{key.Kind}\":\"{key.Version}\"}}")));
        }

        await MustCommitAsync(stores, Activate(North, First, null), new PackChange.StillWithoutPolicy(North, Parcels));
        (await CommitAsync(stores, new PackChange.StillActive(North, Second), Activate(North, Policy, null))).ShouldBeOfType<CommitOutcome.MovedOn>();
        (await stores.Packs.ActiveAsync(North, Token)).Select(pack => pack.Key).ShouldBe([First]);

        await MustCommitAsync(stores, new PackChange.StillActive(North, First), Activate(North, Policy, null));
        (await CommitAsync(stores, Activate(North, Second, "1.0.0"), new PackChange.StillWithoutPolicy(North, Parcels))).ShouldBeOfType<CommitOutcome.MovedOn>();
        (await stores.Packs.ActiveAsync(North, Token)).Select(pack => pack.Key).ShouldBe([First, Policy]);
    }

    [Fact]
    public async Task What_is_done_with_versions_is_numbered_per_tenant_and_listed_newest_first()
    {
        await using SettingsStores stores = await OpenAsync();
        byte[] difference = Encoding.UTF8.GetBytes("{\"summary\":\"ü\"}");
        await MustCommitAsync(stores, new PackChange.Stored(South, Make(First, "{}")));
        await MustCommitAsync(stores, new PackChange.Stored(North, Make(First, "{\"n\":1}")));
        await MustCommitAsync(stores, new PackChange.Stored(North, Make(Second, "{\"n\":2}")) { Previous = "1.0.0", Difference = difference });
        await MustCommitAsync(stores, new PackChange.Stored(North, Make(Policy, "{\"n\":3}")));
        await MustCommitAsync(stores, Activate(North, Policy, null), Activate(North, First, null));
        await MustCommitAsync(stores, Activate(North, Second, "1.0.0") with { IsRollback = true, Difference = difference, At = At.AddMinutes(1), By = "key:9" });

        IReadOnlyList<PackHistoryEntry> all = await stores.Packs.HistoryAsync(North, new PackHistoryFilter(), Token);

        all.Select(entry => (entry.N, entry.Action, entry.Key, entry.Previous)).ShouldBe(
        [
            (6, PackAction.RolledBack, Second, "1.0.0"), (5, PackAction.Activated, First, null), (4, PackAction.Activated, Policy, null),
            (3, PackAction.Stored, Policy, null), (2, PackAction.Stored, Second, "1.0.0"), (1, PackAction.Stored, First, null),
        ]);
        (all[0].At, all[0].By, all[5].At, all[5].By).ShouldBe((At.AddMinutes(1), "key:9", At, "local:me"));
        all[0].Difference.ShouldNotBeNull().ToArray().ShouldBe(difference);
        all[5].Difference.ShouldBeNull();
        (await Numbers(new PackHistoryFilter { Kind = PackKindStored.Policy })).ShouldBe([4, 3]);
        (await Numbers(new PackHistoryFilter { Domain = Parcels, Before = 4, Limit = 2 })).ShouldBe([3, 2]);
        (await Numbers(new PackHistoryFilter { Domain = new DomainName("Elsewhere") })).ShouldBeEmpty();

        async Task<long[]> Numbers(PackHistoryFilter filter) => [.. (await stores.Packs.HistoryAsync(North, filter, Token)).Select(entry => entry.N)];
    }

    [Fact]
    public async Task What_was_refused_is_not_in_the_history()
    {
        await using SettingsStores stores = await OpenAsync();
        await MustCommitAsync(stores, new PackChange.Stored(North, Make(First, "{\"n\":1}")));

        await CommitAsync(stores, new PackChange.Stored(North, Make(First, "{\"n\":2}")));
        await CommitAsync(stores, Activate(North, First, "9"));

        (await stores.Packs.HistoryAsync(North, new PackHistoryFilter(), Token)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Usage_is_added_up_per_content_and_its_last_time_only_moves_forward()
    {
        await using SettingsStores stores = await OpenAsync();
        PackUsage used = new(PackKindStored.Domain, Parcels, Hash("{}"), 3, At);
        PackUsage policy = used with { Kind = PackKindStored.Policy, Count = 1 };

        await stores.PackUsage.AddAsync([new TenantPackUsage(North, used), new TenantPackUsage(North, policy), new TenantPackUsage(South, used)], Token);
        await stores.PackUsage.AddAsync([new TenantPackUsage(North, used with { Count = 4, LastUsedAt = At.AddMinutes(-1) })], Token);
        await stores.PackUsage.AddAsync([new TenantPackUsage(South, used with { LastUsedAt = At.AddMinutes(1) })], Token);

        (await stores.Packs.UsageAsync(North, Token)).OrderBy(row => row.Kind).ShouldBe([used with { Count = 7 }, policy]);
        (await stores.Packs.UsageAsync(South, Token)).ShouldBe([used with { Count = 6, LastUsedAt = At.AddMinutes(1) }]);
    }

    private static PackContent Make(PackVersionKey key, string json, DateTimeOffset? at = null) => new(
        new StoredPack { Key = key, ContentHash = Hash(json), StoredAt = at ?? At, StoredBy = "local:me", IsActive = false }, Encoding.UTF8.GetBytes(json));

    private static PackChange.Activated Activate(TenantId tenant, PackVersionKey key, string? from) => new(tenant, key, from, At, "local:me");

    private static string Hash(string json) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(json)));
}
