using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.PackVersions;

namespace Reeve.Tests.PackVersions;

/// <summary>Pairs by reference, by content, and from memory.</summary>
public sealed class BindingTests
{
    private readonly Shelf shelf = new();

    [Fact]
    public async Task A_pair_is_bound_by_references()
    {
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        await shelf.StoreAsync(Shelf.Domain("2.0.0"));
        await shelf.StoreActiveAsync(Shelf.Policy("1.0.0"));
        await shelf.StoreAsync(Shelf.Policy("2.0.0"));

        (await Versions("Parcels@2.0.0", "Parcels@1.0.0")).ShouldBe("2.0.0 1.0.0");
        (await Versions("Parcels@active", "Parcels@2.0.0")).ShouldBe("1.0.0 2.0.0");
        (await Versions("Parcels@active", "Parcels@active")).ShouldBe("1.0.0 1.0.0");

        async Task<string> Versions(string domain, string policy)
        {
            BoundPolicy bound = await shelf.Registry.BindAsync(Shelf.North, domain, policy, Shelf.Token);
            return $"{bound.Domain.Version} {bound.Policy.Version}";
        }
    }

    [Theory]
    [InlineData("", "PACK-039")]
    [InlineData("Parcels", "PACK-039")]
    [InlineData("@1.0.0", "PACK-039")]
    [InlineData("Parcels@", "PACK-039")]
    [InlineData("Parcels@1.0", "PACK-038")]
    [InlineData("Parcels@1.0.0 ", "PACK-038")]
    [InlineData("parcels@1.0.0", "PACK-038")]
    [InlineData("Parcels@ACTIVE", "PACK-038")]
    [InlineData("Letters@active", "PACK-040")]
    [InlineData("Par@cels@1.0.0", "PACK-038")]
    public async Task A_reference_that_leads_nowhere_is_refused(string reference, string code)
    {
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        await shelf.StoreActiveAsync(Shelf.Policy("1.0.0"));

        ReeveError domain = (await Should.ThrowAsync<ReeveException>(() => shelf.Registry.BindAsync(Shelf.North, reference, "Parcels@active", Shelf.Token))).Error;
        ReeveError policy = (await Should.ThrowAsync<ReeveException>(() => shelf.Registry.BindAsync(Shelf.North, "Parcels@active", reference, Shelf.Token))).Error;

        (domain.Code, domain.Subject).ShouldBe((code, "domainPack"));
        (policy.Code, policy.Subject).ShouldBe((code, "tenantPolicy"));
    }

    [Fact]
    public async Task A_domain_whose_name_has_an_at_sign_is_found()
    {
        await shelf.StoreActiveAsync(Make.With(Shelf.Domain("1.0.0"), "domainName", "\"a@b\""));

        (await shelf.Registry.FindAsync(Shelf.North, PackKindStored.Domain, "a@b@1.0.0", Shelf.Token)).ShouldNotBeNull().Pack.Key.Domain.Value.ShouldBe("a@b");
    }

    [Fact]
    public async Task A_pair_of_two_domains_does_not_fit()
    {
        await shelf.StoreActiveAsync(Make.Domain);
        await shelf.StoreActiveAsync(Make.With(Make.Domain, "domainName", "\"Crates\""));
        await shelf.StoreActiveAsync(Make.Policy);

        (await Should.ThrowAsync<ReeveException>(() => shelf.Registry.BindAsync(Shelf.North, "Crates@active", "Parcels@active", Shelf.Token))).Error.Code.ShouldBe("PACK-030");
    }

    [Fact]
    public async Task A_pair_is_found_by_what_it_says()
    {
        StoredPack domain = await shelf.StoreActiveAsync(Make.Domain);
        StoredPack policy = await shelf.StoreActiveAsync(Make.Policy);
        PackRegistry fresh = new(shelf.Settings, shelf.Store, shelf.Clock, SignalBoard.OfOneProcess());

        BoundPolicy bound = (await fresh.ByHashAsync(Shelf.North, domain.ContentHash, policy.ContentHash, Shelf.Token)).ShouldNotBeNull();

        (bound.Domain.ContentHash, bound.Policy.ContentHash).ShouldBe((domain.ContentHash, policy.ContentHash));
        (await fresh.ByHashAsync(Shelf.North, policy.ContentHash, domain.ContentHash, Shelf.Token)).ShouldBeNull();
        (await fresh.ByHashAsync(Shelf.North, domain.ContentHash, new string('0', 64), Shelf.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_pair_is_compiled_once()
    {
        StoredPack domain = await shelf.StoreActiveAsync(Make.Domain);
        StoredPack policy = await shelf.StoreActiveAsync(Make.Policy);
        BoundPolicy bound = await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token);

        (await shelf.Registry.ByHashAsync(Shelf.North, domain.ContentHash, policy.ContentHash, Shelf.Token)).ShouldBeSameAs(bound);
        (await shelf.Registry.BindAsync(Shelf.North, "Parcels@active", "Parcels@1.0.0", Shelf.Token)).ShouldBeSameAs(bound);
        shelf.Registry.Forget(Shelf.South);
        (await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token)).ShouldBeSameAs(bound);
        shelf.Registry.Forget(Shelf.North);
        (await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token)).ShouldNotBeSameAs(bound);
    }

    [Fact]
    public async Task A_request_in_the_same_second_reads_nothing()
    {
        await shelf.StoreActiveAsync(Make.Domain);
        await shelf.StoreActiveAsync(Make.Policy);
        await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token);
        int before = shelf.Settings.Reads;

        await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token);

        shelf.Settings.Reads.ShouldBe(before);
    }

    [Fact]
    public async Task The_pair_that_was_not_used_for_longest_is_forgotten_first()
    {
        Shelf small = new(new PackCacheOptions { Pairs = 2 });
        await small.StoreActiveAsync(Make.Domain);
        foreach (string version in new[] { "1", "2", "3" })
        {
            await small.StoreAsync(Shelf.Policy(version));
        }

        BoundPolicy first = await Bind("1");
        BoundPolicy second = await Bind("2");
        (await Bind("1")).ShouldBeSameAs(first);
        await Bind("3");

        (await Bind("1")).ShouldBeSameAs(first);
        (await Bind("2")).ShouldNotBeSameAs(second);

        Task<BoundPolicy> Bind(string version) => small.Registry.BindAsync(Shelf.North, "Parcels@active", $"Parcels@{version}", Shelf.Token);
    }

    [Fact]
    public async Task One_policy_content_in_two_domains_is_two_versions()
    {
        const string Nameless = """{"tenantId": "NORTH", "approvedTools": ["locate"]}""";
        StoredPack parcels = await shelf.StoreActiveAsync(Make.Domain);
        StoredPack first = await shelf.StoreAsync(Nameless);
        StoredPack crates = await shelf.StoreActiveAsync(Make.With(Make.Domain, "domainName", "\"Crates\""));
        await shelf.Registry.EnsureAsync(Make.Bound(Make.With(Make.Domain, "domainName", "\"Crates\""), Nameless), Shelf.Ada, Shelf.Token);

        BoundPolicy one = (await shelf.Registry.ByHashAsync(Shelf.North, parcels.ContentHash, first.ContentHash, Shelf.Token)).ShouldNotBeNull();
        BoundPolicy other = (await shelf.Registry.ByHashAsync(Shelf.North, crates.ContentHash, first.ContentHash, Shelf.Token)).ShouldNotBeNull();

        (one.Domain.Name, other.Domain.Name).ShouldBe((Shelf.Parcels, new DomainName("Crates")));
    }
}
