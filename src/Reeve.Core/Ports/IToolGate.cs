using Reeve.Core.Calls;
using Reeve.Core.Errors;

namespace Reeve.Core.Ports;

/// <summary>The one place through which every tool call passes, whoever calls: playbook, person, model, MCP client, replay (EX-TOOL-11). Thread-safe.</summary>
public interface IToolGate
{
    /// <summary>
    /// Decides a call and, if it may be, makes it. What it changes is intended on record before anything is sent and settled after (docs/decisions/0019); asked again
    /// with the same id it answers from the record.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Gives up before the call is intended on record; one that reads, which is not, also between its attempts. What is on its way is waited for, at most as long as the tool may take.</param>
    /// <exception cref="ReeveException">TOOL-031 when the id belongs to another call, TOOL-035 when somebody else makes it; STORE-…, REC-… when the record cannot be written: nothing was sent then.</exception>
    Task<ToolAnswer> CallAsync(ToolCall call, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="CallAsync"/>, but answers as soon as the call is decided and intended on record; what becomes of it is in the record, and in the task.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Gives up before the call is intended.</param>
    /// <exception cref="ReeveException">As <see cref="CallAsync"/>.</exception>
    Task<BegunCall> BeginAsync(ToolCall call, CancellationToken cancellationToken);

    /// <summary>What the gate says of a call now, without making or recording it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<GateDecision> JudgeAsync(ToolCall call, CancellationToken cancellationToken);
}

/// <summary>A call that was begun.</summary>
/// <param name="Execution">Its row; null when it was refused, or is a dry run.</param>
/// <param name="Answer">What becomes of it; finished already when it was refused.</param>
public sealed record BegunCall(ToolExecution? Execution, Task<ToolAnswer> Answer);
