using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Executions;

/// <summary>How a call ended, as whoever made it knows; a closed set.</summary>
public abstract record CallEnd
{
    private CallEnd(IReadOnlyList<AttemptRecord> attempts) => Attempts = attempts;

    /// <summary>Every attempt, in order; none when the last checks before the first byte refused it.</summary>
    public IReadOnlyList<AttemptRecord> Attempts { get; }

    /// <summary>The tool did it and answered as declared.</summary>
    /// <param name="Output">What.</param>
    /// <param name="Attempts">How.</param>
    public sealed record Succeeded(Value Output, IReadOnlyList<AttemptRecord> Attempts) : CallEnd(Attempts);

    /// <summary>It failed.</summary>
    /// <param name="Error">Why.</param>
    /// <param name="Happened">Whether its effect happened all the same.</param>
    /// <param name="Output">What the tool said, be it useless; null of JSON for nothing.</param>
    /// <param name="Attempts">How.</param>
    public sealed record Failed(ReeveError Error, bool Happened, Value Output, IReadOnlyList<AttemptRecord> Attempts) : CallEnd(Attempts);

    /// <summary>Nobody knows whether it happened.</summary>
    /// <param name="Error">What the last attempt met; recorded as the reason of TOOL-024.</param>
    /// <param name="Attempts">How.</param>
    public sealed record Unknown(ReeveError Error, IReadOnlyList<AttemptRecord> Attempts) : CallEnd(Attempts);
}

/// <summary>What ended an attempt (EX-TOOL-5). The names are in events, so they stay.</summary>
public enum AttemptOutcome
{
    /// <summary>ANSWERED: as declared.</summary>
    Answered,

    /// <summary>NOT_RUN: provably nothing happened.</summary>
    NotRun,

    /// <summary>REFUSED: the tool said no, and did nothing.</summary>
    Refused,

    /// <summary>UNCLEAR: it was sent, and whether it ran is unknown.</summary>
    Unclear,

    /// <summary>USELESS: it ran, and its answer cannot be used.</summary>
    Useless,
}

/// <summary>One attempt, as it is recorded.</summary>
/// <param name="Number">Which, from 1.</param>
/// <param name="At">When it began, UTC.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Result">What ended it.</param>
/// <param name="Code">The code of what it met; null for an answer.</param>
/// <param name="Breaker">The breaker's state after it; null when it did not count.</param>
public sealed record AttemptRecord(int Number, DateTimeOffset At, TimeSpan Took, AttemptOutcome Result, string? Code, Breakers.BreakerState? Breaker);
