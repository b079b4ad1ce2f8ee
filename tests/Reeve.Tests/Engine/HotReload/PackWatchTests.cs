using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.HotReload;
using Reeve.Engine.PackVersions;
using Reeve.Tests.PackVersions;

namespace Reeve.Tests.HotReload;

/// <summary>What is saved in a watched folder becomes active, by its content, once, and only if it is good (EX-PACK-5).</summary>
public sealed class PackWatchTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Shelf shelf = new();
    private readonly Turn turn = new();
    private readonly Lines log = new();
    private readonly HashSet<TenantId> tenants = [Shelf.North];
    private readonly PackWatch watch;

    public PackWatchTests()
    {
        Directory.CreateDirectory(folder.File("parcels"));
        watch = NewWatch();
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_lies_there_first_becomes_active_and_an_edit_the_next_patch()
    {
        Save("domain.json", Shelf.Domain("1.0.0"));
        Save("policy.north.json", Shelf.Policy("2.3"));
        await SettleAsync();
        (await ActiveAsync()).ShouldBe(["1.0.0", "2.3"]);

        Save("domain.json", Shelf.Domain("1.0.0", "edited"));
        Save("policy.north.json", Make.With(Shelf.Policy("2.3"), "tenantName", "\"North\""));
        await SettleAsync();

        (await ActiveAsync()).ShouldBe(["1.0.1", "2.3.1"]);
        shelf.Store.Commits[^1].Changes.Count.ShouldBe(4);
        shelf.Events(EventType.PackActivated)[^1]["activatedBy"].AsString().ShouldBe("system:watch");
    }

    [Fact]
    public async Task The_next_patch_is_behind_every_patch_there_is_and_an_own_free_version_stays()
    {
        await shelf.StoreAsync(Shelf.Domain("1.0.7", "somebody's"));
        Save("domain.json", Shelf.Domain("1.0.0"));
        Save("policy.north.json", Shelf.Policy("1.0.0"));
        await SettleAsync();
        Save("domain.json", Shelf.Domain("1.0.0", "edited"));
        await SettleAsync();
        (await ActiveAsync())[0].ShouldBe("1.0.8");

        Save("domain.json", Shelf.Domain("1.1.0"));
        await SettleAsync();

        (await ActiveAsync())[0].ShouldBe("1.1.0");
    }

    [Fact]
    public async Task A_touch_the_same_bytes_and_another_layout_are_no_change()
    {
        await StartAsync();
        int commits = shelf.Store.Commits.Count;

        File.SetLastWriteTimeUtc(Path("domain.json"), new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await SettleAsync();
        Save("domain.json", Shelf.Domain("1.0.0"));
        await SettleAsync();
        Save("domain.json", Shelf.Domain("1.0.0") + "\n\n");
        await SettleAsync();

        shelf.Store.Commits.Count.ShouldBe(commits);
    }

    [Fact]
    public async Task Going_back_to_a_former_text_activates_that_version_and_makes_none()
    {
        await StartAsync();
        Save("domain.json", Shelf.Domain("1.0.0", "edited"));
        await SettleAsync();
        int stored = shelf.Events(EventType.PackStored).Count;

        Save("domain.json", Shelf.Domain("1.0.0"));
        await SettleAsync();

        (await ActiveAsync())[0].ShouldBe("1.0.0");
        shelf.Events(EventType.PackStored).Count.ShouldBe(stored);
    }

    [Fact]
    public async Task Who_rolled_back_stays_there_until_the_file_is_edited()
    {
        await StartAsync();
        Save("domain.json", Shelf.Domain("1.0.0", "edited"));
        await SettleAsync();
        await shelf.Registry.RollBackAsync(Shelf.North, PackKindStored.Domain, Shelf.Parcels, null, Shelf.Ada, Shelf.Token);

        await SettleAsync();
        Save("domain.json", Shelf.Domain("1.0.0", "edited") + "\n");
        Save("policy.north.json", Shelf.Policy("1.0.0") + "\n");
        await SettleAsync();
        await SettleAsync(NewWatch());
        (await ActiveAsync())[0].ShouldBe("1.0.0");

        Save("domain.json", Shelf.Domain("1.0.0", "edited again"));
        await SettleAsync();
        (await ActiveAsync())[0].ShouldBe("1.0.2");
    }

    [Fact]
    public async Task A_stored_version_becomes_active_where_none_is()
    {
        await shelf.StoreAsync(Shelf.Domain("1.0.0"));

        await StartAsync();

        (await ActiveAsync()).ShouldBe(["1.0.0", "1.0.0"]);
    }

    [Fact]
    public async Task A_file_is_read_only_when_it_has_stood_still()
    {
        await StartAsync();
        Save("domain.json", Shelf.Domain("1.0.0", "half")[..50]);
        await watch.PollAsync(Shelf.Token);
        shelf.Clock.Advance(TimeSpan.FromMilliseconds(900));
        Save("domain.json", Shelf.Domain("1.0.0", "written to its end"));
        await watch.PollAsync(Shelf.Token);
        shelf.Clock.Advance(TimeSpan.FromMilliseconds(900));
        await watch.PollAsync(Shelf.Token);
        (await ActiveAsync())[0].ShouldBe("1.0.0");

        shelf.Clock.Advance(TimeSpan.FromMilliseconds(100));
        await watch.PollAsync(Shelf.Token);

        (await ActiveAsync())[0].ShouldBe("1.0.1");
        shelf.Events(EventType.PackRefused).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pipe_among_the_files_keeps_nobody_waiting()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes have no place among files there.");
        await StartAsync();
        using (Process make = Process.Start("mkfifo", [Path("policy.pipe.json")]))
        {
            await make.WaitForExitAsync(Shelf.Token);
        }

        Save("domain.json", Shelf.Domain("1.0.0", "an edit beside it"));
        await Task.Run(() => SettleAsync(), Shelf.Token).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Shelf.Token);

        (await ActiveAsync())[0].ShouldBe("1.0.1");
        shelf.Events(EventType.PackRefused).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_renamed_into_place_and_keeps_its_length_is_seen()
    {
        await StartAsync();
        string other = folder.File("parcels/.domain.json.swp");
        File.WriteAllText(other, Shelf.Domain("1.0.0", "1.0.9"));
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(Path("domain.json")));
        File.Move(other, Path("domain.json"), overwrite: true);

        await SettleAsync();
        (await ActiveAsync())[0].ShouldBe("1.0.0", "neither its length nor its time changed");
        shelf.Clock.Advance(TimeSpan.FromMinutes(1));
        await watch.PollAsync(Shelf.Token);

        (await ActiveAsync())[0].ShouldBe("1.0.1");
    }

    [Fact]
    public async Task Links_into_a_folder_that_is_exchanged_as_a_whole_are_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        string pack = Directory.CreateDirectory(folder.File("mounted")).FullName;
        foreach ((string version, string description) in new[] { ("..1", "1.0.0"), ("..2", "1.0.9") })
        {
            Directory.CreateDirectory(System.IO.Path.Combine(pack, version));
            File.WriteAllText(System.IO.Path.Combine(pack, version, "domain.json"), Shelf.Domain("1.0.0", description));
            File.WriteAllText(System.IO.Path.Combine(pack, version, "policy.north.json"), Shelf.Policy("1.0.0"));
            foreach (string file in new[] { "domain.json", "policy.north.json" })
            {
                File.SetLastWriteTimeUtc(System.IO.Path.Combine(pack, version, file), new DateTime(2026, 1, 1 + version[^1] - '0', 0, 0, 0, DateTimeKind.Utc));
            }
        }

        Directory.CreateSymbolicLink(System.IO.Path.Combine(pack, "..data"), "..1");
        File.CreateSymbolicLink(System.IO.Path.Combine(pack, "domain.json"), "..data/domain.json");
        File.CreateSymbolicLink(System.IO.Path.Combine(pack, "policy.north.json"), "..data/policy.north.json");
        await SettleAsync();
        (await ActiveAsync()).ShouldBe(["1.0.0", "1.0.0"]);

        Directory.CreateSymbolicLink(System.IO.Path.Combine(pack, "..next"), "..2");
        Directory.Delete(System.IO.Path.Combine(pack, "..data"));
        Directory.Move(System.IO.Path.Combine(pack, "..next"), System.IO.Path.Combine(pack, "..data"));
        await SettleAsync();

        (await ActiveAsync())[0].ShouldBe("1.0.1");
        shelf.Events(EventType.PackRefused).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bad_edit_leaves_what_is_active_and_is_told_once_on_record_and_in_the_log()
    {
        await StartAsync();
        Save("domain.json", Make.With(Shelf.Domain("1.0.0"), "severityRules", """[{"condition": "amount >", "severity": "HIGH"}]"""));
        await SettleAsync();
        await SettleAsync();
        shelf.Clock.Advance(TimeSpan.FromMinutes(2));
        await watch.PollAsync(Shelf.Token);

        MapValue body = shelf.Events(EventType.PackRefused).ShouldHaveSingleItem();
        body["file"].AsString().ShouldBe(System.IO.Path.Combine("parcels", "domain.json"));
        MapValue error = body["errors"].AsList()[0].AsMap();
        (error["subject"].AsString(), error["line"].AsInt() > 0).ShouldBe(("/severityRules/0/condition", true));
        shelf.Store.Events.Single(item => item.Type == EventType.PackRefused).TenantId.ShouldBe(Shelf.North);
        log.Warnings.ShouldHaveSingleItem().ShouldContain("domain.json is refused");
        (await ActiveAsync()).ShouldBe(["1.0.0", "1.0.0"]);

        Save("domain.json", Shelf.Domain("1.0.0", "mended"));
        await SettleAsync();
        (await ActiveAsync())[0].ShouldBe("1.0.1");
    }

    [Fact]
    public async Task A_bad_policy_is_told_in_its_tenants_log_and_an_unreadable_one_in_the_platforms()
    {
        await StartAsync();
        Save("policy.north.json", Make.With(Shelf.Policy("1.0.0"), "approvedTools", """["teleport"]"""));
        Save("policy.south.json", "{");
        Save("policy.west.json", Shelf.Policy("1.0.0", new TenantId("WEST")));
        await SettleAsync();
        await SettleAsync();

        var refused = shelf.Store.Events.Where(item => item.Type == EventType.PackRefused).Select(item => item.TenantId.Value).Zip(
            shelf.Events(EventType.PackRefused).Select(body => body["errors"].AsList()[0].AsMap()["code"].AsString()));
        refused.OrderBy(item => item.First, StringComparer.Ordinal).ThenBy(item => item.Second, StringComparer.Ordinal)
            .ShouldBe([("$platform", "INPUT-003"), ("$platform", "PACK-049"), ("NORTH", "PACK-013")]);
        (await ActiveAsync()).ShouldBe(["1.0.0", "1.0.0"]);
    }

    [Fact]
    public async Task A_domain_pack_that_the_policy_in_force_does_not_fit_waits_for_the_policy()
    {
        await StartAsync();
        Save("domain.json", Make.With(Make.With(Shelf.Domain("2.0.0"), "tools", """{"scan": {"description": "Scans."}}"""), "playbooks", "[]"));
        Save("policy.north.json", Make.With(Shelf.Policy("1.0.0"), "approvedTools", """["refund"]"""));
        await SettleAsync();
        (await ActiveAsync()).ShouldBe(["1.0.0", "1.0.0"]);
        shelf.Events(EventType.PackStored).Count.ShouldBe(2, "nothing is stored that could not be activated");

        Save("policy.north.json", Make.With(Shelf.Policy("1.0.0"), "approvedTools", """["scan"]"""));
        await SettleAsync();

        (await ActiveAsync()).ShouldBe(["2.0.0", "1.0.1"]);
    }

    [Fact]
    public async Task Every_tenant_with_a_policy_beside_it_gets_the_domain_pack()
    {
        tenants.Add(Shelf.South);
        Save("policy.south.json", Shelf.Policy("1.0.0", Shelf.South));

        await StartAsync();

        (await ActiveAsync()).ShouldBe(["1.0.0", "1.0.0"]);
        (await ActiveAsync(Shelf.South)).ShouldBe(["1.0.0", "1.0.0"]);
    }

    [Fact]
    public async Task Only_whose_turn_it_is_acts()
    {
        turn.IsOurs = false;
        await StartAsync();
        (await ActiveAsync()).ShouldBeEmpty();

        turn.IsOurs = true;
        await SettleAsync();

        (await ActiveAsync()).ShouldBe(["1.0.0", "1.0.0"]);
    }

    [Fact]
    public async Task Two_nodes_that_both_think_it_is_their_turn_change_things_once()
    {
        Save("domain.json", Shelf.Domain("1.0.0"));
        Save("policy.north.json", Shelf.Policy("1.0.0"));
        PackWatch other = NewWatch();
        await watch.PollAsync(Shelf.Token);
        await other.PollAsync(Shelf.Token);
        shelf.Clock.Advance(TimeSpan.FromSeconds(1));

        await Task.WhenAll(watch.PollAsync(Shelf.Token), other.PollAsync(Shelf.Token));

        (await ActiveAsync()).ShouldBe(["1.0.0", "1.0.0"]);
        (shelf.Events(EventType.PackStored).Count, shelf.Events(EventType.PackActivated).Count).ShouldBe((2, 2));
    }

    [Fact]
    public async Task While_the_store_is_away_a_change_waits()
    {
        await StartAsync();
        Save("domain.json", Shelf.Domain("1.0.0", "edited"));
        shelf.Settings.BeforeRead = () => throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "away"));
        await SettleAsync();
        shelf.Settings.BeforeRead = null;

        await watch.PollAsync(Shelf.Token);

        (await ActiveAsync())[0].ShouldBe("1.0.1");
        shelf.Events(EventType.PackRefused).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_that_goes_away_and_a_file_that_is_removed_change_nothing()
    {
        await StartAsync();
        File.Delete(Path("policy.north.json"));
        await SettleAsync();
        Directory.Move(folder.File("parcels"), folder.File("elsewhere"));
        await SettleAsync();
        Directory.Move(folder.File("elsewhere"), folder.File("parcels"));
        await SettleAsync();

        (await ActiveAsync()).ShouldBe(["1.0.0", "1.0.0"]);
    }

    private PackWatch NewWatch() => new(
        new PackWatchOptions { Folder = folder.Path }, shelf.Registry, turn, (tenant, _) => Task.FromResult(tenants.Contains(tenant)), shelf.Clock, log);

    private string Path(string name) => folder.File(System.IO.Path.Combine("parcels", name));

    // Each save a second later than the one before, as file systems that count in seconds see it.
    private void Save(string name, string text)
    {
        DateTime before = File.Exists(Path(name)) ? File.GetLastWriteTimeUtc(Path(name)) : new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.WriteAllText(Path(name), text);
        File.SetLastWriteTimeUtc(Path(name), before.AddSeconds(1));
    }

    private async Task StartAsync()
    {
        Save("domain.json", Shelf.Domain("1.0.0"));
        Save("policy.north.json", Shelf.Policy("1.0.0"));
        await SettleAsync();
    }

    private async Task SettleAsync(PackWatch? other = null)
    {
        await (other ?? watch).PollAsync(Shelf.Token);
        shelf.Clock.Advance(TimeSpan.FromSeconds(1));
        await (other ?? watch).PollAsync(Shelf.Token);
    }

    private async Task<string[]> ActiveAsync(TenantId? tenant = null) =>
        [.. (await shelf.Settings.ActiveAsync(tenant ?? Shelf.North, Shelf.Token)).Select(pack => pack.Key.Version)];

    private sealed class Turn : IWatchTurn
    {
        internal bool IsOurs { get; set; } = true;

        public Task<bool> IsOursAsync(CancellationToken cancellationToken) => Task.FromResult(IsOurs);
    }

    private sealed class Lines : ILogger
    {
        internal List<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning)
            {
                Warnings.Add(formatter(state, exception));
            }
        }
    }
}
