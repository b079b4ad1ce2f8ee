using Reeve.Core.Expressions;
using Reeve.Engine.Linting.Searching;

namespace Reeve.Engine.Linting;

/// <summary>What a condition decides.</summary>
internal enum ConditionKind
{
    /// <summary>A severity.</summary>
    Severity,

    /// <summary>The type of a record that names none.</summary>
    Detection,

    /// <summary>A guardrail.</summary>
    Guardrail,

    /// <summary>An approval.</summary>
    Approval,

    /// <summary>Who gets it.</summary>
    Routing,

    /// <summary>Whether a step runs.</summary>
    Step,

    /// <summary>Whether a playbook succeeded.</summary>
    Criterion,
}

/// <summary>One condition of a pack.</summary>
/// <param name="Kind">What it decides.</param>
/// <param name="Expression">The condition.</param>
/// <param name="Pointer">Where it stands.</param>
/// <param name="Name">What messages call it, such as <c>The severity rule "dear"</c>.</param>
/// <param name="Circumstances">The types and severities under which it is asked.</param>
internal sealed record PackCondition(ConditionKind Kind, Expression Expression, string Pointer, string Name, IReadOnlyList<Circumstance> Circumstances)
{
    /// <summary>Whether it is the last of a list of which the first that holds decides, where holding always is what it is for.</summary>
    internal bool IsLastResort { get; init; }
}
