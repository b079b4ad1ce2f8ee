using System.Text;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.PackFiles;
using Reeve.Engine.PackVersions;

namespace Reeve.Tests.PackVersions;

/// <summary>What is stored is valid, named once, and comes back as it was.</summary>
public sealed class StoringTests
{
    private readonly Shelf shelf = new();

    public static TheoryData<string> Samples =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "packs"), "policy.*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task A_pack_is_stored_under_its_own_name_and_version()
    {
        StoredPack pack = await shelf.StoreAsync(Shelf.Domain("1.2.0"));

        pack.Key.ShouldBe(new PackVersionKey(PackKindStored.Domain, Shelf.Parcels, "1.2.0"));
        (pack.StoredBy, pack.IsActive, pack.StoredAt).ShouldBe(("key:1", false, shelf.Clock.GetUtcNow()));
        (await shelf.Registry.ListAsync(Shelf.North, Shelf.Token)).ShouldHaveSingleItem().ShouldBe(pack);
    }

    [Fact]
    public async Task A_pack_without_a_version_is_1_0_0()
    {
        (await shelf.StoreActiveAsync(Make.Domain)).Key.Version.ShouldBe("1.0.0");
        (await shelf.StoreAsync(Make.Policy)).Key.ShouldBe(new PackVersionKey(PackKindStored.Policy, Shelf.Parcels, "1.0.0"));
    }

    [Fact]
    public async Task The_same_content_again_changes_nothing()
    {
        StoredPack first = await shelf.StoreAsync(Shelf.Domain("1.0.0"));
        StoredPack again = await shelf.Registry.StoreAsync(Shelf.North, Shelf.Text("  " + Shelf.Domain("1.0.0").Replace(",", " ,\n", StringComparison.Ordinal)), Shelf.Ada, Shelf.Token);

        again.ShouldBe(first);
        shelf.Events(EventType.PackStored).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_version_that_is_taken_by_other_content_is_a_conflict_with_its_place()
    {
        await shelf.StoreAsync(Shelf.Domain("1.0.0"));

        ReeveError refusal = (await Should.ThrowAsync<ReeveException>(() => shelf.StoreAsync(Shelf.Domain("1.0.0", "other")))).Error;

        (refusal.Code, refusal.Kind.HttpStatus, refusal.Subject).ShouldBe(("PACK-036", 409, "/version"));
        refusal.Position.ShouldNotBeNull();
        refusal.Message.ShouldContain("Parcels@1.0.0");
    }

    [Fact]
    public async Task Every_error_of_a_pack_is_told_with_its_place()
    {
        string bad = Make.With(Make.With(Make.Domain, "severityRules", """[{"condition": "1 +", "severity": "HIGH"}]"""), "colour", "1");

        ReeveErrorsException refusal = await Should.ThrowAsync<ReeveErrorsException>(() => shelf.StoreAsync(bad));

        refusal.Errors.Select(error => error.Code).Order(StringComparer.Ordinal).ShouldBe(["PACK-001", "PACK-012"]);
        refusal.Errors.ShouldAllBe(error => error.Position != null);
        (await shelf.Registry.ListAsync(Shelf.North, Shelf.Token)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("1.0.0@2")]
    [InlineData("active")]
    [InlineData("a\tb")]
    public async Task A_version_that_no_reference_could_name_is_refused(string version)
    {
        await shelf.StoreActiveAsync(Make.Domain);
        string policy = Make.With(Make.Policy, "version", JsonText.ToText(Value.Of(version)));

        ReeveError refusal = (await Should.ThrowAsync<ReeveException>(() => shelf.StoreAsync(policy))).Error;

        (refusal.Code, refusal.Subject).ShouldBe(("PACK-008", "/version"));
    }

    [Fact]
    public async Task A_name_too_long_for_an_index_is_refused()
    {
        string domain = Make.With(Make.Domain, "domainName", $"\"{new string('d', 201)}\"");

        (await Should.ThrowAsync<ReeveException>(() => shelf.StoreAsync(domain))).Error.Subject.ShouldBe("/domainName");
    }

    [Fact]
    public async Task Another_tenants_policy_is_refused_with_its_place()
    {
        await shelf.StoreActiveAsync(Make.Domain);

        ReeveError refusal = (await Should.ThrowAsync<ReeveException>(() => shelf.StoreAsync(Shelf.Policy("1.0.0", Shelf.South)))).Error;

        (refusal.Code, refusal.Kind.HttpStatus, refusal.Subject).ShouldBe(("PACK-037", 403, "/tenantId"));
        refusal.Position.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_policy_is_checked_against_its_domain_pack()
    {
        string policy = Make.With(Make.Policy, "approvedTools", """["locate", "teleport"]""");
        (await Should.ThrowAsync<ReeveErrorsException>(() => shelf.StoreAsync(policy))).Errors.ShouldHaveSingleItem().Code.ShouldBe("PACK-031");

        await shelf.StoreAsync(Make.Domain);

        ReeveError refusal = (await Should.ThrowAsync<ReeveErrorsException>(() => shelf.StoreAsync(policy))).Errors.ShouldHaveSingleItem();
        (refusal.Code, refusal.Subject).ShouldBe(("PACK-013", "/approvedTools/1"));
        refusal.Position.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_policy_may_be_prepared_for_a_domain_pack_that_is_not_active_yet()
    {
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        string next = Make.With(Shelf.Domain("2.0.0"), "tools", """{"teleport": {"description": "Beams it."}}""");
        next = Make.With(next, "playbooks", "[]");
        await shelf.StoreAsync(next);

        StoredPack policy = await shelf.StoreAsync(Make.With(Shelf.Policy("2.0.0"), "approvedTools", """["teleport"]"""));

        policy.Key.Version.ShouldBe("2.0.0");
        (await Should.ThrowAsync<ReeveErrorsException>(() => shelf.ActivateAsync(policy))).Errors[0].Code.ShouldBe("PACK-013");
    }

    [Fact]
    public async Task A_policy_without_a_domain_binds_to_the_one_active_pack_that_has_all_it_names()
    {
        const string Nameless = """{"tenantId": "NORTH", "approvedTools": ["refund"]}""";
        (await Should.ThrowAsync<ReeveErrorsException>(() => shelf.StoreAsync(Nameless))).Error.Code.ShouldBe("PACK-031");

        // Stored and not active does not count.
        StoredPack parcels = await shelf.StoreAsync(Make.Domain);
        (await Should.ThrowAsync<ReeveErrorsException>(() => shelf.StoreAsync(Nameless))).Error.Code.ShouldBe("PACK-031");

        await shelf.ActivateAsync(parcels);
        await shelf.StoreActiveAsync("""{"domainName": "Letters", "exceptionTypes": {"LOST": {"description": "Gone."}}}""");
        (await shelf.StoreAsync(Nameless)).Key.Domain.ShouldBe(Shelf.Parcels);

        await shelf.StoreActiveAsync(Make.With(Make.Domain, "domainName", "\"Crates\""));
        string two = Make.With(Nameless, "tenantName", "\"North\"");
        (await Should.ThrowAsync<ReeveErrorsException>(() => shelf.StoreAsync(two))).Error.Code.ShouldBe("PACK-032");
    }

    [Fact]
    public async Task What_neither_kind_of_pack_says_is_no_pack() =>
        (await Should.ThrowAsync<ReeveException>(() => shelf.StoreAsync("""{"hello": 1}"""))).Error.Code.ShouldBe("PACK-021");

    [Fact]
    public async Task A_number_that_JSON_cannot_say_is_refused()
    {
        string yaml = "domainName: Parcels\nexceptionTypes: {LOST: {description: Gone.}}\nexamples: [{limit: .inf}]\n";
        Document document = PackFileReader.Parse(Encoding.UTF8.GetBytes(yaml), "given.yaml");

        (await Should.ThrowAsync<ReeveException>(() => shelf.Registry.StoreAsync(Shelf.North, document, Shelf.Ada, Shelf.Token))).Error.Code.ShouldBe("PACK-043");
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_pack_comes_back_with_its_hash_and_binds_as_before(string policyFile)
    {
        string file = Path.Combine(Path.GetDirectoryName(policyFile)!, "domain.yaml");
        Document policyText = PackFileReader.Read(policyFile);
        TenantId tenant = new(policyText.Root.AsMap()["tenantId"].AsString());

        StoredPack domain = await shelf.Registry.StoreAsync(tenant, PackFileReader.Read(file), Shelf.Ada, Shelf.Token);
        await shelf.ActivateAsync(domain, tenant);
        StoredPack policy = await shelf.Registry.StoreAsync(tenant, policyText, Shelf.Ada, Shelf.Token);
        await shelf.ActivateAsync(policy, tenant);
        BoundPolicy bound = await shelf.Registry.ActiveAsync(tenant, null, Shelf.Token);

        foreach (StoredPack pack in new[] { domain, policy })
        {
            PackContent content = (await shelf.Registry.FindAsync(tenant, pack.Key.Kind, pack.Key.ToString(), Shelf.Token)).ShouldNotBeNull();
            ContentHash.Of(JsonText.Parse(content.Json.Span, JsonLimits.Default)).ShouldBe(pack.ContentHash);
        }

        (bound.Domain.ContentHash, bound.Policy.ContentHash).ShouldBe((domain.ContentHash, policy.ContentHash));
        bound.ApprovedProcesses.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task The_event_says_what_differs_from_the_version_before()
    {
        await shelf.StoreAsync(Shelf.Domain("1.0.0"));
        string next = Make.With(Shelf.Domain("1.1.0", "1.0.0"), "tools", """{"locate": {"description": "Finds it.", "effect": "read"}, "recall": {"description": "Calls it back.", "parameters": {"parcel": {"type": "string", "required": true}}}, "scan": {"description": "Scans it."}}""");
        next = Make.With(Make.With(next, "playbooks", """[{"playbookId": "search", "exceptionType": "LOST", "steps": ["Look."]}, {"playbookId": "wait", "exceptionType": "DELAYED", "steps": ["Wait."]}]"""), "examples", "[]");
        next = Make.With(next, "severityRules", "[]");

        await shelf.StoreAsync(next);

        IReadOnlyList<MapValue> stored = shelf.Events(EventType.PackStored);
        stored[0]["previous"].IsNull.ShouldBeTrue();
        stored[0]["difference"].IsNull.ShouldBeTrue();
        stored[1]["previous"].AsString().ShouldBe("1.0.0");
        JsonText.ToText(stored[1]["difference"]).ShouldBe(
            """{"added":["examples"],"removed":[],"changed":[{"member":"severityRules"},{"member":"tools","added":["scan"],"removed":["resend","refund"],"changed":["locate"]},{"member":"playbooks","added":["wait"],"removed":["hurry"],"changed":["search"]},{"member":"version"}]}""");
        stored[1]["approvals"].IsNull.ShouldBeTrue();
        stored[1]["actor"].AsMap()["id"].AsString().ShouldBe("key:1");
    }

    [Theory]
    [InlineData("""{"tenantId": "NORTH", "domainName": "Parcels", "approvedTools": ["locate"]}""", """{"derived":true,"playbooks":["search"]}""")]
    [InlineData("""{"tenantId": "NORTH", "domainName": "Parcels", "approvedBusinessProcesses": ["search", "hurry"]}""", """{"derived":false,"playbooks":["hurry","search"]}""")]
    [InlineData("""{"tenantId": "NORTH", "domainName": "Parcels", "approvedBusinessProcesses": []}""", """{"derived":false,"playbooks":[]}""")]
    public async Task The_event_shows_which_playbooks_a_policy_approves(string policy, string approvals)
    {
        await shelf.StoreActiveAsync(Make.Domain);

        await shelf.StoreActiveAsync(policy);

        JsonText.ToText(shelf.Events(EventType.PackStored)[1]["approvals"]).ShouldBe(approvals);
        JsonText.ToText(shelf.Events(EventType.PackActivated)[1]["approvals"]).ShouldBe(approvals);
    }

    [Fact]
    public async Task A_run_stores_what_it_was_given_once_and_activates_nothing()
    {
        BoundPolicy policy = Make.Bound();

        await shelf.Registry.EnsureAsync(policy, Shelf.Ada, Shelf.Token);
        await shelf.Registry.EnsureAsync(policy, Shelf.Ada, Shelf.Token);

        IReadOnlyList<StoredPack> stored = await shelf.Registry.ListAsync(Shelf.North, Shelf.Token);
        stored.Select(pack => (pack.Key.ToString(), pack.IsActive)).ShouldBe([("Parcels@1.0.0", false), ("Parcels@1.0.0", false)]);
        stored.Select(pack => pack.ContentHash).ShouldBe([policy.Domain.ContentHash, policy.Policy.ContentHash]);
        shelf.Events(EventType.PackStored).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("1.0.0", "1.0.0+")]
    [InlineData("1.0.0-rc.1", "1.0.0-rc.1+")]
    [InlineData("1.0.0+build.7", "1.0.0+build.7.")]
    public async Task A_run_whose_version_is_taken_stores_beside_it_under_its_hash(string version, string beginning)
    {
        await shelf.Registry.EnsureAsync(Make.Bound(Shelf.Domain(version)), Shelf.Ada, Shelf.Token);
        BoundPolicy other = Make.Bound(Shelf.Domain(version, "other"));

        await shelf.Registry.EnsureAsync(other, Shelf.Ada, Shelf.Token);
        await shelf.Registry.EnsureAsync(other, Shelf.Ada, Shelf.Token);

        string[] names = [.. (await shelf.Registry.ListAsync(Shelf.North, Shelf.Token)).Where(pack => pack.Key.Kind == PackKindStored.Domain).Select(pack => pack.Key.Version)];
        names.Order(StringComparer.Ordinal).ShouldBe([version, beginning + other.Domain.ContentHash[..8]]);
        BoundPolicy again = await shelf.Registry.BindAsync(Shelf.North, $"Parcels@{beginning}{other.Domain.ContentHash[..8]}", "Parcels@1.0.0", Shelf.Token);
        again.Domain.Description.ShouldBe("other");
    }

    [Fact]
    public async Task Of_many_that_store_one_version_at_once_one_content_has_it()
    {
        Task<StoredPack>[] all = [.. Enumerable.Range(0, 20).Select(i => Store(i % 4))];
        await Task.WhenAny(Task.WhenAll(all));

        StoredPack[] stored = [.. all.Where(one => one.IsCompletedSuccessfully).Select(one => one.Result)];
        stored.Select(pack => pack.ContentHash).Distinct().Count().ShouldBe(1);
        stored.Length.ShouldBe(5);
        all.Where(one => one.IsFaulted).ShouldAllBe(one => ((ReeveException)one.Exception!.InnerException!).Error.Code == "PACK-036");
        shelf.Events(EventType.PackStored).Count.ShouldBe(1);

        Task<StoredPack> Store(int content) => Task.Run(() => shelf.Registry.StoreAsync(Shelf.North, Shelf.Text(Shelf.Domain("1.0.0", $"content {content}")), Shelf.Ada, Shelf.Token));
    }

    [Fact]
    public async Task Runs_that_begin_at_once_with_contents_of_one_version_are_all_stored()
    {
        BoundPolicy[] policies = [.. Enumerable.Range(0, 5).Select(i => Make.Bound(Shelf.Domain("1.0.0", $"content {i}")))];

        await Task.WhenAll(policies.Concat(policies).Select(policy => Task.Run(() => shelf.Registry.EnsureAsync(policy, Shelf.Ada, Shelf.Token))));

        foreach (BoundPolicy policy in policies)
        {
            (await shelf.Registry.ByHashAsync(Shelf.North, policy.Domain.ContentHash, policy.Policy.ContentHash, Shelf.Token)).ShouldNotBeNull().Domain.Description.ShouldBe(policy.Domain.Description);
        }

        (await shelf.Registry.ListAsync(Shelf.North, Shelf.Token)).Count.ShouldBe(6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_another_run_stores_after_the_first_look_is_found(bool isTaken)
    {
        BoundPolicy policy = Make.Bound(Shelf.Domain("1.0.0", "wanted"));
        if (isTaken)
        {
            await shelf.Registry.EnsureAsync(Make.Bound(Shelf.Domain("1.0.0", "other")), Shelf.Ada, Shelf.Token);
        }

        int looks = 0;
        shelf.Settings.BeforeRead = async () =>
        {
            if (++looks == 2)
            {
                await shelf.Registry.EnsureAsync(policy, Shelf.Ada, Shelf.Token);
            }
        };
        await shelf.Registry.EnsureAsync(policy, Shelf.Ada, Shelf.Token);

        (await shelf.Registry.ByHashAsync(Shelf.North, policy.Domain.ContentHash, policy.Policy.ContentHash, Shelf.Token)).ShouldNotBeNull();
        (await shelf.Registry.ListAsync(Shelf.North, Shelf.Token)).Count.ShouldBe(isTaken ? 3 : 2);
    }
}
