using System.Security.Cryptography.X509Certificates;

namespace Reeve.Engine.Tools.Kinds.MailTools;

/// <summary>How the connection to a mail server is kept from being read.</summary>
public enum MailSecurity
{
    /// <summary>STARTTLS, always: a server that does not offer it gets nothing. The default.</summary>
    StartTls,

    /// <summary>TLS from the first byte, as on port 465.</summary>
    Tls,

    /// <summary>Not at all: for a relay on the same machine. No password is sent so.</summary>
    None,
}

/// <summary>The mail server of email tools, from the settings <c>tools.smtp.*</c>. Who writes packs chooses recipients and texts, never the server or the sender.</summary>
public sealed record MailOptions
{
    /// <summary>The port of message submission (RFC 6409).</summary>
    public const int DefaultPort = 587;

    /// <summary>Its name, which its certificate must have.</summary>
    public required string Host { get; init; }

    /// <summary>Its port; 587.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>How it is spoken to.</summary>
    public MailSecurity Security { get; init; }

    /// <summary>Who signs in; null: nobody does.</summary>
    public string? User { get; init; }

    /// <summary>The reference to the password, <c>secret://name</c>; null without <see cref="User"/>. A tenant's own secret of that name comes first.</summary>
    public string? Password { get; init; }

    /// <summary>The sender's address, in the envelope and in the message.</summary>
    public required string From { get; init; }

    /// <summary>Roots that are trusted instead of the system's; null: the system's.</summary>
    public X509Certificate2Collection? Roots { get; init; }

    /// <summary>Whether a text is an address that mails can come from: <c>local@domain</c>, plain.</summary>
    public static bool IsAddress(string text) => Mailbox.Parse(text) is not null;
}
