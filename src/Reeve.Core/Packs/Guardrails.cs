using Reeve.Core.Expressions;
using Reeve.Core.Records;

namespace Reeve.Core.Packs;

/// <summary>Limits on what agents may do (EX-MODEL-12). Null means: this pack says nothing about it.</summary>
public sealed record Guardrails
{
    /// <summary>When not empty, nothing else may be used.</summary>
    public ToolList? AllowLists { get; init; }

    /// <summary>Never used.</summary>
    public ToolList? BlockLists { get; init; }

    /// <summary>Triage confidence below it needs approval; 0 to 1.</summary>
    public double? HumanApprovalThreshold { get; init; }

    /// <summary>Triage confidence below it escalates; 0 to 1.</summary>
    public double? EscalateIfConfidenceBelow { get; init; }

    /// <summary>No automatic action at these severities; the default is CRITICAL alone.</summary>
    public IReadOnlyList<Severity>? NoAutoActionIfSeverityIn { get; init; }

    /// <summary>Types that always need approval; their descendants, too.</summary>
    public IReadOnlyList<ExceptionTypeName>? RequireHumanApprovalFor { get; init; }

    /// <summary>Automatic retries per exception; 0 or more.</summary>
    public int? MaxAutoRetries { get; init; }

    /// <summary>Severities that need approval.</summary>
    public IReadOnlyList<SeverityGate>? SeverityGates { get; init; }

    /// <summary>Conditions that need approval or block.</summary>
    public IReadOnlyList<GuardrailRule> Rules { get; init; } = [];
}

/// <summary>Tools and actions (EX-PB-5) by name.</summary>
public sealed record ToolList(IReadOnlyList<string> Tools, IReadOnlyList<string> Actions)
{
    /// <summary>Actions by their canonical names, in whatever spelling they came: a list that misses one would let it pass.</summary>
    public IReadOnlyList<string> Actions { get; } = [.. Actions.Select(action => StepActions.Canonical(action) ?? action)];

    /// <summary>Whether it names nothing.</summary>
    public bool IsEmpty => Tools.Count == 0 && Actions.Count == 0;
}

/// <summary>Whether a severity needs approval.</summary>
public sealed record SeverityGate(Severity Severity, bool RequireApproval);

/// <summary>A condition that needs approval or blocks; unknown needs approval.</summary>
public sealed record GuardrailRule(RuleId Id, Expression Condition, PolicyVerdict Decision, string Reason);
