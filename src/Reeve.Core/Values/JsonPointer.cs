using System.Globalization;
using System.Text;

namespace Reeve.Core.Values;

/// <summary>JSON pointers (RFC 6901) as text.</summary>
public static class JsonPointer
{
    /// <summary>A key as a pointer writes it.</summary>
    public static string Escape(string key) =>
        key.AsSpan().ContainsAny('~', '/')
            ? key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)
            : key;

    /// <summary>The pointer of a member.</summary>
    public static string Child(string parent, string key) => parent + "/" + Escape(key);

    /// <summary>The pointer of an item.</summary>
    public static string Child(string parent, int index) => parent + "/" + index.ToString(CultureInfo.InvariantCulture);

    /// <summary>The pointer of what keys (strings) and indices (ints) lead to from a place.</summary>
    public static string Of(string root, IEnumerable<object> path)
    {
        StringBuilder pointer = new(root);
        foreach (object part in path)
        {
            pointer.Append('/').Append(part is string key ? Escape(key) : ((int)part).ToString(CultureInfo.InvariantCulture));
        }

        return pointer.ToString();
    }

    /// <summary>The keys and indices of a pointer, unescaped.</summary>
    public static IEnumerable<string> Parts(string pointer) =>
        pointer.Length == 0
            ? []
            : pointer[1..].Split('/').Select(part => part.Contains('~')
                ? part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)
                : part);
}
