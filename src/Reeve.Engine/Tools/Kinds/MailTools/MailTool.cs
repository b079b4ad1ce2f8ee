using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Ports;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Engine.Tools.Kinds.MailTools;

/// <summary>
/// Tools that send a mail, over SMTP. One connection per attempt. Until the dot that ends the message is written a mail provably was not sent; from then on only the server's reply says
/// what came of it. Thread-safe.
/// </summary>
/// <param name="options">The mail server; null: there is none, and no mail can be sent.</param>
/// <param name="secrets">Where its password comes from.</param>
/// <param name="guard">What may be reached. A server at a private address needs its <c>host:port</c> among the allowed private hosts.</param>
/// <param name="clock">The date of mails.</param>
public sealed class MailTool(MailOptions? options, ISecrets secrets, OutboundGuard guard, TimeProvider clock) : IToolKind
{
    // More is no message to a person; servers take 10 MB and more.
    private const int LargestMessage = 1024 * 1024;

    // Of a server's own words as they are recorded.
    private const int LongestReply = 300;

    // How long the last word to a server that has taken the mail may take.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IReadOnlyList<ToolType> Types { get; } = [ToolType.Email];

    /// <inheritdoc/>
    public IReadOnlyList<ReeveError> Problems(ToolDefinition tool)
    {
        DefinitionProblems problems = new(tool);
        if (options is null)
        {
            problems.Missing("No mail server is configured, so no mail can be sent.", nextStep: "Set tools.smtp.host and tools.smtp.from.");
        }

        MailDefinition.Read(tool, problems);
        return problems.All;
    }

    /// <inheritdoc/>
    public string Target(ToolDefinition tool, ObjectMap arguments) => "mailto:" + MailDefinition.Read(tool, new DefinitionProblems(tool)).RecipientsShown(arguments);

    /// <inheritdoc/>
    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        MailDefinition definition = MailDefinition.Read(attempt.Tool, new DefinitionProblems(attempt.Tool));
        IReadOnlyList<Mailbox> recipients = definition.Recipients(attempt.Arguments, out ReeveError? error);
        if (error is not null)
        {
            return new AttemptResult.NotRun(error, RetryAfter: null);
        }

        MailOptions server = options!; // not null: such a tool has problems, and is not called
        Mailbox from = Mailbox.Parse(server.From) ?? throw new InvalidOperationException("The sender of mails is no address.");
        MailMessage message = new()
        {
            From = from, To = recipients, Subject = definition.Subject(attempt.Arguments), Body = definition.Body(attempt.Arguments),
            MessageId = $"{attempt.IdempotencyKey}@{from.Domain}", Date = clock.GetUtcNow(),
        };
        byte[] content = message.Render();
        return content.Length <= LargestMessage
            ? await SendAsync(server, message, content, attempt, cancellationToken)
            : new AttemptResult.NotRun(new ReeveError(ErrorCatalogue.Tools.BadInput, $"The mail would have {content.Length} bytes; {LargestMessage} at most."), RetryAfter: null);
    }

    private async Task<AttemptResult> SendAsync(MailOptions server, MailMessage message, byte[] content, Attempt attempt, CancellationToken cancellationToken)
    {
        bool isAnnounced = false;
        bool isSent = false;
        try
        {
            string? password = server.Password is null ? null : await secrets.ResolveAsync(attempt.TenantId, server.Password, cancellationToken);
            await using SmtpSession session = new(await ConnectAsync(server, cancellationToken));
            if (await GreetAsync(session, server, message.From.Domain, password, cancellationToken) is { } refused)
            {
                return refused;
            }

            if (await attempt.BeforeSending(cancellationToken) is { } kept)
            {
                return new AttemptResult.NotRun(kept, RetryAfter: null);
            }

            isAnnounced = true;
            if (await AnnounceAsync(session, message, cancellationToken) is { } unwanted)
            {
                return unwanted;
            }

            await session.SendAsync(content, cancellationToken);

            // From here on the server may have taken the mail, whatever happens to the connection.
            isSent = true;
            SmtpReply reply = await session.SayAsync(".", cancellationToken);
            return await SettleAsync(session, reply, message);
        }
        catch (OperationCanceledException) when (isAnnounced)
        {
            return isSent
                ? new AttemptResult.Unclear(new ReeveError(ErrorCatalogue.Tools.TimedOut, "The mail server did not say in time whether it took the mail."))
                : new AttemptResult.NotRun(new ReeveError(ErrorCatalogue.Tools.NotReached, "The mail server did not take the mail in time; it was not sent."), RetryAfter: null);
        }
        catch (Exception fault) when (fault is IOException or SocketException or AuthenticationException or InvalidDataException)
        {
            return isSent
                ? new AttemptResult.Unclear(new ReeveError(ErrorCatalogue.Tools.Broken, $"The connection to the mail server broke before it said whether it took the mail: {Cause(fault)}"))
                : new AttemptResult.NotRun(new ReeveError(ErrorCatalogue.Tools.NotReached, $"The mail was not sent: {Cause(fault)}"), RetryAfter: null);
        }
        catch (ReeveException fault) when (!isSent)
        {
            return new AttemptResult.NotRun(fault.Error, RetryAfter: null);
        }
    }

    // The configuration names the server, so nobody else needs to wish for it; that it may be private is said in one place for all that is called.
    private ValueTask<Stream> ConnectAsync(MailOptions server, CancellationToken cancellationToken)
    {
        Uri place = new UriBuilder(Uri.UriSchemeHttps, server.Host, server.Port).Uri;
        bool isNamed = guard.IsNamed(place, [HostPort.Of(place).ToString()]);
        return guard.ConnectAsync(new DnsEndPoint(server.Host, server.Port), isNamed, cancellationToken);
    }

    // Up to where mails may be sent; null when it went well.
    private static async Task<AttemptResult?> GreetAsync(SmtpSession session, MailOptions server, string name, string? password, CancellationToken cancellationToken)
    {
        if (server.Security == MailSecurity.Tls)
        {
            await session.SecureAsync(server.Host, server.Roots, cancellationToken);
        }

        SmtpReply reply = await session.HearAsync(cancellationToken);
        if (!reply.IsDone)
        {
            return Declined(reply);
        }

        reply = await session.SayAsync($"EHLO {name}", cancellationToken);
        if (reply.IsDone && server.Security == MailSecurity.StartTls)
        {
            // Whoever stands between could take the offer out of the reply, so going on without would be as good as no TLS at all.
            if (reply.Extension("STARTTLS") is null)
            {
                return new AttemptResult.NotRun(new ReeveError(ErrorCatalogue.Tools.NotReached, "The mail server offers no STARTTLS, and nothing is sent without."), RetryAfter: null);
            }

            reply = await session.SayAsync("STARTTLS", cancellationToken);
            if (reply.IsDone)
            {
                await session.SecureAsync(server.Host, server.Roots, cancellationToken);
                reply = await session.SayAsync($"EHLO {name}", cancellationToken);
            }
        }

        return !reply.IsDone ? Declined(reply)
            : server.User is { } user && password is not null ? await SignInAsync(session, reply, user, password, cancellationToken)
            : null;
    }

    private static async Task<AttemptResult?> SignInAsync(SmtpSession session, SmtpReply offers, string user, string password, CancellationToken cancellationToken)
    {
        string[] ways = offers.Extension("AUTH") ?? [];
        SmtpReply reply;
        if (ways.Contains("PLAIN", StringComparer.OrdinalIgnoreCase))
        {
            reply = await session.SayAsync($"AUTH PLAIN {Base64($"\0{user}\0{password}")}", cancellationToken);
        }
        else if (ways.Contains("LOGIN", StringComparer.OrdinalIgnoreCase))
        {
            reply = await session.SayAsync("AUTH LOGIN", cancellationToken);
            reply = reply.IsMore ? await session.SayAsync(Base64(user), cancellationToken) : reply;
            reply = reply.IsMore ? await session.SayAsync(Base64(password), cancellationToken) : reply;
        }
        else
        {
            return new AttemptResult.Refused(new ReeveError(ErrorCatalogue.Tools.Declined, "The mail server offers neither PLAIN nor LOGIN to sign in."), Value.Null);
        }

        return reply.IsDone ? null : Declined(reply);
    }

    // All recipients or none: half a mail would be neither done nor not done.
    private static async Task<AttemptResult?> AnnounceAsync(SmtpSession session, MailMessage message, CancellationToken cancellationToken)
    {
        SmtpReply reply = await session.SayAsync($"MAIL FROM:<{message.From}>", cancellationToken);
        for (int i = 0; i < message.To.Count && reply.IsDone; i++)
        {
            reply = await session.SayAsync($"RCPT TO:<{message.To[i]}>", cancellationToken);
        }

        if (!reply.IsDone)
        {
            return Declined(reply);
        }

        reply = await session.SayAsync("DATA", cancellationToken);
        return reply.IsMore ? null : Declined(reply);
    }

    private async Task<AttemptResult> SettleAsync(SmtpSession session, SmtpReply reply, MailMessage message)
    {
        if (!reply.IsDone)
        {
            // RFC 5321, 4.2.5: a server that answers the dot with 4yz or 5yz has not taken the mail and will not deliver it.
            return reply.IsMore ? new AttemptResult.Unclear(new ReeveError(ErrorCatalogue.Tools.Broken, $"The mail server answered the mail with {reply.Code}, which says nothing.")) : Declined(reply);
        }

        // The mail is sent; how the server takes leave changes nothing, and is not waited for.
        using CancellationTokenSource soon = new(Farewell, clock);
        try
        {
            await session.QuitAsync(soon.Token);
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException)
        {
            _ = fault;
        }

        return new AttemptResult.Answered(Value.Of(ObjectMap.Of(
            ("messageId", Value.Of(message.MessageId)),
            ("recipients", Value.Of(new ListValue([.. message.To.Select(recipient => Value.Of(recipient.ToString()))]))),
            ("reply", Value.Of(Words(reply))))));
    }

    // 2yz and 3yz where they do not belong are as good as no SMTP: nothing was sent, and it may be better next time.
    private static AttemptResult Declined(SmtpReply reply) =>
        reply.IsLater ? new AttemptResult.NotRun(new ReeveError(ErrorCatalogue.Tools.Busy, $"The mail server put the mail off with {reply.Code}."), RetryAfter: null)
        : reply.IsDone || reply.IsMore ? new AttemptResult.NotRun(new ReeveError(ErrorCatalogue.Tools.NotReached, $"The mail server answered {reply.Code} where it had to say yes or no."), RetryAfter: null)
        : new AttemptResult.Refused(new ReeveError(ErrorCatalogue.Tools.Declined, $"The mail server refused with {reply.Code}."), Value.Of(Words(reply)));

    private static string Words(SmtpReply reply) => Shown.Short(reply.ToString(), LongestReply);

    private static string Cause(Exception fault) => Shown.Short(fault is AuthenticationException ? $"TLS failed: {fault.Message}" : fault.Message, LongestReply);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
