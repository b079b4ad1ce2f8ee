namespace Reeve.Engine.Tools.Kinds.CommandTools;

/// <summary>What a node lets command tools run.</summary>
public sealed record CommandOptions
{
    /// <summary>The folder of the programs that packs may name, from the setting <c>tools.commandFolder</c>, as a full path; null, the default: there are no command tools.</summary>
    public string? Folder { get; init; }

    /// <summary>Where coreutils' <c>timeout</c> is; Debian's place. Without it no program is run, except on Windows, which has nothing of the kind.</summary>
    public string Timeout { get; init; } = "/usr/bin/timeout";

    /// <summary>Where util-linux' <c>prlimit</c> is; Debian's place. Without it no tool is called that limits memory.</summary>
    public string Prlimit { get; init; } = "/usr/bin/prlimit";
}
