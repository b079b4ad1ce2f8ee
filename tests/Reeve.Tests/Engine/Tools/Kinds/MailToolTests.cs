using Reeve.Core.Errors;
using Reeve.Engine.Tools.Kinds;
using Reeve.Engine.Tools.Kinds.MailTools;
using Reeve.Testing.Tooling;
using static Reeve.Tests.Tools.MailBench;

namespace Reeve.Tests.Tools;

/// <summary>Mails: what becomes of them at every moment of the conversation.</summary>
public sealed class MailToolTests
{
    private static readonly SmtpFault[] Broken = [new SmtpFault.Drop(), new SmtpFault.Say("what\r\n"), new SmtpFault.Say(new string('x', 5_000)), new SmtpFault.Say("99 x\r\n")];

    // A line that is a dot ends a mail: in plain ASCII it travels as it is, beyond ASCII in base64.
    [Theory]
    [InlineData("Ann")]
    [InlineData("Zoë")]
    public async Task A_mail_arrives_as_it_was_written(string who)
    {
        await using SmtpTestServer server = new();

        AttemptResult.Answered answer = (await SendAsync(server, Plain, $$"""{"order": 7, "who": "{{who}}"}""")).ShouldBeOfType<AttemptResult.Answered>();

        string mail = server.Mails.ShouldHaveSingleItem();
        mail.ShouldContain("To: ops@example.com\r\n");
        mail.ShouldContain("From: reeve@north.example\r\n");
        mail.ShouldContain("Subject: Order 7\r\n");
        mail.ShouldContain("Date: Thu, 15 Jan 2026 12:00:00 +0000\r\n");
        Body(mail).ShouldBe($"It is late.\r\n.\r\nCall {who}.");
        Member(answer, "recipients").ShouldBe("""["ops@example.com"]""");
    }

    [Fact]
    public async Task The_id_of_a_mail_is_that_of_its_execution_so_a_repetition_can_be_seen()
    {
        await using SmtpTestServer server = new();

        await SendAsync(server, Plain, "{}");
        await SendAsync(server, Plain, "{}");

        server.Mails.ShouldAllBe(mail => mail.Contains($"Message-ID: <{ToolAttempts.Key}@north.example>\r\n", StringComparison.Ordinal));
        server.Mails.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(MailSecurity.StartTls, false)]
    [InlineData(MailSecurity.Tls, true)]
    [InlineData(MailSecurity.None, false)]
    public async Task Each_way_of_speaking_to_a_server_works(MailSecurity security, bool isTlsFromStart)
    {
        await using SmtpTestServer server = new() { IsTlsFromStart = isTlsFromStart };

        (await SendAsync(server, Plain, "{}", options => options with { Security = security })).ShouldBeOfType<AttemptResult.Answered>();
        server.Commands.Contains("STARTTLS").ShouldBe(security == MailSecurity.StartTls);
    }

    [Theory]
    [InlineData("AUTH PLAIN LOGIN", "AUTH PLAIN AG1lAHB3")]
    [InlineData("AUTH LOGIN", "cHc=")]
    public async Task Who_signs_in_does_it_by_what_the_server_offers_and_after_TLS(string offer, string proof)
    {
        await using SmtpTestServer server = new() { Extensions = ["STARTTLS", offer] };

        (await SendAsync(server, Plain, "{}", WithUser)).ShouldBeOfType<AttemptResult.Answered>();
        server.Commands.ShouldContain(proof);
        server.Commands.ToList().IndexOf(proof).ShouldBeGreaterThan(server.Commands.ToList().IndexOf("STARTTLS"));
    }

    [Fact]
    public async Task Without_STARTTLS_nothing_is_sent_not_even_the_password()
    {
        await using SmtpTestServer server = new() { Extensions = ["AUTH PLAIN"] };

        NotRun(await SendAsync(server, Plain, "{}", WithUser)).Code.ShouldBe("TOOL-017");
        server.Commands.ShouldBe(["EHLO north.example"]);
    }

    [Fact]
    public async Task What_was_slipped_in_before_TLS_ends_the_conversation()
    {
        await using SmtpTestServer server = new() { AfterStartTls = "250 AUTH PLAIN\r\n" };

        NotRun(await SendAsync(server, Plain, "{}", WithUser)).Message.ShouldContain("out of turn");
        server.Mails.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_certificate_of_another_name_or_root_is_not_spoken_to()
    {
        await using SmtpTestServer server = new();

        NotRun(await SendAsync(server, Plain, "{}", options => options with { Host = "mail.example" })).Message.ShouldContain("TLS");
        NotRun(await SendAsync(server, Plain, "{}", options => options with { Roots = null })).Message.ShouldContain("TLS");
        server.Commands.ShouldAllBe(command => command == "STARTTLS" || command.StartsWith("EHLO", StringComparison.Ordinal));
    }

    public static TheoryData<SmtpMoment, int> Faults()
    {
        TheoryData<SmtpMoment, int> all = [];
        foreach (SmtpMoment moment in Enum.GetValues<SmtpMoment>())
        {
            for (int i = 0; i < Broken.Length; i++)
            {
                all.Add(moment, i);
            }
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_breaks_before_the_dot_was_not_sent_and_what_breaks_after_it_is_unclear(SmtpMoment moment, int fault)
    {
        await using SmtpTestServer server = new() { Fault = (moment, Broken[fault]) };

        AttemptResult result = await SendAsync(server, Plain, "{}", WithUser);

        // A message that the client has sent whole may be taken, whenever its server stopped reading.
        if (moment is SmtpMoment.Dot or SmtpMoment.Message)
        {
            result.ShouldBeOfType<AttemptResult.Unclear>().Error.Code.ShouldBe("TOOL-019");
        }
        else
        {
            NotRun(result).IsTransient.ShouldBeTrue();
            server.Mails.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData(SmtpMoment.Connected)]
    [InlineData(SmtpMoment.Hello)]
    [InlineData(SmtpMoment.StartTls)]
    [InlineData(SmtpMoment.SignIn)]
    [InlineData(SmtpMoment.Sender)]
    [InlineData(SmtpMoment.Recipient)]
    [InlineData(SmtpMoment.Data)]
    [InlineData(SmtpMoment.Dot)]
    public async Task A_server_that_says_no_has_not_taken_the_mail(SmtpMoment moment)
    {
        await using SmtpTestServer later = new() { Fault = (moment, new SmtpFault.Say("451-not\r\n451 now\r\n")) };
        await using SmtpTestServer never = new() { Fault = (moment, new SmtpFault.Say("550 no such\u001b[31m user\r\n")) };

        NotRun(await SendAsync(later, Plain, "{}", WithUser)).Code.ShouldBe("TOOL-022");
        AttemptResult.Refused refused = (await SendAsync(never, Plain, "{}", WithUser)).ShouldBeOfType<AttemptResult.Refused>();
        (refused.Error.Code, refused.Answer.StringOrNull()).ShouldBe(("TOOL-020", "550 no such\uFFFD[31m user"));
    }

    [Theory]
    [InlineData(SmtpMoment.Recipient)]
    [InlineData(SmtpMoment.Dot)]
    public async Task A_server_that_says_nothing_is_left_when_the_time_is_over(SmtpMoment moment)
    {
        await using SmtpTestServer server = new() { Fault = (moment, new SmtpFault.Silence()) };
        using CancellationTokenSource over = new();
        Task<AttemptResult> sending = SendAsync(server, Plain, "{}", cancellationToken: over.Token);
        await UntilAsync(() => moment == SmtpMoment.Dot ? server.Mails.Count == 1 : server.Commands.Any(command => command.StartsWith("RCPT", StringComparison.Ordinal)));

        await over.CancelAsync();

        if (moment == SmtpMoment.Dot)
        {
            (await sending).ShouldBeOfType<AttemptResult.Unclear>().Error.Code.ShouldBe("TOOL-018");
        }
        else
        {
            NotRun(await sending).Code.ShouldBe("TOOL-017");
        }
    }

    [Fact]
    public async Task Before_anything_is_said_of_the_mail_the_end_of_the_time_is_a_cancellation()
    {
        await using SmtpTestServer server = new() { Fault = (SmtpMoment.Hello, new SmtpFault.Silence()) };
        using CancellationTokenSource over = new();
        Task<AttemptResult> sending = SendAsync(server, Plain, "{}", cancellationToken: over.Token);
        await UntilAsync(() => server.Commands.Count > 0);

        await over.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(sending);
    }

    [Fact]
    public async Task A_mail_that_is_kept_back_is_asked_for_when_all_is_ready_and_not_begun()
    {
        await using SmtpTestServer server = new();
        IReadOnlyList<string> heard = [];
        Attempt attempt = ToolAttempts.At(ToolAttempts.Tool(Plain), "{}", new ReeveError(ErrorCatalogue.Tools.OnHold, "Held."), () => heard = server.Commands);

        AttemptResult result = await ToolOf(server, WithUser).TryAsync(attempt, TestContext.Current.CancellationToken);

        NotRun(result).Code.ShouldBe("TOOL-014");
        heard[^1].ShouldStartWith("AUTH");
        server.Commands.ShouldNotContain(command => command.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_was_not_reached()
    {
        int port;
        await using (SmtpTestServer gone = new())
        {
            port = gone.Port;
        }

        MailTool tool = new(new MailOptions { Host = "localhost", Port = port, From = "reeve@north.example" }, new GivenSecrets(), LoopbackNetwork.Guard($"localhost:{port}"), new FakeTime());

        NotRun(await tool.TryAsync(ToolAttempts.At(ToolAttempts.Tool(Plain), "{}"), TestContext.Current.CancellationToken)).Code.ShouldBe("TOOL-017");
    }

    [Fact]
    public async Task A_server_at_a_private_address_must_be_allowed_like_every_private_target()
    {
        await using SmtpTestServer server = new();
        MailOptions options = new() { Host = "localhost", Port = server.Port, From = "reeve@north.example", Roots = [server.Certificate] };
        MailTool tool = new(options, new GivenSecrets(), LoopbackNetwork.Guard("localhost:1"), new FakeTime());

        NotRun(await tool.TryAsync(ToolAttempts.At(ToolAttempts.Tool(Plain), "{}"), TestContext.Current.CancellationToken)).Code.ShouldBe("TOOL-016");
    }

    [Fact]
    public async Task A_secret_that_is_not_there_keeps_the_mail_back()
    {
        await using SmtpTestServer server = new();

        NotRun(await SendAsync(server, Plain, "{}", options => options with { User = "me", Password = "secret://other" })).Code.ShouldBe("TOOL-025");
        server.Commands.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_configured_server_there_are_no_mails()
    {
        MailTool tool = new(null, new GivenSecrets(), LoopbackNetwork.Guard(), new FakeTime());

        tool.Problems(ToolAttempts.Tool(Plain)).ShouldHaveSingleItem().NextStep.ShouldContain("tools.smtp.host");
        await Task.CompletedTask;
    }

    // The server is another party: there is no signal to wait for but what it noted.
    private static async Task UntilAsync(Func<bool> happened)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        while (!happened())
        {
            await Task.Delay(5, deadline.Token);
        }
    }
}
