using Reeve.Core.Schemas.Checks;
using Reeve.Core.Schemas.Samples;

namespace Reeve.Core.Schemas.Compiling;

/// <summary>A URI reference split and resolved as RFC 3986 says, section 5, without judging its characters.</summary>
internal readonly record struct SchemaUri(string? Scheme, string? Authority, string Path, string? Query, string? Fragment)
{
    /// <summary>Splits a reference (appendix B of the RFC).</summary>
    internal static SchemaUri Parse(string text)
    {
        string? fragment = CutAt(ref text, '#');
        string? query = CutAt(ref text, '?');
        string? scheme = null;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && char.IsAsciiLetter(text[0]) && text.AsSpan(0, colon).IndexOfAnyExcept(SchemeCharacters) < 0)
        {
            scheme = text[..colon].ToLowerInvariant();
            text = text[(colon + 1)..];
        }

        string? authority = null;
        if (text.StartsWith("//", StringComparison.Ordinal))
        {
            int end = text.IndexOf('/', 2);
            authority = (end < 0 ? text[2..] : text[2..end]).ToLowerInvariant();
            text = end < 0 ? "" : text[end..];
        }

        return new SchemaUri(scheme, authority, text, query, fragment);
    }

    /// <summary>The reference as seen from this URI.</summary>
    internal SchemaUri Resolve(string reference)
    {
        SchemaUri other = Parse(reference);
        if (other.Scheme is not null)
        {
            return other with { Path = WithoutDots(other.Path) };
        }

        if (other.Authority is not null)
        {
            return other with { Scheme = Scheme, Path = WithoutDots(other.Path) };
        }

        if (other.Path.Length == 0)
        {
            return this with { Query = other.Query ?? Query, Fragment = other.Fragment };
        }

        string path = other.Path[0] == '/' ? other.Path
            : Authority is not null && Path.Length == 0 ? "/" + other.Path
            : Path[..(Path.LastIndexOf('/') + 1)] + other.Path;
        return this with { Path = WithoutDots(path), Query = other.Query, Fragment = other.Fragment };
    }

    /// <summary>Everything but the fragment.</summary>
    internal string Document =>
        (Scheme is null ? "" : Scheme + ":") + (Authority is null ? "" : "//" + Authority) + Path + (Query is null ? "" : "?" + Query);

    private const string SchemeCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";

    private static string? CutAt(ref string text, char mark)
    {
        int at = text.IndexOf(mark, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        string rest = text[(at + 1)..];
        text = text[..at];
        return rest;
    }

    // remove_dot_segments of the RFC, on whole segments.
    private static string WithoutDots(string path)
    {
        if (!path.Contains('.', StringComparison.Ordinal))
        {
            return path;
        }

        string[] segments = path.Split('/');
        List<string> kept = [];
        for (int i = 0; i < segments.Length; i++)
        {
            bool last = i == segments.Length - 1;
            if (segments[i] == "..")
            {
                if (kept.Count > 1 || (kept.Count == 1 && kept[0].Length > 0))
                {
                    kept.RemoveAt(kept.Count - 1);
                }
            }
            else if (segments[i] != ".")
            {
                kept.Add(segments[i]);
                continue;
            }

            if (last)
            {
                kept.Add("");
            }
        }

        return string.Join('/', kept);
    }
}
