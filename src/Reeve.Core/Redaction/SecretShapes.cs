using System.Text.RegularExpressions;

namespace Reeve.Core.Redaction;

/// <summary>Secrets that are known by their own look, whatever stands before them. Matching takes linear time.</summary>
internal static class SecretShapes
{
    private static readonly Regex Known = new(
        string.Join('|',
            @"-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
            // Our own keys: rv_<key id, 22>_<secret, 43>, base64url.
            "rv_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{43}",
            // JSON Web Tokens; a header begins with {" which is eyJ in base64.
            @"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)*",
            // Keys whose makers give them a prefix so that they can be found.
            @"\bsk-[A-Za-z0-9_-]{16,}", @"\bgh[pousr]_[A-Za-z0-9]{20,}", @"\bgithub_pat_[A-Za-z0-9_]{20,}", @"\bglpat-[A-Za-z0-9_-]{16,}",
            @"\bxox[abeoprs]-[A-Za-z0-9-]{10,}", @"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", @"\bAIza[A-Za-z0-9_-]{30,}", @"\bwhsec_[A-Za-z0-9+/=]{16,}",
            @"\bnpm_[A-Za-z0-9]{30,}"),
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static readonly Regex BearerToken = new(
        @"\b(?<scheme>bearer)(?<space>\s+)[A-Za-z0-9._~+/=-]{6,}",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    private static readonly Regex BasicCredentials = new(
        @"\b(?<scheme>basic)(?<space>\s+)(?<data>[A-Za-z0-9+/]{4,}={0,2})",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    // What stands between scheme and host, whether user:password or a token alone.
    private static readonly Regex UserInfo = new(
        @"(?<scheme>[A-Za-z][A-Za-z0-9+.-]*://)[^/\s?#""'<>]+@",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>The text with every known shape replaced; the same string when there is none.</summary>
    public static string Hide(string text)
    {
        string hidden = Known.Replace(text, Redactor.Mark);
        hidden = BearerToken.Replace(hidden, "${scheme}${space}" + Redactor.Mark);
        hidden = BasicCredentials.Replace(
            hidden,
            match => IsUserAndPassword(match.Groups["data"].ValueSpan) ? match.Groups["scheme"].Value + match.Groups["space"].Value + Redactor.Mark : match.Value);
        return UserInfo.Replace(hidden, "${scheme}" + Redactor.Mark + "@");
    }

    // "Basic information" is prose; the base64 of user:password holds a colon.
    private static bool IsUserAndPassword(ReadOnlySpan<char> data)
    {
        Span<byte> bytes = data.Length <= 1024 ? stackalloc byte[768] : new byte[data.Length];
        return Convert.TryFromBase64Chars(data, bytes, out int written) && bytes[..written].Contains((byte)':');
    }
}
