using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.PackVersions;

namespace Reeve.Tests.PackVersions;

/// <summary>What is active is a pair that fits, whoever activates what at the same time.</summary>
public sealed class ActivatingTests
{
    private readonly Shelf shelf = new();

    [Fact]
    public async Task The_active_pair_is_bound()
    {
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        await shelf.StoreActiveAsync(Shelf.Policy("3.0.0"));
        await shelf.StoreAsync(Shelf.Domain("2.0.0"));

        BoundPolicy bound = await shelf.Registry.ActiveAsync(Shelf.North, Shelf.Parcels, Shelf.Token);

        (bound.Domain.Version, bound.Policy.Version).ShouldBe(("1.0.0", "3.0.0"));
        (await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token)).ShouldBeSameAs(bound);
    }

    [Fact]
    public async Task An_activation_takes_effect_at_once_on_its_node_and_within_a_second_elsewhere()
    {
        SignalBoard board = new(shelf.Clock);
        PackRegistry elsewhere = new(shelf.Settings, shelf.Store, shelf.Clock, board);
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        await shelf.StoreActiveAsync(Shelf.Policy("1.0.0"));
        StoredPack next = await shelf.StoreAsync(Shelf.Domain("2.0.0"));
        await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token);
        board.LookedAt(shelf.Clock.GetTimestamp());
        await elsewhere.ActiveAsync(Shelf.North, null, Shelf.Token);

        await shelf.ActivateAsync(next);

        (await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token)).Domain.Version.ShouldBe("2.0.0");
        (await elsewhere.ActiveAsync(Shelf.North, null, Shelf.Token)).Domain.Version.ShouldBe("1.0.0");
        shelf.Clock.Advance(TimeSpan.FromSeconds(1));
        (await elsewhere.ActiveAsync(Shelf.North, null, Shelf.Token)).Domain.Version.ShouldBe("2.0.0");
    }

    [Theory]
    [InlineData("NORTH")]
    [InlineData(null)]
    public async Task A_node_that_hears_of_an_activation_uses_it_at_once(string? of)
    {
        SignalBoard board = new(shelf.Clock);
        board.LookedAt(shelf.Clock.GetTimestamp());
        PackRegistry elsewhere = new(shelf.Settings, shelf.Store, shelf.Clock, board);
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        await shelf.StoreActiveAsync(Shelf.Policy("1.0.0"));
        StoredPack next = await shelf.StoreAsync(Shelf.Domain("2.0.0"));
        board.LookedAt(shelf.Clock.GetTimestamp());
        await elsewhere.ActiveAsync(Shelf.North, null, Shelf.Token);
        await shelf.ActivateAsync(next);

        (await elsewhere.ActiveAsync(Shelf.North, null, Shelf.Token)).Domain.Version.ShouldBe("1.0.0");
        board.Forget(Signals.Packs, of is null ? null : [new TenantId(of)]);

        (await elsewhere.ActiveAsync(Shelf.North, null, Shelf.Token)).Domain.Version.ShouldBe("2.0.0");
    }

    [Fact]
    public async Task What_was_read_before_an_activation_is_not_kept_after_it()
    {
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        await shelf.StoreActiveAsync(Shelf.Policy("1.0.0"));
        StoredPack next = await shelf.StoreAsync(Shelf.Domain("2.0.0"));
        shelf.Clock.Advance(TimeSpan.FromSeconds(1));
        IReadOnlyList<StoredPack> old = await shelf.Settings.ActiveAsync(Shelf.North, Shelf.Token);
        SlowReads slow = new(shelf.Settings, old);
        PackRegistry registry = new(slow, shelf.Store, shelf.Clock, SignalBoard.OfOneProcess());

        Task<BoundPolicy> reading = registry.ActiveAsync(Shelf.North, null, Shelf.Token);
        await slow.Asked;
        await registry.ActivateAsync(Shelf.North, next.Key, Shelf.Ada, Shelf.Token);
        slow.Answer();
        await reading;

        (await registry.ActiveAsync(Shelf.North, null, Shelf.Token)).Domain.Version.ShouldBe("2.0.0");
    }

    [Fact]
    public async Task Without_an_active_pair_there_is_nothing_to_decide_with()
    {
        await Refused();
        await shelf.StoreActiveAsync(Make.Domain);
        StoredPack policy = await shelf.StoreAsync(Make.Policy);
        shelf.Clock.Advance(TimeSpan.FromSeconds(1));
        await Refused();
        await shelf.ActivateAsync(policy);

        (await shelf.Registry.ActiveAsync(Shelf.North, Shelf.Parcels, Shelf.Token)).TenantId.ShouldBe(Shelf.North);
        (await Should.ThrowAsync<ReeveException>(() => shelf.Registry.ActiveAsync(Shelf.North, new DomainName("Letters"), Shelf.Token))).Error.Code.ShouldBe("PACK-040");

        async Task Refused()
        {
            ReeveError refusal = (await Should.ThrowAsync<ReeveException>(() => shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token))).Error;
            (refusal.Code, refusal.Kind.HttpStatus).ShouldBe(("PACK-040", 422));
        }
    }

    [Fact]
    public async Task Of_several_active_domains_one_must_be_named()
    {
        await shelf.StoreActiveAsync(Make.Domain);
        await shelf.StoreActiveAsync(Make.Policy);
        await shelf.StoreActiveAsync(Make.With(Make.Domain, "domainName", "\"Crates\""));
        await shelf.StoreActiveAsync(Make.With(Make.Policy, "domainName", "\"Crates\""));

        ReeveError refusal = (await Should.ThrowAsync<ReeveException>(() => shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token))).Error;

        (refusal.Code, refusal.Kind.HttpStatus, refusal.Message).ShouldBe(("PACK-041", 422, "Active are \"Crates\", \"Parcels\"."));
        (await shelf.Registry.ActiveAsync(Shelf.North, new DomainName("Crates"), Shelf.Token)).Domain.Name.Value.ShouldBe("Crates");
    }

    [Fact]
    public async Task Two_tenants_have_one_domain_each_their_own()
    {
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0", "of the north"), Shelf.North);
        await shelf.StoreActiveAsync(Shelf.Policy("1.0.0", Shelf.North), Shelf.North);
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0", "of the south"), Shelf.South);
        await shelf.StoreActiveAsync(Shelf.Policy("2.0.0", Shelf.South), Shelf.South);

        BoundPolicy north = await shelf.Registry.ActiveAsync(Shelf.North, Shelf.Parcels, Shelf.Token);
        BoundPolicy south = await shelf.Registry.ActiveAsync(Shelf.South, Shelf.Parcels, Shelf.Token);

        (north.TenantId, north.Domain.Description).ShouldBe((Shelf.North, "of the north"));
        (south.TenantId, south.Domain.Description).ShouldBe((Shelf.South, "of the south"));
        (await shelf.Registry.ByHashAsync(Shelf.North, south.Domain.ContentHash, south.Policy.ContentHash, Shelf.Token)).ShouldBeNull();
        (await Should.ThrowAsync<ReeveException>(() => shelf.Registry.BindAsync(Shelf.North, "Parcels@1.0.0", "Parcels@2.0.0", Shelf.Token))).Error.Code.ShouldBe("PACK-038");
        (await Should.ThrowAsync<ReeveException>(() => shelf.Registry.ActivateAsync(Shelf.North, new PackVersionKey(PackKindStored.Policy, Shelf.Parcels, "2.0.0"), Shelf.Ada, Shelf.Token)))
            .Error.Code.ShouldBe("PACK-038");
        (await shelf.Registry.FindAsync(Shelf.North, PackKindStored.Policy, "Parcels@2.0.0", Shelf.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task The_event_says_what_became_active_instead_of_what()
    {
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        await shelf.StoreActiveAsync(Shelf.Domain("1.1.0"));

        IReadOnlyList<MapValue> events = shelf.Events(EventType.PackActivated);
        events[0]["previous"].IsNull.ShouldBeTrue();
        events[1]["previous"].AsString().ShouldBe("1.0.0");
        events[1]["version"].AsString().ShouldBe("1.1.0");
        events[1]["activatedBy"].AsString().ShouldBe("key:1");
        JsonText.ToText(events[1]["difference"]).ShouldBe("""{"added":[],"removed":[],"changed":[{"member":"version"},{"member":"description"}]}""");
    }

    [Fact]
    public async Task What_is_active_already_is_no_change()
    {
        StoredPack pack = await shelf.StoreActiveAsync(Make.Domain);

        await shelf.ActivateAsync(pack);

        shelf.Events(EventType.PackActivated).Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_earlier_version_can_be_active_again()
    {
        StoredPack first = await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        await shelf.StoreActiveAsync(Shelf.Domain("2.0.0"));
        await shelf.StoreActiveAsync(Make.Policy);

        await shelf.ActivateAsync(first);

        (await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token)).Domain.Version.ShouldBe("1.0.0");
    }

    [Fact]
    public async Task A_policy_needs_an_active_domain_pack()
    {
        await shelf.StoreAsync(Make.Domain);
        StoredPack policy = await shelf.StoreAsync(Make.Policy);

        (await Should.ThrowAsync<ReeveException>(() => shelf.ActivateAsync(policy))).Error.Code.ShouldBe("PACK-040");
    }

    [Fact]
    public async Task A_domain_pack_that_the_active_policy_does_not_fit_is_activated_only_with_one_that_does()
    {
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        await shelf.StoreActiveAsync(Make.With(Shelf.Policy("1.0.0"), "approvedTools", """["refund"]"""));
        string narrow = Make.With(Make.With(Shelf.Domain("2.0.0"), "tools", """{"scan": {"description": "Scans it."}}"""), "playbooks", "[]");
        StoredPack domain = await shelf.StoreAsync(narrow);
        StoredPack policy = await shelf.StoreAsync(Make.With(Shelf.Policy("2.0.0"), "approvedTools", """["scan"]"""));

        (await Should.ThrowAsync<ReeveErrorsException>(() => shelf.ActivateAsync(domain))).Errors.ShouldHaveSingleItem().Code.ShouldBe("PACK-013");
        (await Should.ThrowAsync<ReeveErrorsException>(() => shelf.ActivateAsync(policy))).Errors.ShouldHaveSingleItem().Code.ShouldBe("PACK-013");
        (await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token)).Domain.Version.ShouldBe("1.0.0");

        await shelf.Registry.ActivateAsync(Shelf.North, [policy.Key, domain.Key], Shelf.Ada, Shelf.Token);

        BoundPolicy bound = await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token);
        (bound.Domain.Version, bound.Policy.Version).ShouldBe(("2.0.0", "2.0.0"));
        shelf.Store.Commits[^1].Changes.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Two_versions_of_one_pack_cannot_both_become_active() =>
        await Should.ThrowAsync<ArgumentException>(() => shelf.Registry.ActivateAsync(
            Shelf.North,
            [new PackVersionKey(PackKindStored.Domain, Shelf.Parcels, "1"), new PackVersionKey(PackKindStored.Domain, Shelf.Parcels, "2")], Shelf.Ada, Shelf.Token));

    [Fact]
    public async Task A_version_that_was_never_stored_is_not_found()
    {
        ReeveError refusal = (await Should.ThrowAsync<ReeveException>(() =>
            shelf.Registry.ActivateAsync(Shelf.North, new PackVersionKey(PackKindStored.Domain, Shelf.Parcels, "9"), Shelf.Ada, Shelf.Token))).Error;

        (refusal.Code, refusal.Kind.HttpStatus).ShouldBe(("PACK-038", 404));
    }

    // What another node activates between the check and the commit. The wide policy fits the wide domain pack alone.
    [Theory]
    [InlineData("policy", "domain")]
    [InlineData("domain", "policy")]
    public async Task What_was_activated_since_the_check_is_checked_again(string mine, string theirs)
    {
        (StoredPack domain, StoredPack policy) = await NarrowDomainAndWidePolicyAsync();
        StoredPack narrow = await shelf.StoreAsync(Make.With(Shelf.Policy("1.0.0"), "approvedTools", """["scan"]"""));
        await shelf.ActivateAsync(narrow);
        MeanwhileElsewhere(theirs == "domain" ? domain : policy);

        await Should.ThrowAsync<ReeveErrorsException>(() => shelf.ActivateAsync(mine == "domain" ? domain : policy));

        (await shelf.Settings.ActiveAsync(Shelf.North, Shelf.Token)).Select(pack => pack.Key).ShouldBe(
            theirs == "domain" ? [domain.Key, narrow.Key] : [domain.Key with { Version = "1.0.0" }, policy.Key]);
    }

    [Fact]
    public async Task A_first_policy_that_was_activated_since_the_check_is_checked_too()
    {
        (StoredPack domain, StoredPack policy) = await NarrowDomainAndWidePolicyAsync();
        MeanwhileElsewhere(policy);

        await Should.ThrowAsync<ReeveErrorsException>(() => shelf.ActivateAsync(domain));

        (await shelf.Settings.ActiveAsync(Shelf.North, Shelf.Token)).Select(pack => pack.Key.Version).ShouldBe(["1.0.0", "2.0.0"]);
    }

    [Fact]
    public async Task Whoever_activates_at_the_same_time_the_pair_fits()
    {
        // Version 1 of the policy fits version 1 of the domain pack alone, and 2 only 2.
        StoredPack[] domains = [await StoreDomain("1.0.0", "first"), await StoreDomain("2.0.0", "second")];
        await shelf.ActivateAsync(domains[1]);
        StoredPack[] policies = [await StorePolicy("1.0.0", "first", domains[0]), await StorePolicy("2.0.0", "second", domains[1])];
        await shelf.Registry.ActivateAsync(Shelf.North, [domains[0].Key, policies[0].Key], Shelf.Ada, Shelf.Token);
        int seed = Random.Shared.Next();
        Random random = new(seed);
        for (int round = 0; round < 50; round++)
        {
            PackVersionKey[][] wishes = [.. Enumerable.Range(0, 8).Select(_ => Wish(random.Next(3), random.Next(2)))];

            await Task.WhenAll(wishes.Select(wish => Task.Run(async () =>
            {
                try
                {
                    await shelf.Registry.ActivateAsync(Shelf.North, wish, Shelf.Ada, Shelf.Token);
                }
                catch (ReeveException refusal) when (refusal.Error.Code is "PACK-013" or "PACK-042")
                {
                    // It would not have fitted, or the others were too many.
                }
            })));

            IReadOnlyList<StoredPack> active = await shelf.Settings.ActiveAsync(Shelf.North, Shelf.Token);
            active.Select(pack => pack.Key.Version).Distinct().Count().ShouldBe(1, $"seed {seed}, round {round}");
        }

        PackVersionKey[] Wish(int kind, int version) => kind switch
        {
            0 => [domains[version].Key],
            1 => [policies[version].Key],
            _ => [domains[version].Key, policies[version].Key],
        };

        Task<StoredPack> StoreDomain(string version, string tool) =>
            shelf.StoreAsync(Make.With(Make.With(Shelf.Domain(version), "tools", $$$"""{"{{{tool}}}": {"description": "Does it."}}"""), "playbooks", "[]"));

        async Task<StoredPack> StorePolicy(string version, string tool, StoredPack domain)
        {
            await shelf.ActivateAsync(domain);
            return await shelf.StoreAsync(Make.With(Shelf.Policy(version), "approvedTools", $$"""["{{tool}}"]"""));
        }
    }

    private async Task<(StoredPack Domain, StoredPack Policy)> NarrowDomainAndWidePolicyAsync()
    {
        string wide = Make.With(Make.With(Shelf.Domain("1.0.0"), "tools", """{"scan": {"description": "Scans."}, "send": {"description": "Sends."}}"""), "playbooks", "[]");
        await shelf.StoreActiveAsync(wide);
        StoredPack policy = await shelf.StoreAsync(Make.With(Shelf.Policy("2.0.0"), "approvedTools", """["scan", "send"]"""));
        StoredPack domain = await shelf.StoreAsync(Make.With(Make.With(wide, "version", "\"2.0.0\""), "tools", """{"scan": {"description": "Scans."}}"""));
        return (domain, policy);
    }

    // Just before the next commit, another node's is made.
    private void MeanwhileElsewhere(StoredPack pack)
    {
        PackRegistry elsewhere = new(shelf.Settings, shelf.Store, shelf.Clock, SignalBoard.OfOneProcess());
        shelf.Store.Fault = _ =>
        {
            shelf.Store.Fault = null;
            Task activation = elsewhere.ActivateAsync(Shelf.North, pack.Key, Shelf.Ada, Shelf.Token);
            activation.IsCompletedSuccessfully.ShouldBeTrue("in memory nothing waits");
            return null;
        };
    }

    // The first reading of what is active waits, and then answers with what was active before.
    private sealed class SlowReads(IPackStore inner, IReadOnlyList<StoredPack> first) : IPackStore
    {
        private readonly TaskCompletionSource asked = new();
        private readonly TaskCompletionSource answer = new();
        private int reads;

        internal Task Asked => asked.Task;

        internal void Answer() => answer.SetResult();

        public async Task<IReadOnlyList<StoredPack>> ActiveAsync(TenantId tenant, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref reads) > 1)
            {
                return await inner.ActiveAsync(tenant, cancellationToken);
            }

            asked.SetResult();
            await answer.Task;
            return first;
        }

        public Task<IReadOnlyList<StoredPack>> ListAsync(TenantId tenant, CancellationToken cancellationToken) => inner.ListAsync(tenant, cancellationToken);

        public Task<PackContent?> FindAsync(TenantId tenant, PackVersionKey key, CancellationToken cancellationToken) => inner.FindAsync(tenant, key, cancellationToken);

        public Task<PackContent?> ByHashAsync(TenantId tenant, PackKindStored kind, DomainName? domain, string contentHash, CancellationToken cancellationToken) =>
            inner.ByHashAsync(tenant, kind, domain, contentHash, cancellationToken);

        public Task<PackContent?> LatestAsync(TenantId tenant, PackKindStored kind, DomainName domain, CancellationToken cancellationToken) =>
            inner.LatestAsync(tenant, kind, domain, cancellationToken);

        public Task<IReadOnlyList<PackHistoryEntry>> HistoryAsync(TenantId tenant, PackHistoryFilter filter, CancellationToken cancellationToken) =>
            inner.HistoryAsync(tenant, filter, cancellationToken);

        public Task<IReadOnlyList<PackUsage>> UsageAsync(TenantId tenant, CancellationToken cancellationToken) => inner.UsageAsync(tenant, cancellationToken);
    }
}
