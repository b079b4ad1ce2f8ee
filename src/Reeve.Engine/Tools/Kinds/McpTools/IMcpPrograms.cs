namespace Reeve.Engine.Tools.Kinds.McpTools;

/// <summary>Starts MCP servers that are programs. Thread-safe.</summary>
public interface IMcpPrograms
{
    /// <summary>Starts one.</summary>
    /// <param name="command">The program, a full path, and its arguments.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    IMcpProgram Start(IReadOnlyList<string> command);
}

/// <summary>A server that runs. Disposing ends it, with everything it started, and is to be done once.</summary>
public interface IMcpProgram : IAsyncDisposable
{
    /// <summary>What it reads.</summary>
    Stream Input { get; }

    /// <summary>What it writes.</summary>
    Stream Output { get; }
}
