namespace Reeve.Engine.Tools.Kinds.MailTools;

/// <summary>
/// A mail address, <c>local@domain</c>, and nothing else: no name, no comment, no quotes, no address literal. Narrower than RFC 5322 on purpose. What is left out of the local part makes old
/// servers route elsewhere (<c>%</c>, <c>!</c>), or run or write something (<c>|</c>, <c>/</c>, a backtick); letters beyond ASCII need an extension that receivers may lack.
/// </summary>
internal readonly record struct Mailbox(string Local, string Domain)
{
    // RFC 5321, 4.5.3.1, and RFC 1035, 2.3.4.
    private const int LongestLocal = 64;
    private const int LongestDomain = 253;
    private const int LongestLabel = 63;

    private const string LocalMarks = "_+-=~'&#";

    /// <summary>The address in a text; null when the text is none.</summary>
    internal static Mailbox? Parse(string text)
    {
        int at = text.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0)
        {
            return null;
        }

        string local = text[..at];
        string domain = text[(at + 1)..];
        return IsLocal(local) && IsDomain(domain) ? new Mailbox(local, domain.ToLowerInvariant()) : null;
    }

    /// <summary>Whether a text is a domain, or <c>*.</c> and one.</summary>
    internal static bool IsDomainPattern(string text) => IsDomain(text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text);

    /// <summary>Whether its domain is one of these: <c>example.com</c> is that alone, <c>*.example.com</c> everything below it.</summary>
    internal bool IsWithin(IReadOnlyList<string> patterns)
    {
        foreach (string pattern in patterns)
        {
            bool isBelow = pattern.StartsWith("*.", StringComparison.Ordinal);
            if (isBelow ? Domain.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase) : Domain.Equals(pattern, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Local}@{Domain}";

    private static bool IsLocal(string text) =>
        text.Length is > 0 and <= LongestLocal
        && text.Split('.').All(atom => atom.Length > 0 && atom.All(c => char.IsAsciiLetterOrDigit(c) || LocalMarks.Contains(c, StringComparison.Ordinal)));

    private static bool IsDomain(string text)
    {
        string[] labels = text.Split('.');
        return text.Length <= LongestDomain && Array.TrueForAll(labels, IsLabel)

            // The last label of an IPv4 address, which is no name.
            && !labels[^1].All(char.IsAsciiDigit);
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
