using Reeve.Core.Errors;
using Reeve.Engine.Simulation.Elements;

namespace Reeve.Engine.Simulation.Mutations;

/// <summary>What came of taking an element out.</summary>
public enum MutantOutcome
{
    /// <summary>A case failed.</summary>
    Caught,

    /// <summary>Every case passed: nobody would notice.</summary>
    Survived,

    /// <summary>The packs no longer validate or bind.</summary>
    Refused,
}

/// <summary>One element that was taken out, and what came of it.</summary>
/// <param name="Element">The element.</param>
/// <param name="Outcome">What came of it.</param>
public sealed record Mutant(PackElement Element, MutantOutcome Outcome)
{
    /// <summary>The first case that failed, as <c>suite/case</c>; null when none did.</summary>
    public string? Case { get; init; }

    /// <summary>Why the packs were refused; null when they were not.</summary>
    public ReeveError? Error { get; init; }
}

/// <summary>How sharp the tests of a bound pair are.</summary>
public sealed record MutationReport
{
    /// <summary>The tests with nothing taken out. When one fails, nothing was tried.</summary>
    public required PackTestReport Unchanged { get; init; }

    /// <summary>One per element tried, in the order of the documents.</summary>
    public required IReadOnlyList<Mutant> Mutants { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How many came out so.</summary>
    public int Count(MutantOutcome outcome) => Mutants.Count(mutant => mutant.Outcome == outcome);

    /// <summary>Caught of caught and survived, 0 to 1; 1 when there was nothing to notice.</summary>
    public double Share
    {
        get
        {
            int caught = Count(MutantOutcome.Caught);
            int survived = Count(MutantOutcome.Survived);
            return caught + survived == 0 ? 1 : caught / (double)(caught + survived);
        }
    }

    /// <summary>Whether so many percent were caught, counted exactly.</summary>
    public bool Reaches(decimal percent)
    {
        int caught = Count(MutantOutcome.Caught);
        return caught * 100m >= percent * (caught + Count(MutantOutcome.Survived));
    }
}
