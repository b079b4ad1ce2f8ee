using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Reeve.Engine.Tools.Kinds;
using Reeve.Engine.Tools.Kinds.MailTools;
using Reeve.Testing;
using Reeve.Testing.Tooling;

namespace Reeve.IntegrationTests.Tools;

/// <summary>Mails to a mail server that somebody else wrote: Debian's python3-aiosmtpd.</summary>
public sealed class MailServerTests : IDisposable
{
    private const string Python = "/usr/bin/python3";

    // Prints its port, then a line of JSON for every mail, and ends with its standard input. Python's own mail library reads the mail, strictly.
    private const string Server =
        """
        import asyncio, email, email.policy, json, ssl, sys
        from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

        class Keep:
            async def handle_DATA(self, server, session, envelope):
                mail = email.message_from_bytes(envelope.content, policy=email.policy.SMTP)
                print(json.dumps({'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'tls': session.ssl is not None, 'user': session.auth_data and session.auth_data.login.decode(),
                    'subject': mail['subject'], 'headers': mail.keys(), 'id': mail['message-id'], 'defects': len(mail.defects), 'body': mail.get_content()}), flush=True)
                return '250 kept'

        def authenticate(server, session, envelope, mechanism, data):
            good = isinstance(data, LoginPassword) and data.login == b'me' and data.password == 'pw é'.encode()
            return AuthResult(success=good, handled=False, auth_data=data)

        async def main():
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(sys.argv[1])
            serving = await asyncio.get_running_loop().create_server(
                lambda: SMTP(Keep(), hostname='localhost', require_starttls=True, tls_context=tls, auth_required=True, authenticator=authenticate), '127.0.0.1', 0)
            print(serving.sockets[0].getsockname()[1], flush=True)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

        asyncio.run(main())
        """;

    private static readonly Lazy<bool> IsThere = new(() => Directory.Exists("/usr/lib/python3/dist-packages/aiosmtpd") && File.Exists(Python));

    private readonly TemporaryFolder folder = new();
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));

    public MailServerTests() => Assert.SkipUnless(IsThere.Value, "Debian's python3-aiosmtpd is not installed on this machine.");

    public void Dispose()
    {
        deadline.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_mail_of_many_scripts_is_read_as_it_was_meant()
    {
        const string Mail = """ "email": {"to": ["{args.to}", "boss@example.com"], "subject": "{args.subject}", "body": "{args.body}"} """;
        using Process server = Start(out X509Certificate2 certificate);
        int port = int.Parse((await server.StandardOutput.ReadLineAsync(Soon))!);
        MailTool tool = Of(port, certificate, "pw é");
        Attempt attempt = ToolAttempts.At(ToolAttempts.Tool(Mail), """{"to": "ann@example.com", "subject": "Überfällig\r\nBcc: evil@example.net 😀", "body": ".\nErste Zeile €\n..\nzweite"}""");

        (await tool.TryAsync(attempt, Soon)).ShouldBeOfType<AttemptResult.Answered>();

        JsonElement mail = JsonDocument.Parse((await server.StandardOutput.ReadLineAsync(Soon))!).RootElement;
        mail.GetProperty("to").EnumerateArray().Select(to => to.GetString()).ShouldBe(["ann@example.com", "boss@example.com"]);
        mail.GetProperty("subject").GetString().ShouldBe("Überfällig Bcc: evil@example.net 😀");
        mail.GetProperty("body").GetString()!.ReplaceLineEndings("\n").TrimEnd('\n').ShouldBe(".\nErste Zeile €\n..\nzweite");
        mail.GetProperty("headers").EnumerateArray().Select(name => name.GetString()).ShouldNotContain("Bcc");
        mail.GetProperty("id").GetString().ShouldBe($"<{ToolAttempts.Key}@north.example>");
        (mail.GetProperty("tls").GetBoolean(), mail.GetProperty("user").GetString(), mail.GetProperty("defects").GetInt32()).ShouldBe((true, "me", 0));
        await EndAsync(server);
    }

    [Fact]
    public async Task A_wrong_password_is_refused_and_no_mail_is_sent()
    {
        using Process server = Start(out X509Certificate2 certificate);
        int port = int.Parse((await server.StandardOutput.ReadLineAsync(Soon))!);
        Attempt attempt = ToolAttempts.At(ToolAttempts.Tool(""" "email": {"to": "ann@example.com"} """), "{}");

        AttemptResult result = await Of(port, certificate, "wrong").TryAsync(attempt, Soon);

        result.ShouldBeOfType<AttemptResult.Refused>().Error.ToString().ShouldContain("535");
        server.StandardInput.Close();
        (await server.StandardOutput.ReadToEndAsync(Soon)).ShouldBeEmpty();
        await EndAsync(server);
    }

    // The server is another process: what it never says must not hold the tests up.
    private CancellationToken Soon => deadline.Token;

    private static MailTool Of(int port, X509Certificate2 certificate, string password)
    {
        MailOptions options = new() { Host = "localhost", Port = port, From = "reeve@north.example", User = "me", Password = "secret://mail", Roots = [certificate] };
        return new MailTool(options, new GivenSecrets(("secret://mail", password)), LoopbackNetwork.Guard($"localhost:{port}"), TimeProvider.System);
    }

    private async Task EndAsync(Process server)
    {
        server.StandardInput.Close();
        await server.WaitForExitAsync(Soon);
    }

    private Process Start(out X509Certificate2 certificate)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(150));
        File.WriteAllText(folder.File("pem"), certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        File.WriteAllText(folder.File("server.py"), Server);
        return Process.Start(new ProcessStartInfo(Python, ["-W", "ignore", folder.File("server.py"), folder.File("pem")])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        })!;
    }
}
