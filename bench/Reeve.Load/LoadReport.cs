using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Load;

/// <summary>What a run came to. What could not be had is null.</summary>
public sealed record LoadReport
{
    private static readonly JsonSerializerOptions Wire = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true, NumberHandling = JsonNumberHandling.Strict };

    /// <summary>sqlite or postgres.</summary>
    public required string Store { get; init; }

    /// <summary>process or http.</summary>
    public required string Via { get; init; }

    /// <summary>once or stage.</summary>
    public required string Commit { get; init; }

    /// <summary>Processes that decided.</summary>
    public required int Nodes { get; init; }

    /// <summary>Callers.</summary>
    public required int Callers { get; init; }

    /// <summary>Tenants.</summary>
    public required int Tenants { get; init; }

    /// <summary>Exceptions per submit.</summary>
    public required int Batch { get; init; }

    /// <summary>Exceptions begun per second; null in a closed loop.</summary>
    public double? Rate { get; init; }

    /// <summary>How long was measured.</summary>
    public required double Seconds { get; init; }

    /// <summary>Exceptions that were decided and durable in that time.</summary>
    public required long Exceptions { get; init; }

    /// <summary>Submits that failed, or of which an exception was refused.</summary>
    public required long Errors { get; init; }

    /// <summary>Submits that were refused because their tenant had too much under way (429).</summary>
    public required long TooMany { get; init; }

    /// <summary>What was wrong with the first error.</summary>
    public string? FirstError { get; init; }

    /// <summary>Exceptions per second.</summary>
    public required double ExceptionsPerSecond { get; init; }

    /// <summary>The same rows per second without Reeve.</summary>
    public double? CeilingPerSecond { get; init; }

    /// <summary>The one by the other; "invalid" when the ceiling says that the machine was not fit to measure.</summary>
    public object? Ratio { get; init; }

    /// <summary>Rows that one exception adds to exceptions, deliveries and events.</summary>
    public required double RowsPerException { get; init; }

    /// <summary>Bytes of record and event bodies of one exception.</summary>
    public required double BodyBytesPerException { get; init; }

    /// <summary>Bytes written to the database per exception.</summary>
    public double? BytesPerException { get; init; }

    /// <summary>The same of the ceiling.</summary>
    public double? CeilingBytesPerException { get; init; }

    /// <summary>What those bytes are.</summary>
    public string? BytesAre { get; init; }

    /// <summary>Half of the submits were answered within this.</summary>
    public double? P50Ms { get; init; }

    /// <summary>95 %.</summary>
    public double? P95Ms { get; init; }

    /// <summary>99 %.</summary>
    public double? P99Ms { get; init; }

    /// <summary>99.9 %.</summary>
    public double? P999Ms { get; init; }

    /// <summary>The longest.</summary>
    public double? MaxMs { get; init; }

    /// <summary>99 % of the commits took at most this; null when the engine is another process.</summary>
    public double? CommitP99Ms { get; init; }

    /// <summary>Outcomes in a commit, on average; null as above.</summary>
    public double? OutcomesPerCommit { get; init; }

    /// <summary>99 % of the ceiling's commits took at most this.</summary>
    public double? CeilingCommitP99Ms { get; init; }

    /// <summary>Backups that were made meanwhile; null when none was asked for.</summary>
    public int? Backups { get; init; }

    /// <summary>What was copied, the one that was given up at the end included.</summary>
    public long? BackupBytes { get; init; }

    /// <summary>The longest that a commit may have waited for a slice of them.</summary>
    public double? BackupLongestSliceMs { get; init; }

    /// <summary>Memory of the engine's process at the end, 10^6 bytes.</summary>
    public double? RssMb { get; init; }

    /// <summary>The most it was.</summary>
    public double? PeakRssMb { get; init; }

    /// <summary>Processor seconds per exception, all together.</summary>
    public required double CpuSecondsPerException { get; init; }

    /// <summary>Of those, the engine's; on SQLite the database is part of it. Null of servers that others started.</summary>
    public double? EngineCpuSecondsPerException { get; init; }

    /// <summary>The generator's: in process, what it costs with nobody to submit to; over HTTP, this process.</summary>
    public required double GeneratorCpuSecondsPerException { get; init; }

    /// <summary>The database server's; null on SQLite, and when it runs elsewhere.</summary>
    public double? DatabaseCpuSecondsPerException { get; init; }

    /// <summary>Processor seconds per exception at the ceiling, all together.</summary>
    public double? CeilingCpuSecondsPerException { get; init; }

    /// <summary>Bytes allocated by the engine per exception; null when it is another process.</summary>
    public double? BytesAllocatedPerException { get; init; }

    /// <summary>Percent of the time that its garbage collector held it; null as above.</summary>
    public double? GcPausePercent { get; init; }

    /// <summary>The size of one exception as it is sent, bytes.</summary>
    public required int PayloadBytes { get; init; }

    /// <summary>One JSON object.</summary>
    public static string ToJson<T>(T report) => JsonSerializer.Serialize(report, Wire);

    /// <summary>The same for people: a line for each member that is known.</summary>
    internal static void WriteTable<T>(T report, TextWriter output)
    {
        using JsonDocument document = JsonDocument.Parse(ToJson(report));
        foreach (JsonProperty member in document.RootElement.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{member.Name,-32} {member.Value}"));
            }
        }
    }
}
