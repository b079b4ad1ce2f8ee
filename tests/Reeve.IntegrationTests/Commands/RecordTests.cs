using Reeve.Core.Values;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Commands;

/// <summary>A run on the record, and everything the command line tells of it, on both databases.</summary>
public sealed class RecordTests : IDisposable
{
    private readonly RunFolder here = new();

    public void Dispose() => here.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_run_is_listed_explained_replayed_and_verified(bool postgres)
    {
        await using StoreUnderTest store = await StoreUnderTest.CreateAsync(here, postgres);
        string first = here.File("first.jsonl");
        string again = here.File("again.jsonl");

        Ended run = (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, store.Address, "-o", "json", "--decisions", first, "--workers", "8"))).ShouldEndWith(0);
        RunResults.Read(run.Output).Count.ShouldBe(11);
        string id = run.Json["runId"].AsString();
        run.Talk.ShouldContain(id);
        run.Talk.ShouldContain("Next: reeve exceptions list --tenant NORTH");

        MapValue page = (await Done("exceptions", "list", "-o", "json")).Json;
        page["total"].AsInt().ShouldBe(11);
        page["items"].AsList().Items.ToArray().ShouldAllBe(item => item.AsMap()["runId"].AsString() == id);

        string exception = page["items"].AsList()[0].AsMap()["exceptionId"].AsString();
        MapValue shown = (await Done("exceptions", "show", exception, "-o", "json")).Json;
        shown["exception"].AsMap()["exceptionId"].AsString().ShouldBe(exception);
        shown["result"].AsMap()["stages"].AsMap()["policy"].AsMap()["evidence"].AsList().Count.ShouldBeGreaterThan(0);
        shown["auditTrail"].AsList().Count.ShouldBeGreaterThan(4);
        (await Done("exceptions", "show", exception)).Text.ShouldContain("What happened");

        (await Done("runs", "list", "-o", "jsonl")).Lines.ShouldHaveSingleItem().ShouldContain(id);

        Ended replay = await Done("audit", "replay", "--run", id, "--decisions", again);
        replay.Talk.ShouldContain("11 EQUAL, 0 DIFFERENT");
        (await File.ReadAllBytesAsync(again, TestContext.Current.CancellationToken)).ShouldBe(await File.ReadAllBytesAsync(first, TestContext.Current.CancellationToken));

        string log = here.File("log.jsonl");
        await Done("audit", "export", "--output", log);
        (await Done("audit", "verify", "--heads", log)).Talk.ShouldContain("nothing was altered");

        Task<Ended> Done(params string[] words) => store.DoneAsync(words);
    }

    [Fact]
    public async Task Both_databases_hold_the_same_decisions()
    {
        await using StoreUnderTest postgres = await StoreUnderTest.CreateAsync(here, postgres: true);
        await using StoreUnderTest sqlite = await StoreUnderTest.CreateAsync(here, postgres: false);

        string[] files = [await Decide(sqlite.Address, "1"), await Decide(postgres.Address, "1"), await Decide(postgres.Address, "8"), await Decide("none", "1")];

        string[] texts = await Task.WhenAll(files.Select(file => File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)));
        texts.Distinct().ShouldHaveSingleItem().ShouldNotBeEmpty();

        async Task<string> Decide(string store, string workers)
        {
            string file = here.File(Guid.NewGuid().ToString("N"));
            (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, store, "--as-of", RunFolder.AsOf, "--decisions", file, "--workers", workers))).ShouldEndWith(0);
            return file;
        }
    }

    [Theory]
    [InlineData("finance", "policy.calder-point.yaml")]
    [InlineData("it-alerts", "policy.meridian.yaml")]
    public async Task A_run_and_its_replay_write_the_same_documents_of_a_sample(string pack, string policy)
    {
        await using StoreUnderTest store = await StoreUnderTest.CreateAsync(here, postgres: false);
        string kept = here.File("kept.jsonl");
        string shown = here.File("shown.jsonl");
        string again = here.File("again.jsonl");
        string[] words = ["run", "--domain-pack", In("domain.yaml"), "--tenant-policy", In(policy), "--input", In("exceptions.jsonl"), "--as-of", RunFolder.AsOf, "-o", "json", "--workers", "8"];

        Ended run = (await ReeveProgram.RunAsync([.. words, "--store", store.Address, "--decisions", kept])).ShouldEndWith(0);
        (await ReeveProgram.RunAsync([.. words, "--store", "none", "--decisions", shown])).ShouldEndWith(0);
        await store.DoneAsync("audit", "replay", "--run", run.Json["runId"].AsString(), "--decisions", again);

        byte[] documents = await File.ReadAllBytesAsync(kept, TestContext.Current.CancellationToken);
        documents.ShouldNotBeEmpty();
        (await File.ReadAllBytesAsync(again, TestContext.Current.CancellationToken)).ShouldBe(documents);
        (await File.ReadAllBytesAsync(shown, TestContext.Current.CancellationToken)).ShouldBe(documents);

        string In(string name) => Path.Combine(RunFolder.Root, "packs", pack, name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tenants_packs_and_keys_are_made_listed_and_revoked(bool postgres)
    {
        await using StoreUnderTest store = await StoreUnderTest.CreateAsync(here, postgres);

        (await store.DoneAsync("tenants", "create", "NORTH", "--name", "The north")).Text.ShouldBe("NORTH\n");
        (await store.DoneAsync("tenants", "create", "NORTH")).Talk.ShouldContain("was there already");
        (await store.DoneAsync("tenants", "list", "-o", "jsonl")).Lines.ShouldHaveSingleItem().ShouldContain("The north");

        // The policy is named first: domain packs are stored before what is checked against them.
        (await store.DoneAsync("packs", "store", RunFolder.Policy, RunFolder.Domain, "--tenant", "NORTH", "--activate")).Lines.Length.ShouldBe(3);
        (await store.DoneAsync("packs", "versions", "-o", "jsonl")).Lines.ShouldAllBe(line => line.Contains("\"active\":true", StringComparison.Ordinal));

        Ended made = await store.DoneAsync("keys", "create", "--tenant", "NORTH", "--role", "operator", "--owner", "night desk");
        string key = made.Text.TrimEnd();
        key.ShouldMatch("^rv_[A-Za-z0-9_-]{66}$");
        made.Talk.ShouldNotContain(key[25..]);
        MapValue listed = JsonText.Parse((await store.DoneAsync("keys", "list", "-o", "jsonl")).Lines.ShouldHaveSingleItem()).AsMap();
        listed["owner"].AsString().ShouldBe("night desk");
        await store.DoneAsync("keys", "revoke", listed["keyId"].AsString());
        (await store.DoneAsync("keys", "list")).Text.ShouldContain("revoked");

        (await store.DoneAsync("keys", "create", "--platform", "--owner", "ops")).Text.ShouldStartWith("rv_");
        (await store.DoneAsync("db", "status")).Text.ShouldContain("READY");
        (await store.RunAsync("doctor", "--json")).Text.ShouldNotContain("FAILURE");
    }

    [Fact]
    public async Task An_erased_exception_is_gone_and_the_log_still_verifies()
    {
        await using StoreUnderTest store = await StoreUnderTest.CreateAsync(here, postgres: false);
        (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, store.Address))).ShouldEndWith(0);
        MapValue page = (await store.DoneAsync("exceptions", "list", "-o", "json")).Json;
        string id = page["items"].AsList()[3].AsMap()["exceptionId"].AsString();
        string run = page["items"].AsList()[3].AsMap()["runId"].AsString();

        (await store.DoneAsync("audit", "erase", "--tenant", "NORTH", "--exception", id, "--reason", "request")).Talk.ShouldContain("recorded as");

        (await store.RunAsync("exceptions", "show", id)).ShouldRefuseWith("CMD-001");
        (await store.DoneAsync("audit", "verify")).Talk.ShouldNotContain("0 erased");
        (await store.DoneAsync("audit", "replay", "--run", run)).Talk.ShouldContain("10 EQUAL, 0 DIFFERENT, 1 ERASED");
    }

    [Fact]
    public async Task An_export_has_a_file_for_each_artefact_and_masks_payloads_unless_told()
    {
        await using StoreUnderTest store = await StoreUnderTest.CreateAsync(here, postgres: false);
        string items = here.Write("items.jsonl", """
            {"exceptionId":"../../up","exceptionType":"MISROUTED","rawPayload":{"parcel":"P-SECRET","home":"D-2","hops":2,"notes":"-","tags":[]}}
            {"exceptionId":"plain-1","exceptionType":"MISROUTED","rawPayload":{"parcel":"P-SECRET","home":"D-3","hops":2,"notes":"-","tags":[]}}
            """);
        (await ReeveProgram.RunAsync(RunFolder.Record(items, store.Address))).ShouldEndWith(0);
        string run = JsonText.Parse((await store.DoneAsync("runs", "list", "-o", "jsonl")).Lines[0]).AsMap()["runId"].AsString();

        string masked = here.File("masked");
        await store.DoneAsync("export", "--output", masked);
        string open = here.File("open");
        await store.DoneAsync("export", "--output", open, "--tenant", "NORTH", "--payloads");

        string[] files = [.. Directory.GetFiles(masked, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(masked, file).Replace('\\', '/'))];
        files.ShouldContain($"audit/{run}.jsonl");
        files.ShouldContain($"snapshots/{run}/plain-1_triage.json");
        files.ShouldContain("metrics/NORTH.json");
        files.ShouldContain("domainpacks/NORTH/Parcels/2.1.0.json");
        files.ShouldContain("tenantpacks/NORTH/Parcels/7.json");
        files.ShouldContain(file => file.StartsWith($"snapshots/{run}/", StringComparison.Ordinal) && file.Contains('~'));
        Directory.GetFiles(masked, "*", SearchOption.AllDirectories).Select(File.ReadAllText).ShouldAllBe(text => !text.Contains("\"parcel\":\"P-SECRET\"", StringComparison.Ordinal));
        (await File.ReadAllTextAsync(Path.Combine(open, "audit", run + ".jsonl"), TestContext.Current.CancellationToken)).ShouldContain("\"parcel\":\"P-SECRET\"");

        (await store.RunAsync("export", "--output", masked)).ShouldRefuseWith("CMD-003");
    }
}
