using Reeve.Core.Errors;

namespace Reeve.Engine.Linting;

/// <summary>What was found in a domain pack and the policies bound to it.</summary>
/// <param name="Domain">In the domain pack, in the order of the document; subjects are JSON pointers into it.</param>
/// <param name="Policies">In each policy, in the order the policies were given.</param>
public sealed record LintReport(IReadOnlyList<ReeveError> Domain, IReadOnlyList<IReadOnlyList<ReeveError>> Policies)
{
    /// <summary>How the samples were read.</summary>
    public required SampleCount Samples { get; init; }
}

/// <summary>How many samples were read.</summary>
/// <param name="Read">The documents.</param>
/// <param name="Refused">Those of which Intake refuses something, under every policy given; they show less than their author thinks.</param>
/// <param name="First">Why it refuses the first of them; null when it refuses none.</param>
public sealed record SampleCount(int Read, int Refused, ReeveError? First);
