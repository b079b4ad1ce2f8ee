namespace Reeve.Core.Decisions;

/// <summary>What one agent decided at one stage, and why (EX-MODEL-7). Immutable.</summary>
public sealed record AgentDecision
{
    /// <summary>The stage.</summary>
    public required Stage Stage { get; init; }

    /// <summary>The word for it, of EX-MODEL-9's list: NORMALISED, CLASSIFIED, ALLOW, …</summary>
    public required string Decision { get; init; }

    /// <summary>0.0 to 1.0.</summary>
    public required double Confidence { get; init; }

    /// <summary>The reasons, one sentence each.</summary>
    public required IReadOnlyList<string> Evidence { get; init; }

    /// <summary>What is to happen next.</summary>
    public required NextStep NextStep { get; init; }

    /// <summary>The stage's own findings.</summary>
    public required StageDetails Details { get; init; }
}
