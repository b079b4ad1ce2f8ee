using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;
using Reeve.Engine.Tools.Kinds.WebTools;
using Reeve.Engine.Tools.Outbound;
using Reeve.Testing.ServedTools;

namespace Reeve.Tests.Tools.WebTools;

/// <summary>Which definitions can be called, and that no argument changes where a call goes.</summary>
public sealed class EndpointTests : IDisposable
{
    private readonly OutboundClient client = new(new OutboundOptions { AllowedPrivateHosts = ["10.0.0.7:80", "erp.internal:8443"] }, new ScriptedNetwork(), new FakeTime());
    private readonly WebToolKind kind;

    public EndpointTests() => kind = new WebToolKind(client, new NoSecrets(), new FakeTime());

    public void Dispose() => client.Dispose();

    [Theory]
    [InlineData("""{"endpoint": "https://api.example.com/v1"}""")]
    [InlineData("""{"endpoint": "https://api.example.com:8443/v1/{args.id}?x={args.amount}"}""")]
    [InlineData("""{"endpoint": "http://10.0.0.7/v1", "allowHosts": ["10.0.0.7:80"]}""")]
    [InlineData("""{"endpoint": "https://ERP.internal.:8443/v1", "allowHosts": ["erp.INTERNAL:8443"]}""")]
    [InlineData("""{"endpointConfig": {"url": "https://api.example.com", "headers": {"X-Api-Key": "secret://k"}}}""")]
    [InlineData("""{"endpoint": "https://hooks.example.com", "type": "webhook"}""")]
    [InlineData("""{"endpoint": "https://flow.example.com", "type": "workflow"}""")]
    public void What_can_be_called_has_no_problem(string json) => Problems(json).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"effect": "read"}""", "TOOL-015", "/endpoint")]
    [InlineData("""{"endpoint": "http://api.example.com/v1"}""", "TOOL-016", "/endpoint")]
    [InlineData("""{"endpoint": "http://10.0.0.7/v1"}""", "TOOL-016", "/endpoint")]
    [InlineData("""{"endpoint": "http://10.0.0.8/v1", "allowHosts": ["10.0.0.8:80"]}""", "TOOL-016", "/endpoint")]
    [InlineData("""{"endpoint": "http://10.0.0.7:8080/v1", "allowHosts": ["10.0.0.7:80"]}""", "TOOL-016", "/endpoint")]
    [InlineData("""{"endpoint": "https://user:word@api.example.com/v1"}""", "TOOL-034", "/endpoint")]
    [InlineData("""{"endpoint": "https://api.example.com/v1?api_key=abc"}""", "TOOL-034", "/endpoint")]
    [InlineData("""{"endpoint": "https://api.example.com/v1#part"}""", "TOOL-034", "/endpoint")]
    [InlineData("""{"endpoint": "https://api.example.com/{args.nobody}"}""", "TOOL-034", "/endpoint")]
    [InlineData("""{"endpoint": "https://api.example.com/{args.id"}""", "TOOL-034", "/endpoint")]
    [InlineData("""{"endpoint": "https://api.example.com/{id}"}""", "TOOL-034", "/endpoint")]
    [InlineData("""{"endpoint": "https://api.example.com/{exception.id}"}""", "TOOL-034", "/endpoint")]
    [InlineData("""{"endpoint": "https://api.example.com/?{args.id}=1"}""", "TOOL-034", "/endpoint")]
    [InlineData("""{"endpoint": "https://api.example.com/v1", "auth": {"type": "api_key"}}""", "TOOL-034", "/auth/secret")]
    [InlineData("""{"endpoint": "https://api.example.com/v1", "authType": "oauth"}""", "TOOL-034", "/auth/clientId")]
    [InlineData("""{"endpoint": "https://api.example.com/v1", "auth": {"type": "oauth", "tokenUrl": "http://login.example.com", "clientId": "a", "clientSecret": "secret://b"}}""", "TOOL-016", "/auth/tokenUrl")]
    [InlineData("""{"endpoint": "https://api.example.com/v1", "auth": {"type": "api_key", "header": "Host", "secret": "secret://k"}}""", "TOOL-034", "/auth/header")]
    [InlineData("""{"endpoint": "https://api.example.com/v1", "idempotencyHeader": "Content-Length"}""", "TOOL-034", "/idempotencyHeader")]
    [InlineData("""{"endpointConfig": {"url": "https://api.example.com", "headers": {"Transfer-Encoding": "chunked"}}}""", "TOOL-034", "/endpointConfig/headers/Transfer-Encoding")]
    [InlineData("""{"endpointConfig": {"url": "https://api.example.com", "headers": {"Authorization": "Bearer abcdef"}}}""", "TOOL-034", "/endpointConfig/headers/Authorization")]
    [InlineData("""{"endpointConfig": {"url": "https://api.example.com", "headers": {"X-A": "a\r\nX-B: b"}}}""", "TOOL-034", "/endpointConfig/headers/X-A")]
    [InlineData("""{"endpointConfig": {"url": "https://api.example.com", "method": "GET"}, "type": "webhook"}""", "TOOL-034", "/endpointConfig/method")]
    [InlineData("""{"endpoint": "https://api.example.com", "type": "webhook", "auth": {"type": "api_key", "header": "X-K", "secret": "secret://k"}}""", "TOOL-034", "/auth/header")]
    public void What_cannot_be_called_says_which_member(string json, string code, string member) =>
        Problems(json).ShouldContain(problem => problem.Code == code && problem.Subject == member);

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("..;x")]
    [InlineData("../admin")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("")]
    [InlineData("a\nb")]
    public async Task An_argument_that_could_change_the_path_is_refused(string hostile)
    {
        ToolDefinition tool = Define("""{"endpoint": "https://api.example.com/items/{args.id}/close"}""");
        ObjectMap arguments = ObjectMap.Of(("id", Value.Of(hostile)));

        AttemptResult result = await kind.TryAsync(Attempt(tool, arguments), TestContext.Current.CancellationToken);

        result.ShouldBeOfType<AttemptResult.NotRun>().Error.Code.ShouldBe("TOOL-013");
        kind.Target(tool, arguments).ShouldBe("POST https://api.example.com/items/{args.id}/close");
    }

    [Fact]
    public void Two_arguments_make_no_step_together() =>
        kind.Target(Define("""{"endpoint": "https://api.example.com/items/{args.id}{args.amount}/close"}"""), ObjectMap.Of(("id", Value.Of(".")), ("amount", Value.Of(".")))).ShouldEndWith("{args.id}{args.amount}/close");

    [Fact]
    public void Whatever_an_argument_holds_scheme_host_port_and_depth_stay()
    {
        ToolDefinition tool = Define("""{"endpoint": "https://api.example.com:8443/items/{args.id}/close?note={args.amount}"}""");
        Random random = new(20261120);
        string[] parts = ["%2e", "%2E%2E", "%2f", "@evil.example", "://", "?", "#", "&", "=", ":", ";", "é", "\u202E", "𐏿", "\uD800", "[::1]", "{args.id}", " ", "+", "%", "..", "a"];
        for (int i = 0; i < 2_000; i++)
        {
            string hostile = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => parts[random.Next(parts.Length)]));

            string target = kind.Target(tool, ObjectMap.Of(("id", Value.Of(hostile)), ("amount", Value.Of(hostile))))["POST ".Length..];

            Uri uri = new(target.Replace("{args.id}", "x", StringComparison.Ordinal));
            (uri.Scheme, uri.Host, uri.Port, uri.UserInfo, uri.Fragment).ShouldBe(("https", "api.example.com", 8443, "", ""), hostile);
            uri.AbsolutePath.Split('/').Length.ShouldBe(4, hostile);
            (uri.AbsolutePath.StartsWith("/items/", StringComparison.Ordinal) && uri.AbsolutePath.EndsWith("/close", StringComparison.Ordinal)).ShouldBeTrue(hostile);
            uri.Query.Count(c => c is '=' or '&').ShouldBe(1, hostile);
        }
    }

    [Fact]
    public void Without_domains_every_public_one_may_be_called_and_with_them_only_those()
    {
        OutboundGuard guard = new(new OutboundOptions { AllowedDomains = ["*.example.com", "one.test"], AllowedPrivateHosts = ["erp.internal:443"] }, new ScriptedNetwork(), new FakeTime());

        bool Passes(string address) => guard.Problem(new Uri(address), ["erp.internal:443"]) is null;

        Passes("https://a.example.com/").ShouldBeTrue();
        Passes("https://a.b.EXAMPLE.com./").ShouldBeTrue();
        Passes("https://one.test/").ShouldBeTrue();
        Passes("https://erp.internal/").ShouldBeTrue();
        Passes("https://example.com/").ShouldBeFalse();
        Passes("https://badexample.com/").ShouldBeFalse();
        Passes("https://example.com.evil.test/").ShouldBeFalse();
        Passes("https://two.one.test/").ShouldBeFalse();
        Passes("https://93.184.216.34/").ShouldBeFalse();
    }

    private static ToolDefinition Define(string json) => WebBench.Define(Make.With(json, "description", "\"It.\""));

    private static Attempt Attempt(ToolDefinition tool, ObjectMap arguments) => WebBench.Attempt(tool) with { Arguments = arguments };

    private IReadOnlyList<Reeve.Core.Errors.ReeveError> Problems(string json) => kind.Problems(Define(json));

    private sealed class NoSecrets : Reeve.Core.Ports.ISecrets
    {
        public ValueTask<string> ResolveAsync(TenantId tenant, string reference, CancellationToken cancellationToken) => throw new InvalidOperationException("No secret is asked for.");
    }
}
