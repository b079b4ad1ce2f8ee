using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Decisions;

/// <summary>The findings of one stage; a closed set, one record per stage; both reviews of the Supervisor share one.</summary>
public abstract record StageDetails
{
    private StageDetails()
    {
    }

    /// <summary>Intake: the record and what was noticed while making it.</summary>
    public sealed record Intake : StageDetails
    {
        /// <summary>The record as Intake made it.</summary>
        public required ExceptionRecord NormalizedException { get; init; }

        /// <summary>What was flagged, one sentence each; empty when nothing was.</summary>
        public IReadOnlyList<string> ValidationResults { get; init; } = [];

        /// <summary>Whether the source gave the time; else it is the time of arrival.</summary>
        public required bool TimestampGiven { get; init; }

        /// <summary>Whether the source gave the exceptionId; else it was generated.</summary>
        public required bool IdGiven { get; init; }

        /// <summary>The exceptionId the source gave, where a generated one stands in its place because it was taken; null otherwise.</summary>
        public ExceptionId? GivenId { get; init; }

        /// <summary>Whether the type was inferred by detection rules.</summary>
        public required bool TypeInferred { get; init; }
    }

    /// <summary>Triage: type and severity.</summary>
    public sealed record Triage : StageDetails
    {
        /// <summary>The type; null when it stays unknown.</summary>
        public required ExceptionTypeName? Classification { get; init; }

        /// <summary>The severity by the domain pack.</summary>
        public required Severity Severity { get; init; }

        /// <summary>The highest priority score of the rules that gave it; null when none had one.</summary>
        public double? PriorityScore { get; init; }

        /// <summary>The severity rules that matched.</summary>
        public IReadOnlyList<RuleId> MatchedRules { get; init; } = [];

        /// <summary>What probably caused it, as far as rules tell; null when they do not.</summary>
        public string? RootCause { get; init; }

        /// <summary>One sentence for people.</summary>
        public required string DiagnosticSummary { get; init; }

        /// <summary>Cases like it and how they ended; empty without a memory.</summary>
        public IReadOnlyList<SimilarCase> SimilarCases { get; init; } = [];

        /// <summary>The playbook chosen at this severity, else the best that applies and may not be used; null when none applies.</summary>
        public PlaybookId? SuggestedPlaybook { get; init; }

        /// <summary>What the confidence is made of, one part each.</summary>
        public IReadOnlyList<string> ConfidenceBreakdown { get; init; } = [];
    }

    /// <summary>Policy: what the tenant allows.</summary>
    public sealed record Policy : StageDetails
    {
        /// <summary>What can be done about it.</summary>
        public required Actionability Actionability { get; init; }

        /// <summary>The playbook, if one may be used; null otherwise.</summary>
        public PlaybookId? SelectedPlaybookId { get; init; }

        /// <summary>Whether a person must approve.</summary>
        public required bool HumanApprovalRequired { get; init; }

        /// <summary>The verdict.</summary>
        public required PolicyVerdict Verdict { get; init; }

        /// <summary>Every rule that was asked and spoke, with what it said.</summary>
        public IReadOnlyList<AppliedRule> AppliedRules { get; init; } = [];

        /// <summary>Rules that forbid acting automatically, or at all.</summary>
        public IReadOnlyList<RuleId> ViolatedRules { get; init; } = [];

        /// <summary>The severity after the tenant's overrides.</summary>
        public required Severity EffectiveSeverity { get; init; }

        /// <summary>Triage's severity; null when no override changed it.</summary>
        public Severity? OriginalSeverity { get; init; }

        /// <summary>Every other playbook for the type, with the reason: those that apply, best first, then those whose conditions do not hold.</summary>
        public IReadOnlyList<RejectedPlaybook> RejectedPlaybooks { get; init; } = [];

        /// <summary>The rules by which the tenant lets CRITICAL act automatically (EX-AGENT-POLICY-4); null when it does not.</summary>
        public string? CriticalOverride { get; init; }

        /// <summary>The group it goes to: the escalation queue when it is older than its type may get, else what the first routing rule that matches says; null when neither speaks.</summary>
        public string? AssignGroup { get; init; }

        /// <summary>Automatic retries at most; null when no guardrail says.</summary>
        public int? MaxAutoRetries { get; init; }
    }

    /// <summary>Supervisor, after Policy or after Resolution.</summary>
    public sealed record Oversight : StageDetails
    {
        /// <summary>The lowest confidence of Intake, Triage and Resolution so far.</summary>
        public required double ChainConfidence { get; init; }

        /// <summary>What was found, one sentence each; empty when all is well.</summary>
        public IReadOnlyList<string> Findings { get; init; } = [];
    }

    /// <summary>Resolution: the plan.</summary>
    public sealed record Resolution : StageDetails
    {
        /// <summary>The plan's steps; empty when there is none.</summary>
        public IReadOnlyList<PlanStep> ResolvedPlan { get; init; } = [];

        /// <summary>What each step would give; marked as dry runs.</summary>
        public IReadOnlyList<StepResult> StepResults { get; init; } = [];

        /// <summary>What must hold after the last step; empty when the playbook asks nothing.</summary>
        public IReadOnlyList<PlanCriterion> SuccessCriteria { get; init; } = [];

        /// <summary>Why the plan was refused; empty for a good plan. They stand among the errors of the result.</summary>
        public IReadOnlyList<ReeveError> PlanErrors { get; init; } = [];

        /// <summary>The status the plan would reach; null when nothing was planned.</summary>
        public ResolutionStatus? ProjectedStatus { get; init; }

        /// <summary>A playbook drafted for people; null without a model.</summary>
        public Value SuggestedDraftPlaybook { get; init; }

        /// <summary>As <see cref="Policy.RejectedPlaybooks"/>.</summary>
        public IReadOnlyList<RejectedPlaybook> RejectedAlternatives { get; init; } = [];
    }

    /// <summary>Feedback: what came of it.</summary>
    public sealed record Feedback : StageDetails
    {
        /// <summary>Where the exception stands now.</summary>
        public required ResolutionStatus ResolutionStatus { get; init; }

        /// <summary>When this was captured.</summary>
        public required DateTimeOffset FeedbackCapturedAt { get; init; }

        /// <summary>What can be learned; empty until learning is in use.</summary>
        public IReadOnlyList<Value> LearningArtifacts { get; init; } = [];

        /// <summary>Suggestions for the policy; empty until learning is in use.</summary>
        public IReadOnlyList<Value> PolicySuggestions { get; init; } = [];

        /// <summary>Steps of the plan; 0 without one.</summary>
        public int TotalSteps { get; init; }

        /// <summary>Steps of the plan that need nobody any more; 0 without one.</summary>
        public int CompletedSteps { get; init; }
    }
}

/// <summary>
/// A case like this one. It is named by its key alone, so that erasing it leaves no trace of its id in this one; whoever shows it
/// looks the id up.
/// </summary>
/// <param name="Key">Which case.</param>
/// <param name="Score">How alike, rounded to four decimals.</param>
/// <param name="Resolution">How it ended.</param>
public sealed record SimilarCase(ExceptionKey Key, double Score, string Resolution);

/// <summary>A rule that was asked, what it gave, and why in one sentence.</summary>
public sealed record AppliedRule(RuleId Id, PolicyVerdict Verdict, string Reason);

/// <summary>A playbook that was not chosen, and why.</summary>
public sealed record RejectedPlaybook(PlaybookId PlaybookId, string Reason);

/// <summary>What one step gave, or would: <paramref name="Output"/> is a mock when <paramref name="DryRun"/>.</summary>
public sealed record StepResult(StepId StepId, StepStatus Status, bool DryRun, Value Output);
