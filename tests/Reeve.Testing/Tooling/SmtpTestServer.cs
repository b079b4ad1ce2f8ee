using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Reeve.Testing.Tooling;

/// <summary>A moment of a conversation with a mail server: right after the client said what it is named for.</summary>
public enum SmtpMoment
{
    Connected,
    Hello,
    StartTls,
    SignIn,
    Sender,
    Recipient,
    Data,

    /// <summary>In the middle of the message, before the dot.</summary>
    Message,

    /// <summary>After the dot that ends the message.</summary>
    Dot,
}

/// <summary>What a mail server does at a moment instead of its duty.</summary>
public abstract record SmtpFault
{
    private SmtpFault()
    {
    }

    /// <summary>Closes the connection.</summary>
    public sealed record Drop : SmtpFault;

    /// <summary>Says nothing any more.</summary>
    public sealed record Silence : SmtpFault;

    /// <summary>Says this, with its line ends.</summary>
    public sealed record Say(string Text) : SmtpFault;
}

/// <summary>
/// A mail server that takes mails, or fails at a moment that a test names. It speaks STARTTLS, TLS and AUTH PLAIN and LOGIN with a certificate of its own for <c>localhost</c>. Thread-safe.
/// </summary>
public sealed class SmtpTestServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Lock changing = new();
    private readonly List<Task> running = [];
    private readonly List<string> mails = [];
    private readonly List<string> commands = [];
    private readonly Task accepting;

    public SmtpTestServer()
    {
        Certificate = MakeCertificate();
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Its certificate, which is its own root.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Whether it speaks TLS from the first byte.</summary>
    public bool IsTlsFromStart { get; init; }

    /// <summary>What it offers in answer to EHLO.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = ["STARTTLS", "AUTH PLAIN LOGIN"];

    /// <summary>When it fails, and how.</summary>
    public (SmtpMoment When, SmtpFault How)? Fault { get; init; }

    /// <summary>What comes in one piece with its reply to STARTTLS, as whoever stands between would put it there; empty for nothing.</summary>
    public string AfterStartTls { get; init; } = "";

    /// <summary>The mails whose dot was heard, as they came, without the dots that were added.</summary>
    public IReadOnlyList<string> Mails
    {
        get
        {
            lock (changing)
            {
                return [.. mails];
            }
        }
    }

    /// <summary>Every command that was heard, of all conversations.</summary>
    public IReadOnlyList<string> Commands
    {
        get
        {
            lock (changing)
            {
                return [.. commands];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        Task[] all;
        lock (changing)
        {
            all = [accepting, .. running];
        }

        await Task.WhenAll(all);
        stop.Dispose();
        Certificate.Dispose();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(150));
    }

    private async Task AcceptAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Socket client = await listener.AcceptSocketAsync(stop.Token);
                lock (changing)
                {
                    running.Add(ServeAsync(client));
                }
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using Socket owned = client;
        Stream stream = new NetworkStream(client, ownsSocket: false);
        try
        {
            stream = IsTlsFromStart ? await SecureAsync(stream) : stream;
            await TalkAsync(stream);
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException or AuthenticationException or ObjectDisposedException)
        {
            // The client went, or the test is over.
            _ = fault;
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        if (!await ReplyAsync(stream, SmtpMoment.Connected, "220 localhost ready\r\n"))
        {
            return;
        }

        while (await LineAsync(stream) is { } line)
        {
            Note(line);
            string verb = line.Split(' ', ':')[0].ToUpperInvariant();
            switch (verb)
            {
                case "EHLO":
                    if (!await ReplyAsync(stream, SmtpMoment.Hello, string.Concat(Extensions.Select(extension => $"250-{extension}\r\n").Prepend("250-localhost\r\n")) + "250 HELP\r\n"))
                    {
                        return;
                    }

                    break;
                case "STARTTLS":
                    if (!await ReplyAsync(stream, SmtpMoment.StartTls, "220 go on\r\n" + AfterStartTls))
                    {
                        return;
                    }

                    stream = await SecureAsync(stream);
                    break;
                case "AUTH":
                    if (!await SignInAsync(stream, line))
                    {
                        return;
                    }

                    break;
                case "MAIL":
                    if (!await ReplyAsync(stream, SmtpMoment.Sender, "250 fine\r\n"))
                    {
                        return;
                    }

                    break;
                case "RCPT":
                    if (!await ReplyAsync(stream, SmtpMoment.Recipient, "250 fine\r\n"))
                    {
                        return;
                    }

                    break;
                case "DATA":
                    if (!await ReplyAsync(stream, SmtpMoment.Data, "354 go on\r\n") || !await TakeAsync(stream))
                    {
                        return;
                    }

                    break;
                case "QUIT":
                    return;
                default:
                    await SayAsync(stream, "500 what?\r\n");
                    break;
            }
        }
    }

    private async Task<bool> SignInAsync(Stream stream, string line)
    {
        if (line.EndsWith("LOGIN", StringComparison.Ordinal))
        {
            await SayAsync(stream, "334 VXNlcm5hbWU6\r\n");
            Note(await LineAsync(stream) ?? "");
            await SayAsync(stream, "334 UGFzc3dvcmQ6\r\n");
            Note(await LineAsync(stream) ?? "");
        }

        return await ReplyAsync(stream, SmtpMoment.SignIn, "235 welcome\r\n");
    }

    private async Task<bool> TakeAsync(Stream stream)
    {
        if (Fault is (SmtpMoment.Message, _))
        {
            _ = await LineAsync(stream);
            return await ReplyAsync(stream, SmtpMoment.Message, "");
        }

        StringBuilder mail = new();
        while (await LineAsync(stream) is { } line)
        {
            if (line == ".")
            {
                lock (changing)
                {
                    mails.Add(mail.ToString());
                }

                return await ReplyAsync(stream, SmtpMoment.Dot, "250 taken as 1\r\n");
            }

            mail.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        return false;
    }

    // False: the conversation is over.
    private async Task<bool> ReplyAsync(Stream stream, SmtpMoment moment, string usual)
    {
        SmtpFault? fault = Fault is { } given && given.When == moment ? given.How : null;
        switch (fault)
        {
            case SmtpFault.Drop: return false;
            case SmtpFault.Silence:
                await Task.Delay(Timeout.Infinite, stop.Token);
                return false;
            default:
                await SayAsync(stream, fault is SmtpFault.Say say ? say.Text : usual);
                return true;
        }
    }

    private async Task SayAsync(Stream stream, string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text), stop.Token);

    private async Task<Stream> SecureAsync(Stream stream)
    {
        SslStream secured = new(stream);
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, stop.Token);
        return secured;
    }

    // Byte by byte, so that nothing of what follows STARTTLS is read ahead. A line ends with CRLF and with nothing else.
    private async Task<string?> LineAsync(Stream stream)
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, stop.Token) == 1)
        {
            line.Append((char)one[0]);
            if (line.Length >= 2 && line[^2] == '\r' && line[^1] == '\n')
            {
                return line.ToString(0, line.Length - 2);
            }
        }

        return null;
    }

    private void Note(string line)
    {
        lock (changing)
        {
            commands.Add(line);
        }
    }
}
