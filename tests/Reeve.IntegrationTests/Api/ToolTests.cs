using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Access;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Api;

/// <summary>A tenant's tools over HTTP: listed, switched, called through the gate, and what became of calls (EX-API-42, 43, 71 to 74).</summary>
[Collection(ApiTests.Name)]
public sealed class ToolTests(ApiServers servers)
{
    private const string Reroute = "/tools/NORTH:Parcels:reroute";
    private const string Locate = "/tools/NORTH:Parcels:locate";

    private static readonly Principal Root = new(PrincipalKind.Service, "local:test", "tests", [Roles.Platform]);

    public static TheoryData<Dialect> Both { get; } = [Dialect.Sqlite, Dialect.Postgres];

    private static string Unique(string parcel = "P") => $"{parcel}-{Guid.NewGuid():N}";

    [Theory, MemberData(nameof(Both))]
    public async Task Tools_are_listed_filtered_and_paged_without_gap_or_repeat(Dialect dialect)
    {
        ApiServer server = await ServerAsync(dialect);

        JsonNode all = (await server.GetAsync("/api/tools")).ShouldBe(200);
        Names(all).ShouldBe(["locate", "reroute", "recall", "printLabel", "refund"]);
        ((int)all["total"]!, (int)all["page"]!, (int)all["page_size"]!, (int)all["total_pages"]!).ShouldBe((5, 1, 50, 1));
        JsonNode first = all["items"]![0]!;
        ((string)first["id"]!, (string)first["effect"]!, (string)first["type"]!, (string)first["scope"]!, (bool)first["isAllowed"]!, (bool)first["enabled"]!)
            .ShouldBe(("NORTH:Parcels:locate", "READ", "HTTP", "tenant", true, true));
        Names((await server.GetAsync("/api/v1/tools?name=RE&type=http&scope=tenant&enabled=true")).ShouldBe(200)).ShouldBe(["reroute", "recall", "refund"]);
        Names((await server.GetAsync("/tools?scope=global")).ShouldBe(200)).ShouldBeEmpty();
        Names((await server.GetAsync("/tools?page=2&page_size=2")).ShouldBe(200)).ShouldBe(["recall", "printLabel"]);

        List<string> seen = [];
        string? next = "/tools?limit=2";
        while (next is not null)
        {
            Answer page = await server.GetAsync(next);
            seen.AddRange(Names(page.ShouldBe(200)));
            next = page.Headers.TryGetValues("Link", out IEnumerable<string>? links) ? links.Single().Split('<', '>')[1] : null;
        }

        seen.ShouldBe(Names(all));
        (await server.GetAsync("/tools?limit=2&cursor=nothing")).ShouldRefuse(400, "REC-005");
        (await server.GetAsync("/tools?enabled=perhaps&type=carrier-pigeon")).ShouldRefuse(400, "HTTP-007")["errors"]!.AsArray().Count.ShouldBe(2);
        Names((await server.GetAsync("/tools", await server.KeyAsync(ApiServer.Bare, Roles.Viewer))).ShouldBe(200)).ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_tool_is_shown_with_what_it_takes_and_nobody_else_s_is_found(Dialect dialect)
    {
        ApiServer server = await ServerAsync(dialect);

        JsonNode shown = (await server.GetAsync("/api/tools/NORTH:Parcels:reroute")).ShouldBe(200);

        ((string)shown["endpoint"]!, (string)shown["rollbackTool"]!, (int)shown["maxRetries"]!, (double)shown["timeoutSeconds"]!).ShouldBe(("https://depots.example.com/reroute", "recall", 1, 10.0));
        ((string)shown["inputSchema"]!["required"]![0]!).ShouldBe("parcel");
        (await server.GetAsync("/tools/NORTH:Parcels:nothing")).ShouldRefuse(404, "TOOL-001");
        (await server.GetAsync("/tools/NORTH:Elsewhere:reroute")).ShouldRefuse(404, "TOOL-001");
        (await server.GetAsync("/tools/SOUTH:Parcels:reroute")).ShouldRefuse(403, "AUTH-003");
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_tool_that_is_switched_off_is_listed_as_such_and_not_called(Dialect dialect)
    {
        ApiServer server = await ServerAsync(dialect);
        string admin = await server.KeyAsync(ApiServer.South, Roles.Admin);
        string person = await server.PersonAsync(ApiServer.South, Roles.Admin);

        JsonNode off = (await server.PostAsync("/admin/tools/SOUTH/Parcels/disable", """{"toolName":"printLabel","reason":"no paper"}""", admin)).ShouldBe(200);
        ((string)off["toolId"]!, (bool)off["enabled"]!, (string)off["tenantId"]!).ShouldBe(("SOUTH:Parcels:printLabel", false, "SOUTH"));
        ((string)off["updatedAt"]!).ShouldEndWith("Z");
        JsonNode listed = (await server.GetAsync("/admin/tools/SOUTH/Parcels", admin)).ShouldBe(200);
        ((int)listed["counts"]!["total"]!, (int)listed["counts"]!["allowed"]!, (int)listed["counts"]!["disabled"]!, (int)listed["counts"]!["blocked"]!).ShouldBe((5, 4, 1, 0));
        JsonNode tool = listed["tools"]!.AsArray().Single(one => (string)one!["name"]! == "printLabel")!;
        ((bool)tool["isDisabled"]!, (bool)tool["isAllowed"]!, (bool)tool["isBlocked"]!).ShouldBe((true, false, false));
        Names((await server.GetAsync("/tools?enabled=false", admin)).ShouldBe(200)).ShouldBe(["printLabel"]);
        string parcel = Unique();
        (await ExecuteAsync(server, "/tools/SOUTH:Parcels:printLabel", Body(parcel), person)).ShouldRefuse(403, "TOOL-002");
        server.Tools.SentFor(parcel).ShouldBe(0);

        JsonNode on = (await server.SendAsync(HttpMethod.Put, "/api/tools/SOUTH:Parcels:printLabel/enablement", admin, Json("""{"enabled":true}"""))).ShouldBe(200);
        ((bool)on["enabled"]!).ShouldBeTrue();
        ((bool)(await server.GetAsync("/tools/SOUTH:Parcels:printLabel/enablement", admin)).ShouldBe(200)["enabled"]!).ShouldBeTrue();
        (await ExecuteAsync(server, "/tools/SOUTH:Parcels:printLabel", Body(parcel, "sync"), person)).ShouldBe(202);
        server.Tools.SentFor(parcel).ShouldBe(1);

        (await server.PostAsync("/admin/tools/SOUTH/Parcels/disable", """{"toolName":"nothing"}""", admin)).ShouldRefuse(404, "TOOL-001");
        (await server.PostAsync("/admin/tools/SOUTH/Parcels/enable", """{"toolName":"printLabel","reason":"\u0007"}""", admin)).ShouldRefuse(400, "TOOL-036");
        (await server.PostAsync("/admin/tools/SOUTH/Parcels/disable", """{"name":"printLabel"}""", admin)).ShouldRefuse(422, "HTTP-014");
        (await server.SendAsync(HttpMethod.Put, "/tools/SOUTH:Parcels:printLabel/enablement", admin, Json("""{"enabled":"no"}"""))).ShouldRefuse(422, "HTTP-014");
        (await server.SendAsync(HttpMethod.Put, "/tools/SOUTH:Parcels:printLabel/enablement", await server.KeyAsync(ApiServer.South, Roles.Operator), Json("""{"enabled":false}"""))).ShouldRefuse(403, "AUTH-002");
    }

    [Theory, MemberData(nameof(Both))]
    public async Task An_administrator_who_is_a_person_tries_a_tool_and_sees_what_became_of_it_with_secrets_hidden(Dialect dialect)
    {
        ApiServer server = await ServerAsync(dialect);
        string person = await server.PersonAsync(ApiServer.North, Roles.Admin);
        string parcel = Unique();

        JsonNode answer = (await ExecuteAsync(server, "/api" + Reroute, Body(parcel, "sync"), person)).ShouldBe(202);

        ((string)answer["status"]!, (bool)answer["dryRun"]!, (string)answer["toolId"]!, (string)answer["output"]!["parcel"]!, (string)answer["output"]!["password"]!)
            .ShouldBe(("SUCCEEDED", false, "NORTH:Parcels:reroute", parcel, "[REDACTED]"));
        server.Tools.SentFor(parcel).ShouldBe(1);
        JsonNode shown = (await server.GetAsync($"/api/tools/executions/{answer["executionId"]}")).ShouldBe(200);
        ((string)shown["execution"]!["status"]!, (string)shown["execution"]!["actorType"]!, (string)shown["input"]!["parcel"]!, (string)shown["target"]!)
            .ShouldBe(("SUCCEEDED", "PERSON", parcel, "POST https://depots.example.com/reroute"));
        ((string)shown["output"]!["password"]!).ShouldBe("[REDACTED]");
        ((string)shown["attempts"]![0]!["result"]!).ShouldBe("ANSWERED");
        (await server.GetAsync($"/tools/executions/{answer["executionId"]}", await server.KeyAsync(ApiServer.South, Roles.Admin))).ShouldRefuse(404, "TOOL-033");
        (await server.GetAsync("/tools/executions/nothing")).ShouldRefuse(404, "TOOL-033");
    }

    [Theory, MemberData(nameof(Both))]
    public async Task What_changes_something_and_no_administrator_in_person_asks_for_needs_an_approval(Dialect dialect)
    {
        ApiServer server = await ServerAsync(dialect);
        string program = await server.KeyAsync(ApiServer.North, Roles.Admin);
        string parcel = Unique();

        JsonNode problem = (await ExecuteAsync(server, Reroute, Body(parcel), await server.PersonAsync(ApiServer.North, Roles.Operator))).ShouldRefuse(403, "TOOL-008");
        Codes(problem).ShouldBe(["TOOL-008"]);
        ((string)problem["digest"]!).Length.ShouldBe(64);

        // What a program asks for is automatic, so the mode counts, too.
        Codes((await ExecuteAsync(server, Reroute, Body(parcel), program)).ShouldRefuse(403, "TOOL-032")).ShouldBe(["TOOL-008", "TOOL-032"]);
        await server.Session.Tenants.SetModeAsync(new TenantId(ApiServer.North), AutomationMode.Live, leaves: null, reason: null, Root, CancellationToken.None);
        Codes((await ExecuteAsync(server, Reroute, Body(parcel), program)).ShouldRefuse(403, "TOOL-008")).ShouldBe(["TOOL-008"]);
        await server.Session.Tenants.SetModeAsync(new TenantId(ApiServer.North), AutomationMode.Shadow, leaves: null, reason: null, Root, CancellationToken.None);
        server.Tools.SentFor(parcel).ShouldBe(0);

        (await ExecuteAsync(server, Locate, Body(Unique(), "sync"), await server.KeyAsync(ApiServer.North, Roles.Operator))).ShouldBe(202);
        (await ExecuteAsync(server, Locate, Body(Unique()), await server.KeyAsync(ApiServer.North, Roles.Viewer))).ShouldRefuse(403, "AUTH-002");
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_dry_run_calls_nothing_and_says_what_would_be_refused(Dialect dialect)
    {
        ApiServer server = await ServerAsync(dialect);
        string parcel = Unique();

        JsonNode answer = (await ExecuteAsync(server, Reroute, $$$"""{"payload":{"parcel":"{{{parcel}}}"},"dry_run":true}""", await server.KeyAsync(ApiServer.North, Roles.Operator))).ShouldBe(202);

        ((bool)answer["dryRun"]!, answer["executionId"]).ShouldBe((true, null));
        server.Tools.SentFor(parcel).ShouldBe(0);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Arguments_that_break_the_schema_are_refused_by_their_pointers(Dialect dialect)
    {
        ApiServer server = await ServerAsync(dialect);
        string person = await server.PersonAsync(ApiServer.North, Roles.Admin);

        JsonNode problem = (await ExecuteAsync(server, Reroute, """{"payload":{"parcel":"","express":1}}""", person)).ShouldRefuse(422, "TOOL-013");

        problem["errors"]!.AsArray().Select(error => (string)error!["pointer"]!).Order(StringComparer.Ordinal).ShouldBe(["/payload/express", "/payload/parcel"]);
        (await ExecuteAsync(server, Reroute, """{"payload":[]}""", person)).ShouldRefuse(422, "HTTP-014");
        (await ExecuteAsync(server, Reroute, """{"payload":{"parcel":"x"},"mode":"later","args":{}}""", person)).ShouldRefuse(422, "HTTP-014")["errors"]!.AsArray().Count.ShouldBe(2);
        (await ExecuteAsync(server, Reroute, "[]", person)).ShouldRefuse(422, "HTTP-014");
        (await ExecuteAsync(server, Reroute, """{"payload":{"parcel":"x"},"tenantId":"SOUTH"}""", person)).ShouldRefuse(403, "AUTH-003");
        (await ExecuteAsync(server, "/tools/NORTH:Parcels:nothing", """{"payload":{}}""", person)).ShouldRefuse(404, "TOOL-001");
        (await ExecuteAsync(server, "/tools/SOUTH:Parcels:reroute", """{"payload":{}}""", person)).ShouldRefuse(403, "AUTH-003");
        (await ExecuteAsync(server, Reroute, """{"payload":{"parcel":"x"},"exceptionId":"nothing"}""", person)).ShouldRefuse(404, "TOOL-040");
    }

    [Theory, MemberData(nameof(Both))]
    public async Task One_key_is_one_execution_and_another_call_under_it_is_refused(Dialect dialect)
    {
        ApiServer server = await ServerAsync(dialect);
        string person = await server.PersonAsync(ApiServer.North, Roles.Admin);
        string parcel = Unique();
        string key = Unique("key");

        string[] ids = [.. (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ExecuteAsync(server, Reroute, Body(parcel, "sync"), person, key)))).Select(answer => (string)answer.ShouldBe(202)["executionId"]!)];

        ids.Distinct().ShouldHaveSingleItem();
        server.Tools.SentFor(parcel).ShouldBe(1);
        (await ExecuteAsync(server, Reroute, Body(Unique(), "sync"), person, key)).ShouldRefuse(422, "HTTP-016");
        (await ExecuteAsync(server, Locate, Body(parcel, "sync"), person, key)).ShouldRefuse(422, "HTTP-016");
        string other = (string)(await ExecuteAsync(server, Reroute, Body(Unique(), "sync"), person, Unique("key"))).ShouldBe(202)["executionId"]!;
        other.ShouldNotBe(ids[0]);
        (await ExecuteAsync(server, Reroute, Body(parcel), person, new string('k', 257))).ShouldRefuse(400, "HTTP-001");
    }

    [Theory, MemberData(nameof(Both))]
    public async Task On_an_exception_a_call_stands_at_what_its_last_decision_does(Dialect dialect)
    {
        ApiServer server = await ServerAsync(dialect);
        string person = await server.PersonAsync(ApiServer.North, Roles.Operator);
        string heavy = Unique("heavy");
        string light = Unique("light");
        foreach ((string id, int grams) in ((string, int)[])[(heavy, 50_000), (light, 10)])
        {
            (await server.PostAsync("/exceptions/NORTH", $$$"""{"exceptionId":"{{{id}}}","exceptionType":"MISROUTED","rawPayload":{"parcel":"P","home":"D-2","hops":2,"notes":"-","tags":[],"grams":{{{grams}}}}}""")).ShouldBe(202);
        }

        string parcel = Unique();
        JsonNode blocked = (await ExecuteAsync(server, Reroute, Body(parcel, exception: heavy), person)).ShouldRefuse(403, "TOOL-009");
        blocked["checks"]!.AsArray().Count.ShouldBeGreaterThanOrEqualTo(1);
        server.Tools.SentFor(parcel).ShouldBe(0);

        // Reads need no approval, and are for the exception.
        string id2 = (string)(await ExecuteAsync(server, Locate, Body(parcel, "sync", light), person)).ShouldBe(202)["executionId"]!;
        JsonNode shown = (await server.GetAsync($"/tools/executions/{id2}")).ShouldBe(200);
        ((string)shown["exceptionId"]!).ShouldBe(light);
        JsonNode list = (await server.GetAsync($"/tools/executions?exception_id={light}")).ShouldBe(200);
        ((string)list["items"]!.AsArray().ShouldHaveSingleItem()!["executionId"]!, (int)list["total"]!).ShouldBe((id2, 1));
        (await server.GetAsync("/tools/executions?exception_id=nothing")).ShouldBe(200)["items"]!.AsArray().ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Executions_are_listed_newest_first_filtered_and_paged(Dialect dialect)
    {
        ApiServer server = await ServerAsync(dialect);
        string person = await server.PersonAsync(ApiServer.South, Roles.Admin);
        for (int i = 0; i < 3; i++)
        {
            (await ExecuteAsync(server, "/tools/SOUTH:Parcels:recall", Body(Unique(i == 0 ? "no" : "P"), "sync"), person)).ShouldBe(202);
        }

        JsonNode all = (await server.GetAsync("/api/tools/executions?tool_id=SOUTH:Parcels:recall&page_size=2", person)).ShouldBe(200);
        ((int)all["total"]!, all["items"]!.AsArray().Count, (int)all["total_pages"]!, (bool)all["total_is_lower_bound"]!).ShouldBe((3, 2, 2, false));
        JsonNode second = (await server.GetAsync($"/tools/executions?tool_id=recall&limit=2&cursor={all["next_cursor"]}", person)).ShouldBe(200);
        JsonNode last = second["items"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)last["status"]!, (string)last["errorCode"]!).ShouldBe(("FAILED", "TOOL-020"));
        (await server.GetAsync("/tools/executions?tool_id=recall&status=FAILED", person)).ShouldBe(200)["items"]!.AsArray().Count.ShouldBe(1);
        (await server.GetAsync("/tools/executions?tool_id=recall&actor_type=SERVICE", person)).ShouldBe(200)["items"]!.AsArray().ShouldBeEmpty();
        (await server.GetAsync($"/tools/executions?tool_id=recall&actor_type=PERSON&actor_id={last["actorId"]}", person)).ShouldBe(200)["items"]!.AsArray().Count.ShouldBe(3);
        (await server.GetAsync("/tools/executions?tool_id=SOUTH:Elsewhere:recall", person)).ShouldBe(200)["items"]!.AsArray().ShouldBeEmpty();
        (await server.GetAsync("/tools/executions?tool_id=NORTH:Parcels:recall", person)).ShouldRefuse(403, "AUTH-003");
        (await server.GetAsync("/tools/executions?cursor=nothing", person)).ShouldRefuse(400, "REC-005");
        (await server.GetAsync("/tools/executions?status=DONE", person)).ShouldRefuse(400, "HTTP-007");
    }

    [Theory, MemberData(nameof(Both))]
    public async Task What_nobody_knows_is_settled_by_somebody_who_looked_and_once(Dialect dialect)
    {
        ApiServer server = await ServerAsync(dialect);
        string person = await server.PersonAsync(ApiServer.North, Roles.Admin);
        string parcel = Unique("unclear");
        JsonNode answer = (await ExecuteAsync(server, Reroute, Body(parcel, "sync"), person)).ShouldBe(202);
        ((string)answer["status"]!, (bool)answer["unknown"]!, (string)answer["error"]!["code"]!).ShouldBe(("FAILED", true, "TOOL-024"));
        server.Tools.SentFor(parcel).ShouldBe(1);
        string path = $"/tools/executions/{answer["executionId"]}";
        (await server.GetAsync("/tools/executions?unknown=only", person)).ShouldBe(200)["items"]!.AsArray().Select(item => (string)item!["executionId"]!).ShouldContain((string)answer["executionId"]!);

        (await server.PostAsync(path + "/settle", """{"outcome":"perhaps","note":"x"}""", person)).ShouldRefuse(422, "HTTP-014");
        (await server.PostAsync(path + "/settle", """{"outcome":"succeeded"}""", person)).ShouldRefuse(422, "HTTP-014");
        JsonNode settled = (await server.PostAsync(path + "/settle", """{"outcome":"succeeded","note":"The depot has it."}""", person)).ShouldBe(200);

        ((string)settled["execution"]!["status"]!, (bool)settled["execution"]!["unknown"]!).ShouldBe(("SUCCEEDED", false));
        settled["attempts"]!.AsArray().Count.ShouldBe(1, "what was tried before stays");
        (await server.PostAsync(path + "/settle", """{"outcome":"failed","note":"No."}""", person)).ShouldRefuse(409, "TOOL-037");
        (await server.PostAsync("/tools/executions/0198a000-0000-7000-8000-000000000005/settle", """{"outcome":"failed","note":"No."}""", person)).ShouldRefuse(404, "TOOL-033");
        (await server.PostAsync(path + "/settle", """{"outcome":"failed","note":"No."}""", await server.KeyAsync(ApiServer.North, Roles.Viewer))).ShouldRefuse(403, "AUTH-002");
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Who_does_not_wait_is_answered_at_once_and_finds_the_end_later(Dialect dialect)
    {
        await using ApiServer server = await ApiServer.StartAsync(dialect);
        string person = await server.PersonAsync(ApiServer.North, Roles.Admin);

        JsonNode answer = (await ExecuteAsync(server, Reroute, Body("slow"), person)).ShouldBe(202);
        ((string)answer["status"]!).ShouldBeOneOf("REQUESTED", "RUNNING");
        server.Tools.Slow.SetResult();

        string path = $"/tools/executions/{answer["executionId"]}";
        JsonNode shown;
        do
        {
            shown = (await server.GetAsync(path)).ShouldBe(200);
        }
        while (shown["execution"]!["settledAt"] is null);
        ((string)shown["execution"]!["status"]!).ShouldBe("SUCCEEDED");
    }

    [Theory, MemberData(nameof(Both))]
    public async Task While_effects_are_on_hold_nothing_is_sent_and_reads_go_on(Dialect dialect)
    {
        await using ApiServer server = await ApiServer.StartAsync(dialect);
        string person = await server.PersonAsync(ApiServer.North, Roles.Admin);
        await server.Session.Holds.PlaceAsync(new TenantId(ApiServer.North), "stop", Root, CancellationToken.None);

        (await ExecuteAsync(server, Reroute, Body("P-9"), person)).ShouldRefuse(403, "TOOL-014");
        server.Tools.SentFor("P-9").ShouldBe(0);
        (await ExecuteAsync(server, Locate, Body("P-9", "sync"), person)).ShouldBe(202);

        await server.Session.Holds.ResumeAsync(new TenantId(ApiServer.North), "go", Root, CancellationToken.None);
        (await ExecuteAsync(server, Reroute, Body("P-9", "sync"), person)).ShouldBe(202);
        server.Tools.SentFor("P-9").ShouldBe(2);
    }

    private Task<ApiServer> ServerAsync(Dialect dialect)
    {
        return servers.OfAsync(dialect);
    }

    private static Task<Answer> ExecuteAsync(ApiServer server, string tool, string body, string key, string? idempotency = null)
    {
        HttpRequestMessage request = new(HttpMethod.Post, tool + "/execute") { Content = Json(body) };
        request.Headers.Add("X-API-KEY", key);
        if (idempotency is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotency);
        }

        return server.SendAsync(request);
    }

    private static ByteArrayContent Json(string body)
    {
        ByteArrayContent content = new(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static string Body(string parcel, string mode = "async", string? exception = null) => new JsonObject
    {
        ["payload"] = new JsonObject { ["parcel"] = parcel },
        ["mode"] = mode,
        ["exceptionId"] = exception,
        ["actorType"] = "SYSTEM",
        ["actorId"] = "someone",
    }.ToJsonString();

    private static List<string> Codes(JsonNode problem) => [.. problem["checks"]!.AsArray().Select(check => (string)check!["code"]!)];

    private static List<string> Names(JsonNode list) => [.. list["items"]!.AsArray().Select(item => (string)item!["name"]!)];
}
