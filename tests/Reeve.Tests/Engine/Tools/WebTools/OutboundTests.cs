using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Outbound;
using Reeve.Testing.ServedTools;

namespace Reeve.Tests.Tools.WebTools;

/// <summary>Where requests may go, what is checked between name and first byte, and what tenants share: nothing.</summary>
public sealed class OutboundTests : IDisposable
{
    private const string Public = "93.184.216.34";
    private readonly ScriptedNetwork network = new();
    private readonly TestCertificate authority = new();
    private readonly List<OutboundClient> clients = [];

    public void Dispose()
    {
        clients.ForEach(client => client.Dispose());
        authority.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("127.1")]
    [InlineData("１２７.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("169.254.169.254")]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.51.100.7")]
    [InlineData("203.0.113.9")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("240.0.0.1")]
    [InlineData("192.88.99.1")]
    [InlineData("[::1]")]
    [InlineData("[::]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:a9fe:a9fe]")]
    [InlineData("[::127.0.0.1]")]
    [InlineData("[64:ff9b::169.254.169.254]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("[64:ff9b:1::a00:1]")]
    [InlineData("[2002:7f00:1::]")]
    [InlineData("[2001:0:53aa:64c:0:7f00:1:1]")]
    [InlineData("[2001:db8::1]")]
    [InlineData("[fe80::1]")]
    [InlineData("[fec0::1]")]
    [InlineData("[fc00::1]")]
    [InlineData("[fd12:3456::1]")]
    [InlineData("[ff02::1]")]
    [InlineData("[100::1]")]
    public void An_address_that_is_not_public_is_refused(string host) =>
        Client().Guard.Problem(new Uri($"https://{host}/"), []).ShouldNotBeNull().Code.ShouldBe("TOOL-016");

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("192.0.1.1")]
    [InlineData("[2606:2800:220:1::1]")]
    [InlineData("[::ffff:93.184.216.34]")]
    [InlineData("[64:ff9b::5db8:d822]")]
    public void A_public_address_is_not(string host) => Client().Guard.Problem(new Uri($"https://{host}/"), []).ShouldBeNull();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData(Public + ",10.0.0.1")]
    public async Task A_name_with_one_address_that_is_not_public_is_refused_before_any_connection(string answer)
    {
        network.Name("api.example.com", answer).Leads(Public, 1);

        (await Fails(Client(), "https://api.example.com/")).Code.ShouldBe("TOOL-016");

        network.Connected.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_that_changes_its_answer_leads_only_to_what_was_checked()
    {
        await using ToolServer server = await Https("api.example.com");
        network.Name("api.example.com", Public, "127.0.0.1").Leads(Public, server.Port);
        using OutboundClient client = Client();

        (await Status(client, "https://api.example.com/t")).ShouldBe(HttpStatusCode.OK);

        network.Asked.ShouldBe(["api.example.com"]);
        network.Connected.ShouldBe([new IPEndPoint(IPAddress.Parse(Public), 443)]);

        // A new connection asks again, and what it is told now is refused.
        using OutboundClient other = Client();
        (await Fails(other, "https://api.example.com/t")).Code.ShouldBe("TOOL-016");
        network.Connected.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_name_that_both_lists_allow_may_be_private_but_does_not_lead_to_metadata()
    {
        await using ToolServer server = await ToolServer.StartAsync();
        string place = $"erp.internal:{server.Port}";
        network.Name("erp.internal", "127.0.0.1");
        OutboundClient client = Client(new OutboundOptions { AllowedPrivateHosts = [place] });

        (await Status(client, $"http://{place}/t", place)).ShouldBe(HttpStatusCode.OK);
        (await Fails(client, $"http://{place}/t")).Code.ShouldBe("TOOL-016");
        network.Name("erp.internal", "169.254.169.254");
        (await Fails(Client(new OutboundOptions { AllowedPrivateHosts = [place] }), $"http://{place}/t", place)).Code.ShouldBe("TOOL-016");
    }

    [Fact]
    public async Task A_connection_that_one_tool_may_use_is_not_for_a_tool_that_may_not()
    {
        await using ToolServer server = await Https("erp.internal");
        string place = $"erp.internal:{server.Port}";
        network.Name("erp.internal", "127.0.0.1");
        OutboundClient client = Client(new OutboundOptions { AllowedPrivateHosts = [place] });

        (await Status(client, $"https://{place}/t", place)).ShouldBe(HttpStatusCode.OK);

        (await Fails(client, $"https://{place}/t")).Code.ShouldBe("TOOL-016");
        server.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task Tenants_share_no_connection_and_one_tenants_calls_share_theirs()
    {
        await using ToolServer server = await ToolServer.StartAsync();
        OutboundClient client = Client(new OutboundOptions { AllowedPrivateHosts = [server.HostAndPort] });

        for (int i = 0; i < 3; i++)
        {
            await Status(client, server.Url("/t"), server.HostAndPort, "NORTH");
            await Status(client, server.Url("/t"), server.HostAndPort, "SOUTH");
        }

        (server.Requests, server.Connections).ShouldBe((6, 2));
    }

    [Fact]
    public async Task The_longest_unused_connections_are_closed_when_there_are_too_many()
    {
        await using ToolServer server = await ToolServer.StartAsync();
        OutboundClient client = Client(new OutboundOptions { AllowedPrivateHosts = [server.HostAndPort], Pools = 2 });

        foreach (string tenant in (string[])["A", "B", "A", "C", "A", "B"])
        {
            await Status(client, server.Url("/t"), server.HostAndPort, tenant);
        }

        server.Connections.ShouldBe(4); // A once, B twice, C once
    }

    [Fact]
    public async Task The_last_word_is_asked_when_connection_and_tls_are_ready_and_no_byte_is_sent()
    {
        await using ToolServer server = await Https("api.example.com");
        network.Name("api.example.com", Public).Leads(Public, server.Port);
        OutboundClient client = Client();
        foreach (int round in (int[])[1, 2])
        {
            (int Connections, int Requests) seen = default;
            OutboundCall call = Call([], async cancellationToken =>
            {
                // The server's side of the handshake may end a moment after ours.
                while (server.Connections < round)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken);
                }

                seen = (server.Connections, server.Requests);
                return new ReeveError(ErrorCatalogue.Tools.OnHold, "It is on hold.");
            });

            ReeveException fault = await Should.ThrowAsync<ReeveException>(() => client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://api.example.com/t"), call, TestContext.Current.CancellationToken));

            fault.Error.Code.ShouldBe("TOOL-014");
            call.HasBegun.ShouldBeFalse();
            seen.ShouldBe((round, 0));
        }

        server.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task The_last_word_is_asked_on_a_connection_that_was_used_before_too()
    {
        await using ToolServer server = await ToolServer.StartAsync();
        OutboundClient client = Client(new OutboundOptions { AllowedPrivateHosts = [server.HostAndPort] });
        await Status(client, server.Url("/t"), server.HostAndPort);
        int asked = 0;
        OutboundCall call = Call([server.HostAndPort], _ =>
        {
            asked++;
            return new ValueTask<ReeveError?>(new ReeveError(ErrorCatalogue.Tools.OnHold, "It is on hold."));
        });

        await Should.ThrowAsync<ReeveException>(() => client.SendAsync(new HttpRequestMessage(HttpMethod.Post, server.Url("/t")) { Content = new StringContent("x") }, call, TestContext.Current.CancellationToken));

        (asked, server.Requests, server.Connections, call.HasBegun).ShouldBe((1, 1, 1, false));
    }

    [Theory]
    [InlineData("other.example.com", 30, true)]
    [InlineData("api.example.com", -1, true)]
    [InlineData("api.example.com", 30, false)]
    public async Task A_bad_certificate_is_not_reached(string name, int days, bool isTrusted)
    {
        using X509Certificate2 certificate = authority.For(name, days);
        await using ToolServer server = await ToolServer.StartAsync(certificate);
        network.Name("api.example.com", Public).Leads(Public, server.Port);
        OutboundClient client = isTrusted ? Client() : Make(new OutboundOptions());

        (await Fails(client, "https://api.example.com/t")).Code.ShouldBe("TOOL-017");

        server.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task What_cannot_be_connected_to_was_not_reached()
    {
        network.Name("down.example.com", Public).Name("empty.example.com", "");
        OutboundClient client = Client();

        (await Fails(client, "https://nobody.example.com/")).Code.ShouldBe("TOOL-017");
        (await Fails(client, "https://down.example.com/")).Code.ShouldBe("TOOL-017");
        (await Fails(client, "https://empty.example.com/")).Code.ShouldBe("TOOL-017");
    }

    [Fact]
    public async Task The_next_address_is_tried_when_one_is_down()
    {
        await using ToolServer server = await Https("api.example.com");
        network.Name("api.example.com", $"1.2.3.4,{Public}").Leads(Public, server.Port);

        (await Status(Client(), "https://api.example.com/t")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_server_that_breaks_off_the_handshake_was_not_reached()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        network.Name("api.example.com", Public).Leads(Public, ((IPEndPoint)listener.LocalEndpoint).Port);
        Task<TcpClient> accepting = listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken).AsTask();
        Task<ReeveError> failing = Fails(Client(), "https://api.example.com/t");
        (await accepting).Dispose();

        (await failing).Code.ShouldBe("TOOL-017");
    }

    [Fact]
    public async Task A_library_that_brings_its_own_requests_passes_the_same_guard()
    {
        await using ToolServer server = await ToolServer.StartAsync();
        OutboundClient client = Client(new OutboundOptions { AllowedPrivateHosts = [server.HostAndPort] });
        using HttpClient allowed = new(new OutboundHandler(client, _ => Call([server.HostAndPort])));
        using HttpClient denied = new(new OutboundHandler(client, _ => Call([])));

        (await allowed.GetStringAsync(server.Url("/t"), TestContext.Current.CancellationToken)).ShouldBe("""{"ok":true}""");
        (await Should.ThrowAsync<ReeveException>(() => denied.GetStringAsync(server.Url("/t"), TestContext.Current.CancellationToken))).Error.Code.ShouldBe("TOOL-016");
    }

    private static OutboundCall Call(IReadOnlyList<string> allowHosts, Func<CancellationToken, ValueTask<ReeveError?>>? before = null, string tenant = "NORTH") =>
        new() { TenantId = new TenantId(tenant), AllowHosts = allowHosts, BeforeSending = before ?? (static _ => default) };

    private static async Task<HttpStatusCode> Status(OutboundClient client, string address, string? allowed = null, string tenant = "NORTH")
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        using HttpResponseMessage response = await client.SendAsync(request, Call(allowed is null ? [] : [allowed], tenant: tenant), TestContext.Current.CancellationToken);
        (await AnswerBody.ReadAsync(response, 1_000_000, TestContext.Current.CancellationToken)).State.ShouldBe(BodyState.Whole);
        return response.StatusCode;
    }

    private static async Task<ReeveError> Fails(OutboundClient client, string address, string? allowed = null)
    {
        OutboundCall call = Call(allowed is null ? [] : [allowed]);
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        ReeveError error = (await Should.ThrowAsync<ReeveException>(() => client.SendAsync(request, call, TestContext.Current.CancellationToken))).Error;
        call.HasBegun.ShouldBeFalse();
        return error;
    }

    private async Task<ToolServer> Https(string name)
    {
        X509Certificate2 certificate = authority.For(name);
        return await ToolServer.StartAsync(certificate);
    }

    private OutboundClient Client(OutboundOptions? options = null) => Make((options ?? new OutboundOptions()) with { TrustedRoots = authority.Roots });

    private OutboundClient Make(OutboundOptions options)
    {
        OutboundClient client = new(options, network, new FakeTime());
        clients.Add(client);
        return client;
    }
}
