using Reeve.Core.Decisions;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Engine.Playbooks;

/// <summary>
/// The door of playbooks for one policy: which one is for an exception, and what it would do. Reads every playbook's texts
/// once, when it is made; pure and thread-safe afterwards.
/// </summary>
public sealed class PlaybookDesk(BoundPolicy policy)
{
    private readonly PlaybookSelector selector = new(policy);
    private readonly PlaybookPlanner planner = new(policy);

    /// <summary>Chooses for a record; its severity is the effective one. See <see cref="PlaybookSelector.Select"/>.</summary>
    public Selection Select(ExceptionRecord record, DateTimeOffset now) => selector.Select(record, now);

    /// <summary>Plans a playbook for an exception. See <see cref="PlaybookPlanner.Plan"/>.</summary>
    public Plan Plan(Playbook playbook, ExceptionRecord record, Activation activation, IReadOnlyDictionary<int, StepOutcome>? outcomes = null) =>
        planner.Plan(playbook, record, activation, outcomes);
}
