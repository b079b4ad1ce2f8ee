using System.Text;
using System.Text.Json.Nodes;
using Reeve.Governance.Access;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Api;

/// <summary>POST /exceptions/{tenantId}: what is accepted, what is refused, and how each is told.</summary>
[Collection(ApiTests.Name)]
public sealed class IngestionTests(ApiServers servers)
{
    private const string Path = "/exceptions/NORTH";

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task One_exception_is_accepted_decided_and_there_to_be_read(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);

        JsonNode answer = (await server.PostAsync(Path, RunFolder.Good)).ShouldBe(202);

        string id = (string)answer["exceptionId"]!;
        ((string)answer["status"]!).ShouldBe("accepted");
        answer["exceptionIds"]!.AsArray().Select(item => (string?)item).ShouldBe([id]);
        answer["errors"]!.AsArray().ShouldBeEmpty();
        JsonNode found = (await server.GetAsync($"{Path}/{id}")).ShouldBe(200);
        found["pipelineResult"]!["stages"]!.AsObject().Select(stage => stage.Key).ShouldContain("triage");
        found["exception"]!["exceptionType"]!.GetValue<string>().ShouldBe("MISROUTED");
        found["auditTrail"]!.AsArray().Count.ShouldBeGreaterThan(2);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Three_bad_items_of_a_hundred_cost_only_themselves(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        string[] items = [.. Enumerable.Range(0, 100).Select(i => $$$"""{"exceptionType":"DELAYED","rawPayload":{"parcel":"H-{{{i}}}","hoursLate":5,"notes":"","tags":[]}}""")];
        items[7] = "17";
        items[50] = """{"rawPayload":{"a":1,"a":2}}""";
        items[99] = """{"rawPayload":{},"surprise":1}""";

        JsonNode answer = (await server.PostAsync(Path, $"[{string.Join(",", items)}]")).ShouldBe(202);

        JsonArray ids = answer["exceptionIds"]!.AsArray();
        ids.Count.ShouldBe(100);
        ids.Select((id, i) => (id, i)).Where(pair => pair.id is null).Select(pair => pair.i).ShouldBe([7, 50, 99]);
        answer["errors"]!.AsArray().Select(error => ((int)error!["index"]!, (string)error["code"]!)).ShouldBe([(7, "INTAKE-001"), (50, "INPUT-006"), (99, "INTAKE-002")]);
        answer["errors"]!.AsArray().All(error => error!["message"] is not null && error["pointer"] is not null).ShouldBeTrue();
        ((int)answer["accepted"]!).ShouldBe(97);
    }

    [Fact]
    public async Task A_list_of_too_many_items_is_refused_whole_and_the_way_for_many_is_named()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);
        string list = $"[{string.Join(",", Enumerable.Repeat("1", 100_001))}]";

        foreach (string body in (string[])[list, $$"""{"exceptions":{{list}}}"""])
        {
            JsonNode problem = (await server.PostAsync(Path, body)).ShouldRefuse(413, "HTTP-005");

            ((string)problem["detail"]!).ShouldContain("JSON Lines");
        }
    }

    [Fact]
    public async Task Of_many_bad_items_a_thousand_are_listed_and_all_are_counted()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);
        string bad = string.Join(",", Enumerable.Repeat("17", 1_200));

        JsonNode none = (await server.PostAsync(Path, $"[{bad}]")).ShouldRefuse(422, "INTAKE-001");
        JsonNode one = (await server.PostAsync(Path, $"[{bad},{RunFolder.Good}]")).ShouldBe(202);

        foreach (JsonNode answer in (JsonNode[])[none, one])
        {
            answer["errors"]!.AsArray().Count.ShouldBe(1_000);
            ((int)answer["errorsOmitted"]!).ShouldBe(200);
        }

        ((int)one["refused"]!).ShouldBe(1_200);
    }

    [Theory]
    [InlineData("""{"exceptions":[{"rawPayload":{"n":1}},{"rawPayload":{"n":2},"sourceSystem":"own"}],"source_system":"carrier","ingestion_method":"batch"}""", "carrier", "own")]
    [InlineData("""{"exceptions":[{"n":1},{"n":2,"sourceSystem":"own"}],"sourceSystem":"carrier"}""", "carrier", "own")]
    [InlineData("""{ "exception" : {"n": 1}, "source_system": "carrier", "tenant_id": "NORTH" }""", "carrier")]
    [InlineData("""{"exception":{"n":1}}""", "unknown")]
    [InlineData("""{"exceptions":[{"n":1}],"note":"a payload that has the word"}""", "unknown")]
    [InlineData("""{"exception":"just a word of a payload","source_system":"payload's own"}""", "payload's own")]
    public async Task The_source_of_an_envelope_is_that_of_items_that_name_none(string body, params string[] sources)
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        JsonNode answer = (await server.PostAsync(Path, body)).ShouldBe(202);

        List<string> found = [];
        foreach (JsonNode? id in answer["exceptionIds"]!.AsArray())
        {
            found.Add((string)(await server.GetAsync($"{Path}/{id}")).ShouldBe(200)["exception"]!["sourceSystem"]!);
        }

        found.ShouldBe(sources);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_payload_comes_back_as_the_bytes_that_were_sent(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        const string Payload = "{ \"b\" : 1.50,\n\t\"a\":[1e2, \"\\u00e9é\\/\"],  \"big\":123456789012345678901234567890 }";

        JsonNode answer = (await server.PostAsync(Path, $$"""{"exceptions":[ {"rawPayload":{{Payload}}} ],"source_system":"s"}""")).ShouldBe(202);

        (await server.GetAsync($"{Path}/{answer["exceptionId"]}")).Text.ShouldContain($"\"rawPayload\":{Payload}");
    }

    [Theory]
    [InlineData("[]", 422, "HTTP-014")]
    [InlineData("""{"exceptions":[]}""", 422, "HTTP-014")]
    [InlineData("""{"exceptions":null}""", 422, "HTTP-014")]
    [InlineData("""{"exceptions":{"a":1},"ingestionMethod":"batch"}""", 422, "HTTP-014")]
    [InlineData("[17,\"x\",null]", 422, "INTAKE-001")]
    [InlineData("""[17,{"rawPayload":{},"surprise":1}]""", 422, "HTTP-013")]
    [InlineData("\"text\"", 422, "INTAKE-001")]
    [InlineData("""{"exceptions":[{"a":1}],"exception":{"a":1}}""", 422, "HTTP-014")]
    [InlineData("""{"exceptions":[{"a":1}],"source_system":7}""", 422, "HTTP-014")]
    [InlineData("""{"exceptions":[{"a":1}],"source_system":""}""", 422, "HTTP-014")]
    [InlineData("""{"exceptions":[{"a":1}],"exceptions":[{"a":1}]}""", 400, "INPUT-006")]
    [InlineData("""{"exceptions":[{"a":1}],"tenant_id":"SOUTH"}""", 403, "AUTH-003")]
    [InlineData("""{"tenantId":"SOUTH","rawPayload":{}}""", 403, "INTAKE-005")]
    [InlineData("""[{"tenantId":"SOUTH","rawPayload":{}},{"tenantId":"EAST","rawPayload":{}}]""", 403, "INTAKE-005")]
    [InlineData("""[{"a":1},{"a":2}""", 400, "INPUT-003")]
    [InlineData("""[{"a":1},,{"a":2}]""", 400, "INPUT-003")]
    [InlineData("""[{"a":1}] rest""", 400, "INPUT-003")]
    [InlineData("""{"a":1} {"b":2}""", 400, "INPUT-003")]
    public async Task What_cannot_be_taken_is_refused_whole_and_says_why(string body, int status, string code)
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);
        string before = (await server.GetAsync(Path + "?page_size=1")).ShouldBe(200)["total"]!.ToJsonString();

        (await server.PostAsync(Path, body)).ShouldRefuse(status, code);

        (await server.GetAsync(Path + "?page_size=1")).ShouldBe(200)["total"]!.ToJsonString().ShouldBe(before);
    }

    [Fact]
    public async Task An_item_of_another_tenant_is_refused_with_its_code_and_the_rest_goes_on()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        JsonNode answer = (await server.PostAsync(Path, """[{"tenantId":"SOUTH","rawPayload":{}},{"rawPayload":{"n":1}},{"n":2,"tenantId":"SOUTH"}]""")).ShouldBe(202);

        // The third has no rawPayload: its tenantId is data like any other.
        answer["exceptionIds"]!.AsArray().Select(id => id is null).ShouldBe([true, false, false]);
        ((string)answer["errors"]![0]!["code"]!).ShouldBe("INTAKE-005");
    }

    [Fact]
    public async Task Where_malformed_json_breaks_is_told()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        JsonNode problem = (await server.PostAsync(Path, "{\n  \"a\": 1,\n  \"b\": tru\n}")).ShouldRefuse(400, "INPUT-003");

        ((int)problem["errors"]![0]!["line"]!).ShouldBe(3);
        ((int)problem["errors"]![0]!["column"]!).ShouldBeGreaterThan(7);
    }

    [Fact]
    public async Task Where_an_item_of_an_envelope_breaks_is_told_in_lines_of_the_body()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        JsonNode answer = (await server.PostAsync(Path, "{\"source_system\":\"s\",\n \"exceptions\": [\n {\"a\":1},\n   {\"b\":\n  x}\n ]}")).ShouldBe(202);

        ((int)answer["errors"]![0]!["line"]!).ShouldBe(5);
        ((int)answer["errors"]![0]!["column"]!).ShouldBe(3);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_tenant_without_active_packs_is_told_so(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        string key = await server.KeyAsync(ApiServer.Bare, Roles.Operator);

        Answer answer = await server.PostAsync("/exceptions/BARE", RunFolder.Good, key);

        answer.Code.ShouldStartWith("PACK-");
        answer.ShouldRefuse(422, answer.Code);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task An_id_that_another_delivery_uses_is_refused_and_nothing_is_overwritten(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        (await server.PostAsync(Path, """{"exceptionId":"twice-1","rawPayload":{"n":1}}""")).ShouldBe(202);

        Answer same = await server.PostAsync(Path, """{"exceptionId":"twice-1","rawPayload":{"n":1}}""");
        Answer other = await server.PostAsync(Path, """{"exceptionId":"twice-1","rawPayload":{"n":2},"sourceSystem":"elsewhere"}""");

        ((string)same.ShouldBe(202)["exceptionId"]!).ShouldBe("twice-1");
        ((int)same.Json["repeated"]!).ShouldBe(1);
        other.ShouldRefuse(422, "INTAKE-008");
        ((int)(await server.GetAsync($"{Path}/twice-1")).ShouldBe(200)["exception"]!["rawPayload"]!["n"]!).ShouldBe(1);
    }

    [Fact]
    public async Task An_id_with_a_slash_or_a_percent_sign_finds_its_exception()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);
        foreach (string id in (string[])["a/b/c", "50%", "a%2Fb", "a b", "naïve", "q?x=1", "#1", "a+b"])
        {
            (await server.PostAsync(Path, $$$"""{"exceptionId":"{{{id}}}","rawPayload":{}}""")).ShouldBe(202);

            ((string)(await server.GetAsync($"{Path}/{Uri.EscapeDataString(id)}")).ShouldBe(200)["exceptionId"]!).ShouldBe(id);
        }
    }

    [Fact]
    public async Task Json_by_another_name_is_json()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        (await server.PostAsync(Path, Encoding.UTF8.GetBytes(RunFolder.Good), "application/vnd.alert+json; charset=UTF-8")).ShouldBe(202);
        (await server.PostAsync(Path, [.. "\uFEFF"u8, .. Encoding.UTF8.GetBytes(RunFolder.Good)], "application/json")).ShouldBe(202);
    }
}
