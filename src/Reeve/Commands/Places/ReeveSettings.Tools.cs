using Reeve.Core.Errors;
using Reeve.Engine.Tools.Kinds.CommandTools;
using Reeve.Engine.Tools.Kinds.MailTools;

namespace Reeve.Commands.Places;

public sealed partial record ReeveSettings
{
    /// <summary>The mail server of email tools; null: there is none.</summary>
    public MailOptions? Mail { get; init; }

    /// <summary>What command tools may run; nothing unless set.</summary>
    public CommandOptions Programs { get; init; } = new();

    private static IReadOnlyList<Setting> ToolSettings =>
        [CommandFolderSetting, McpCommandsSetting, SmtpHostSetting, SmtpPortSetting, SmtpSecuritySetting, SmtpUserSetting, SmtpPasswordSetting, SmtpFromSetting];

    private static Setting<string?> CommandFolderSetting { get; } = new()
    {
        Name = "tools.commandFolder", Form = "path", Default = null, Usually = "none: command tools are refused", Read = static value => value.Path,
        Meaning = "The folder of the programs that tools may run, and so who may say what runs here ([tools.md](tools.md#commands)).",
    };

    private static Setting<string?> SmtpHostSetting { get; } = new()
    {
        Name = "tools.smtp.host", Form = "a name", Default = null, Usually = "none: email tools are refused", Read = static value => Host(value.Text),
        Meaning = "The mail server of email tools, by the name in its certificate. One at a private address must be among `tools.allowedPrivateHosts`, too ([tools.md](tools.md#mail)).",
    };

    private static Setting<int> SmtpPortSetting { get; } = new()
    {
        Name = "tools.smtp.port", Form = "a whole number, 1 to 65535", Default = MailOptions.DefaultPort, Usually = "587", Read = static value => value.Number(1, 65_535),
        Meaning = "Its port.",
    };

    private static Setting<MailSecurity> SmtpSecuritySetting { get; } = new()
    {
        Name = "tools.smtp.security", Form = "`starttls`, `tls` or `none`", Default = MailSecurity.StartTls, Usually = "`starttls`", Read = static value => Security(value.Text),
        Meaning = "How it is spoken to: TLS after STARTTLS, which it must offer; TLS from the first byte (port 465); or no TLS, and then nobody signs in.",
    };

    private static Setting<string?> SmtpUserSetting { get; } = new()
    {
        Name = "tools.smtp.user", Form = "a name", Default = null, Usually = "nobody signs in", Read = static value => value.Text, Meaning = "Who signs in there, by PLAIN or LOGIN.",
    };

    private static Setting<string?> SmtpPasswordSetting { get; } = new()
    {
        Name = "tools.smtp.password", Form = "`secret://NAME`", Default = null, Usually = "none", Read = static value => SecretReference(value.Text),
        Meaning = "The reference to the password. A tenant's own secret of that name comes before the platform's.",
    };

    private static Setting<string?> SmtpFromSetting { get; } = new()
    {
        Name = "tools.smtp.from", Form = "`local@domain`", Default = null, Usually = "none; needed with `tools.smtp.host`", Read = static value => Sender(value.Text),
        Meaning = "The sender of all mails. No pack chooses it.",
    };

    private static MailOptions? ReadMail(GivenSettings given, List<ReeveError> errors)
    {
        string? host = SmtpHostSetting.From(given, errors);
        int port = SmtpPortSetting.From(given, errors);
        MailSecurity security = SmtpSecuritySetting.From(given, errors);
        string? user = SmtpUserSetting.From(given, errors);
        string? password = SmtpPasswordSetting.From(given, errors);
        int before = errors.Count;
        string? from = SmtpFromSetting.From(given, errors);
        if (host is null)
        {
            return null;
        }

        if (from is null && errors.Count == before)
        {
            errors.Add(new ReeveError(ErrorCatalogue.Configuration.BadValue, "Mails have no sender: tools.smtp.host needs tools.smtp.from.", SmtpFromSetting.Name));
        }

        if (user is null != password is null || (user is not null && security == MailSecurity.None))
        {
            errors.Add(new ReeveError(
                ErrorCatalogue.Configuration.BadValue, "Whoever signs in needs tools.smtp.user, tools.smtp.password and TLS; give all of them or neither user nor password.", SmtpUserSetting.Name));
        }

        return from is null ? null : new MailOptions { Host = host, Port = port, Security = security, User = user, Password = password, From = from };
    }

    private static string Host(string text) => Uri.CheckHostName(text) != UriHostNameType.Unknown
        ? text
        : throw new ReeveException(new ReeveError(ErrorCatalogue.Configuration.BadValue, "It must be a name or an address, without a port."));

    private static MailSecurity Security(string text) => text.ToLowerInvariant() switch
    {
        "starttls" => MailSecurity.StartTls,
        "tls" => MailSecurity.Tls,
        "none" => MailSecurity.None,
        _ => throw new ReeveException(new ReeveError(ErrorCatalogue.Configuration.BadValue, "It must be starttls, tls or none.")),
    };

    // The value is in no message: whoever wrote the password itself must not find it in a log.
    private static string SecretReference(string text) => text.StartsWith("secret://", StringComparison.Ordinal)
        ? text
        : throw new ReeveException(new ReeveError(ErrorCatalogue.Configuration.BadValue, "It must be a reference to a secret, secret://name, not the secret."));

    private static string Sender(string text) => MailOptions.IsAddress(text)
        ? text
        : throw new ReeveException(new ReeveError(ErrorCatalogue.Configuration.BadValue, "It must be a plain mail address, local@domain."));
}
