using Reeve.Core.Records;

namespace Reeve.Core.Decisions;

/// <summary>
/// What an exception stands at once it was decided: the strictest that anybody said of acting on it, and who said it. It is the floor of every tool call made for the exception, whoever makes it
/// (docs/decisions/0019).
/// </summary>
/// <param name="Verdict">ALLOW, REQUIRE_APPROVAL or BLOCK.</param>
/// <param name="Because">Why, in a sentence; empty for ALLOW.</param>
public sealed record Standing(PolicyVerdict Verdict, string Because)
{
    /// <summary>That of an exception of which nothing says that anything may be done: people are asked.</summary>
    public static readonly Standing Undecided = new(PolicyVerdict.RequireApproval, "Nothing that was decided of the exception allows it.");

    private static readonly Standing Allowed = new(PolicyVerdict.Allow, "");

    /// <summary>The strictest that policy and oversight said, among the decisions that count. Pure; allocates nothing, for it is asked after each stage.</summary>
    public static PolicyVerdict VerdictOf(IReadOnlyList<AgentDecision> decisions)
    {
        PolicyVerdict verdict = PolicyVerdict.Allow;
        for (int i = 0; i < decisions.Count; i++)
        {
            verdict = Lattice.Stricter(verdict, Said(decisions[i]));
        }

        return verdict;
    }

    /// <summary>
    /// Whether people must be asked before anything is done, whatever policy and oversight said: an agent asks for it, or the severity is CRITICAL and no rule is named that lets it act by itself
    /// (EX-AGENT-POLICY-4). Pure.
    /// </summary>
    /// <param name="decisions">The decisions that count.</param>
    /// <param name="severity">The exception's severity.</param>
    public static bool AsksPeople(IReadOnlyList<AgentDecision> decisions, Severity? severity)
    {
        bool awaited = false;
        string? release = null;
        for (int i = 0; i < decisions.Count; i++)
        {
            awaited |= decisions[i].NextStep == NextStep.PendingApproval;
            release = decisions[i].Details is StageDetails.Policy policy ? policy.CriticalOverride : release;
        }

        return awaited || (severity == Severity.Critical && release is null);
    }

    /// <summary>What an exception stands at. What policy never came to, or somebody escalated without forbidding it, is for people.</summary>
    /// <param name="decisions">The decisions that count, in order.</param>
    /// <param name="severity">The exception's severity.</param>
    public static Standing Of(IReadOnlyList<AgentDecision> decisions, Severity? severity)
    {
        PolicyVerdict verdict = VerdictOf(decisions);
        AgentDecision? strictest = null;
        AgentDecision? escalated = null;
        bool isJudged = false;
        for (int i = 0; i < decisions.Count; i++)
        {
            strictest ??= verdict != PolicyVerdict.Allow && Said(decisions[i]) == verdict ? decisions[i] : null;
            escalated ??= decisions[i].NextStep == NextStep.Escalate ? decisions[i] : null;
            isJudged |= decisions[i].Details is StageDetails.Policy;
        }

        return strictest is not null ? new Standing(verdict, $"{strictest.Stage.Agent()} said {strictest.Decision}{Reason(strictest)}")
            : !isJudged ? Undecided
            : escalated is not null ? new Standing(PolicyVerdict.RequireApproval, $"{escalated.Stage.Agent()} escalated it{Reason(escalated)}")
            : AsksPeople(decisions, severity) ? new Standing(PolicyVerdict.RequireApproval, severity == Severity.Critical ? "It is CRITICAL, and no rule is named that lets it act by itself." : "Its plan waits for an approval.")
            : Allowed;
    }

    private static PolicyVerdict Said(AgentDecision decision) => decision.Details switch
    {
        StageDetails.Policy policy => Lattice.Stricter(policy.Verdict, policy.HumanApprovalRequired ? PolicyVerdict.RequireApproval : PolicyVerdict.Allow),
        StageDetails.Oversight when Wire.TryParse(decision.Decision, out OversightVerdict review) => Lattice.AsPolicy(review),
        _ => PolicyVerdict.Allow,
    };

    private static string Reason(AgentDecision decision) => decision.Evidence.Count == 0 ? "." : $": {decision.Evidence[0]}";
}
