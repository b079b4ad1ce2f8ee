using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Governance.Access;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Api;

/// <summary>What is sent under an Idempotency-Key, and what became of it (EX-API-1, EX-API-82). No item has an id of its own.</summary>
[Collection(ApiTests.Name)]
public sealed class ImportTests(ApiServers servers)
{
    private const string Path = "/exceptions/NORTH";
    private const string List = $"[{RunFolder.Good},17,{RunFolder.Good}]";
    private const string Json = "application/json";
    private const string Lines = "application/jsonl";

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task The_same_document_under_its_key_is_answered_as_it_was_and_marked(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        long before = await CountAsync(server);

        Answer first = await SendAsync(server, "doc", List);
        Answer again = await SendAsync(server, "doc", List);

        first.ShouldBe(202);
        first.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        again.Status.ShouldBe(HttpStatusCode.Accepted);
        again.Text.ShouldBe(first.Text);
        again.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        again.Headers.GetValues("Reeve-Import-Id").ShouldBe(first.Headers.GetValues("Reeve-Import-Id"));
        (await CountAsync(server)).ShouldBe(before + 2);
        (await SendAsync(server, null, List)).Headers.Contains("Reeve-Import-Id").ShouldBeFalse();
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_document_of_which_nothing_was_accepted_is_refused_alike(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);

        JsonNode first = (await SendAsync(server, "bad", "[17,\n{\"rawPayload\":3}]")).ShouldBe(422);
        Answer again = await SendAsync(server, "bad", "[17,\n{\"rawPayload\":3}]");

        JsonNode second = again.ShouldRefuse(422, (string)first["code"]!);
        second["errors"]!.ToJsonString().ShouldBe(first["errors"]!.ToJsonString());
        again.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Another_body_or_kind_under_the_key_is_refused(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        (await SendAsync(server, "once", List)).ShouldBe(202);
        (await SendAsync(server, "stream", RunFolder.Good, Lines)).ShouldBe(202);
        long before = await CountAsync(server);

        (await SendAsync(server, "once", $"[{RunFolder.Good}]")).ShouldRefuse(422, "HTTP-016");
        (await SendAsync(server, "once", RunFolder.Good, Lines)).ShouldRefuse(422, "HTTP-016");
        (await SendAsync(server, "stream", RunFolder.Good)).ShouldRefuse(422, "HTTP-016");

        (await CountAsync(server)).ShouldBe(before);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Many_at_once_under_one_key_make_one(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        await server.KeyAsync(ApiServer.North, Roles.Operator);
        long before = await CountAsync(server);

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => SendAsync(server, "race", RunFolder.Good)));

        string[] ids = [.. answers.Where(answer => answer.Status == HttpStatusCode.Accepted).Select(answer => (string)answer.Json["exceptionId"]!).Distinct()];
        ids.ShouldHaveSingleItem();
        foreach (Answer answer in answers.Where(answer => answer.Status != HttpStatusCode.Accepted))
        {
            answer.ShouldRefuse(409, "HTTP-017");
            answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        }

        (await CountAsync(server)).ShouldBe(before + 1);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task While_a_stream_comes_in_its_key_is_in_use_and_it_can_be_watched(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        string key = await server.KeyAsync(ApiServer.North, Roles.Operator);
        using StreamTests.Lines content = new(1_100)
        {
            Before = async i =>
            {
                if (i == 1_050)
                {
                    // The first 1,024 are decided together; the import is there from then on.
                    Answer? found = null;
                    while (found is not { Status: HttpStatusCode.OK })
                    {
                        TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                        found = await server.GetAsync($"{Path}/imports/{await IdAsync(server, "watched")}");
                    }

                    // Not before: until it is there, whoever comes first has the key.
                    (await SendAsync(server, "watched", "{}", Lines)).ShouldRefuse(409, "HTTP-017");
                    ((string)found.Json["state"]!).ShouldBe("RUNNING");
                    found.Json["items"].ShouldBeNull();
                }
            },
        };

        JsonNode answer = (await StreamTests.SendAsync(server, content, key, "watched")).ShouldBe(202);

        JsonNode ended = (await server.GetAsync($"{Path}/imports/{(string)answer["importId"]!}")).ShouldBe(200);
        ((string)ended["state"]!, (long)ended["items"]!, (long)ended["accepted"]!).ShouldBe(("ENDED", 1_100, 1_100));
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_stream_whose_sender_leaves_goes_on_under_its_key_with_every_item_once(Dialect dialect)
    {
        await using ApiServer server = await ApiServer.StartAsync(dialect);
        string key = await server.KeyAsync(ApiServer.North, Roles.Operator);
        using CancellationTokenSource leave = new();
        using StreamTests.Lines cut = new(3_000)
        {
            Before = async i =>
            {
                if (i == 2_100)
                {
                    while (await CountAsync(server) < 1_024)
                    {
                        TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                    }

                    await leave.CancelAsync();
                    throw new OperationCanceledException(leave.Token);
                }
            },
        };
        await Should.ThrowAsync<Exception>(() => StreamTests.SendAsync(server, cut, key, "cut", leave));
        string id = await IdAsync(server, "cut");
        string? state = null;
        while (state != "BROKEN")
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            state = (string)(await server.GetAsync($"{Path}/imports/{id}")).ShouldBe(200)["state"]!;
        }

        long there = await CountAsync(server);
        using StreamTests.Lines again = new(3_000) { Before = _ => Task.CompletedTask };
        JsonNode answer = (await StreamTests.SendAsync(server, again, key, "cut")).ShouldBe(202);

        there.ShouldBeInRange(1_024, 2_999);
        ((long)answer["accepted"]!, (long)answer["repeated"]!).ShouldBe((3_000, 0));
        ((string)answer["importId"]!).ShouldBe(id);
        (await CountAsync(server)).ShouldBe(3_000);
        (await server.Rows.ScalarAsync("select count(*) from import_items")).ShouldBe(3_000L);
        (await server.Rows.ScalarAsync("select count(distinct exception_id) from import_items")).ShouldBe(3_000L);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task The_same_key_of_another_tenant_or_credential_is_another(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        string other = (await server.NewKeyAsync(ApiServer.North, Roles.Operator)).Text;
        string south = await server.KeyAsync(ApiServer.South, Roles.Operator);

        string[] ids =
        [
            Id(await SendAsync(server, "shared", RunFolder.Good)), Id(await SendAsync(server, "shared", RunFolder.Good, key: other)),
            Id(await SendAsync(server, "shared", RunFolder.Good, key: south, path: "/exceptions/SOUTH")),
        ];

        ids.Distinct().Count().ShouldBe(3);
        (await server.GetAsync($"{Path}/imports/{ids[2]}")).ShouldRefuse(404, "HTTP-003");
        (await server.GetAsync($"/exceptions/SOUTH/imports/{ids[2]}", south)).ShouldBe(200);
        (await server.GetAsync($"/exceptions/SOUTH/imports/{ids[2]}")).ShouldRefuse(403, "AUTH-003");
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task What_became_of_each_item_is_paged_and_the_refused_are_shown_alone(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        string body = string.Join('\n', RunFolder.Good, "17", RunFolder.Good, "{\"rawPayload\":", RunFolder.Good);
        string id = Id(await SendAsync(server, null, body, Lines));

        Answer first = await server.GetAsync($"{Path}/imports/{id}?limit=2");
        JsonNode page = first.ShouldBe(200);
        page["results"]!.AsArray().Select(item => ((long)item!["index"]!, item["exceptionId"] is not null)).ShouldBe([(0, true), (1, false)]);
        first.Headers.GetValues("Link").Single().ShouldContain("rel=\"next\"");
        JsonNode rest = (await server.GetAsync($"{Path}/imports/{id}?limit=10&cursor={(string)page["next_cursor"]!}")).ShouldBe(200);
        rest["results"]!.AsArray().Select(item => (long)item!["index"]!).ShouldBe([2, 3, 4]);
        rest["next_cursor"].ShouldBeNull();

        JsonNode refused = (await server.GetAsync($"{Path}/imports/{id}?refused=only")).ShouldBe(200);
        refused["results"]!.AsArray().Select(item => ((long)item!["index"]!, (string)item["errors"]![0]!["code"]!)).ShouldBe([(1, "INTAKE-001"), (3, "INPUT-003")]);
        ((string)refused["kind"]!, (string)refused["state"]!, (string)refused["domain"]!, (long)refused["items"]!, (long)refused["refused"]!).ShouldBe(("STREAM", "ENDED", "Parcels", 5, 2));

        (await server.GetAsync($"{Path}/imports/{id}?refused=all")).ShouldRefuse(400, "HTTP-007");
        (await server.GetAsync($"{Path}/imports/{id}?limit=10001")).ShouldRefuse(400, "HTTP-007");
        (await server.GetAsync($"{Path}/imports/{id}?cursor=x")).ShouldRefuse(400, "REC-005");
        (await server.GetAsync($"{Path}/imports/{Guid.NewGuid()}")).ShouldRefuse(404, "HTTP-003");
        (await server.GetAsync($"{Path}/imports/none")).ShouldRefuse(404, "HTTP-003");
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task After_a_day_of_the_databases_clock_the_key_is_new(Dialect dialect)
    {
        await using ApiServer server = await ApiServer.StartAsync(dialect);
        string first = (string)(await SendAsync(server, "daily", RunFolder.Good)).ShouldBe(202)["exceptionId"]!;
        await AgeAsync(server, "23 hours", 23);
        ((string)(await SendAsync(server, "daily", RunFolder.Good)).ShouldBe(202)["exceptionId"]!).ShouldBe(first);
        await AgeAsync(server, "2 hours", 2, days: 2);

        Answer anew = await SendAsync(server, "daily", RunFolder.Good);

        ((string)anew.ShouldBe(202)["exceptionId"]!).ShouldNotBe(first);
        anew.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        (await SendAsync(server, "daily", RunFolder.Good)).Text.ShouldBe(anew.Text);
    }

    [Fact]
    public async Task A_key_has_a_length_and_comes_once()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        (await SendAsync(server, new string('k', 257), RunFolder.Good)).ShouldRefuse(400, "HTTP-001");
        (await SendAsync(server, new string('k', 256), RunFolder.Good)).ShouldBe(202);
        (await SendAsync(server, "unreadable", "[{]")).ShouldRefuse(400, "INPUT-003");
        (await SendAsync(server, "unreadable", RunFolder.Good)).ShouldBe(202);
    }

    internal static async Task<Answer> SendAsync(ApiServer server, string? idempotencyKey, string body, string type = Json, string? key = null, string path = Path)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.Add("X-API-KEY", key ?? await server.KeyAsync(ApiServer.North, Roles.Operator));
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await server.SendAsync(request);
    }

    private static async Task<long> CountAsync(ApiServer server) => (long)(await server.GetAsync("/metrics/NORTH")).ShouldBe(200)["exceptionCount"]!;

    private static string Id(Answer answer)
    {
        answer.ShouldBe(202);
        return answer.Headers.GetValues("Reeve-Import-Id").Single();
    }

    // The id is the key's, whatever is sent: a body of another kind is refused and names it.
    private static async Task<string> IdAsync(ApiServer server, string idempotencyKey)
    {
        string key = await server.KeyAsync(ApiServer.North, Roles.Operator);
        var caller = (await server.Session.Keys.AuthenticateAsync(key, CancellationToken.None)).ShouldNotBeNull();
        return Reeve.Engine.Imports.ImportId.Of(caller.TenantId, caller.Principal.Id, idempotencyKey).ToString();
    }

    // As if the time had passed: the rows are made older.
    private static async Task AgeAsync(ApiServer server, string interval, int hours, int days = 0)
    {
        if (server.Rows.Dialect == Dialect.Sqlite)
        {
            await server.Rows.ExecuteAsync($"update imports set started_at = started_at - {hours} * 3600000000, day = day - {days}; update import_items set day = day - {days};");
        }
        else
        {
            await server.Rows.ExecuteAsync($"select add_import_days(now()::date - 7, 14); update imports set started_at = started_at - interval '{interval}', day = day - {days}; update import_items set day = day - {days};");
        }
    }
}
