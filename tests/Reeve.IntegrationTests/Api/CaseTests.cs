using System.Text.Json.Nodes;
using Reeve.Governance.Access;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Api;

/// <summary>Lists, single exceptions and figures: what is shown, to whom, and in which pages.</summary>
[Collection(ApiTests.Name)]
public sealed class CaseTests(ApiServers servers)
{
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Two_tenants_see_each_other_through_no_route(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        string north = await server.KeyAsync(ApiServer.North, Roles.Admin);
        string south = await server.KeyAsync(ApiServer.South, Roles.Admin);
        await server.PostAsync("/exceptions/NORTH", """{"exceptionId":"shared","rawPayload":{"secret":"of the north"}}""", north);
        await server.PostAsync("/exceptions/NORTH", """{"exceptionId":"north-only","rawPayload":{"secret":"of the north"}}""", north);
        await server.PostAsync("/exceptions/SOUTH", """{"exceptionId":"shared","rawPayload":{"secret":"of the south"}}""", south);

        Answer list = await server.GetAsync("/exceptions/SOUTH?limit=10000", south);
        Answer foreign = await server.GetAsync("/exceptions/SOUTH/north-only", south);
        Answer absent = await server.GetAsync("/exceptions/SOUTH/no-such-id", south);

        list.ShouldBe(200)["items"]!.AsArray().All(item => (string)item!["tenantId"]! == "SOUTH").ShouldBeTrue();
        list.Text.ShouldNotContain("north-only");
        (await server.GetAsync("/exceptions/SOUTH/shared", south)).Text.ShouldNotContain("of the north");
        foreign.ShouldRefuse(404, "HTTP-003");
        Scrubbed(foreign).ShouldBe(Scrubbed(absent));
        (await server.GetAsync("/exceptions/NORTH/north-only", south)).ShouldRefuse(403, "AUTH-003");
        Scrubbed(await server.GetAsync("/exceptions/NORTH/north-only", south)).ShouldBe(Scrubbed(await server.GetAsync("/exceptions/NORTH/no-such-id", south)));
        ((long)(await server.GetAsync("/metrics/SOUTH", south)).ShouldBe(200)["exceptionCount"]!).ShouldBe((long)list.Json["total"]!);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Whoever_may_not_see_payloads_sees_their_shape(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        await server.PostAsync("/exceptions/NORTH", """{"exceptionId":"masked","rawPayload":{"name":"Ada Byron","age":36,"tags":["x-ray",{"ok":true}],"none":null}}""");

        Answer operates = await server.GetAsync("/exceptions/NORTH/masked");
        Answer views = await server.GetAsync("/exceptions/NORTH/masked", await server.KeyAsync(ApiServer.North, Roles.Viewer));

        ((bool)operates.ShouldBe(200)["payloadMasked"]!).ShouldBeFalse();
        operates.Text.ShouldContain("Ada Byron");
        ((bool)views.ShouldBe(200)["payloadMasked"]!).ShouldBeTrue();
        views.Json["exception"]!["rawPayload"]!.ToJsonString().ShouldBe("""{"name":"[MASKED]","age":"[MASKED]","tags":["[MASKED]",{"ok":"[MASKED]"}],"none":null}""");
        views.Text.ShouldNotContain("Ada Byron");
        views.Text.ShouldNotContain("x-ray");
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_plan_shows_nothing_of_the_payload_to_whoever_may_not_see_it(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        await server.PostAsync("/exceptions/NORTH", """{"exceptionId":"planned","exceptionType":"DELAYED","normalizedContext":{"entity":"Hidden-2"},"rawPayload":{"parcel":"Hidden-1","hoursLate":30,"notes":"","tags":[],"amount":40417}}""");

        string operates = (await server.GetAsync("/exceptions/NORTH/planned")).Text;
        Answer views = await server.GetAsync("/exceptions/NORTH/planned", await server.KeyAsync(ApiServer.North, Roles.Viewer));

        foreach (string value in (string[])["Hidden-1", "Hidden-2", "40417"])
        {
            operates.ShouldContain(value);
            views.Text.ShouldNotContain(value);
        }

        JsonNode step = views.ShouldBe(200)["pipelineResult"]!["stages"]!["resolution"]!["details"]!["resolvedPlan"]![1]!;
        ((string)step["arguments"]!["parcel"]!).ShouldBe("[MASKED]");
        ((string)step["rollback"]!["arguments"]!["parcel"]!).ShouldBe("[MASKED]");
        ((string)views.Json["exception"]!["normalizedContext"]!["domain"]!).ShouldBe("Parcels");
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Pages_by_number_and_by_place_show_everything_once(Dialect dialect)
    {
        await using ApiServer server = await ApiServer.StartAsync(dialect);
        string items = string.Join(",", Enumerable.Range(0, 25).Select(i => $$$"""{"exceptionId":"p-{{{i}}}","exceptionType":"{{{(i % 2 == 0 ? "DELAYED" : "MISROUTED")}}}","rawPayload":{"hoursLate":{{{i}}},"parcel":"P","hops":1,"notes":"","tags":[]}}"""));
        (await server.PostAsync("/exceptions/NORTH", $"[{items}]")).ShouldBe(202);

        foreach (string first in (string[])["/exceptions/NORTH?page_size=7", "/exceptions/NORTH?limit=7", "/api/v1/exceptions/NORTH?pageSize=7&page=1"])
        {
            List<string> seen = [];
            string? next = first;
            while (next is not null)
            {
                Answer page = await server.GetAsync(next);
                ((int)page.ShouldBe(200)["total"]!).ShouldBe(25);
                ((int)page.Json["total_pages"]!).ShouldBe(4);
                ((bool)page.Json["total_is_lower_bound"]!).ShouldBeFalse();
                seen.AddRange(page.Json["items"]!.AsArray().Select(item => (string)item!["exceptionId"]!));
                next = NextOf(page);
            }

            seen.Count.ShouldBe(25);
            seen.ShouldBeUnique();
        }

        JsonNode typed = (await server.GetAsync("/exceptions/NORTH?type=MISROUTED&domain=Parcels")).ShouldBe(200);
        ((int)typed["total"]!).ShouldBe(12);
        typed["items"]!.AsArray().All(item => (string)item!["exceptionType"]! == "MISROUTED").ShouldBeTrue();
        ((int)(await server.GetAsync("/exceptions/NORTH?domain=Other")).ShouldBe(200)["total"]!).ShouldBe(0);
        ((int)(await server.GetAsync("/exceptions/NORTH?created_to=2020-01-01T00:00:00Z")).ShouldBe(200)["total"]!).ShouldBe(0);
        ((int)(await server.GetAsync("/exceptions/NORTH?created_from=2020-01-01T00:00:00+02:00")).ShouldBe(200)["total"]!).ShouldBe(25);
    }

    [Theory]
    [InlineData("status", "CLOSED")]
    [InlineData("severity", "5")]
    [InlineData("severity", "")]
    [InlineData("domain", "")]
    [InlineData("created_from", "yesterday")]
    [InlineData("created_from", "12:00")]
    [InlineData("created_to", "2026-13-01T00:00:00Z")]
    [InlineData("page", "0")]
    [InlineData("page", "-1")]
    [InlineData("page", "1.5")]
    [InlineData("page", "99999999999999999999")]
    [InlineData("page", "201")]
    [InlineData("created_from", "2026-11-20")]
    [InlineData("created_to", "2026-11-20T00:00:00")]
    [InlineData("page_size", "0")]
    [InlineData("page_size", "101")]
    [InlineData("limit", "0")]
    [InlineData("limit", "10001")]
    [InlineData("offset", "5")]
    public async Task A_parameter_that_cannot_be_used_is_named(string name, string value)
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        JsonNode problem = (await server.GetAsync($"/exceptions/NORTH?{name}={value}")).ShouldRefuse(400, "HTTP-007");

        problem["errors"]!.AsArray().Select(error => (string)error!["parameter"]!).ShouldBe([name]);
        ((string)problem["detail"]!).ShouldContain(name);
    }

    [Theory]
    [InlineData("?status=OPEN&status=RESOLVED")]
    [InlineData("?page=1&limit=5")]
    [InlineData("?page_size=5&cursor=x")]
    [InlineData("?cursor=nonsense")]
    [InlineData("?cursor=")]
    public async Task What_does_not_go_together_is_refused(string query)
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        Answer answer = await server.GetAsync("/exceptions/NORTH" + query);

        answer.ShouldRefuse(400, answer.Code);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Figures_follow_what_was_sent(Dialect dialect)
    {
        await using ApiServer server = await ApiServer.StartAsync(dialect);
        JsonNode none = (await server.GetAsync("/metrics/NORTH")).ShouldBe(200);
        (await server.PostAsync("/exceptions/NORTH", $"[{RunFolder.Good},{RunFolder.Good.Replace("P-4", "P-5", StringComparison.Ordinal)}]")).ShouldBe(202);

        JsonNode two = (await server.GetAsync("/metrics/NORTH")).ShouldBe(200);

        ((long)none["exceptionCount"]!).ShouldBe(0);
        none["mttr"].ShouldBeNull();
        ((long)two["exceptionCount"]!).ShouldBe(2);
        two["byStatus"]!.AsObject().Sum(count => (long)count.Value!).ShouldBe(2);
        two.AsObject().ContainsKey("mttr").ShouldBeTrue();
        ((double)two["meanTimeToTriageSeconds"]!).ShouldBeGreaterThanOrEqualTo(0);
    }

    private static string? NextOf(Answer page) =>
        page.Headers.TryGetValues("Link", out IEnumerable<string>? links) ? links.Single()[1..links.Single().IndexOf('>', StringComparison.Ordinal)] : null;

    private static string Scrubbed(Answer answer) => answer.Text.Replace((string)answer.Json["traceId"]!, "", StringComparison.Ordinal);
}
