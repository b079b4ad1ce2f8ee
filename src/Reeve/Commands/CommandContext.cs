using Microsoft.Extensions.Logging;
using Reeve.Commands.Places;
using Reeve.Core.Principals;
using Reeve.Server.Hosting;

namespace Reeve.Commands;

/// <summary>
/// What a command knows of whoever called it. A running server does commands on behalf of other processes, so nothing that
/// uses a store touches the console, the environment or the process's own folder: all of that is here, and it is the caller's.
/// </summary>
public sealed record CommandContext
{
    /// <summary>The words of the command line, without the program's name.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>The folder that relative paths are relative to; null: the process's own.</summary>
    public string? Folder { get; init; }

    /// <summary>Where data goes.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Where talk and errors go.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Opens what is at the caller's standard input.</summary>
    public Func<Stream> OpenInput { get; init; } = static () => Stream.Null;

    /// <summary>Asks the person at the terminal for one line that is not shown while it is typed; null when nobody sits there, or the command came from another process.</summary>
    public Func<string, string?>? AskHidden { get; init; }

    /// <summary>Opens standard output for bytes; null: <see cref="Output"/> is all there is.</summary>
    public Func<Stream>? OpenOutput { get; init; }

    /// <summary>Where progress may be drawn; null when nobody looks.</summary>
    public TextWriter? Progress { get; init; }

    /// <summary>Where a passing line may be drawn over, whatever becomes of the output; null when nobody looks.</summary>
    public TextWriter? Passing { get; init; }

    /// <summary>Makes the loggers.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Who calls: the platform administrator of this machine.</summary>
    public required Principal Actor { get; init; }

    /// <summary>What the environment and <c>reeve.yaml</c> say; read when it is first asked for, since most verbs need none of it.</summary>
    public required Lazy<ReeveSettings> Settings { get; init; }

    /// <summary>The store of the server that does this command; null when the command opens its own.</summary>
    public StoreSession? Held { get; init; }

    /// <summary>A path as the process can open it. What the caller wrote stays as it is where that means the same.</summary>
    public string PathOf(string path) => Folder is null ? path : Path.GetFullPath(path, Folder);

    /// <summary>The full path of a path.</summary>
    public string FullPathOf(string path) => Folder is null ? Path.GetFullPath(path) : Path.GetFullPath(path, Folder);
}
