using Reeve.Core.Decisions;

namespace Reeve.Engine.Agents;

/// <summary>What an agent wants to know before it decides; a closed set.</summary>
public abstract record EvidenceRequest
{
    private EvidenceRequest()
    {
    }

    /// <summary>Cases like this one, as the memory knew them when the exception was received.</summary>
    public sealed record SimilarCases(int Count) : EvidenceRequest;
}

/// <summary>The answer to a request, or its absence; a closed set.</summary>
public abstract record EvidenceAnswer
{
    private EvidenceAnswer()
    {
    }

    /// <summary>Cases found, best first; possibly none.</summary>
    public sealed record Cases(IReadOnlyList<SimilarCase> Found) : EvidenceAnswer;

    /// <summary>Nobody could answer; the agent decides without. The reason is one word: timeout, provider_error or not_configured.</summary>
    public sealed record Unavailable(string Reason) : EvidenceAnswer;
}

/// <summary>A request with its answer, in the order asked. Immutable once given to an agent.</summary>
public sealed record Evidence(EvidenceRequest Request, EvidenceAnswer Answer);

/// <summary>Answers requests from outside the process or from an index it holds. Thread-safe.</summary>
public interface IEvidenceSource
{
    /// <summary>Answers one request. What it throws is logged and becomes <see cref="EvidenceAnswer.Unavailable"/>.</summary>
    Task<EvidenceAnswer> AnswerAsync(EvidenceRequest request, AgentMessage message, CancellationToken cancellationToken);
}
