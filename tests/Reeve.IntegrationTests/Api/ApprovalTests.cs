using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Storage.Databases;

namespace Reeve.IntegrationTests.Api;

/// <summary>Approvals over HTTP: asked for, found, decided, and then called (EX-API-14 to 18).</summary>
[Collection(ApiTests.Name)]
public sealed class ApprovalTests(ApiServers servers)
{
    private const string Path = "/approvals/SOUTH";

    private static readonly Principal Root = new(PrincipalKind.Service, "local:test", "tests", [Roles.Platform]);

    public static TheoryData<Dialect> Both { get; } = [Dialect.Sqlite, Dialect.Postgres];

    [Theory, MemberData(nameof(Both))]
    public async Task What_is_asked_is_shown_and_decided_by_as_many_as_the_quorum_names(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        string asker = await PersonAsync(server, "Asker", Roles.Operator);
        string exception = await ExceptionAsync(server);
        string parcel = $"P-{Guid.NewGuid():N}";

        Answer answer = await server.PostAsync(
            "/api" + Path, $$$"""{"exceptionId":"{{{exception}}}","plan":[{"tool":"reroute","arguments":{"parcel":"{{{parcel}}}"},"action":"Send it on."}],"evidence":["It is at the wrong depot."],"timeoutMinutes":30}""", asker);
        JsonNode asked = answer.ShouldBe(201);

        answer.Headers.Location!.ToString().ShouldBe($"/api{Path}/{asked["approvalId"]}");
        ((string)asked["status"]!, (string)asked["scope"]!, (string)asked["exceptionId"]!, (string)asked["evidence"]![0]!).ShouldBe(("PENDING", "CALL", exception, "It is at the wrong depot."));
        (DateTimeOffset.Parse((string)asked["timeoutAt"]!, null) - DateTimeOffset.Parse((string)asked["submittedAt"]!, null)).ShouldBe(TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(1));
        JsonNode item = asked["plan"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)item["tool"]!, (string)item["target"]!, (string)item["arguments"]!["parcel"]!, (string)item["action"]!, (string)item["undo"]!, ((string)item["digest"]!).Length)
            .ShouldBe(("reroute", "POST https://depots.example.com/reroute", parcel, "Send it on.", "recall", 64));
        ((string)asked["quorum"]!, (string)asked["missing"]!).ShouldBe(("2 of operator and 1 of admin", "2 of operator and 1 of admin"), "what the strictest of the tenant's rules asks");
        string id = (string)asked["approvalId"]!;

        (await ApproveAsync(server, id, asker)).ShouldRefuse(403, "APPR-005");
        JsonNode pending = (await ApproveAsync(server, id, await PersonAsync(server, "Cem", Roles.Operator))).ShouldBe(200);
        ((string)pending["status"]!, (string)pending["missing"]!).ShouldBe(("PENDING", "1 of operator and 1 of admin"));
        (await ApproveAsync(server, id, await PersonAsync(server, "Dan", Roles.Admin))).ShouldBe(200);
        JsonNode approved = (await ApproveAsync(server, id, await PersonAsync(server, "Ann", Roles.Operator), """{"comments":"Fine.","user":"Zed"}""")).ShouldBe(200);

        ((string)approved["status"]!, (string)approved["approvedBy"]!, (string)approved["approvalComments"]!, (string)approved["missing"]!).ShouldBe(("APPROVED", "Ann", "Fine. (Said to be Zed.)", ""));
        (await ApproveAsync(server, id, await PersonAsync(server, "Bob", Roles.Operator))).ShouldRefuse(409, "APPR-002");
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_call_for_no_exception_is_made_once_under_the_approval_s_id(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        string asker = await PersonAsync(server, "Asker", Roles.Operator);
        string parcel = $"P-{Guid.NewGuid():N}";
        JsonNode asked = (await server.PostAsync(Path, $$$"""{"domain":"Parcels","calls":[{"tool":"reroute","arguments":{"parcel":"{{{parcel}}}"}}]}""", asker)).ShouldBe(201);
        string id = (string)asked["approvalId"]!;
        (await ExecuteAsync(server, null, parcel, asker, id)).ShouldRefuse(403, "TOOL-008");
        foreach ((string owner, string role) in ((string, string)[])[("Ann", Roles.Operator), ("Cem", Roles.Operator), ("Dan", Roles.Admin)])
        {
            (await ApproveAsync(server, id, await PersonAsync(server, owner, role))).ShouldBe(200);
        }

        (await ExecuteAsync(server, null, parcel, asker)).ShouldRefuse(403, "TOOL-008");
        (await ExecuteAsync(server, null, parcel + "x", asker, id)).ShouldRefuse(403, "TOOL-008");
        (await ExecuteAsync(server, null, parcel, await PersonAsync(server, "Bob", Roles.Operator), id)).ShouldRefuse(403, "TOOL-008");
        string first = (string)(await ExecuteAsync(server, null, parcel, asker, id)).ShouldBe(202)["executionId"]!;
        ((string)(await ExecuteAsync(server, null, parcel, asker, id)).ShouldBe(202)["executionId"]!).ShouldBe(first);

        server.Tools.SentFor(parcel).ShouldBe(1);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Who_may_not_decide_is_told_why(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        string id = await AskAsync(server);

        (await ApproveAsync(server, id, await server.KeyAsync(ApiServer.South, Roles.Operator))).ShouldRefuse(403, "APPR-004");
        (await ApproveAsync(server, id, await server.KeyAsync(ApiServer.South, Roles.Viewer))).ShouldRefuse(403, "AUTH-002");
        string stranger = await server.PersonAsync(ApiServer.North, Roles.Admin);
        (await ApproveAsync(server, id, stranger)).ShouldRefuse(403, "AUTH-003");
        (await server.PostAsync($"/approvals/NORTH/{id}/approve", "{}", stranger)).ShouldRefuse(404, "APPR-001");
        (await server.GetAsync($"/approvals/NORTH/{id}", stranger)).ShouldRefuse(404, "APPR-001");
        string ann = await PersonAsync(server, "Ann", Roles.Operator);
        (await server.PostAsync($"{Path}/nothing/approve", "{}", ann)).ShouldRefuse(404, "APPR-001");
        (await server.PostAsync($"{Path}/{id}/reject", "{}", ann)).ShouldRefuse(422, "APPR-008");
        (await ApproveAsync(server, id, ann, """{"bounds":[{"pointer":"/parcel","bound":{"equals":"x"}}]}""")).ShouldRefuse(422, "APPR-010");
        (await ApproveAsync(server, id, ann, """{"bounds":[{"pointer":"/parcel","bound":{"least":1}}]}""")).ShouldRefuse(422, "APPR-010");
        (await ApproveAsync(server, id, ann, """{"approver":"Ann"}""")).ShouldRefuse(422, "HTTP-014");
        (await ApproveAsync(server, id, ann, """{"tenantId":"NORTH"}""")).ShouldRefuse(403, "AUTH-003");

        JsonNode rejected = (await server.PostAsync($"{Path}/{id}/reject", """{"comments":"Not so."}""", ann)).ShouldBe(200);
        ((string)rejected["status"]!, (string)rejected["rejectedBy"]!, (string)rejected["rejectionComments"]!).ShouldBe(("REJECTED", "Ann", "Not so."));
        (await ApproveAsync(server, id, ann)).ShouldRefuse(409, "APPR-002");
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Of_one_owner_s_keys_at_once_one_counts(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        string id = await AskAsync(server);
        string[] keys = [await PersonAsync(server, "Ann", Roles.Operator), await PersonAsync(server, "ANN", Roles.Admin), await PersonAsync(server, "ann", Roles.Operator)];

        Answer[] answers = await Task.WhenAll(keys.Select(key => ApproveAsync(server, id, key)));

        answers.Count(answer => (int)answer.Status == 200).ShouldBe(1);
        answers.Count(answer => (int)answer.Status == 409).ShouldBe(2);
        (await server.GetAsync($"{Path}/{id}", keys[0])).ShouldBe(200)["decisions"]!.AsArray().Count.ShouldBe(1);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Approvals_are_listed_searched_and_paged(Dialect dialect)
    {
        await using ApiServer server = await ApiServer.StartAsync(dialect);
        List<string> ids = [];
        for (int i = 0; i < 5; i++)
        {
            ids.Insert(0, await AskAsync(server, i == 2 ? "recall" : "reroute"));
        }

        string ann = await PersonAsync(server, "Ann", Roles.Operator);
        (await server.PostAsync($"{Path}/{ids[4]}/reject", """{"comments":"No."}""", ann)).ShouldBe(200);

        Ids((await server.GetAsync("/api" + Path, ann)).ShouldBe(200)).ShouldBe(ids);
        JsonNode pending = (await server.GetAsync($"{Path}?status=PENDING&page_size=3", ann)).ShouldBe(200);
        Ids(pending).ShouldBe(ids[..3]);
        ((int)pending["total"]!, (int)pending["total_pages"]!).ShouldBe((4, 2));
        Ids((await server.GetAsync($"{Path}?status=PENDING&limit=3&cursor={pending["next_cursor"]}", ann)).ShouldBe(200)).ShouldBe(ids[3..4]);
        Ids((await server.GetAsync($"{Path}?search=RECA", ann)).ShouldBe(200)).ShouldBe([ids[2]]);
        string exception = (string)(await server.GetAsync($"{Path}/{ids[1]}", ann)).ShouldBe(200)["exceptionId"]!;
        Ids((await server.GetAsync($"{Path}?search={exception}", ann)).ShouldBe(200)).ShouldBe([ids[1]]);
        JsonNode found = (await server.GetAsync($"{Path}?search=reroute&limit=1", ann)).ShouldBe(200);
        Ids((await server.GetAsync($"{Path}?search=reroute&limit=9&cursor={found["next_cursor"]}", ann)).ShouldBe(200)).ShouldBe([ids[1], ids[3], ids[4]]);
        (await server.GetAsync($"{Path}?status=SLEEPING", ann)).ShouldRefuse(400, "HTTP-007");
        (await server.GetAsync($"{Path}?cursor=nothing", ann)).ShouldRefuse(400, "REC-005");
        Ids((await server.GetAsync("/approvals/NORTH")).ShouldBe(200)).ShouldBeEmpty();

        JsonNode figures = (await server.GetAsync($"{Path}/statistics", ann)).ShouldBe(200)["approvalQueueMetrics"]!;
        ((int)figures["pendingCount"]!, (int)figures["approvalCount"]!, (int)figures["rejectionCount"]!, (int)figures["timeoutCount"]!).ShouldBe((4, 0, 1, 0));
        ((double)figures["avgPendingAgeSeconds"]!).ShouldBeGreaterThan(0);
        ((double)figures["oldestPendingAgeSeconds"]!).ShouldBeGreaterThanOrEqualTo((double)figures["avgPendingAgeSeconds"]!);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Several_are_decided_alike_each_for_itself(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        string first = await AskAsync(server);
        string decided = await AskAsync(server);
        string last = await AskAsync(server);
        string ann = await PersonAsync(server, "Ann", Roles.Operator);
        (await ApproveAsync(server, decided, ann)).ShouldBe(200);

        JsonNode answer = (await server.PostAsync(Path + "/bulk", $$$"""{"ids":["{{{first}}}","{{{decided}}}","nothing","{{{last}}}"],"decision":"approve","comments":"All of them."}""", ann)).ShouldBe(200);

        ((int)answer["decided"]!, (int)answer["refused"]!).ShouldBe((2, 2));
        answer["items"]!.AsArray().Select(one => (string?)one!["status"] ?? (string)one["error"]!["code"]!).ShouldBe(["PENDING", "APPR-003", "APPR-001", "PENDING"]);
        (await server.PostAsync(Path + "/bulk", $$$"""{"ids":["{{{first}}}","{{{first}}}"],"decision":"approve"}""", ann)).ShouldRefuse(422, "HTTP-014");
        (await server.PostAsync(Path + "/bulk", $$$"""{"ids":["{{{first}}}"],"decision":"perhaps"}""", ann)).ShouldRefuse(422, "HTTP-014");
        (await server.PostAsync(Path + "/bulk", """{"ids":[],"decision":"approve"}""", ann)).ShouldRefuse(422, "HTTP-014");
    }

    [Theory, MemberData(nameof(Both))]
    public async Task What_cannot_be_asked_is_refused_by_its_pointer(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        string asker = await PersonAsync(server, "Asker", Roles.Operator);
        string exception = await ExceptionAsync(server);

        await RefusedAsync($$$"""{"exceptionId":"{{{exception}}}","calls":[{"tool":"nothing"}]}""", 404, "TOOL-001");
        await RefusedAsync($$$"""{"exceptionId":"{{{exception}}}","calls":[{"tool":"reroute","arguments":{"parcel":""}}]}""", 422, "TOOL-013");
        await RefusedAsync($$$"""{"exceptionId":"{{{exception}}}","calls":[{"tool":"locate","arguments":{"parcel":"P"}}]}""", 422, "APPR-012");
        await RefusedAsync($$$"""{"exceptionId":"{{{exception}}}","calls":[]}""", 422, "APPR-012");
        await RefusedAsync($$$"""{"exceptionId":"{{{exception}}}"}""", 422, "APPR-012");
        await RefusedAsync("""{"exceptionId":"nothing","calls":[{"tool":"reroute","arguments":{"parcel":"P"}}]}""", 404, "TOOL-040");
        foreach (string minutes in (string[])["0", "-5", "43201", "9223372036854775807"])
        {
            await RefusedAsync($$$"""{"exceptionId":"{{{exception}}}","calls":[{"tool":"reroute","arguments":{"parcel":"P"}}],"timeoutMinutes":{{{minutes}}}}""", 422, "APPR-009");
        }

        foreach (string body in (string[])["[]", """{"calls":{}}""", """{"calls":["x"]}""", """{"plan":[{"tool":5}]}""", """{"plan":"x"}""", """{"timeoutMinutes":"soon"}""", """{"evidence":"x"}""", """{"approve":true}"""])
        {
            await RefusedAsync(body, 422, "HTTP-014");
        }

        async Task RefusedAsync(string body, int status, string code) => (await server.PostAsync(Path, body, asker)).ShouldRefuse(status, code);
    }

    private static async Task<string> AskAsync(ApiServer server, string tool = "reroute")
    {
        string exception = await ExceptionAsync(server);
        return (string)(await server.PostAsync(
            Path, $$$"""{"exceptionId":"{{{exception}}}","plan":{"steps":[{"tool":"{{{tool}}}","parameters":{"parcel":"P"}}]}}""", await PersonAsync(server, "Asker", Roles.Operator))).ShouldBe(201)["approvalId"]!;
    }

    private static async Task<string> ExceptionAsync(ApiServer server)
    {
        string id = $"light-{Guid.NewGuid():N}";
        (await server.PostAsync(
            "/exceptions/SOUTH", $$$"""{"exceptionId":"{{{id}}}","exceptionType":"MISROUTED","rawPayload":{"parcel":"P","home":"D-2","hops":2,"notes":"-","tags":[],"grams":10}}""",
            await server.KeyAsync(ApiServer.South, Roles.Operator))).ShouldBe(202);
        return id;
    }

    private static Task<Answer> ApproveAsync(ApiServer server, string id, string key, string body = "{}") => server.PostAsync($"{Path}/{id}/approve", body, key);

    private static async Task<string> PersonAsync(ApiServer server, string owner, string role) =>
        (await server.Session.Keys.CreateAsync(new KeyRequest(new TenantId(ApiServer.South), PrincipalKind.Person, owner, [role], null), Root, CancellationToken.None)).Text;

    private static Task<Answer> ExecuteAsync(ApiServer server, string? exception, string parcel, string key, string? idempotency = null)
    {
        string body = new JsonObject { ["payload"] = new JsonObject { ["parcel"] = parcel }, ["mode"] = "sync", ["exceptionId"] = exception }.ToJsonString();
        HttpRequestMessage request = new(HttpMethod.Post, "/tools/SOUTH:Parcels:reroute/execute") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-API-KEY", key);
        if (idempotency is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotency);
        }

        return server.SendAsync(request);
    }

    private static string[] Ids(JsonNode page) => [.. page["items"]!.AsArray().Select(item => (string)item!["approvalId"]!)];
}
