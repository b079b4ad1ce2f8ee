using System.CommandLine;

namespace Reeve.Commands.PackVerbs.Versioning;

/// <summary>What the verbs on stored versions take alike.</summary>
internal static class VersioningOptions
{
    internal static Option<string?> Tenant() => new("--tenant") { Description = "Whose; may be left out when the store has one tenant." };
}
