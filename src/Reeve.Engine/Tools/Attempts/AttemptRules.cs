using Reeve.Core.Records;
using Reeve.Engine.Tools.Breakers;
using Reeve.Engine.Tools.Executions;

namespace Reeve.Engine.Tools.Attempts;

/// <summary>What follows an attempt.</summary>
public enum AfterAttempt
{
    /// <summary>The call succeeded.</summary>
    Succeed,

    /// <summary>It failed, and nothing happened.</summary>
    Fail,

    /// <summary>It failed, and its effect happened.</summary>
    FailHappened,

    /// <summary>It ended, and nobody knows whether it happened.</summary>
    EndUnknown,

    /// <summary>Another attempt.</summary>
    Retry,
}

/// <summary>What is known of a call when an attempt ends.</summary>
/// <param name="Effect">What the tool does to the world.</param>
/// <param name="IsIdempotent">Whether the same key has one effect.</param>
/// <param name="MayHaveRun">Whether an earlier attempt, of this process or of one that died, may have had the effect.</param>
/// <param name="MayRetry">Whether another attempt may be made at all.</param>
public readonly record struct AttemptSituation(ToolEffect Effect, bool IsIdempotent, bool MayHaveRun, bool MayRetry);

/// <summary>What ends a call, and what repeats it (EX-TOOL-5; docs/decisions/0019). Pure.</summary>
public static class AttemptRules
{
    /// <summary>What follows.</summary>
    /// <param name="outcome">What ended the attempt.</param>
    /// <param name="isTransient">Of one that did not run: whether the same may be tried again.</param>
    /// <param name="known">What is known of the call.</param>
    public static AfterAttempt After(AttemptOutcome outcome, bool isTransient, AttemptSituation known)
    {
        bool reads = known.Effect == ToolEffect.Read;
        AfterAttempt end = known.MayHaveRun && !reads ? AfterAttempt.EndUnknown : AfterAttempt.Fail;
        return outcome switch
        {
            AttemptOutcome.Answered => AfterAttempt.Succeed,
            AttemptOutcome.NotRun => isTransient && known.MayRetry ? AfterAttempt.Retry : end,
            AttemptOutcome.Refused => end,
            AttemptOutcome.Unclear when (reads || known.IsIdempotent) && known.MayRetry => AfterAttempt.Retry,
            AttemptOutcome.Unclear => reads ? AfterAttempt.Fail : AfterAttempt.EndUnknown,
            AttemptOutcome.Useless when !reads => AfterAttempt.FailHappened,
            AttemptOutcome.Useless => known.MayRetry ? AfterAttempt.Retry : AfterAttempt.Fail,
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "There is no such outcome."),
        };
    }

    /// <summary>What an attempt says of its tool: an answer of whatever kind is a good sign; what it could not even try because of its own definition is none.</summary>
    /// <param name="outcome">What ended the attempt.</param>
    /// <param name="isTransient">Of one that did not run: whether the same may be tried again.</param>
    public static ToolSign Sign(AttemptOutcome outcome, bool isTransient) => outcome switch
    {
        AttemptOutcome.Unclear => ToolSign.Bad,
        AttemptOutcome.NotRun => isTransient ? ToolSign.Bad : ToolSign.None,
        _ => ToolSign.Good,
    };
}
