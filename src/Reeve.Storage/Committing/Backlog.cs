using Reeve.Core.Records;

namespace Reeve.Storage.Committing;

/// <summary>What was handed over and is not being written yet.</summary>
/// <param name="Outcomes">How many.</param>
/// <param name="Bytes">What they take of the memory, roughly.</param>
public readonly record struct Backlog(int Outcomes, long Bytes);

/// <summary>What waits in front of the slots of this process, for back-pressure and for health. Thread-safe.</summary>
public interface IBacklog
{
    /// <summary>Of all tenants together, upkeep included.</summary>
    Backlog Waiting { get; }

    /// <summary>Of one tenant.</summary>
    Backlog WaitingOf(TenantId tenant);
}
