using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;

namespace Reeve.Operations.Logs;

/// <summary>How much a record matters, in rising order.</summary>
public enum LogSeverity : byte
{
    /// <summary>For whoever looks for a fault.</summary>
    Debug,

    /// <summary>What happened; the default.</summary>
    Info,

    /// <summary>Something unexpected that was dealt with.</summary>
    Warning,

    /// <summary>Something failed; the record holds the stack trace.</summary>
    Error,

    /// <summary>The product or a part of it cannot go on.</summary>
    Critical,
}

/// <summary>The names of severities and the framework's levels that they stand for.</summary>
public static class LogSeverities
{
    private static readonly string[] Names = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

    /// <summary>The name in records and settings: <c>DEBUG</c>, <c>INFO</c>, <c>WARNING</c>, <c>ERROR</c>, <c>CRITICAL</c>.</summary>
    public static string NameOf(LogSeverity severity) => Names[(int)severity];

    /// <summary>Reads a name, in any case.</summary>
    /// <returns>False if it is none of the five.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out LogSeverity severity)
    {
        for (int i = 0; i < Names.Length; i++)
        {
            if (text.Equals(Names[i], StringComparison.OrdinalIgnoreCase))
            {
                severity = (LogSeverity)i;
                return true;
            }
        }

        severity = LogSeverity.Info;
        return false;
    }

    /// <summary>Reads a name, in any case.</summary>
    /// <exception cref="ReeveException">LOG-001: it is none of the five.</exception>
    public static LogSeverity Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out LogSeverity severity)
            ? severity
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Logs.InvalidLevel, $"\"{text}\" is no level."));

    /// <summary>The severity of the framework's level; its trace is our debug.</summary>
    internal static LogSeverity Of(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => LogSeverity.Debug,
        LogLevel.Information => LogSeverity.Info,
        LogLevel.Warning => LogSeverity.Warning,
        LogLevel.Error => LogSeverity.Error,
        _ => LogSeverity.Critical,
    };
}
