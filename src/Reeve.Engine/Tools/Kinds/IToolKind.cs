using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Kinds;

/// <summary>A way to reach tools. It makes one attempt and says what came of it; who may, how often and what is recorded is not its business. Thread-safe.</summary>
public interface IToolKind
{
    /// <summary>Which tools it reaches.</summary>
    IReadOnlyList<ToolType> Types { get; }

    /// <summary>What keeps a tool from being called, each with the member it is about; empty when it can be. Pure: nothing is opened or resolved.</summary>
    IReadOnlyList<ReeveError> Problems(ToolDefinition tool);

    /// <summary>
    /// Where a call goes, as people read it and approvals bind it: <c>POST https://host/path</c>, <c>mailto:a@b</c>, a program, a server and its tool. Holds no secret. Pure; called only for a tool without
    /// problems.
    /// </summary>
    string Target(ToolDefinition tool, ObjectMap arguments);

    /// <summary>Makes one attempt. Throws nothing but <see cref="OperationCanceledException"/>, and that only before something was sent.</summary>
    /// <param name="attempt">What to do.</param>
    /// <param name="cancellationToken">The time of the attempt is over: once something was sent, it ends as <see cref="AttemptResult.Unclear"/>.</param>
    ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancellationToken);
}

/// <summary>One attempt at a call.</summary>
public sealed record Attempt
{
    /// <summary>For whom.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>The tool.</summary>
    public required ToolDefinition Tool { get; init; }

    /// <summary>Its arguments, valid by its schema.</summary>
    public required ObjectMap Arguments { get; init; }

    /// <summary>The key by which the tool knows a repetition: the execution's id. The same at every attempt.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>Which attempt, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>
    /// Asked right before the first byte of the request leaves, when everything else (name, connection, TLS, secrets) is ready: null sends it, with nothing awaited in
    /// between; an error keeps it back, and the attempt ends as <see cref="AttemptResult.NotRun"/> with that error. Usually answered from memory, at once; it asks the store when
    /// what is in memory is too old. Throws only <see cref="OperationCanceledException"/>, and then nothing is sent either.
    /// </summary>
    public required Func<CancellationToken, ValueTask<ReeveError?>> BeforeSending { get; init; }
}

/// <summary>What came of an attempt; a closed set (EX-TOOL-5).</summary>
public abstract record AttemptResult
{
    private AttemptResult()
    {
    }

    /// <summary>The tool did it, and this is its whole answer.</summary>
    public sealed record Answered(Value Output) : AttemptResult;

    /// <summary>It provably did not run: name, connection or TLS failed, 429, 503 with Retry-After, or <see cref="Attempt.BeforeSending"/> kept it back.</summary>
    /// <param name="Error">Why; transient when the same may be tried again.</param>
    /// <param name="RetryAfter">How long the tool wants to be left alone; null when it did not say.</param>
    public sealed record NotRun(ReeveError Error, TimeSpan? RetryAfter) : AttemptResult;

    /// <summary>The tool understood the call and refused it (4xx): final, and without effect.</summary>
    /// <param name="Error">Why.</param>
    /// <param name="Answer">What it said, cut to what may be recorded; null when nothing.</param>
    public sealed record Refused(ReeveError Error, Value Answer) : AttemptResult;

    /// <summary>It was sent, and whether it ran is unknown: time-out, reset, another 5xx, a truncated answer.</summary>
    public sealed record Unclear(ReeveError Error) : AttemptResult;

    /// <summary>It ran, and its answer cannot be used: too large, no JSON where JSON is declared.</summary>
    public sealed record Useless(ReeveError Error) : AttemptResult;
}
