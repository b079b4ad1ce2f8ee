using System.Security.Cryptography;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Kinds.McpTools;

/// <summary>
/// What a person approves of a tool at an MCP server: <c>sha256:</c> and 64 hexadecimal digits, over the canonical JSON of an object with those of <c>annotations</c>, <c>description</c>,
/// <c>inputSchema</c>, <c>name</c> and <c>outputSchema</c> that the server gives (docs/tools.md has the bytes and a test vector). Pure.
/// </summary>
internal static class McpFingerprint
{
    private const string Algorithm = "sha256:";

    // In ordinal order, as they are written.
    private static readonly string[] Members = ["annotations", "description", "inputSchema", "name", "outputSchema"];

    /// <summary>The fingerprint of a definition as its server gave it.</summary>
    internal static string Of(MapValue definition)
    {
        byte[] canonical = JsonText.Render(definition, static (writer, given) =>
        {
            writer.WriteStartObject();
            foreach (string member in Members)
            {
                if (given.TryGet(member, out Value value))
                {
                    writer.WritePropertyName(member);
                    JsonText.Write(writer, value, sortKeys: true);
                }
            }

            writer.WriteEndObject();
        });
        return Algorithm + Convert.ToHexStringLower(SHA256.HashData(canonical));
    }

    /// <summary>Whether a pack pins this fingerprint; it may leave the algorithm out, and write the digits in either case.</summary>
    internal static bool IsPinned(string? pinned, string fingerprint) =>
        pinned is not null && (fingerprint.Equals(pinned, StringComparison.OrdinalIgnoreCase) || fingerprint.AsSpan(Algorithm.Length).Equals(pinned, StringComparison.OrdinalIgnoreCase));
}
