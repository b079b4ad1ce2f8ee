using System.Text.Json;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Decisions;

/// <summary>How the payload of a record is written.</summary>
internal enum PayloadForm
{
    /// <summary>From its values: compact.</summary>
    AsRead,

    /// <summary>Byte for byte as received; null when it is not there.</summary>
    Verbatim,

    /// <summary>Not at all.</summary>
    LeftOut,
}

/// <summary>
/// Writes records and decisions by their wire names (EX-MODEL-6, 7, 9), members in declared order. In the canonical form
/// nothing is written that a second run could not repeat: no generated id, no clock reading; keys of maps are in ordinal order.
/// </summary>
internal sealed partial class DecisionJson(Utf8JsonWriter writer, bool canonical, PayloadForm payload = PayloadForm.AsRead)
{
    internal void Record(ExceptionRecord record, bool timestampGiven = true)
    {
        writer.WriteStartObject();
        if (!canonical)
        {
            writer.WriteString("exceptionId", record.ExceptionId.Value);
        }

        writer.WriteString("tenantId", record.TenantId.Value);
        writer.WriteString("sourceSystem", record.SourceSystem);
        writer.WriteString("exceptionType", record.ExceptionType?.Value);
        writer.WriteString("severity", record.Severity is { } severity ? Wire.Name(severity) : null);
        if (!canonical || timestampGiven)
        {
            writer.WriteString("timestamp", TimeText.Timestamp(record.Timestamp));
        }

        Payload(record);
        writer.WritePropertyName("normalizedContext");
        Context(record.NormalizedContext);
        Strings("detectedRules", record.DetectedRules);
        Strings("suggestedActions", record.SuggestedActions);
        writer.WriteString("resolutionStatus", Wire.Name(record.ResolutionStatus));
        if (!canonical)
        {
            writer.WritePropertyName("auditTrail");
            Trail(record.AuditTrail);
        }

        Optional("currentPlaybookId", record.CurrentPlaybookId?.Value);
        if (record.CurrentStep is { } step)
        {
            writer.WriteNumber("currentStep", step);
        }

        Optional("owner", record.Owner);
        writer.WriteEndObject();
    }

    internal void Trail(IReadOnlyList<AuditEntry> trail)
    {
        writer.WriteStartArray();
        foreach (AuditEntry entry in trail)
        {
            writer.WriteStartObject();
            writer.WriteString("action", entry.Action);
            writer.WriteString("timestamp", TimeText.Timestamp(entry.Timestamp));
            writer.WriteString("actor", entry.Actor);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    // The source's bytes as received are valid JSON: nothing else becomes a record.
    private void Payload(ExceptionRecord record)
    {
        switch (payload)
        {
            case PayloadForm.AsRead:
                Member("rawPayload", Value.Of(record.RawPayload));
                break;
            case PayloadForm.Verbatim when record.RawBytes.IsEmpty:
                writer.WriteNull("rawPayload");
                break;
            case PayloadForm.Verbatim:
                writer.WritePropertyName("rawPayload");
                writer.WriteRawValue(record.RawBytes.Span, skipInputValidation: true);
                break;
        }
    }

    internal void Decision(AgentDecision decision)
    {
        writer.WriteStartObject();
        writer.WriteString("decision", decision.Decision);
        Number("confidence", decision.Confidence);
        Strings("evidence", decision.Evidence);
        writer.WriteString("nextStep", decision.NextStep.Name());
        writer.WritePropertyName("details");
        Details(decision.Details);
        writer.WriteEndObject();
    }

    internal void Stages(IReadOnlyList<AgentDecision> stages)
    {
        writer.WriteStartObject("stages");
        foreach (AgentDecision decision in stages)
        {
            writer.WritePropertyName(decision.Stage.Key());
            Decision(decision);
        }

        writer.WriteEndObject();
    }

    internal void Document(ExceptionResult result, string domainHash, string policyHash)
    {
        writer.WriteStartObject();
        writer.WriteNumber("format", DecisionDocument.Format);
        writer.WriteNumber("logicVersion", DecisionDocument.LogicVersion);
        writer.WriteString("domainPack", domainHash);
        writer.WriteString("tenantPolicy", policyHash);
        writer.WriteString("status", result.Status is { } status ? Wire.Name(status) : null);
        Stages(result.Stages);
        writer.WriteStartArray("errors");
        foreach (Errors.ReeveError error in result.Errors)
        {
            writer.WriteStringValue(error.Code);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    internal void Strings(string name, IReadOnlyList<string> items)
    {
        writer.WriteStartArray(name);
        for (int i = 0; i < items.Count; i++)
        {
            writer.WriteStringValue(items[i]);
        }

        writer.WriteEndArray();
    }

    internal void Member(string name, in Value value)
    {
        writer.WritePropertyName(name);
        JsonText.Write(writer, value, canonical);
    }

    internal void Context(ObjectMap context)
    {
        if (!canonical)
        {
            JsonText.Write(writer, Value.Of(context));
            return;
        }

        JsonText.Write(writer, Value.Of(context.Without("pipelineId", "normalizedAt")), sortKeys: true);
    }

    private void Details(StageDetails details)
    {
        writer.WriteStartObject();
        switch (details)
        {
            case StageDetails.Intake intake: Intake(intake); break;
            case StageDetails.Triage triage: Triage(triage); break;
            case StageDetails.Policy policy: Policy(policy); break;
            case StageDetails.Oversight oversight:
                Number("chainConfidence", oversight.ChainConfidence);
                Strings("findings", oversight.Findings);
                break;
            case StageDetails.Resolution resolution: Resolution(resolution); break;
            case StageDetails.Feedback feedback: Feedback(feedback); break;
        }

        writer.WriteEndObject();
    }

    private void Intake(StageDetails.Intake intake)
    {
        writer.WritePropertyName("normalizedException");
        Record(intake.NormalizedException, intake.TimestampGiven);
        Strings("validationResults", intake.ValidationResults);
        writer.WriteBoolean("timestampGiven", intake.TimestampGiven);
        writer.WriteBoolean("idGiven", intake.IdGiven);
        if (!canonical)
        {
            Optional("givenId", intake.GivenId?.Value);
        }

        writer.WriteBoolean("typeInferred", intake.TypeInferred);
    }

    private void Triage(StageDetails.Triage triage)
    {
        writer.WriteString("classification", triage.Classification?.Value);
        writer.WriteString("severity", Wire.Name(triage.Severity));
        NumberOrNull("priorityScore", triage.PriorityScore);
        Rules("matchedRules", triage.MatchedRules);
        writer.WriteString("rootCause", triage.RootCause);
        writer.WriteString("diagnosticSummary", triage.DiagnosticSummary);
        writer.WriteStartArray("similarCases");
        foreach (SimilarCase similar in triage.SimilarCases)
        {
            writer.WriteStartObject();
            writer.WriteString("exceptionKey", similar.Key.Value);
            Number("score", similar.Score);
            writer.WriteString("resolution", similar.Resolution);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("suggestedPlaybook", triage.SuggestedPlaybook?.Value);
        Strings("confidenceBreakdown", triage.ConfidenceBreakdown);
    }

    private void Policy(StageDetails.Policy policy)
    {
        writer.WriteString("actionability", Wire.Name(policy.Actionability));
        writer.WriteString("selectedPlaybookId", policy.SelectedPlaybookId?.Value);
        writer.WriteBoolean("humanApprovalRequired", policy.HumanApprovalRequired);
        writer.WriteString("decision", Wire.Name(policy.Verdict));
        writer.WriteStartArray("applied_rules");
        foreach (AppliedRule rule in policy.AppliedRules)
        {
            writer.WriteStartObject();
            writer.WriteString("ruleId", rule.Id.Value);
            writer.WriteString("decision", Wire.Name(rule.Verdict));
            writer.WriteString("reason", rule.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        Rules("violated_rules", policy.ViolatedRules);
        writer.WriteString("effectiveSeverity", Wire.Name(policy.EffectiveSeverity));
        Optional("originalSeverity", policy.OriginalSeverity is { } original ? Wire.Name(original) : null);
        Rejected("rejectedPlaybooks", policy.RejectedPlaybooks);
        Optional("criticalOverride", policy.CriticalOverride);
        Optional("assignGroup", policy.AssignGroup);
        if (policy.MaxAutoRetries is { } retries)
        {
            writer.WriteNumber("maxAutoRetries", retries);
        }
    }

    private void Feedback(StageDetails.Feedback feedback)
    {
        writer.WriteString("resolutionStatus", Wire.Name(feedback.ResolutionStatus));
        if (!canonical)
        {
            writer.WriteString("feedbackCapturedAt", TimeText.Timestamp(feedback.FeedbackCapturedAt));
        }

        Values("learningArtifacts", feedback.LearningArtifacts);
        Values("policySuggestions", feedback.PolicySuggestions);
        writer.WriteStartObject("playbookMetrics");
        writer.WriteNumber("totalSteps", feedback.TotalSteps);
        writer.WriteNumber("completedSteps", feedback.CompletedSteps);
        writer.WriteEndObject();
    }

    private void Values(string name, IReadOnlyList<Value> values)
    {
        writer.WriteStartArray(name);
        foreach (Value value in values)
        {
            JsonText.Write(writer, value, canonical);
        }

        writer.WriteEndArray();
    }

    private void Rules(string name, IReadOnlyList<RuleId> rules)
    {
        writer.WriteStartArray(name);
        foreach (RuleId rule in rules)
        {
            writer.WriteStringValue(rule.Value);
        }

        writer.WriteEndArray();
    }

    private void Rejected(string name, IReadOnlyList<RejectedPlaybook> rejected)
    {
        writer.WriteStartArray(name);
        foreach (RejectedPlaybook playbook in rejected)
        {
            writer.WriteStartObject();
            writer.WriteString("playbookId", playbook.PlaybookId.Value);
            writer.WriteString("reason", playbook.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Optional(string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    // Scores are rounded already where they enter; this keeps whatever else is a number from showing its last bits.
    private void Number(string name, double value) => writer.WriteNumber(name, Math.Round(value, 4));

    private void NumberOrNull(string name, double? value)
    {
        if (value is { } number)
        {
            Number(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
