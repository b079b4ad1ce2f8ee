using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Reeve.Engine.Tools.Kinds.MailTools;

/// <summary>
/// One conversation with a mail server (RFC 5321): commands and replies in turn, nothing ahead of a reply. It judges nothing but the form of what the server says. Throws
/// <see cref="IOException"/>, <see cref="AuthenticationException"/> (TLS) and <see cref="InvalidDataException"/> (no SMTP). Not thread-safe.
/// </summary>
internal sealed class SmtpSession(Stream connection) : IAsyncDisposable
{
    // A reply is 512 bytes per line by RFC 5321, 4.5.3.1.5; some servers write more. A server that never ends one gets no memory.
    private const int LongestLine = 2_048;
    private const int MostLines = 128;

    private readonly byte[] received = new byte[LongestLine];
    private Stream stream = connection;
    private int start;
    private int end;

    /// <summary>Goes over to TLS. What a server, or somebody between, sent ahead of it is no reply to anything and ends the conversation.</summary>
    internal async Task SecureAsync(string host, X509Certificate2Collection? roots, CancellationToken cancellationToken)
    {
        if (end > start)
        {
            throw new InvalidDataException("The server spoke out of turn before TLS.");
        }

        // What a certificate points at is not fetched: that would be a request past the guard.
        X509ChainPolicy chain = new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (roots is not null)
        {
            chain.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.CustomTrustStore.AddRange(roots);
        }

        SslClientAuthenticationOptions options = new() { TargetHost = host, CertificateChainPolicy = chain };

        SslStream secured = new(stream);
        stream = secured;
        await secured.AuthenticateAsClientAsync(options, cancellationToken);
    }

    /// <summary>Sends a command and waits for its reply.</summary>
    internal async Task<SmtpReply> SayAsync(string command, CancellationToken cancellationToken)
    {
        // Nothing from outside gets here unread; a command that is two would be a bug.
        if (command.AsSpan().IndexOfAny('\r', '\n') >= 0)
        {
            throw new ArgumentException("A command is one line.", nameof(command));
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), cancellationToken);
        await stream.FlushAsync(cancellationToken);
        return await HearAsync(cancellationToken);
    }

    /// <summary>Sends a message without the line that ends it; a line that begins with a dot gets another (RFC 5321, 4.5.2).</summary>
    internal async Task SendAsync(byte[] message, CancellationToken cancellationToken)
    {
        using MemoryStream stuffed = new(message.Length + 64);
        bool isLineStart = true;
        foreach (byte b in message)
        {
            if (isLineStart && b == '.')
            {
                stuffed.WriteByte((byte)'.');
            }

            stuffed.WriteByte(b);
            isLineStart = b == '\n';
        }

        await stream.WriteAsync(stuffed.GetBuffer().AsMemory(0, (int)stuffed.Length), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>Waits for a reply.</summary>
    internal async Task<SmtpReply> HearAsync(CancellationToken cancellationToken)
    {
        List<string> lines = [];
        while (true)
        {
            string line = await LineAsync(cancellationToken);
            bool isLast = line.Length == 3 || (line.Length > 3 && line[3] == ' ');
            if (line.Length < 3 || !(isLast || line[3] == '-') || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int code)
                || code is < 200 or > 599 || lines.Count == MostLines)
            {
                throw new InvalidDataException("The server's reply is not SMTP.");
            }

            lines.Add(line.Length > 4 ? line[4..] : "");
            if (isLast)
            {
                return new SmtpReply(code, lines);
            }
        }
    }

    /// <summary>Takes leave, without waiting for the reply.</summary>
    internal async Task QuitAsync(CancellationToken cancellationToken)
    {
        await stream.WriteAsync("QUIT\r\n"u8.ToArray(), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>Closes the connection. That it was closed already is nothing to tell: what the server said before counts.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await stream.DisposeAsync();
        }
        catch (IOException fault)
        {
            _ = fault;
        }
    }

    private async Task<string> LineAsync(CancellationToken cancellationToken)
    {
        int searched = start;
        while (true)
        {
            int at = Array.IndexOf(received, (byte)'\n', searched, end - searched);
            if (at >= 0)
            {
                string line = Encoding.Latin1.GetString(received, start, at - start).TrimEnd('\r');
                start = at + 1;
                return line;
            }

            if (start > 0)
            {
                received.AsSpan(start, end - start).CopyTo(received);
                (start, end) = (0, end - start);
            }

            searched = end;
            if (end == received.Length)
            {
                throw new InvalidDataException("The server's reply has a line without end.");
            }

            int read = await stream.ReadAsync(received.AsMemory(end), cancellationToken);
            if (read == 0)
            {
                throw new EndOfStreamException("The server closed the connection.");
            }

            end += read;
        }
    }
}
