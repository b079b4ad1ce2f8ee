using Reeve.Core.Errors;

namespace Reeve.Engine.Linting;

/// <summary>What was found in a domain pack and the policies bound to it.</summary>
/// <param name="Domain">In the domain pack, in the order of the document; subjects are JSON pointers into it.</param>
/// <param name="Policies">In each policy, in the order the policies were given.</param>
public sealed record LintReport(IReadOnlyList<ReeveError> Domain, IReadOnlyList<IReadOnlyList<ReeveError>> Policies);
