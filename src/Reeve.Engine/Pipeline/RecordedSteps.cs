using System.Diagnostics.CodeAnalysis;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;

namespace Reeve.Engine.Pipeline;

/// <summary>The stages on record that a pass still has to go through again. Not thread-safe.</summary>
internal sealed class RecordedSteps(IReadOnlyList<RecordedStage> stages)
{
    private int next;

    internal bool IsAtEnd => next >= stages.Count;

    /// <summary>The next one, if it is of this stage.</summary>
    internal bool TryTake(Stage stage, [NotNullWhen(true)] out RecordedStage? taken)
    {
        taken = !IsAtEnd && stages[next].Stage == stage ? stages[next] : null;
        next += taken is null ? 0 : 1;
        return taken is not null;
    }

    /// <summary>The next one, if it is this failure: one that the engine finds by itself, after a decision of the same stage.</summary>
    internal bool TryTakeFailure(Stage stage, ErrorCode code)
    {
        bool taken = !IsAtEnd && stages[next].Stage == stage && string.Equals(stages[next].Error?.Code, code.Code);
        next += taken ? 1 : 0;
        return taken;
    }

    /// <summary>Forgets the rest unless the failure that was just met is itself on record: what followed it there no longer holds.</summary>
    internal void KeepWhile(bool isRecorded) => next = isRecorded ? next : stages.Count;
}
