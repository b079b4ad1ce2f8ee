using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;
using Reeve.Engine.Tools.Kinds.MailTools;
using Reeve.Testing.Tooling;

namespace Reeve.Tests.Tools;

/// <summary>Mails to a test's own server.</summary>
internal static class MailBench
{
    /// <summary>A mail with two places for arguments.</summary>
    internal const string Plain = """ "email": {"to": "ops@example.com", "subject": "Order {args.order}", "body": "It is late.\n.\nCall {args.who}."} """;

    /// <summary>Signs in.</summary>
    internal static MailOptions WithUser(MailOptions options) => options with { User = "me", Password = "secret://mail" };

    internal static MailTool ToolOf(SmtpTestServer server, Func<MailOptions, MailOptions>? vary = null)
    {
        MailOptions options = new() { Host = "localhost", Port = server.Port, From = "reeve@north.example", Roots = [server.Certificate] };
        return new MailTool(vary?.Invoke(options) ?? options, new GivenSecrets(("secret://mail", "pw")), LoopbackNetwork.Guard($"localhost:{server.Port}", $"mail.example:{server.Port}"), new FakeTime());
    }

    internal static async Task<AttemptResult> SendAsync(
        SmtpTestServer server, string tool, string arguments, Func<MailOptions, MailOptions>? vary = null, CancellationToken? cancellationToken = null) =>
        await ToolOf(server, vary).TryAsync(ToolAttempts.At(ToolAttempts.Tool(tool), arguments), cancellationToken ?? TestContext.Current.CancellationToken);

    internal static ReeveError NotRun(AttemptResult result) => result.ShouldBeOfType<AttemptResult.NotRun>().Error;

    internal static string Member(AttemptResult.Answered answer, string name) => JsonText.ToText(answer.Output.AsMap()[name]);

    internal static string Body(string mail)
    {
        string body = mail[(mail.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        return mail.Contains("Content-Transfer-Encoding: base64", StringComparison.Ordinal)
            ? Encoding.UTF8.GetString(Convert.FromBase64String(body.Replace("\r\n", "", StringComparison.Ordinal)))
            : body[..^2];
    }
}
