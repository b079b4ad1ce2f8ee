using System.Globalization;
using System.Text;

namespace Reeve.Testing.ServedTools;

/// <summary>What goes wrong with an answer.</summary>
public enum ToolFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>No answer ever comes.</summary>
    Hang,

    /// <summary>The connection is reset instead of an answer.</summary>
    Reset,

    /// <summary>The connection is closed in order, without an answer.</summary>
    Close,

    /// <summary>The body ends ten bytes before its Content-Length.</summary>
    Truncate,

    /// <summary>A chunked body ends without its last chunk.</summary>
    TruncateChunked,
}

/// <summary>How a tool answers a call.</summary>
public sealed record ToolReply
{
    /// <summary>The status.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Headers besides Content-Length.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Content-Type"] = "application/json" };

    /// <summary>The body.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>How long it takes, by the real clock: the effect is at once, the answer comes then.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>What goes wrong.</summary>
    public ToolFault Fault { get; init; }

    /// <summary>Whether the tool did its work before it answered so.</summary>
    public bool HasEffect { get; init; } = true;

    /// <summary>200 with JSON. Another shape than before is a drift of the schema.</summary>
    public static ToolReply Json(string json) => new() { Body = Encoding.UTF8.GetBytes(json) };

    /// <summary>200 with plain text.</summary>
    public static ToolReply Text(string text) => Json(text).With("Content-Type", "text/plain; charset=utf-8");

    /// <summary>A status with a small JSON body, without effect: 4xx, 429, 5xx.</summary>
    public static ToolReply Failed(int status) => Json($$"""{"error":{{status}}}""") with { Status = status, HasEffect = false };

    /// <summary>429 or 503 with Retry-After in seconds; without effect.</summary>
    public static ToolReply Busy(int status, int seconds) => Failed(status).With("Retry-After", seconds.ToString(CultureInfo.InvariantCulture));

    /// <summary>A redirect; without effect.</summary>
    public static ToolReply Redirect(string location, int status = 302) => Failed(status).With("Location", location);

    /// <summary>200 with a JSON string of so many bytes and two quotes.</summary>
    public static ToolReply OfBytes(int bytes) => Json('"' + new string('x', bytes) + '"');

    /// <summary>No answer ever; with effect.</summary>
    public static ToolReply Hang() => new() { Fault = ToolFault.Hang };

    /// <summary>A reset instead of an answer; with effect.</summary>
    public static ToolReply Reset() => new() { Fault = ToolFault.Reset };

    /// <summary>An orderly end of the connection instead of an answer; with effect.</summary>
    public static ToolReply Close() => new() { Fault = ToolFault.Close };

    /// <summary>A body that is cut; with effect.</summary>
    public static ToolReply Truncated(bool chunked = false) => Json("""{"ok":true}""") with { Fault = chunked ? ToolFault.TruncateChunked : ToolFault.Truncate };

    /// <summary>The same with one header set.</summary>
    public ToolReply With(string header, string value) => this with { Headers = new Dictionary<string, string>(Headers, StringComparer.OrdinalIgnoreCase) { [header] = value } };
}

/// <summary>A call as it arrived. Header names are in any case.</summary>
/// <param name="Query">With its question mark; empty when there is none.</param>
public sealed record ServedCall(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>A header; empty when there is none.</summary>
    public string Header(string name) => Headers.GetValueOrDefault(name, "");
}
