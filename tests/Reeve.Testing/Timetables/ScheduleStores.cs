using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Ports;
using Reeve.Engine.Schedules;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Timetables;
using Reeve.Testing.Databases;
using Reeve.Testing.Stores;

namespace Reeve.Testing.Timetables;

/// <summary>The store of schedules as one node has it.</summary>
public sealed class ScheduleStores : IAsyncDisposable
{
    private readonly Func<ValueTask> close;

    private ScheduleStores(Func<ValueTask> close) => this.close = close;

    public required IScheduleStore Schedules { get; init; }

    public required ICommitter Committer { get; init; }

    /// <summary>Gives what runs the end that whoever takes a dead node's slots over gives it.</summary>
    public required Func<Task> LoseAsync { get; init; }

    /// <summary>In memory, empty.</summary>
    public static ScheduleStores InMemory()
    {
        FakeTime clock = new();
        MemoryStore store = new(clock);
        MemorySchedules schedules = new(store, clock);
        return new ScheduleStores(() => ValueTask.CompletedTask) { Schedules = schedules, Committer = store, LoseAsync = schedules.LoseAsync };
    }

    /// <summary>In an empty database of its own, which goes with it; skips the test where there is no such database.</summary>
    public static async Task<ScheduleStores> OpenAsync(Dialect dialect)
    {
        TestStore store = await TestStore.CreateAsync(dialect);
        Committer committer = await Storage.Committing.Committer.StartAsync(
            store.Database, [new SqlScheduleStore(store.Database, null, TimeProvider.System)], new CommitterOptions(), new SystemEventSeeds(), TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        return new ScheduleStores(async () =>
        {
            await committer.DisposeAsync();
            await store.DisposeAsync();
        })
        {
            Schedules = new SqlScheduleStore(store.Database, committer, TimeProvider.System),
            Committer = committer,
            LoseAsync = () => store.ExecuteAsync("update schedule_runs set ended_at = started_at, outcome = 'LOST' where ended_at is null and slot > 0"),
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => close();
}
