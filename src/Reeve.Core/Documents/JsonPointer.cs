using System.Globalization;

namespace Reeve.Core.Documents;

/// <summary>JSON pointers (RFC 6901) as text.</summary>
public static class JsonPointer
{
    /// <summary>The pointer of a member.</summary>
    public static string Child(string parent, string key) =>
        key.AsSpan().IndexOfAny('~', '/') < 0
            ? parent + "/" + key
            : parent + "/" + key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The pointer of an item.</summary>
    public static string Child(string parent, int index) => parent + "/" + index.ToString(CultureInfo.InvariantCulture);

    /// <summary>The keys and indices of a pointer, unescaped.</summary>
    public static IEnumerable<string> Parts(string pointer) =>
        pointer.Length == 0
            ? []
            : pointer[1..].Split('/').Select(part => part.Contains('~')
                ? part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)
                : part);
}
