using System.ComponentModel.DataAnnotations;

namespace Reeve.Operations.Logs;

/// <summary>Where the log goes and how much of it is kept.</summary>
public sealed class LogOptions
{
    /// <summary>The levels, as <see cref="LogLevels.Set(string)"/> reads them. Default <c>INFO</c>. Environment: <c>REEVE_LOG_LEVEL</c>.</summary>
    public string Level { get; init; } = "INFO";

    /// <summary>The file that is written; null logs to standard error. Environment: <c>REEVE_LOG_FILE</c>.</summary>
    public string? File { get; init; }

    /// <summary>The size in bytes from which a new file is begun. Default 10 MiB.</summary>
    [Range(1024, long.MaxValue)]
    public long MaxFileBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>The age of its first record from which a new file is begun. Default 24 hours.</summary>
    public TimeSpan MaxFileAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many finished files are kept beside the one that is written. Default 10.</summary>
    [Range(0, 10_000)]
    public int KeptFiles { get; init; } = 10;

    /// <summary>How long a finished file is kept. Default 14 days.</summary>
    public TimeSpan KeptFor { get; init; } = TimeSpan.FromDays(14);
}
