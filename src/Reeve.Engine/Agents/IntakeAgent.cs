using Reeve.Core.Decisions;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Wording;
using Reeve.Engine.Agents.Judging;

namespace Reeve.Engine.Agents;

/// <summary>Validates the type a source gave, or recognises it (EX-AGENT-INTAKE-2, 3).</summary>
public sealed class IntakeAgent : IStageAgent
{
    private const double ValidatedType = 1.0;
    private const double OtherType = 0.8;

    /// <inheritdoc/>
    public Stage Stage => Stage.Intake;

    /// <inheritdoc/>
    public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => [];

    /// <inheritdoc/>
    public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence)
    {
        DomainPack domain = message.Policy.Domain;
        string? given = message.Arrival.GivenType;
        ExceptionType? known = given is null ? null : domain.ExceptionTypes.Find(given);
        if (given is not null && known is null)
        {
            return Reject(message, given);
        }

        Inference inference = known is null
            ? TypeInference.Infer(domain, message.Exception, message.Scope)
            : TypeInference.Confirm(domain, known, message.Exception, message.Scope);
        List<string> reasons = [Summary(given, inference)];
        reasons.AddRange(inference.Notes);
        reasons.AddRange(message.Arrival.Flags);
        ExceptionRecord record = message.Exception with
        {
            ExceptionType = inference.Type,
            DetectedRules = inference.Rules.Count == 0
                ? message.Exception.DetectedRules
                : [.. message.Exception.DetectedRules, .. inference.Rules.Select(rule => rule.Value)],
        };
        return Output("NORMALISED", known is null ? OtherType : ValidatedType, reasons, NextStep.Triage, message, record, inferred: known is null && inference.Type is not null);
    }

    private static string Summary(string? given, Inference inference)
    {
        if (given is not null)
        {
            return $"The source gave the type '{given}', which the domain pack knows.";
        }

        return inference.Type is { } type
            ? $"The type '{type}' was recognised by {string.Join(", ", inference.Rules)}."
            : "The source gave no type, and no detection rule matches.";
    }

    private static AgentDecision Reject(AgentMessage message, string given)
    {
        ExceptionRecord record = message.Exception with
        {
            NormalizedContext = message.Exception.NormalizedContext.With("reportedType", Core.Values.Value.Of(given)),
        };
        List<string> reasons = [$"The domain pack knows no type {Shown.Name(given)}; the given type is kept as reportedType."];
        reasons.AddRange(message.Arrival.Flags);
        return Output("REJECTED", OtherType, reasons, NextStep.Escalate, message, record, inferred: false);
    }

    private static AgentDecision Output(
        string word, double confidence, List<string> reasons, NextStep next, AgentMessage message, ExceptionRecord record, bool inferred) => new()
        {
            Stage = Stage.Intake,
            Decision = word,
            Confidence = confidence,
            Evidence = reasons,
            NextStep = next,
            Details = new StageDetails.Intake
            {
                NormalizedException = record,
                ValidationResults = reasons.Count == 1 ? [] : reasons.GetRange(1, reasons.Count - 1),
                TimestampGiven = message.Arrival.TimestampGiven,
                IdGiven = message.Arrival.IdGiven,
                GivenId = message.Arrival.GivenId,
                TypeInferred = inferred,
            },
        };
}
