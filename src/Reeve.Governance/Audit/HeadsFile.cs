using System.Globalization;
using System.Text;
using System.Text.Json;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Governance.Audit;

/// <summary>Reads heads that were noted earlier: the head and start lines of an export, or the whole export. Thread-safe.</summary>
public static class HeadsFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads JSON Lines; lines of another kind are passed over.</summary>
    /// <param name="input">The file; it stays open.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ReeveException">AUDIT-001 when a line cannot be read, or none is a head: a check against nothing would find nothing.</exception>
    public static async Task<IReadOnlyList<ChainHead>> ReadAsync(Stream input, string name, CancellationToken cancellationToken)
    {
        List<ChainHead> heads = [];
        using StreamReader reader = new(input, Strict, leaveOpen: true);
        int number = 0;
        try
        {
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                number++;
                using JsonDocument document = JsonDocument.Parse(line);
                JsonElement root = document.RootElement;
                if (root.GetProperty("kind").GetString() is "head" or "start")
                {
                    heads.Add(Head(root));
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or DecoderFallbackException)
        {
            throw new ReeveException(
                new ReeveError(ErrorCatalogue.Audit.BadHeads, $"Line {Math.Max(number, 1)} is no line of an export, or a head with something missing or malformed.", name), fault);
        }

        return heads.Count > 0 ? heads : throw new ReeveException(new ReeveError(ErrorCatalogue.Audit.BadHeads, "The file holds no head.", name));
    }

    // A start is an event that was the head once. When that was is not in it, and no event is judged by it.
    private static ChainHead Head(JsonElement line)
    {
        bool isStart = line.GetProperty("kind").GetString() == "start";
        byte[] hash = Convert.FromHexString(line.GetProperty("hash").GetString() ?? "");
        string tenant = line.GetProperty("tenantId").GetString() ?? "";
        return hash.Length == EventHash.Length && tenant.Length > 0
            ? new ChainHead(
                new TenantId(tenant),
                new EventPosition(line.GetProperty("slot").GetInt32(), line.GetProperty("n").GetInt64(), line.GetProperty("ordinal").GetInt32()),
                hash,
                isStart ? 0 : line.GetProperty("events").GetInt64(),
                isStart ? DateTimeOffset.MinValue : DateTimeOffset.ParseExact(
                    line.GetProperty("notedAt").GetString() ?? "", "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal))
            : throw new FormatException("A head names a tenant and has 32 bytes of hash.");
    }
}
