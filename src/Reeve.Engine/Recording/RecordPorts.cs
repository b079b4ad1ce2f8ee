using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Inbox;

namespace Reeve.Engine.Recording;

/// <summary>Finds the pair of packs that a pass was decided with, bound; null when one of them is not stored.</summary>
/// <param name="tenant">The tenant whose packs they are.</param>
/// <param name="domainPack">The content hash of the domain pack.</param>
/// <param name="tenantPolicy">The content hash of the tenant policy.</param>
/// <param name="cancellationToken">Gives up.</param>
public delegate Task<BoundPolicy?> PacksByHash(TenantId tenant, string domainPack, string tenantPolicy, CancellationToken cancellationToken);

/// <summary>Where a recorded pipeline writes and what it reads. Thread-safe, as each of them is.</summary>
public sealed record RecordPorts
{
    /// <summary>Writes.</summary>
    public required ICommitter Committer { get; init; }

    /// <summary>The rows.</summary>
    public required IExceptionStore Exceptions { get; init; }

    /// <summary>The runs.</summary>
    public required IRunStore Runs { get; init; }

    /// <summary>The log.</summary>
    public required IEventLog Log { get; init; }

    /// <summary>The gate that everything passes before it is decided; one per process.</summary>
    public required TenantQueues Queues { get; init; }

    /// <summary>The rows of what was received and is not decided.</summary>
    public required IInboxStore Inbox { get; init; }

    /// <summary>Whether what is ingested is received before it is decided, because something stops nodes; by default it is not.</summary>
    public Func<bool> ReceivesFirst { get; init; } = static () => false;

    /// <summary>The packs a pass began with, when it is resumed.</summary>
    public required PacksByHash Packs { get; init; }

    /// <summary>The modes in which ingested passes begin; null: they begin in the mode of the pipeline's options.</summary>
    public IAutomationMode? Modes { get; init; }

    /// <summary>Is told how many exceptions were decided with a pair and are on record; null: nobody counts.</summary>
    public Action<BoundPolicy, int>? Decided { get; init; }
}
