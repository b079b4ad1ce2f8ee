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

    /// <summary>Does what the words say, and tells what came out on both sides.</summary>
    internal static async Task<(int Exit, string Output, string Talk)> Invoke(params string[] words)
    {
        StringWriter output = new();
        StringWriter talk = new();
        int exit = await CommandLine.InvokeAsync(Of(output, talk, words), TestContext.Current.CancellationToken);
        return (exit, output.ToString(), talk.ToString());
    }
}
