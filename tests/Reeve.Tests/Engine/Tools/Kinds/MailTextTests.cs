using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;
using Reeve.Engine.Tools.Kinds.MailTools;
using Reeve.Testing.Tooling;
using static Reeve.Tests.Tools.MailBench;

namespace Reeve.Tests.Tools;

/// <summary>What arguments can and cannot make of a mail: its recipients, its headers, its text.</summary>
public sealed class MailTextTests
{
    // Everything that has ever ended a line somewhere, and what hides text.
    public static TheoryData<string> Hostile() =>
    [
        "x\r\nBcc: evil@example.net", "x\nBcc: evil@example.net", "x\rBcc: evil@example.net", "x\u0085Bcc: e", "x\u2028Bcc: e", "x\u2029Bcc: e", "x\v\fBcc: e", "x\0Bcc: e",
        "=?utf-8?B?DQpCY2M6IGV2aWw=?=", "x\r\n\r\nhidden body", "x\r\n.\r\nMAIL FROM:<evil@example.net>", "x\u202Eevil", "\ud800", string.Concat(Enumerable.Repeat("ä€😀", 300)), "{args.who}",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task No_argument_makes_a_header_a_recipient_or_a_second_mail(string text)
    {
        await using SmtpTestServer server = new();
        Attempt attempt = ToolAttempts.At(ToolAttempts.Tool(Plain), ObjectMap.Of(("order", Value.Of(text)), ("who", Value.Of(text))));

        (await ToolOf(server).TryAsync(attempt, TestContext.Current.CancellationToken)).ShouldBeOfType<AttemptResult.Answered>();

        string mail = server.Mails.ShouldHaveSingleItem();
        string head = mail[..mail.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        head.Split("\r\n").Where(line => !line.StartsWith(' ')).Select(line => line.Split(':')[0])
            .ShouldBe(["Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]);
        head.ShouldNotContain("=?utf-8?B?DQpCY2M6IGV2aWw=?=");
        mail.ShouldAllBe(c => (c >= ' ' && c < '\u007f') || c == '\r' || c == '\n');
        mail.Split("\r\n").ShouldAllBe(line => line.Length <= 998 && !line.Contains('\r') && !line.Contains('\n'));
        server.Commands.Where(command => command.StartsWith("RCPT", StringComparison.Ordinal)).ShouldBe(["RCPT TO:<ops@example.com>"]);
        server.Commands.Count(command => command.StartsWith("MAIL", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_subject_beyond_ASCII_is_read_back_as_it_was()
    {
        await using SmtpTestServer server = new();
        string subject = string.Concat(Enumerable.Repeat("Überfällig: 7 €, 😀 ", 8)).Trim();

        await SendAsync(server, """ "email": {"to": "ops@example.com", "subject": "{args.s}"} """, JsonText.ToText(Value.Of(ObjectMap.Of(("s", Value.Of(subject))))));

        string head = server.Mails.Single().Split("Subject: ")[1].Split("\r\nMessage-ID")[0];
        string[] words = head.Split("\r\n ");
        words.ShouldAllBe(word => word.Length <= 75);
        string.Concat(words.Select(word => Encoding.UTF8.GetString(Convert.FromBase64String(word["=?utf-8?B?".Length..^2])))).ShouldBe(subject);
    }

    [Theory]
    [InlineData("a@example.com", true)]
    [InlineData("a@EXAMPLE.com", true)]
    [InlineData("a@sub.example.org", true)]
    [InlineData("a@example.org", false)]
    [InlineData("a@evil-example.com", false)]
    [InlineData("a@example.com.evil.net", false)]
    [InlineData("a@evil.net", false)]
    [InlineData("a@example.com,b@evil.net", false)]
    [InlineData("a@evil.net@example.com", false)]
    [InlineData("a%evil.net@example.com", false)]
    [InlineData("evil.net!a@example.com", false)]
    [InlineData("a@example.com>\r\nRCPT TO:<b@evil.net", false)]
    [InlineData("a@example.com\u2028", false)]
    [InlineData("\"a b\"@example.com", false)]
    [InlineData("A <a@example.com>", false)]
    [InlineData("|prog@example.com", false)]
    [InlineData("a@[127.0.0.1]", false)]
    [InlineData("a@127.0.0.1", false)]
    [InlineData("ä@example.com", false)]
    [InlineData("a..b@example.com", false)]
    [InlineData("@example.com", false)]
    [InlineData("", false)]
    public async Task A_recipient_from_an_argument_is_one_plain_address_of_an_allowed_domain(string recipient, bool isGood)
    {
        const string ToArgument = """ "email": {"to": ["{args.who}"], "subject": "s", "allowDomains": ["example.com", "*.example.org"]} """;
        await using SmtpTestServer server = new();

        AttemptResult result = await SendAsync(server, ToArgument, JsonText.ToText(Value.Of(ObjectMap.Of(("who", Value.Of(recipient))))));

        (result is AttemptResult.Answered).ShouldBe(isGood);
        server.Mails.Count.ShouldBe(isGood ? 1 : 0);
        if (!isGood)
        {
            NotRun(result).Code.ShouldBeOneOf("TOOL-013", "TOOL-016");
            NotRun(result).IsTransient.ShouldBeFalse();
            server.Commands.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task An_argument_fills_only_the_place_it_is_given()
    {
        const string Local = """ "email": {"to": "{args.who}@example.com, boss@example.com", "subject": "s"} """;
        await using SmtpTestServer server = new();

        (await SendAsync(server, Local, """{"who": "ann"}""")).ShouldBeOfType<AttemptResult.Answered>();
        NotRun(await SendAsync(server, Local, """{"who": "x@evil.net, ann"}""")).Code.ShouldBe("TOOL-013");
        NotRun(await SendAsync(server, Local, """{"who": "x@evil.net"}""")).Code.ShouldBe("TOOL-013");

        server.Commands.Where(command => command.StartsWith("RCPT", StringComparison.Ordinal)).ShouldBe(["RCPT TO:<ann@example.com>", "RCPT TO:<boss@example.com>"]);
    }

    [Fact]
    public async Task A_list_gives_a_recipient_for_each_of_its_items_and_each_once()
    {
        const string List = """ "email": {"to": ["{args.who}"], "subject": "s", "allowDomains": ["example.com"]} """;
        await using SmtpTestServer server = new();

        AttemptResult.Answered answer = (await SendAsync(server, List, """{"who": ["a@example.com", "b@example.com", "a@example.com"]}""")).ShouldBeOfType<AttemptResult.Answered>();
        NotRun(await SendAsync(server, List, """{"who": ["a@example.com", "b@evil.net"]}""")).Code.ShouldBe("TOOL-016");
        NotRun(await SendAsync(server, List, "{}")).Code.ShouldBe("TOOL-013");
        NotRun(await SendAsync(server, List, JsonText.ToText(Value.Of(ObjectMap.Of(("who", Value.Of(new ListValue([.. Enumerable.Range(0, 51).Select(i => Value.Of($"a{i}@example.com"))]))))))))
            .Code.ShouldBe("TOOL-013");

        Member(answer, "recipients").ShouldBe("""["a@example.com","b@example.com"]""");
    }

    [Fact]
    public void What_people_approve_names_every_recipient()
    {
        ToolDefinition tool = ToolAttempts.Tool(""" "email": {"to": ["{args.who}", "boss@example.com"], "subject": "s"} """);
        MailTool mail = new(null, new GivenSecrets(), LoopbackNetwork.Guard(), new FakeTime());

        mail.Target(tool, ObjectMap.Of(("who", Value.Of("Ann@Example.com")))).ShouldBe("mailto:Ann@example.com,boss@example.com");
        mail.Target(tool, ObjectMap.Of(("who", Value.Of("x\ny")))).ShouldBe("mailto:\"x\uFFFDy\",boss@example.com");
    }

    [Theory]
    [InlineData(""" "type": "email" """, "/email", "TOOL-015")]
    [InlineData(""" "email": {"to": [], "subject": "s"} """, "/email/to", "TOOL-015")]
    [InlineData(""" "email": {"to": "Ops <ops@example.com>", "subject": "s"} """, "/email/to", "TOOL-034")]
    [InlineData(""" "email": {"to": "ops@example.com", "subject": "{exception.id}"} """, "/email/subject", "TOOL-034")]
    [InlineData(""" "email": {"to": "ops@example.com", "subject": "{arg.id}"} """, "/email/subject", "TOOL-034")]
    [InlineData(""" "parameters": {"a": {"type": "string"}}, "email": {"to": "ops@example.com", "body": "{args.b}"} """, "/email/body", "TOOL-034")]
    [InlineData(""" "email": {"to": "ops@example.com", "allowDomains": ["*"]} """, "/email/allowDomains", "TOOL-034")]
    public void A_definition_that_cannot_be_used_says_which_member(string members, string subject, string code)
    {
        MailTool tool = new(new MailOptions { Host = "localhost", From = "reeve@north.example" }, new GivenSecrets(), LoopbackNetwork.Guard(), new FakeTime());

        ReeveError error = tool.Problems(ToolAttempts.Tool(members)).ShouldHaveSingleItem();

        (error.Code, error.Subject).ShouldBe((code, subject));
    }

    [Fact]
    public async Task A_mail_that_is_too_large_is_not_sent()
    {
        await using SmtpTestServer server = new();

        NotRun(await SendAsync(server, Plain, $$"""{"who": "{{new string('x', 900_000)}}"}""")).Code.ShouldBe("TOOL-013");
        server.Commands.ShouldBeEmpty();
    }
}
