using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.PackVersions;

namespace Reeve.Tests.PackVersions;

/// <summary>What happened to versions is known, and there is a way back.</summary>
public sealed class HistoryTests
{
    private readonly Shelf shelf = new();

    [Fact]
    public async Task Each_change_says_who_when_and_what_differs()
    {
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        await shelf.StoreActiveAsync(Shelf.Domain("1.1.0"));

        IReadOnlyList<PackHistoryEntry> history = await shelf.Registry.HistoryAsync(Shelf.North, new PackHistoryFilter(), Shelf.Token);

        history.Select(entry => (entry.N, entry.Action, entry.Key.Version, entry.Previous)).ShouldBe(
        [
            (4, PackAction.Activated, "1.1.0", "1.0.0"), (3, PackAction.Stored, "1.1.0", "1.0.0"),
            (2, PackAction.Activated, "1.0.0", null), (1, PackAction.Stored, "1.0.0", null),
        ]);
        (history[0].By, history[0].At).ShouldBe(("key:1", shelf.Clock.GetUtcNow()));
        history[3].Difference.ShouldBeNull();
        MapValue difference = JsonText.Parse(Encoding.UTF8.GetString(history[0].Difference.ShouldNotBeNull().Span)).AsMap();
        difference["summary"].AsString().ShouldBe("2 changed (version; description)");
    }

    [Fact]
    public async Task Going_back_activates_what_was_active_before_and_says_so_on_record()
    {
        StoredPack first = await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        await shelf.StoreActiveAsync(Shelf.Policy("1.0.0"));
        StoredPack second = await shelf.StoreActiveAsync(Shelf.Domain("2.0.0"));

        PackRollback back = await shelf.Registry.RollBackAsync(Shelf.North, PackKindStored.Domain, Shelf.Parcels, null, Shelf.Ada, Shelf.Token);

        back.ShouldBe(new PackRollback(second.Key, first.Key, Changed: true));
        (await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token)).Domain.Version.ShouldBe("1.0.0");
        MapValue body = shelf.Events(EventType.PackRolledBack).ShouldHaveSingleItem();
        (body["version"].AsString(), body["previous"].AsString(), body["activatedBy"].AsString()).ShouldBe(("1.0.0", "2.0.0", "key:1"));
        (await shelf.Registry.HistoryAsync(Shelf.North, new PackHistoryFilter { Limit = 1 }, Shelf.Token))[0].Action.ShouldBe(PackAction.RolledBack);
    }

    [Fact]
    public async Task Going_back_twice_comes_back_to_where_it_began()
    {
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        await shelf.StoreActiveAsync(Shelf.Domain("2.0.0"));

        await Back();
        (await Back()).To.Version.ShouldBe("2.0.0");
        (await Back()).To.Version.ShouldBe("1.0.0");

        Task<PackRollback> Back() => shelf.Registry.RollBackAsync(Shelf.North, PackKindStored.Domain, Shelf.Parcels, null, Shelf.Ada, Shelf.Token);
    }

    [Fact]
    public async Task Going_back_to_what_is_active_changes_nothing_and_says_so()
    {
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        int commits = shelf.Store.Commits.Count;

        (await shelf.Registry.RollBackAsync(Shelf.North, PackKindStored.Domain, Shelf.Parcels, "1.0.0", Shelf.Ada, Shelf.Token)).Changed.ShouldBeFalse();

        shelf.Store.Commits.Count.ShouldBe(commits);
    }

    [Fact]
    public async Task A_version_that_no_longer_fits_what_is_active_is_refused_and_changes_nothing()
    {
        await shelf.StoreActiveAsync(Make.With(Make.With(Shelf.Domain("1.0.0"), "tools", """{"scan": {"description": "Scans."}}"""), "playbooks", "[]"));
        StoredPack wide = await shelf.StoreActiveAsync(Make.With(Make.With(Shelf.Domain("2.0.0"), "tools", """{"scan": {"description": "Scans."}, "send": {"description": "Sends."}}"""), "playbooks", "[]"));
        await shelf.StoreActiveAsync(Make.With(Shelf.Policy("1.0.0"), "approvedTools", """["scan", "send"]"""));

        ReeveErrorsException refusal = await Should.ThrowAsync<ReeveErrorsException>(
            () => shelf.Registry.RollBackAsync(Shelf.North, PackKindStored.Domain, Shelf.Parcels, "1.0.0", Shelf.Ada, Shelf.Token));

        refusal.Errors.ShouldHaveSingleItem().Code.ShouldBe("PACK-013");
        (await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token)).Domain.ContentHash.ShouldBe(wide.ContentHash);
        shelf.Events(EventType.PackRolledBack).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("9.9.9", "PACK-038")]
    [InlineData(null, "PACK-048")]
    public async Task Where_there_is_nothing_to_go_back_to_it_is_refused(string? version, string code)
    {
        await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));

        (await Should.ThrowAsync<ReeveException>(() => shelf.Registry.RollBackAsync(Shelf.North, PackKindStored.Domain, Shelf.Parcels, version, Shelf.Ada, Shelf.Token)))
            .Error.Code.ShouldBe(code);
        (await Should.ThrowAsync<ReeveException>(() => shelf.Registry.RollBackAsync(Shelf.South, PackKindStored.Domain, Shelf.Parcels, version, Shelf.Ada, Shelf.Token)))
            .Error.Code.ShouldBe("PACK-040");
    }

    [Fact]
    public async Task A_domain_pack_alone_that_this_release_refuses_cannot_become_active()
    {
        StoredPack good = await shelf.StoreAsync(Shelf.Domain("1.0.0"));
        PackVersionKey old = good.Key with { Version = "0.9.0" };
        byte[] refused = Encoding.UTF8.GetBytes("""{"domainName": "Parcels", "exceptionTypes": {}, "fieldOfAnEarlierRelease": 1}""");
        await shelf.Store.CommitAloneAsync(Shelf.North, [new PackChange.Stored(Shelf.North, new PackContent(good with { Key = old, ContentHash = new string('1', 64) }, refused))], Shelf.Token);

        await Should.ThrowAsync<ReeveErrorsException>(() => shelf.Registry.ActivateAsync(Shelf.North, old, Shelf.Ada, Shelf.Token));

        (await shelf.Settings.ActiveAsync(Shelf.North, Shelf.Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_preview_checks_compares_and_stores_nothing()
    {
        StoredPack domain = await shelf.StoreActiveAsync(Shelf.Domain("1.0.0"));
        string own = Make.With(Shelf.Policy("1.0.0"), "approvedTools", """["refund"]""");
        StoredPack policy = await shelf.StoreActiveAsync(own);
        int commits = shelf.Store.Commits.Count;

        PackPreview next = await shelf.Registry.PreviewAsync(Shelf.North, Shelf.Text(Shelf.Domain("1.1.0")), Shelf.Token);
        PackPreview same = await shelf.Registry.PreviewAsync(Shelf.North, Shelf.Text(own), Shelf.Token);
        PackPreview taken = await shelf.Registry.PreviewAsync(Shelf.North, Shelf.Text(Shelf.Domain("1.0.0", "other")), Shelf.Token);

        (next.Key.Version, next.IsStored, next.IsTaken, next.Active, next.CheckedAgainst).ShouldBe(("1.1.0", false, false, domain.Key, policy.Key));
        next.Difference.ShouldNotBeNull().Changed.Select(section => section.Member).ShouldBe(["version", "description"]);
        (same.IsStored, same.CheckedAgainst, same.Difference.ShouldNotBeNull().IsEmpty).ShouldBe((true, domain.Key, true));
        taken.IsTaken.ShouldBeTrue();
        await Should.ThrowAsync<ReeveErrorsException>(() => shelf.Registry.PreviewAsync(
            Shelf.North, Shelf.Text(Make.With(Make.With(Shelf.Domain("3.0.0"), "tools", "{}"), "playbooks", "[]")), Shelf.Token));
        shelf.Store.Commits.Count.ShouldBe(commits);
    }
}
