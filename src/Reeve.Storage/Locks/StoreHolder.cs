using System.Text.Json;

namespace Reeve.Storage.Locks;

/// <summary>The process that has a SQLite file.</summary>
/// <param name="ProcessId">Its id.</param>
/// <param name="ProcessStarted">When it started, in a form of the operating system's that is compared and not read: ids are used again.</param>
/// <param name="Url">Where it answers, on this machine; null when it cannot be asked.</param>
/// <param name="Token">What a request to it must carry. Not to be shown.</param>
public sealed record StoreHolder(int ProcessId, string ProcessStarted, Uri? Url, string Token)
{
    /// <inheritdoc/>
    public override string ToString() => $"process {ProcessId}{(Url is null ? "" : $" at {Url}")}";

    // Null for what is no lock file of ours: empty after a clean end, cut while it is written, or anything else.
    internal static StoreHolder? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            return root.GetProperty("processStarted").GetString() is { } started && root.GetProperty("token").GetString() is { Length: > 0 } token
                ? new StoreHolder(root.GetProperty("processId").GetInt32(), started, LocalUrl(root.GetProperty("url").GetString()), token)
                : null;
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    // The token goes to this machine and nowhere else.
    private static Uri? LocalUrl(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.IsLoopback ? url : null;
}
