using Reeve.Core.Decisions;
using Reeve.Core.Packs;
using Reeve.Core.Records;

namespace Reeve.Engine.Playbooks;

/// <summary>Which playbook is for an exception, and why the others are not (EX-PB-1).</summary>
public sealed record Selection
{
    /// <summary>The playbook; null when none may be used.</summary>
    public Playbook? Selected { get; init; }

    /// <summary>A sentence: why this one, or why none.</summary>
    public required string Reason { get; init; }

    /// <summary>Every playbook whose conditions hold, approved or not, best first.</summary>
    public IReadOnlyList<PlaybookId> Applicable { get; init; } = [];

    /// <summary>The others that name the exception's type: those that apply, best first, then those whose conditions do not hold.</summary>
    public IReadOnlyList<RejectedPlaybook> Rejected { get; init; } = [];

    /// <summary>
    /// The explicitly approved playbook that would have been selected and uses what a block list names; Policy answers BLOCK.
    /// Null when there is none.
    /// </summary>
    public BlockedPlaybook? Blocked { get; init; }
}

/// <summary>A playbook that uses blocked tools or actions.</summary>
/// <param name="PlaybookId">The playbook.</param>
/// <param name="Names">The blocked tools, then the blocked actions, each in the order of its steps, as the block list names them.</param>
/// <param name="Reason">A sentence that names them.</param>
public sealed record BlockedPlaybook(PlaybookId PlaybookId, IReadOnlyList<string> Names, string Reason);
