using Reeve.Core.Values;

namespace Reeve.IntegrationTests.Commands;

/// <summary>Packs in their versions from the command line, on both databases.</summary>
public sealed class PackVersionTests : IDisposable
{
    private readonly RunFolder here = new();
    private readonly string domain;
    private readonly string policy;

    public PackVersionTests()
    {
        Directory.CreateDirectory(here.File("packs"));
        domain = here.Write("packs/domain.json", Make.With(Make.Domain, "version", "\"1.0.0\""));
        policy = here.Write("packs/policy.north.json", Make.With(Make.Policy, "version", "\"1.0.0\""));
    }

    public void Dispose() => here.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Versions_are_stored_tried_activated_compared_and_rolled_back(bool postgres)
    {
        await using StoreUnderTest store = await StoreUnderTest.CreateAsync(here, postgres);
        await store.DoneAsync("tenants", "create", "NORTH");
        Ended stored = await store.DoneAsync("packs", "store", domain, policy, "--tenant", "NORTH", "-o", "jsonl");
        stored.Lines.Length.ShouldBe(2);
        stored.Lines.ShouldAllBe(line => line.Contains("\"active\":false", StringComparison.Ordinal));

        await store.DoneAsync("packs", "activate", "domain:Parcels@1.0.0", "policy:Parcels@1.0.0");
        string next = here.Write("packs/policy.next.json", Make.With(Make.With(Make.Policy, "version", "\"2.0.0\""), "humanApprovalRules", """[{"condition": "hoursLate > 1", "requireApproval": true}]"""));
        MapValue preview = (await store.DoneAsync("packs", "validate", next, "--against-store", "-o", "jsonl")).Json;
        (preview["valid"].AsBool(), preview["version"].AsString(), preview["stored"].AsBool(), preview["summary"].AsString())
            .ShouldBe((true, "policy:Parcels@2.0.0", false, "1 added (humanApprovalRules), 1 changed (version)"));

        string items = here.Write("items.jsonl", """{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48}""");
        MapValue trial = (await store.DoneAsync("packs", "try", next, "--input", items, "-o", "json")).Json;
        (trial["exceptions"].AsInt(), trial["changed"].AsInt()).ShouldBe((1, 1));
        (await store.DoneAsync("packs", "versions", "-o", "jsonl")).Lines.Length.ShouldBe(2);

        await store.DoneAsync("packs", "store", next, "--tenant", "NORTH", "--activate");
        (await store.DoneAsync("packs", "diff", "policy:Parcels@1.0.0", "policy:Parcels@active")).Text.ShouldContain("+ humanApprovalRules");
        MapValue shown = (await store.DoneAsync("packs", "show", "--version", "policy:Parcels@active", "-o", "json")).Json;
        shown["document"].AsMap()["version"].AsString().ShouldBe("2.0.0");

        (await store.DoneAsync("packs", "rollback", "policy:Parcels", "-o", "jsonl")).Json["version"].AsString().ShouldBe("policy:Parcels@1.0.0");
        (await store.DoneAsync("packs", "rollback", "policy:Parcels@1.0.0", "-o", "jsonl")).Json["result"].AsString().ShouldBe("already active");
        Ended history = await store.DoneAsync("packs", "history", "Parcels", "--kind", "policy", "-o", "jsonl");
        history.Lines.Select(line => JsonText.Parse(line).AsMap()).Select(row => (row["action"].AsString(), row["version"].AsString())).ShouldBe(
        [
            ("ROLLED_BACK", "policy:Parcels@1.0.0"), ("ACTIVATED", "policy:Parcels@2.0.0"), ("STORED", "policy:Parcels@2.0.0"),
            ("ACTIVATED", "policy:Parcels@1.0.0"), ("STORED", "policy:Parcels@1.0.0"),
        ]);
        (await store.DoneAsync("audit", "verify")).Talk.ShouldContain("nothing was altered");
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_for_each_and_the_rest_is_done()
    {
        await using StoreUnderTest store = await StoreUnderTest.CreateAsync(here, postgres: false);
        await store.DoneAsync("tenants", "create", "NORTH");
        await store.DoneAsync("packs", "store", domain, policy, "--tenant", "NORTH");

        Ended some = await store.RunAsync("packs", "activate", "domain:Parcels@1.0.0", "policy:Crates@1.0.0", "--each", "-o", "jsonl");
        some.ShouldRefuseWith("PACK-038").Lines.Select(line => JsonText.Parse(line).AsMap()["result"].AsString()).ShouldBe(["activated", "refused"]);
        Ended none = await store.RunAsync("packs", "activate", "policy:Parcels@1.0.0", "policy:Crates@1.0.0", "-o", "jsonl");
        none.ShouldRefuseWith("PACK-038").Lines.Select(line => JsonText.Parse(line).AsMap()["result"].AsString()).ShouldBe(["left", "refused"]);
        (await store.RunAsync("packs", "show", "--version", "Parcels@1.0.0")).ShouldRefuseWith("PACK-039");
        (await store.RunAsync("packs", "rollback", "Parcels")).ShouldRefuseWith("PACK-039");
        (await store.RunAsync("packs", "rollback", "domain:Parcels")).ShouldRefuseWith("PACK-048");
    }

    [Fact]
    public async Task A_run_counts_as_use_of_its_packs_once_it_is_over()
    {
        await using StoreUnderTest store = await StoreUnderTest.CreateAsync(here, postgres: false);
        string items = here.Write("items.jsonl", """
            {"exceptionType":"DELAYED","parcel":"P1","hoursLate":48}
            {"exceptionType":"DELAYED","parcel":"P2","hoursLate":48}
            """);
        await store.DoneAsync("run", "--domain-pack", domain, "--tenant-policy", policy, "--input", items);

        Ended versions = await store.DoneAsync("packs", "versions", "-o", "jsonl");

        versions.Lines.Select(line => JsonText.Parse(line).AsMap()).ShouldAllBe(row => row["usageCount"].AsInt() == 2 && !row["lastUsedAt"].IsNull);
    }

    [Fact]
    public async Task A_server_activates_what_is_saved_in_the_folder_it_watches()
    {
        string address = "sqlite:" + here.File("store.db");
        (await ReeveProgram.RunAsync("tenants", "create", "NORTH", "--store", address)).ShouldEndWith(0);
        using ReeveProgram.Started server = ReeveProgram.Start(["serve", "--urls", "http://127.0.0.1:0", "--store", address, "--watch-packs", here.File("packs")]);
        await server.OutputWithAsync("watches");
        await Until("Parcels@1.0.0");

        here.Write("packs/domain.json", Make.With(Make.With(Make.Domain, "version", "\"1.0.0\""), "description", "\"edited\""));

        await Until("Parcels@1.0.1");
        await server.TerminateAsync();
        (await server.WaitAsync()).ShouldEndWith(0);

        // A process boundary: the file is looked at each second.
        async Task Until(string version)
        {
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60), TimeProvider.System);
            while (true)
            {
                Ended listed = (await ReeveProgram.RunAsync("packs", "versions", "--store", address, "-o", "jsonl")).ShouldEndWith(0);
                if (listed.Lines.Any(line => line.Contains($"\"{version}\"", StringComparison.Ordinal) && line.Contains("\"kind\":\"DOMAIN\"", StringComparison.Ordinal)
                    && line.Contains("\"active\":true", StringComparison.Ordinal)))
                {
                    return;
                }

                patience.Token.ThrowIfCancellationRequested();
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, patience.Token);
            }
        }
    }
}
