using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Commands;
using Reeve.Commands.Places;

namespace Reeve.Tests.Commands;

/// <summary>Makes what commands know of their caller.</summary>
internal static class Contexts
{
    /// <summary>A caller whose data folder cannot be, so that no test comes near a real one.</summary>
    internal static CommandContext Of(TextWriter output, TextWriter error, params string[] words) => new()
    {
        Words = words,
        Output = output,
        Error = error,
        Loggers = NullLoggerFactory.Instance,
        Actor = LocalPrincipal.Current(),
        Settings = new Lazy<ReeveSettings>(() => new ReeveSettings { DataFolder = "/dev/null/reeve" }),
    };
}
