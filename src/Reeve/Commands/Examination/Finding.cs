using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Commands.Examination;

/// <summary>How a check came out; ordered, a higher value is worse.</summary>
internal enum Health
{
    /// <summary>PASS.</summary>
    Pass,

    /// <summary>SKIPPED: there is nothing to look at here.</summary>
    Skipped,

    /// <summary>WARNING: it works, and somebody should look.</summary>
    Warning,

    /// <summary>FAILURE: something does not work.</summary>
    Failure,
}

/// <summary>What one check found (AR-60).</summary>
/// <param name="Status">How it came out.</param>
/// <param name="Message">What was seen.</param>
/// <param name="Remedy">What to do; null when nothing.</param>
internal sealed record Finding(Health Status, string Message, string? Remedy = null)
{
    internal static Finding Pass(string message) => new(Health.Pass, message);

    internal static Finding Skipped(string message) => new(Health.Skipped, message);

    /// <summary>A failure whose error says what to do.</summary>
    internal static Finding Of(ReeveError error) => new(Health.Failure, error.ToString(), error.NextStep);
}

/// <summary>A check: its name, and how it looks.</summary>
internal sealed record Check(string Name, Func<CancellationToken, Task<Finding>> LookAsync)
{
    /// <summary>A check that waits for nothing.</summary>
    internal static Check Of(string name, Func<Finding> look) => new(name, _ => Task.FromResult(look()));
}

/// <summary>A finding with the check it is of and how long that took.</summary>
internal sealed record Examined(string Name, Finding Finding, TimeSpan Duration)
{
    internal ObjectMap ToRow() => ObjectMap.Of(
        ("name", Value.Of(Name)),
        ("status", Value.Of(Core.Records.Wire.Name(Finding.Status))),
        ("message", Value.Of(Finding.Message)),
        ("remedy", Value.Of(Finding.Remedy)),
        ("durationMs", Value.Of(Math.Round(Duration.TotalMilliseconds, 1))));
}
