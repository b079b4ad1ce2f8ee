using Reeve.Core.Values;

namespace Reeve.IntegrationTests.Commands;

/// <summary>Tools and modes from the command line, on both databases.</summary>
public sealed class ToolVerbTests : IDisposable
{
    private readonly RunFolder here = new();

    public void Dispose() => here.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tools_are_listed_switched_and_tried_dry(bool postgres)
    {
        await using StoreUnderTest store = await PreparedAsync(postgres);

        Ended list = await store.DoneAsync("tools", "list", "-o", "jsonl");
        list.Lines.Select(line => JsonText.Parse(line).AsMap()["tool"].AsString()).ShouldBe(["locate", "reroute", "recall", "printLabel", "refund"]);
        MapValue shown = (await store.DoneAsync("tools", "show", "NORTH:Parcels:reroute", "-o", "json")).Json;
        (shown["endpoint"].AsString(), shown["rollbackTool"].AsString(), shown["tool"].AsMap()["allowed"].AsBool()).ShouldBe(("https://depots.example.com/reroute", "recall", true));

        string file = here.Write("arguments.json", """{"parcel":"P-1"}""");
        Ended dry = await store.DoneAsync("tools", "call", "reroute", "--args", "@" + file, "--dry-run", "-o", "jsonl");
        (dry.Json["dryRun"].AsBool(), dry.Json["status"].AsString(), dry.Json["executionId"].IsNull).ShouldBe((true, "SUCCEEDED", true));
        dry.Talk.ShouldContain("nothing was called");

        await store.DoneAsync("tools", "disable", "reroute", "--reason", "the depot is closed");
        (await store.DoneAsync("tools", "list", "--disabled", "-o", "jsonl")).Json["tool"].AsString().ShouldBe("reroute");
        Ended refused = await store.RunAsync("tools", "call", "reroute", "--args", """{"parcel":"P-1"}""", "-o", "jsonl");
        refused.ShouldRefuseWith("TOOL-002");
        (refused.Json["status"].AsString(), refused.Json["error"].AsMap()["code"].AsString()).ShouldBe(("REFUSED", "TOOL-002"));
        await store.DoneAsync("tools", "enable", "reroute", "--reason", "open again");
        (await store.DoneAsync("tools", "list", "--disabled")).Text.ShouldBeEmpty();
        (await store.DoneAsync("audit", "verify")).Talk.ShouldContain("nothing was altered");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_gate_refuses_ends_with_1_and_says_every_reason(bool postgres)
    {
        await using StoreUnderTest store = await PreparedAsync(postgres);

        Ended refused = await store.RunAsync("tools", "call", "reroute", "--args", """{"parcel":"P-1"}""");
        refused.ShouldRefuseWith("TOOL-032");
        refused.Talk.ShouldContain("TOOL-008");
        (await store.RunAsync("tools", "call", "reroute", "--args", """{"parcel":""}""")).ShouldRefuseWith("TOOL-013");
        (await store.RunAsync("tools", "call", "reroute", "--args", "[]")).ShouldRefuseWith("INPUT-003");
        (await store.RunAsync("tools", "call", "reroute", "--args", "@" + here.File("nothing.json"))).ShouldRefuseWith("INPUT-001");
        (await store.RunAsync("tools", "call", "nothing")).ShouldRefuseWith("TOOL-001");
        (await store.RunAsync("tools", "call", "reroute", "--args", """{"parcel":"P-1"}""", "--exception", "nothing")).ShouldRefuseWith("TOOL-040");
        (await store.RunAsync("tools", "executions", "nothing")).ShouldRefuseWith("TOOL-033");
        (await store.RunAsync("tools", "settle", "0198a000-0000-7000-8000-000000000005", "succeeded", "--note", "seen")).ShouldRefuseWith("TOOL-033");
        (await store.RunAsync("tools", "settle", "0198a000-0000-7000-8000-000000000005", "perhaps", "--note", "seen")).ShouldEndWith(2);
        (await store.DoneAsync("tools", "executions", "-o", "jsonl")).Text.ShouldBeEmpty("nothing was begun");
    }

    [Fact]
    public async Task Who_acts_proves_it_by_a_key_in_a_file()
    {
        await using StoreUnderTest store = await PreparedAsync(postgres: false);
        string viewer = here.Write("viewer.key", (await store.DoneAsync("keys", "create", "--tenant", "NORTH", "--role", "viewer", "--owner", "Vera")).Text);
        string admin = here.Write("admin.key", (await store.DoneAsync("keys", "create", "--tenant", "NORTH", "--role", "admin", "--owner", "Ada", "--kind", "person")).Text);
        string broken = here.Write("broken.key", "rv_nothing");

        (await store.RunAsync("tools", "call", "reroute", "--args", """{"parcel":"P-1"}""", "--as", viewer)).ShouldRefuseWith("AUTH-002");
        (await store.RunAsync("tools", "call", "reroute", "--args", """{"parcel":"P-1"}""", "--as", broken)).ShouldRefuseWith("AUTH-001");
        (await store.RunAsync("tools", "disable", "reroute", "--reason", "x", "--as", viewer)).ShouldRefuseWith("AUTH-002");

        // An administrator in person tries a tool: the gate lets the call through, and the name leads nowhere.
        Ended tried = await store.RunAsync("tools", "call", "reroute", "--args", """{"parcel":"P-1"}""", "--as", admin, "--idempotency-key", "k", "-o", "jsonl");
        tried.ShouldEndWith(1);
        (tried.Json["status"].AsString(), tried.Json["error"].AsMap()["code"].AsString()).ShouldBe(("FAILED", "TOOL-017"));
        string id = tried.Json["executionId"].AsString();
        MapValue file = (await store.DoneAsync("tools", "executions", id, "-o", "jsonl")).Json;
        (file["execution"].AsMap()["actorType"].AsString(), file["input"].AsMap()["parcel"].AsString()).ShouldBe(("PERSON", "P-1"));
        file["attempts"].AsList().Items.Length.ShouldBe(2, "the tenant's policy allows one retry");
        (await store.RunAsync("tools", "call", "reroute", "--args", """{"parcel":"P-1"}""", "--as", admin, "--idempotency-key", "k", "-o", "jsonl")).Json["executionId"].AsString().ShouldBe(id);
        (await store.RunAsync("tools", "call", "reroute", "--args", """{"parcel":"P-2"}""", "--as", admin, "--idempotency-key", "k")).ShouldRefuseWith("HTTP-016");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_mode_is_set_from_the_one_that_was_seen(bool postgres)
    {
        await using StoreUnderTest store = await StoreUnderTest.CreateAsync(here, postgres);
        await store.DoneAsync("tenants", "create", "NORTH");

        Ended live = await store.DoneAsync("tenants", "mode", "NORTH", "live", "--reason", "agreed", "-o", "jsonl");
        live.Json["mode"].AsString().ShouldBe("LIVE");
        live.Talk.ShouldContain("was in mode SHADOW and is in LIVE");
        (await store.RunAsync("tenants", "mode", "NORTH", "dry-run", "--from", "shadow")).ShouldRefuseWith("TENANT-004");
        (await store.DoneAsync("tenants", "mode", "NORTH", "live")).Talk.ShouldContain("was in mode LIVE already");
        (await store.DoneAsync("tenants", "mode", "NORTH", "dry_run", "--from", "live")).Talk.ShouldContain("DRY_RUN");
        (await store.DoneAsync("tenants", "show", "NORTH", "-o", "jsonl")).Json["mode"].AsString().ShouldBe("DRY_RUN");
        (await store.DoneAsync("tenants", "list", "-o", "jsonl")).Json["mode"].AsString().ShouldBe("DRY_RUN");
        (await store.RunAsync("tenants", "mode", "NORTH", "wild")).ShouldEndWith(2);
        (await store.RunAsync("tenants", "mode", "SOUTH", "live")).ShouldRefuseWith("CMD-001");
        (await store.RunAsync("tenants", "mode", "NORTH", "live", "--reason", "")).ShouldRefuseWith("TENANT-005");
    }

    private async Task<StoreUnderTest> PreparedAsync(bool postgres)
    {
        StoreUnderTest store = await StoreUnderTest.CreateAsync(here, postgres);
        await store.DoneAsync("tenants", "create", "NORTH");
        await store.DoneAsync("packs", "store", RunFolder.Domain, RunFolder.Policy, "--tenant", "NORTH", "--activate");
        return store;
    }
}
