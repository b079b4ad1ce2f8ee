using Reeve.Core.Records;

namespace Reeve.Engine.Schedules;

/// <summary>What can be done on a schedule.</summary>
/// <param name="Name">Its name, which the schedule bears.</param>
/// <param name="IsPlatforms">Whether it is the product's own, and no tenant's.</param>
/// <param name="RunAsync">
/// Does it for a tenant. It may be begun a second time when a node is taken for dead that is not, and must bear that. Its token is cancelled when
/// the process stops.
/// </param>
public sealed record ScheduledAction(ScheduleName Name, bool IsPlatforms, Func<TenantId, CancellationToken, Task> RunAsync);
