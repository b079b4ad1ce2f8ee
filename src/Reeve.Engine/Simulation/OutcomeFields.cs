using System.Collections.Frozen;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;

namespace Reeve.Engine.Simulation;

/// <summary>
/// The names of fields that a result can have and need not: a refused exception has no severity, one that nothing routes no
/// group. So a test can expect that one is absent, and a name that was mistyped is still noticed.
/// </summary>
internal static class OutcomeFields
{
    private static readonly FrozenSet<string> Known = ((IEnumerable<string>)
    [
        "exceptionId", "status", "exception", "stages", "evidence", "errors",
        "tenantId", "sourceSystem", "exceptionType", "severity", "timestamp", "rawPayload", "normalizedContext", "detectedRules", "suggestedActions",
        "resolutionStatus", "auditTrail", "currentPlaybookId", "currentStep", "owner",
        "pipelineId", "normalizedAt", "domain", "externalId", "fingerprint", "amount", "currency", "entity", "slaDeadline", "policyTags", "reportedType",
        "nextStep", "details", "normalizedException", "validationResults", "timestampGiven", "idGiven", "givenId", "typeInferred",
        "classification", "priorityScore", "matchedRules", "rootCause", "diagnosticSummary", "similarCases", "suggestedPlaybook", "confidenceBreakdown",
        "actionability", "humanApprovalRequired", "appliedRules", "violatedRules", "effectiveSeverity", "originalSeverity", "rejectedPlaybooks",
        "criticalOverride", "assignGroup", "maxAutoRetries",
        "chainConfidence", "findings",
        "resolvedPlan", "stepResults", "successCriteria", "suggestedDraftPlaybook", "rejectedAlternatives",
        "feedbackCapturedAt", "learningArtifacts", "policySuggestions", "playbookMetrics",
    ]).Select(Spelling.Fold).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether some result has a field of this name, in either spelling; also one that an intake mapping of the pack gives.</summary>
    internal static bool CanHave(string name, DomainPack domain)
    {
        string folded = Spelling.Fold(name);
        return Known.Contains(folded) || domain.Intake.Any(mapping => mapping.Fields.Any(field => Spelling.Fold(field.Name) == folded));
    }
}
