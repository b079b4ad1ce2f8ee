using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Values;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Playbooks.Driving;

namespace Reeve.Engine.PlaybookWork;

/// <summary>The pass of a run, decided again from its record, with what is known of the answers of its tools.</summary>
/// <param name="Decided">The pass.</param>
/// <param name="Course">What is next.</param>
/// <param name="Standing">What the exception stands at.</param>
/// <param name="Outputs">What tools answered, as the record keeps it, and whether that is all of it.</param>
internal sealed record DrivenCase(ExceptionCase Decided, PlanCourse Course, Standing Standing, IReadOnlyDictionary<PartKey, (Value Output, bool IsExact)> Outputs)
{
    /// <summary>The packs.</summary>
    internal BoundPolicy Policy => Decided.Policy;

    /// <summary>What the parts came to, as the record has it.</summary>
    internal Dictionary<PartKey, PartProgress> ProgressOf(IReadOnlyList<RecordedPart> parts)
    {
        Dictionary<PartKey, PartProgress> progress = [];
        foreach (RecordedPart part in parts)
        {
            bool byHand = part is { Status: PartStatus.Success, ByKind: Core.Principals.PrincipalKind.Person };
            bool answers = part.Status is PartStatus.Success or PartStatus.FailedAfterEffect && part.Execution is not null && !byHand;
            (Value output, bool isExact) = Outputs.TryGetValue(part.Key, out (Value Output, bool IsExact) known) ? known : (Value.Null, !answers);
            progress[part.Key] = new PartProgress(part.Status, output, part.Note) { IsExact = isExact, IsByHand = byHand };
        }

        return progress;
    }
}

/// <summary>Why a run cannot be driven here; thrown by what reads its case.</summary>
internal sealed class UndrivableException(ReeveError error) : Exception(error.Message)
{
    /// <summary>RUN-008 or RUN-009.</summary>
    internal ReeveError Error => error;
}
