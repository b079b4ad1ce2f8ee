using System.Collections.Frozen;
using Reeve.Core.Decisions;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;

namespace Reeve.Engine.Simulation;

/// <summary>
/// The names of fields that a result can have and need not: a refused exception has no severity, one that nothing routes no
/// group. So a test can expect that one is absent, and a name that was mistyped is still noticed.
/// </summary>
internal static class OutcomeFields
{
    // In the order of the stages that give them; what several stages or none of them give comes first.
    private static readonly (Stage? Stage, string[] Names)[] ByStage =
    [
        (null,
        [
            "exceptionId", "status", "exception", "stages", "evidence", "errors",
            "tenantId", "sourceSystem", "exceptionType", "timestamp", "rawPayload", "normalizedContext", "detectedRules", "suggestedActions",
            "resolutionStatus", "auditTrail", "currentPlaybookId", "currentStep", "owner",
            "pipelineId", "normalizedAt", "domain", "externalId", "fingerprint", "amount", "currency", "entity", "slaDeadline", "policyTags", "reportedType",
            "nextStep", "details", "normalizedException", "validationResults", "timestampGiven", "idGiven", "givenId", "typeInferred",
            "chainConfidence", "findings",
        ]),
        (Stage.Triage,
        [
            "severity", "confidence", "classification", "priorityScore", "matchedRules", "rootCause", "diagnosticSummary", "similarCases", "suggestedPlaybook", "confidenceBreakdown",
        ]),
        (Stage.Policy,
        [
            "decision", "policyDecision", "playbookId", "selectedPlaybookId", "selectedPlaybook", "playbook",
            "actionability", "humanApprovalRequired", "appliedRules", "violatedRules", "effectiveSeverity", "originalSeverity", "rejectedPlaybooks",
            "criticalOverride", "assignGroup", "maxAutoRetries",
        ]),
        (Stage.Resolution, ["projectedStatus", "resolvedPlan", "stepResults", "successCriteria", "suggestedDraftPlaybook", "rejectedAlternatives"]),
        (Stage.Feedback, ["feedbackCapturedAt", "learningArtifacts", "policySuggestions", "playbookMetrics"]),
    ];

    private static readonly FrozenDictionary<string, Stage?> Known = ByStage
        .SelectMany(group => group.Names.Select(name => KeyValuePair.Create(Spelling.Fold(name), group.Stage)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The stage without which no result has the field; null when it does not depend on one stage.</summary>
    internal static Stage? StageOf(string name) => Known.GetValueOrDefault(Spelling.Fold(name));

    /// <summary>Whether some result has a field of this name, in either spelling; also one that an intake mapping of the pack gives.</summary>
    internal static bool CanHave(string name, DomainPack domain)
    {
        string folded = Spelling.Fold(name);
        return Known.ContainsKey(folded) || domain.Intake.Any(mapping => mapping.Fields.Any(field => Spelling.Fold(field.Name) == folded));
    }
}
