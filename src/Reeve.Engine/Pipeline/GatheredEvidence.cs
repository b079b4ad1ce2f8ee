using Reeve.Core.Decisions;
using Reeve.Engine.Agents;

namespace Reeve.Engine.Pipeline;

/// <summary>
/// What one attempt at a stage asked and was answered. Thread-safe: an attempt that was given up may still be running when its
/// evidence is put on record.
/// </summary>
internal sealed class GatheredEvidence
{
    private readonly Lock changing = new();
    private readonly List<(EvidenceRequest Request, EvidenceAnswer? Answer)> items = [];

    /// <summary>Notes a request; returns its place.</summary>
    internal int Ask(EvidenceRequest request)
    {
        lock (changing)
        {
            items.Add((request, null));
            return items.Count - 1;
        }
    }

    internal void Answer(int place, EvidenceAnswer answer)
    {
        lock (changing)
        {
            items[place] = (items[place].Request, answer);
        }
    }

    /// <summary>Everything asked so far; what was not answered in time says so.</summary>
    internal IReadOnlyList<Evidence> Known()
    {
        lock (changing)
        {
            return [.. items.Select(item => new Evidence(item.Request, item.Answer ?? new EvidenceAnswer.Unavailable("timeout")))];
        }
    }

    /// <summary>
    /// An answer as everything downstream sees it and the record keeps it: scores rounded to four decimals. One with a score
    /// that is no number is none.
    /// </summary>
    internal static EvidenceAnswer Rounded(EvidenceAnswer answer) => answer switch
    {
        EvidenceAnswer.Cases cases when cases.Found.Any(found => !double.IsFinite(found.Score)) => new EvidenceAnswer.Unavailable("provider_error"),
        EvidenceAnswer.Cases cases => new EvidenceAnswer.Cases([.. cases.Found.Select(found => found with { Score = Round(found.Score) })]),
        _ => answer,
    };

    /// <summary>A decision as everything downstream sees it and the record keeps it: its figures rounded to four decimals, half to even.</summary>
    internal static AgentDecision Rounded(AgentDecision decision)
    {
        double confidence = Round(decision.Confidence);
        StageDetails details = decision.Details switch
        {
            StageDetails.Oversight oversight when Round(oversight.ChainConfidence) is var chain && chain != oversight.ChainConfidence => oversight with { ChainConfidence = chain },
            StageDetails.Triage { PriorityScore: { } score } triage when Round(score) != score => triage with { PriorityScore = Round(score) },
            _ => decision.Details,
        };
        return confidence == decision.Confidence && ReferenceEquals(details, decision.Details) ? decision : decision with { Confidence = confidence, Details = details };
    }

    private static double Round(double figure) => Math.Round(figure, 4);
}
