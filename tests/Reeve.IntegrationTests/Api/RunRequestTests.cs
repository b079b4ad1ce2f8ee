using System.Text.Json.Nodes;
using Reeve.Core.Values;
using Reeve.Governance.Access;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Api;

/// <summary>POST /run: packs by path or by version, results as a run has them, and no way out of the pack folders.</summary>
[Collection(ApiTests.Name)]
public sealed class RunRequestTests(ApiServers servers)
{
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_run_answers_with_its_result_in_the_order_sent(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        foreach ((string domain, string policy) in ((string, string)[])
            [("parcels.domain.json", "NORTH.policy.json"), (Path.Combine(server.PackFolder, "parcels.domain.json"), Path.Combine(server.PackFolder, "NORTH.policy.json")), ("Parcels@active", "Parcels@active"), ("Parcels@2.1.0", "Parcels@7")])
        {
            Answer answer = await server.PostAsync("/run", Body(domain, policy, $"[{RunFolder.Good},17,{RunFolder.Good}]"));
            if (policy == "Parcels@7")
            {
                // The policy's own spelling of its version; whether that is a version is for the registry to say.
                ((int)answer.Status).ShouldBeOneOf(200, 400, 422);
                continue;
            }

            JsonNode run = answer.ShouldBe(200);
            IReadOnlyList<MapValue> results = RunResults.Read(answer.Bytes);
            results.Count.ShouldBe(3);
            results[1]["status"].IsNull.ShouldBeTrue();
            ((string)run["tenantId"]!).ShouldBe("NORTH");
            string id = (string)run["results"]![0]!["exceptionId"]!;
            (await server.GetAsync($"/exceptions/NORTH/{id}")).ShouldBe(200);
        }
    }

    [Theory]
    [InlineData(10, Dialect.Sqlite)]
    [InlineData(200, Dialect.Sqlite)]
    [InlineData(200, Dialect.Postgres)]
    [InlineData(5000, Dialect.Sqlite)]
    public async Task A_result_of_any_size_arrives_whole(int count, Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        string items = string.Join(',', Enumerable.Repeat(RunFolder.Good, count));

        Answer answer = await server.PostAsync("/run", Body("parcels.domain.json", "NORTH.policy.json", $"[{items}]"));

        answer.ShouldBe(200)["results"]!.AsArray().Count.ShouldBe(count);
        answer.ContentHeaders.ContentType!.MediaType.ShouldBe("application/json");
    }

    [Theory]
    [InlineData("Tiny@")]
    [InlineData("@active")]
    [InlineData("Tiny@active@x")]
    public async Task A_reference_that_is_malformed_is_told_as_one(string reference)
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        (await server.PostAsync("/run", Body(reference, "Parcels@active", $"[{RunFolder.Good}]"))).ShouldRefuse(400, "PACK-039");
        (await server.PostAsync("/run", Body("Parcels@active", reference, $"[{RunFolder.Good}]"))).ShouldRefuse(400, "PACK-039");
    }

    [Theory]
    [InlineData("../other/parcels.domain.json")]
    [InlineData("../../../../../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/../../other/parcels.domain.json")]
    [InlineData("link/parcels.domain.json")]
    [InlineData("link.json")]
    [InlineData("chain/parcels.domain.json")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("~/x.json")]
    [InlineData("file:///etc/passwd")]
    [InlineData("parcels.domain.json\\u0000.txt")]
    [InlineData("loop/x.json")]
    public async Task A_path_that_leads_out_is_refused(string path)
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);
        PrepareLinks(server);

        Answer answer = await server.PostAsync("/run", Body(path, "NORTH.policy.json", $"[{RunFolder.Good}]"));

        ((int)answer.Status).ShouldBeOneOf(400, 422);
        answer.Text.ShouldNotContain(server.OtherFolder);
        answer.Text.ShouldNotContain("root:");
        if (path.Contains("other", StringComparison.Ordinal) || path.Contains("link", StringComparison.Ordinal) || path.Contains("etc", StringComparison.Ordinal))
        {
            answer.Code.ShouldBe(path.StartsWith("file:", StringComparison.Ordinal) ? "INPUT-001" : "HTTP-015");
        }
    }

    [Fact]
    public async Task A_link_that_stays_inside_is_followed()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);
        PrepareLinks(server);

        (await server.PostAsync("/run", Body("inside.json", "NORTH.policy.json", $"[{RunFolder.Good}]"))).ShouldBe(200);
    }

    [Theory]
    [InlineData("{}", "/domainPackPath", "/tenantPolicyPath", "/exceptions")]
    [InlineData("""{"domainPackPath":1,"tenantPolicyPath":null,"exceptions":{}}""", "/domainPackPath", "/tenantPolicyPath", "/exceptions")]
    [InlineData("""{"domainPackPath":"a","tenantPolicyPath":"b","exceptions":[{}],"extra":1}""", "/extra")]
    [InlineData("""{"domainPackPath":"a","domain_pack_path":"a","tenantPolicyPath":"b","exceptions":[{}]}""", "/domainPackPath")]
    [InlineData("""{"domainPackPath":"a","tenantPolicyPath":"b","exceptions":[]}""", "/exceptions")]
    [InlineData("[1]", "")]
    public async Task Every_member_that_is_wrong_is_named(string body, params string[] pointers)
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        JsonNode problem = (await server.PostAsync("/run", body)).ShouldRefuse(422, "HTTP-014");

        problem["errors"]!.AsArray().Select(error => (string)error!["pointer"]!).ShouldBe(pointers, ignoreOrder: true);
    }

    [Fact]
    public async Task Packs_that_are_wrong_are_told_with_file_and_pointer()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);
        await File.WriteAllTextAsync(Path.Combine(server.PackFolder, "bad.domain.json"), """{"domainName":"Bad","exceptionTypes":{},"surprise":1}""", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(server.PackFolder, "broken.domain.yaml"), "a: [1", TestContext.Current.CancellationToken);

        Answer bad = await server.PostAsync("/run", Body("bad.domain.json", "NORTH.policy.json", $"[{RunFolder.Good}]"));
        Answer broken = await server.PostAsync("/run", Body("broken.domain.yaml", "NORTH.policy.json", $"[{RunFolder.Good}]"));
        Answer foreign = await server.PostAsync("/run", Body("parcels.domain.json", "SOUTH.policy.json", $"[{RunFolder.Good}]"));
        Answer missing = await server.PostAsync("/run", Body("none.json", "NORTH.policy.json", $"[{RunFolder.Good}]"));
        Answer unknown = await server.PostAsync("/run", Body("Nothing@1.0.0", "Nothing@1.0.0", $"[{RunFolder.Good}]"));
        Answer mixed = await server.PostAsync("/run", Body("Parcels@active", "NORTH.policy.json", $"[{RunFolder.Good}]"));

        JsonArray errors = bad.ShouldRefuse(422, bad.Code)["errors"]!.AsArray();
        errors.Select(error => (string)error!["file"]!).Distinct().ShouldBe(["domainPackPath"]);
        errors.Select(error => (string)error!["pointer"]!).ShouldContain("/surprise");
        broken.ShouldRefuse(400, "INPUT-004");
        broken.Text.ShouldNotContain(server.PackFolder);
        foreign.ShouldRefuse(403, "AUTH-003");
        missing.ShouldRefuse(400, "INPUT-001");
        missing.Text.ShouldNotContain(server.PackFolder);
        unknown.Code.ShouldStartWith("PACK-");
        mixed.ShouldRefuse(422, "HTTP-014");
    }

    [Fact]
    public async Task A_tenant_in_the_body_that_is_not_the_credentials_is_refused()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);
        string body = Body("parcels.domain.json", "NORTH.policy.json", $"[{RunFolder.Good}]");

        (await server.PostAsync("/run", body.Replace("{\"domain", "{\"tenantId\":\"SOUTH\",\"domain", StringComparison.Ordinal))).ShouldRefuse(403, "AUTH-003");
        (await server.PostAsync("/run", body.Replace("{\"domain", "{\"tenant_id\":\"NORTH\",\"domain", StringComparison.Ordinal))).ShouldBe(200);
        (await server.PostAsync("/run", body, await server.KeyAsync(ApiServer.North, Roles.Developer))).ShouldRefuse(403, "AUTH-002");
    }

    private static string Body(string domain, string policy, string exceptions) =>
        $$"""{"domainPackPath":"{{domain.Replace("\\u0000", "\u0000", StringComparison.Ordinal).Replace("\0", "\\u0000", StringComparison.Ordinal)}}","tenantPolicyPath":"{{policy}}","exceptions":{{exceptions}}}""";

    private static void PrepareLinks(ApiServer server)
    {
        string other = Path.Combine(server.OtherFolder, "parcels.domain.json");
        if (File.Exists(other))
        {
            return;
        }

        File.Copy(RunFolder.Domain, other);
        Directory.CreateDirectory(Path.Combine(server.PackFolder, "sub"));
        Directory.CreateSymbolicLink(Path.Combine(server.PackFolder, "link"), server.OtherFolder);
        Directory.CreateSymbolicLink(Path.Combine(server.PackFolder, "chain"), "link");
        Directory.CreateSymbolicLink(Path.Combine(server.PackFolder, "loop"), "loop");
        File.CreateSymbolicLink(Path.Combine(server.PackFolder, "link.json"), other);
        File.CreateSymbolicLink(Path.Combine(server.PackFolder, "inside.json"), "sub/../parcels.domain.json");
    }
}
