using Reeve.Core.Ports;
using Reeve.Storage.Committing.Outcomes;

namespace Reeve.Storage.Committing.SlotProtocol;

/// <summary>
/// A database that several nodes write to, as the writing protocol sees it. What runs on it is the same code for PostgreSQL and for the
/// simulated store of the tests. Thread-safe.
/// </summary>
internal interface ISlotStore : IAsyncDisposable
{
    /// <summary>How errors name it; without secrets.</summary>
    string Name { get; }

    /// <summary>A connection of its own, for one loop.</summary>
    Task<ISlotConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>What it means that a call failed; null for a bug.</summary>
    SlotFault? Judge(Exception fault);
}

/// <summary>The verbs of one connection, none inside another's transaction. After a fault that broke it, it can only be disposed of. Not thread-safe.</summary>
internal interface ISlotConnection : IAsyncDisposable
{
    /// <summary>Takes <paramref name="again"/>, if it is still its writer's; else an expired slot, whose owner it fences and whose inbox rows it sets free; else it makes a new one.</summary>
    /// <param name="holder">Who takes it.</param>
    /// <param name="again">A tenure that was given up in doubt; what it owns stays its own.</param>
    /// <param name="cancellationToken">Gives up; then nothing was taken, or a slot that expires by itself.</param>
    Task<SlotTaken> TakeAsync(SlotHolder holder, SlotTenure? again, CancellationToken cancellationToken);

    /// <summary>Every slot as it stands, in the order of their numbers.</summary>
    Task<IReadOnlyList<SlotSighting>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Buries a dead slot: fences its owner, sets its inbox rows free, notes an unclean stop and gives it back, in one transaction.</summary>
    /// <returns>False when it was renewed or taken since it was seen, or is being taken.</returns>
    Task<bool> BuryAsync(SlotHolder holder, SlotSighting dead, CancellationToken cancellationToken);

    /// <summary>One attempt at commit <paramref name="n"/> of the slot; nothing is sent yet.</summary>
    ISlotAttempt Attempt(SlotTenure held, long n);

    /// <summary>Ends what a failed statement left of a transaction.</summary>
    Task RollBackAsync(CancellationToken cancellationToken);

    /// <summary>Who has the slot and its commit <paramref name="n"/>, and what is in that.</summary>
    /// <param name="held">The slot.</param>
    /// <param name="n">The commit in question.</param>
    /// <param name="tenants">Whose events to look for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<SlotSight> LookAsync(SlotTenure held, long n, string[] tenants, CancellationToken cancellationToken);

    /// <summary>Makes the months, and the days of imports, that commits of now need.</summary>
    Task AddMonthsAsync(CancellationToken cancellationToken);

    /// <summary>Says that the slot is still held.</summary>
    /// <returns>False when it is another's.</returns>
    Task<bool> RenewAsync(SlotTenure held, CancellationToken cancellationToken);

    /// <summary>Lets the next start have it at once, and any node what is left of its inbox.</summary>
    /// <returns>False when it is another's.</returns>
    Task<bool> GiveBackAsync(SlotTenure held, CancellationToken cancellationToken);
}

/// <summary>One attempt to write as a slot's commit. Not thread-safe; used once.</summary>
internal interface ISlotAttempt
{
    /// <summary>Whether COMMIT was sent: from then on a broken connection leaves the outcome unknown.</summary>
    bool CommitSent { get; }

    /// <summary>Tries. Outcomes that meet a conflict are answered and taken out of <paramref name="outcomes"/>; whoever calls answers the rest.</summary>
    /// <param name="outcomes">Grouped ones, or a single one that goes alone.</param>
    /// <param name="memory">What is known of tenants; what was read is added. It must be forgotten when the attempt is thrown out of.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    Task<AttemptEnd> RunAsync(List<Outcome> outcomes, SlotMemory memory, CancellationToken cancellationToken);

    /// <summary>Runs upkeep under the slot's fence.</summary>
    /// <returns>Null when the slot is another's.</returns>
    Task<CommitOutcome?> RunChoreAsync(Outcome chore, CancellationToken cancellationToken);
}

/// <summary>How one attempt at a commit ended, unless it was thrown out of.</summary>
internal enum AttemptEnd
{
    /// <summary>What was left of the batch is in.</summary>
    Committed,

    /// <summary>Everything met a conflict and was answered; no number was used.</summary>
    Nothing,

    /// <summary>The slot is another's, or this number is taken: nothing was written by this attempt.</summary>
    Fenced,
}

/// <summary>One slot as long as one writer holds it. A slot that is taken again, be it the same, is another tenure with a writer of its own.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Writer">The writer's id.</param>
internal sealed record SlotTenure(int Slot, Guid Writer);

/// <summary>Who takes a slot.</summary>
/// <param name="Node">The process.</param>
/// <param name="Writer">A new id.</param>
internal readonly record struct SlotHolder(Guid Node, Guid Writer);

/// <summary>A slot that was taken.</summary>
/// <param name="Tenure">The tenure that begins.</param>
/// <param name="Last">The number of the slot's last commit; 0 when it has none.</param>
internal readonly record struct SlotTaken(SlotTenure Tenure, long Last);

/// <summary>What the store knows of a slot and one of its commits.</summary>
/// <param name="SlotWriter">Whose the slot is; null when it is not there.</param>
/// <param name="Last">The number of its last commit.</param>
/// <param name="CommitWriter">Whose the commit is; null when it is not there.</param>
/// <param name="Events">The ids of the commit's events.</param>
internal sealed record SlotSight(Guid? SlotWriter, long Last, Guid? CommitWriter, HashSet<Guid> Events);

/// <summary>A slot as one look saw it.</summary>
internal sealed record SlotSighting
{
    internal required int Slot { get; init; }

    internal required Guid Writer { get; init; }

    /// <summary>The process that has or had it; null when a release before did not say.</summary>
    internal Guid? Node { get; init; }

    /// <summary>Its last renewal, only ever compared with itself.</summary>
    internal required DateTimeOffset BeatAt { get; init; }

    internal required bool IsGivenBack { get; init; }

    /// <summary>Whether it has expired by the store's clock.</summary>
    internal required bool IsExpired { get; init; }

    /// <summary>How long ago, by the store's clock, it was taken from one that had not given it back, and the time before that; none when it never was.</summary>
    internal TimeSpan[] UncleanFor { get; init; } = [];
}
