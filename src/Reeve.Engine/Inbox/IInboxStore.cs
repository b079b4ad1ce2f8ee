using Reeve.Core.Records;

namespace Reeve.Engine.Inbox;

/// <summary>
/// What was received and is not decided, as the store has it. Each row belongs to a node, which then has the pass in memory, or to nobody. What
/// changes rows is fenced: a node that lost its slots changes nothing. Thread-safe.
/// </summary>
public interface IInboxStore
{
    /// <summary>Rows that are nobody's: by tenant, within one by pass, lowest first.</summary>
    /// <param name="after">The tenant behind which to begin; null for the first.</param>
    /// <param name="except">Passes to leave out; at most 1,000.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<InboxPass>> FreeAsync(TenantId? after, IReadOnlyCollection<PassId> except, int limit, CancellationToken cancellationToken);

    /// <summary>Takes rows that are still nobody's, and counts an attempt for each; that is durable when it returns.</summary>
    /// <returns>Those that are now this node's, with the attempt counted; others were faster with the rest.</returns>
    Task<IReadOnlyList<InboxPass>> ClaimAsync(IReadOnlyList<InboxPass> passes, CancellationToken cancellationToken);

    /// <summary>Sets rows of this node free, and takes their attempt back: this node lives. Rows that are gone or another's are left alone.</summary>
    Task SetFreeAsync(IReadOnlyList<(TenantId Tenant, PassId Pass)> passes, CancellationToken cancellationToken);

    /// <summary>Removes the row of a pass that is no longer its exception's.</summary>
    Task RemoveAsync(TenantId tenant, PassId pass, CancellationToken cancellationToken);

    /// <summary>The rows of this node.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<(TenantId Tenant, PassId Pass)>> OwnedAsync(int limit, CancellationToken cancellationToken);
}

/// <summary>A pass that was received and is not decided.</summary>
/// <param name="TenantId">Whose.</param>
/// <param name="PassId">The pass.</param>
/// <param name="Key">Its exception.</param>
/// <param name="RunId">Its run.</param>
/// <param name="Attempts">How often deciding it was begun.</param>
/// <param name="AfterStop">Whether a node that stopped without giving it back had it.</param>
/// <param name="Age">How long ago it was received, by the store's clock.</param>
public sealed record InboxPass(TenantId TenantId, PassId PassId, ExceptionKey Key, RunId RunId, int Attempts, bool AfterStop, TimeSpan Age);
