namespace Reeve.Engine.Tools.Kinds.MailTools;

/// <summary>A reply of a mail server (RFC 5321, 4.2).</summary>
/// <param name="Code">200 to 599.</param>
/// <param name="Lines">Its lines without their codes; at least one.</param>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    /// <summary>Done.</summary>
    internal bool IsDone => Code is >= 200 and < 300;

    /// <summary>Go on.</summary>
    internal bool IsMore => Code is >= 300 and < 400;

    /// <summary>Not now.</summary>
    internal bool IsLater => Code is >= 400 and < 500;

    /// <summary>The words after a keyword of an EHLO reply; null when the server does not know it.</summary>
    internal string[]? Extension(string keyword)
    {
        // The first line greets.
        foreach (string line in Lines.Skip(1))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0 && words[0].Equals(keyword, StringComparison.OrdinalIgnoreCase))
            {
                return words[1..];
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Code} {string.Join(' ', Lines)}";
}
