using System.Globalization;
using System.Text;
using Reeve.Core.Wording;

namespace Reeve.Engine.Tools.Kinds.MailTools;

/// <summary>
/// A mail as it is sent (RFC 5322, RFC 2045): plain text, CRLF ends, ASCII alone. No text from outside reaches a header as it is: addresses have been read (<see cref="Mailbox"/>), the
/// subject loses everything that ends a line or shows nothing, and the body is base64 unless it is plain ASCII in short lines.
/// </summary>
internal sealed record MailMessage
{
    private const int LongestSubject = 400;

    // RFC 2047, 2: an encoded word has at most 75 characters; 45 bytes are 60 in base64, and 12 are around them.
    private const int BytesPerWord = 45;

    // RFC 2045, 6.8; for plain text a line that every terminal and server takes.
    private const int LongestLine = 76;

    /// <summary>Who sends it.</summary>
    internal required Mailbox From { get; init; }

    /// <summary>Who gets it.</summary>
    internal required IReadOnlyList<Mailbox> To { get; init; }

    /// <summary>Its subject, as given.</summary>
    internal required string Subject { get; init; }

    /// <summary>Its text, as given.</summary>
    internal required string Body { get; init; }

    /// <summary>Its id without angle brackets: the same at every attempt, so that who gets it twice can see that it is one mail.</summary>
    internal required string MessageId { get; init; }

    /// <summary>When it is sent.</summary>
    internal required DateTimeOffset Date { get; init; }

    /// <summary>The bytes, without the dots that SMTP adds; the last line has its end.</summary>
    internal byte[] Render()
    {
        string body = CleanBody(Body);
        bool isPlain = body.Split("\r\n").All(line => line.Length <= LongestLine && Ascii.IsValid(line));
        StringBuilder text = new();
        text.Append("Date: ").Append(Date.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)).Append(" +0000\r\n");
        text.Append("From: ").Append(From).Append("\r\n");
        text.Append("To: ").AppendJoin(",\r\n ", To).Append("\r\n");
        text.Append("Subject: ").Append(SubjectText(Subject)).Append("\r\n");
        text.Append("Message-ID: <").Append(MessageId).Append(">\r\n");

        // RFC 3834: no out-of-office answer comes back.
        text.Append("Auto-Submitted: auto-generated\r\n");
        text.Append("MIME-Version: 1.0\r\n");
        text.Append("Content-Type: text/plain; charset=utf-8\r\n");
        text.Append("Content-Transfer-Encoding: ").Append(isPlain ? "7bit" : "base64").Append("\r\n\r\n");
        text.Append(isPlain ? body : InLines(Convert.ToBase64String(Encoding.UTF8.GetBytes(body)))).Append("\r\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static string SubjectText(string subject)
    {
        string line = Shown.Short(string.Join(' ', subject.Split(['\r', '\n', '\t', '\v', '\f', '\u0085', '\u2028', '\u2029'], StringSplitOptions.RemoveEmptyEntries)).Trim(), LongestSubject);

        // "=?" would be read as an encoded word, which could say something else than what was approved.
        return Ascii.IsValid(line) && !line.Contains("=?", StringComparison.Ordinal) ? line : EncodedWords(line);
    }

    private static string EncodedWords(string line)
    {
        List<string> words = [];
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        for (int start = 0; start < bytes.Length;)
        {
            int end = Math.Min(start + BytesPerWord, bytes.Length);

            // A character stays in one word (RFC 2047, 5): the byte at its beginning is no continuation.
            while (end < bytes.Length && (bytes[end] & 0xC0) == 0x80)
            {
                end--;
            }

            words.Add($"=?utf-8?B?{Convert.ToBase64String(bytes, start, end - start)}?=");
            start = end;
        }

        return string.Join("\r\n ", words);
    }

    // All line ends become CRLF: a bare one is read as an end by some servers and as text by others, and a mail could hide another.
    private static string CleanBody(string body)
    {
        StringBuilder clean = new(body.Length + 16);
        for (int i = 0; i < body.Length; i++)
        {
            char c = body[i];
            if (c == '\r' || c == '\n')
            {
                clean.Append("\r\n");
                i += c == '\r' && i + 1 < body.Length && body[i + 1] == '\n' ? 1 : 0;
            }
            else
            {
                clean.Append(char.IsControl(c) && c != '\t' ? '\uFFFD' : c);
            }
        }

        return clean.ToString();
    }

    private static string InLines(string text)
    {
        StringBuilder lines = new(text.Length + (text.Length / LongestLine * 2));
        for (int start = 0; start < text.Length; start += LongestLine)
        {
            lines.Append(start == 0 ? "" : "\r\n").Append(text, start, Math.Min(LongestLine, text.Length - start));
        }

        return lines.ToString();
    }
}
