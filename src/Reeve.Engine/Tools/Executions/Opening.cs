using Reeve.Core.Calls;

namespace Reeve.Engine.Tools.Executions;

/// <summary>What the record says to somebody who wants to make a call; a closed set (docs/decisions/0019, the table).</summary>
public abstract record Opening
{
    private Opening()
    {
    }

    /// <summary>
    /// It is yours to make. Whoever gets this settles it (<see cref="ICallJournal.SettleAsync"/>), keeps it back (<see cref="ICallJournal.KeepBackAsync"/>) or leaves it (<see cref="ICallJournal.Leave"/>), whatever
    /// happens: others wait for that.
    /// </summary>
    /// <param name="Row">Its row.</param>
    /// <param name="Slot">The slot that owns it; null for a read that is recorded at its end.</param>
    /// <param name="N">The number of the commit by which it does, which together with the slot nobody else ever has; 0 for none.</param>
    /// <param name="IsAgain">Whether somebody who may have sent it went before, and nobody knows its end: then it is sent with the same key.</param>
    public sealed record Opened(ToolExecution Row, int? Slot, long N, bool IsAgain) : Opening;

    /// <summary>It ended before, and this became of it.</summary>
    /// <param name="Answer">From the record.</param>
    public sealed record Recorded(ToolAnswer Answer) : Opening;

    /// <summary>Somebody makes it, or may be making it.</summary>
    /// <param name="Row">Its row, or what it will be.</param>
    /// <param name="Answer">What becomes of it, when it is made in this process; else null: ask again later (TOOL-035).</param>
    public sealed record UnderWay(ToolExecution Row, Task<ToolAnswer>? Answer) : Opening;

    /// <summary>The approval covers it no longer, because it was used up or withdrawn meanwhile: nothing was entered, and the gate is asked again.</summary>
    public sealed record Withdrawn : Opening;
}
