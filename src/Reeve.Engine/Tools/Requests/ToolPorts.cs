using Reeve.Core.Ports;
using Reeve.Engine.PackVersions;
using Reeve.Engine.Recording;
using Reeve.Engine.Recording.Standings;
using Reeve.Engine.Runtime;
using Reeve.Engine.Tools.Executions;
using Reeve.Engine.Tools.Switches;

namespace Reeve.Engine.Tools.Requests;

/// <summary>What the door works with. Thread-safe, as each of them is.</summary>
public sealed record ToolPorts
{
    /// <summary>The packs.</summary>
    public required PackRegistry Packs { get; init; }

    /// <summary>What is switched.</summary>
    public required ToolSwitches Switches { get; init; }

    /// <summary>Decides and makes calls.</summary>
    public required IToolGate Gate { get; init; }

    /// <summary>The rows of exceptions.</summary>
    public required IExceptionStore Exceptions { get; init; }

    /// <summary>Executions, for people.</summary>
    public required ExecutionDesk Executions { get; init; }

    /// <summary>The rows of executions.</summary>
    public required IExecutionStore ExecutionRows { get; init; }

    /// <summary>The log.</summary>
    public required IEventLog Log { get; init; }

    /// <summary>What exceptions stand at.</summary>
    public required StandingReader Standings { get; init; }

    /// <summary>New ids.</summary>
    public required IIdSource Ids { get; init; }

    /// <summary>Waits.</summary>
    public required IRuntime Runtime { get; init; }
}
