using System.Globalization;

namespace Reeve.Core.Packs;

/// <summary>
/// A semantic version as packs write it: <c>1.2.3</c>, shorter forms (<c>1</c>, <c>1.2</c>), a leading <c>v</c>, a
/// pre-release after <c>-</c>, a build after <c>+</c> (which does not count). Ordered as semver.org says.
/// </summary>
public readonly record struct SemanticVersion(int Major, int Minor, int Patch, string PreRelease) : IComparable<SemanticVersion>
{
    /// <summary>Reads a version; false if it is none.</summary>
    public static bool TryParse(string text, out SemanticVersion version)
    {
        version = default;
        ReadOnlySpan<char> rest = text.StartsWith('v') ? text.AsSpan(1) : text;
        int build = rest.IndexOf('+');
        rest = build < 0 ? rest : rest[..build];
        int dash = rest.IndexOf('-');
        string pre = dash < 0 ? "" : rest[(dash + 1)..].ToString();
        rest = dash < 0 ? rest : rest[..dash];
        if ((dash >= 0 && pre.Length == 0) || pre.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-')) || text.Length > 64)
        {
            return false;
        }

        Span<int> parts = stackalloc int[3];
        int count = 0;
        foreach (Range range in rest.Split('.'))
        {
            if (count == 3 || !int.TryParse(rest[range], NumberStyles.None, CultureInfo.InvariantCulture, out parts[count]))
            {
                return false;
            }

            count++;
        }

        version = new SemanticVersion(parts[0], parts[1], parts[2], pre);
        return count > 0;
    }

    /// <summary>Reads a version; what is none reads as 0.0.0 with the text as its pre-release, below every release.</summary>
    public static SemanticVersion Read(string text) => TryParse(text, out SemanticVersion version) ? version : new SemanticVersion(0, 0, 0, text);

    /// <summary>Whether this can stand in where <paramref name="required"/> is asked for: same major, not older (EX-TOOL-2).</summary>
    public bool Serves(SemanticVersion required) => Major == required.Major && CompareTo(required) >= 0;

    /// <inheritdoc/>
    public int CompareTo(SemanticVersion other)
    {
        int order = Major.CompareTo(other.Major);
        order = order != 0 ? order : Minor.CompareTo(other.Minor);
        order = order != 0 ? order : Patch.CompareTo(other.Patch);
        return order != 0 ? order : ComparePre(PreRelease, other.PreRelease);
    }

    // A release comes after its pre-releases; numeric parts compare as numbers and come before words.
    private static int ComparePre(string left, string right)
    {
        if (left.Length == 0 || right.Length == 0)
        {
            return (left.Length == 0).CompareTo(right.Length == 0);
        }

        string[] lefts = left.Split('.');
        string[] rights = right.Split('.');
        for (int i = 0; i < Math.Min(lefts.Length, rights.Length); i++)
        {
            bool leftIsNumber = long.TryParse(lefts[i], NumberStyles.None, CultureInfo.InvariantCulture, out long a);
            bool rightIsNumber = long.TryParse(rights[i], NumberStyles.None, CultureInfo.InvariantCulture, out long b);
            int order = leftIsNumber && rightIsNumber ? a.CompareTo(b)
                : leftIsNumber != rightIsNumber ? (leftIsNumber ? -1 : 1)
                : string.CompareOrdinal(lefts[i], rights[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return lefts.Length.CompareTo(rights.Length);
    }
}
