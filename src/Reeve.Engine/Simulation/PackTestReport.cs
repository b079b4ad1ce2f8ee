using Reeve.Core.Decisions;
using Reeve.Core.Records;
using Reeve.Engine.Simulation.Elements;

namespace Reeve.Engine.Simulation;

/// <summary>What the suites of a bound pair came to.</summary>
public sealed record PackTestReport
{
    /// <summary>Whose policy it is.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>One per case, in the order of the suites.</summary>
    public required IReadOnlyList<CaseReport> Cases { get; init; }

    /// <summary>How long all cases took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How many of the domain's types were covered.</summary>
    public required Coverage Types { get; init; }

    /// <summary>How many of the approved playbooks that can be selected were covered.</summary>
    public required Coverage Playbooks { get; init; }

    /// <summary>How many of the rules in force were covered.</summary>
    public required Coverage Rules { get; init; }

    /// <summary>How many of the guardrails in force were covered.</summary>
    public required Coverage Guardrails { get; init; }

    /// <summary>Cases that passed.</summary>
    public int Passed => Cases.Count(test => test.Failures.Count == 0);

    /// <summary>Cases that failed.</summary>
    public int Failed => Cases.Count - Passed;
}

/// <summary>One case: what was expected, and what came out.</summary>
/// <param name="SuiteId">The suite.</param>
/// <param name="CaseId">The case.</param>
/// <param name="Checks">One per expectation, in the order of the pack.</param>
/// <param name="Result">What came out.</param>
public sealed record CaseReport(string SuiteId, string CaseId, IReadOnlyList<CaseCheck> Checks, ExceptionResult Result)
{
    /// <summary>The expectations that were not met; empty for a case that passed.</summary>
    public IReadOnlyList<CaseCheck> Failures { get; } = [.. Checks.Where(check => !check.Met)];

    /// <summary>The elements that it covers if it passes; empty for a case that expects nothing.</summary>
    public IReadOnlyList<PackElement> Elements { get; init; } = [];
}

/// <summary>One expectation, what came out, and whether that meets it.</summary>
public sealed record CaseCheck(string Field, string Expected, string Actual, bool Met);

/// <summary>How many of a number of things were reached, and which were not.</summary>
public sealed record Coverage(int Total, IReadOnlyList<PackElement> Missed)
{
    /// <summary>How many were reached.</summary>
    public int Covered => Total - Missed.Count;

    /// <summary>0 to 1; 1 when there is nothing to reach.</summary>
    public double Share => Total == 0 ? 1 : Covered / (double)Total;

    /// <summary>Whether so many percent were reached, counted exactly.</summary>
    public bool Reaches(decimal percent) => Covered * 100m >= percent * Total;
}
