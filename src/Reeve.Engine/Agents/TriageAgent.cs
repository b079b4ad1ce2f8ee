using Reeve.Core.Decisions;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Engine.Agents.Judging;
using Reeve.Engine.Playbooks;

namespace Reeve.Engine.Agents;

/// <summary>Type, severity and how sure we are (EX-AGENT-TRIAGE-*). Only the domain pack decides.</summary>
public sealed class TriageAgent : IStageAgent
{
    private const double ByRule = 0.9;
    private const double ByDefault = 0.8;
    private const double InferredType = 0.7;
    private const double UnknownRaisingRule = 0.5;
    private const double UnknownType = 0.5;
    private const int SimilarCases = 5;

    /// <inheritdoc/>
    public Stage Stage => Stage.Triage;

    /// <inheritdoc/>
    public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) =>
        message.HasMemory && evidence.Count == 0 ? [new EvidenceRequest.SimilarCases(SimilarCases)] : [];

    /// <inheritdoc/>
    public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence)
    {
        DomainPack domain = message.Policy.Domain;
        ExceptionType? type = message.Exception.ExceptionType is { } name ? domain.ExceptionTypes.Find(name.Value) : null;
        SeverityTable table = default;
        table.Ask(domain.SeverityRules, message.Scope);
        for (int i = 0; type is not null && i < type.Lineage.Count; i++)
        {
            table.Ask(domain.ExceptionTypes.Find(type.Lineage[i].Value)!.SeverityRules, message.Scope);
        }

        List<string> reasons = [];
        List<string> parts = [];
        Severity severity = Judge(table, type, reasons, parts, out double confidence);
        if (message.Findings<StageDetails.Intake>(Stage.Intake) is { TypeInferred: true })
        {
            confidence = Cap(confidence, InferredType, "the type was inferred", parts);
        }

        if (type is null)
        {
            confidence = Cap(confidence, UnknownType, "the type is unknown", parts);
            reasons.Add("The type stays unknown, so a person must look.");
        }

        PlaybookId? suggested = null;
        if (type is not null)
        {
            Selection selection = message.Select(message.Exception with { Severity = severity });
            suggested = selection.Selected?.Id ?? (selection.Applicable.Count > 0 ? selection.Applicable[0] : null);
        }

        return new AgentDecision
        {
            Stage = Stage.Triage,
            Decision = type is null ? "UNCLASSIFIED" : "CLASSIFIED",
            Confidence = confidence,
            Evidence = reasons,
            NextStep = type is null ? NextStep.Escalate : NextStep.Policy,
            Details = new StageDetails.Triage
            {
                Classification = type?.Name,
                Severity = severity,
                PriorityScore = Score(table, severity),
                MatchedRules = table.Matched is null ? [] : [.. table.Matched.Select(rule => rule.Id)],
                RootCause = message.Exception.DetectedRules.Count == 0 ? null : $"Broken rules: {string.Join(", ", message.Exception.DetectedRules)}.",
                DiagnosticSummary = Summary(message.Exception, type, severity),
                SimilarCases = Cases(evidence, reasons),
                SuggestedPlaybook = suggested,
                ConfidenceBreakdown = parts,
            },
        };
    }

    private static Severity Judge(in SeverityTable table, ExceptionType? type, List<string> reasons, List<string> parts, out double confidence)
    {
        Severity severity;
        if (table.Highest is { } highest)
        {
            severity = highest;
            confidence = ByRule;
            parts.Add($"{Reasons.Number(ByRule)}: a severity rule matched");
            reasons.Add($"Severity {Wire.Name(severity)} by {string.Join(", ", table.Matched!.Where(rule => rule.Severity == highest).Select(Describe))}.");
        }
        else if (type?.DefaultSeverity is { } byDefault)
        {
            severity = byDefault;
            confidence = ByDefault;
            parts.Add($"{Reasons.Number(ByDefault)}: the type's default severity");
            reasons.Add($"Severity {Wire.Name(severity)}, the default of '{type.Name}'; no severity rule matches.");
        }
        else
        {
            severity = Severity.Medium;
            confidence = ByDefault;
            parts.Add($"{Reasons.Number(ByDefault)}: no rule and no default, so MEDIUM");
            reasons.Add("Severity MEDIUM: no severity rule matches and the type has no default.");
        }

        foreach ((SeverityRule rule, Truth truth) in table.Unknown ?? [])
        {
            reasons.Add($"Severity rule {rule.Id} ({Wire.Name(rule.Severity)}) cannot be judged: {Reasons.Unknown(truth)}.");
            if (rule.Severity > severity)
            {
                confidence = Cap(confidence, UnknownRaisingRule, $"rule {rule.Id} might raise the severity and cannot be judged", parts);
            }
        }

        return severity;
    }

    private static double Cap(double confidence, double cap, string why, List<string> parts)
    {
        if (confidence <= cap)
        {
            return confidence;
        }

        parts.Add($"at most {Reasons.Number(cap)}: {why}");
        return cap;
    }

    private static string Describe(SeverityRule rule) => $"{rule.Id} ({rule.Condition.Text})";

    private static double? Score(in SeverityTable table, Severity severity)
    {
        double? best = null;
        foreach (SeverityRule rule in table.Matched ?? [])
        {
            if (rule.Severity == severity && rule.PriorityScore is { } score && !(best > score))
            {
                best = score;
            }
        }

        return best;
    }

    private static string Summary(ExceptionRecord record, ExceptionType? type, Severity severity) => type is null
        ? $"An exception of unknown type from '{record.SourceSystem}', severity {Wire.Name(severity)}."
        : $"{type.Name} from '{record.SourceSystem}', severity {Wire.Name(severity)}{(type.Description.Length == 0 ? "." : ": " + type.Description)}";

    private static IReadOnlyList<SimilarCase> Cases(IReadOnlyList<Evidence> evidence, List<string> reasons)
    {
        foreach (Evidence item in evidence)
        {
            switch (item.Answer)
            {
                case EvidenceAnswer.Cases { Found.Count: > 0 } cases:
                    reasons.Add($"{cases.Found.Count} similar cases; the closest ended so: {cases.Found[0].Resolution}");
                    return cases.Found;
                case EvidenceAnswer.Unavailable missing:
                    reasons.Add($"Similar cases could not be asked for: {missing.Reason}");
                    break;
            }
        }

        return [];
    }
}
