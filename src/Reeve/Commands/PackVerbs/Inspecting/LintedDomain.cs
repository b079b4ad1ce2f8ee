using Reeve.Core.Documents;
using Reeve.Core.Packs;
using Reeve.Core.Policies;

namespace Reeve.Commands.PackVerbs.Inspecting;

/// <summary>A policy of a command, bound to its domain pack.</summary>
internal sealed record LintedPolicy(string File, Document Document, BoundPolicy Bound);

/// <summary>A domain pack with the policies that a command names for it.</summary>
/// <param name="File">The domain pack's file.</param>
/// <param name="Document">Its text; null when the command does not name it, so that nothing is told of it.</param>
/// <param name="Implied">The domain pack under what it alone implies.</param>
/// <param name="Policies">Its policies.</param>
internal sealed record LintedDomain(GivenFile File, Document? Document, BoundPolicy Implied, IReadOnlyList<LintedPolicy> Policies)
{
    internal DomainPack Domain => Implied.Domain;
}
