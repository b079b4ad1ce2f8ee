using System.Globalization;
using Reeve.Core.Schemas.Checks;
using Reeve.Core.Schemas.Compiling;
using Reeve.Core.Schemas.Samples;

namespace Reeve.Core.Schemas;

/// <summary>The escapes of RFC 6901.</summary>
internal static class JsonPointer
{
    internal static string Escape(string key) =>
        key.AsSpan().ContainsAny('~', '/')
            ? key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)
            : key;

    internal static string Child(string pointer, string key) => pointer + "/" + Escape(key);

    internal static string Child(string pointer, int index) => pointer + "/" + index.ToString(CultureInfo.InvariantCulture);
}
