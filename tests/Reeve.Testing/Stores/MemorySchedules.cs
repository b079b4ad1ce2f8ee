using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Schedules;

namespace Reeve.Testing.Stores;

/// <summary>Schedules in memory, set by the commits of a <see cref="MemoryStore"/>; the clock given is the database's. Several runners on one are nodes. Thread-safe.</summary>
public sealed class MemorySchedules : IScheduleStore
{
    private static readonly TenantId Platform = new("$platform");

    private readonly TimeProvider clock;
    private readonly Lock changing = new();
    private readonly Dictionary<(TenantId, ScheduleName), Schedule> schedules = [];
    private readonly Dictionary<(TenantId, ScheduleName, DateTimeOffset), (ScheduleRun Run, int Attempts)> runs = [];

    /// <summary>Teaches a store the changes of schedules.</summary>
    public MemorySchedules(MemoryStore store, TimeProvider clock)
    {
        this.clock = clock;
        store.Handle<ScheduleChange.Put>(_ => null, change => Do(() => schedules[(change.TenantId, change.Schedule.Name)] = change.Schedule));
        store.Handle<ScheduleChange.Removed>(
            change => Do(() => schedules.ContainsKey((change.Tenant, change.Name)) ? null : new CommitOutcome.MovedOn()),
            change => Do(() => schedules.Remove((change.Tenant, change.Name))));
    }

    /// <summary>Thrown by each call that writes, while set.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Every run, by due time.</summary>
    public IReadOnlyList<ScheduleRun> Runs => Do(() => runs.Values.Select(item => item.Run).OrderBy(run => run.DueAt).ToArray());

    /// <summary>What whoever takes the slots of a dead node over does with its runs.</summary>
    public Task LoseAsync() => Task.FromResult(Do(() =>
    {
        foreach (((TenantId, ScheduleName, DateTimeOffset) key, (ScheduleRun run, int attempts)) in runs.Where(item => item.Value.Run.EndedAt is null).ToArray())
        {
            runs[key] = (run with { EndedAt = clock.GetUtcNow(), Outcome = ScheduleOutcome.Lost }, attempts);
        }

        return true;
    }));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Schedule>> ListAsync(TenantId tenant, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Schedule>>(Do(() => schedules.Values.Where(schedule => schedule.TenantId == tenant).OrderBy(schedule => schedule.Name.Value, StringComparer.Ordinal).ToArray()));

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScheduleRun>> LastRunsAsync(TenantId tenant, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ScheduleRun>>(Do(() => runs.Values.Select(item => item.Run).Where(run => run.TenantId == tenant && IsLast(run)).OrderBy(run => run.Name.Value, StringComparer.Ordinal).ToArray()));

    /// <inheritdoc/>
    public Task<ScheduleReading> DueAsync(CancellationToken cancellationToken) => Task.FromResult(Do(() => new ScheduleReading(clock.GetUtcNow(),
        [.. schedules.Values.Where(schedule => schedule.IsEnabled && schedule.NextAt <= clock.GetUtcNow() && !IsOpen(schedule.TenantId, schedule.Name)).OrderBy(schedule => schedule.NextAt)])));

    /// <inheritdoc/>
    public Task<ScheduleReading> EnabledAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Do(() => new ScheduleReading(clock.GetUtcNow(), [.. schedules.Values.Where(schedule => schedule.IsEnabled)])));

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScheduleRun>> LostAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ScheduleRun>>(Do(() => runs.Values
        .Where(item => item.Run.TenantId == Platform && item.Run.Outcome == ScheduleOutcome.Lost && item.Attempts == 1 && IsLast(item.Run) && !IsOpen(item.Run.TenantId, item.Run.Name)
            && schedules.TryGetValue((item.Run.TenantId, item.Run.Name), out Schedule? schedule) && schedule.IsEnabled)
        .Select(item => item.Run).ToArray()));

    /// <inheritdoc/>
    public Task<ScheduleTake> TakeAsync(Schedule seen, DateTimeOffset due, DateTimeOffset next, CancellationToken cancellationToken) => Task.FromResult(Write(() =>
    {
        if (runs.ContainsKey((seen.TenantId, seen.Name, due)))
        {
            return ScheduleTake.RunBefore;
        }

        if (!Move(seen, next))
        {
            return ScheduleTake.Moved;
        }

        runs[(seen.TenantId, seen.Name, due)] = (new ScheduleRun(seen.TenantId, seen.Name, due, clock.GetUtcNow(), null, null), 1);
        return ScheduleTake.Taken;
    }));

    /// <inheritdoc/>
    public Task<bool> TakeAgainAsync(ScheduleRun lost, CancellationToken cancellationToken) => Task.FromResult(Write(() =>
    {
        if (!runs.TryGetValue((lost.TenantId, lost.Name, lost.DueAt), out (ScheduleRun Run, int Attempts) found) || found.Run.Outcome != ScheduleOutcome.Lost || found.Attempts != 1)
        {
            return false;
        }

        runs[(lost.TenantId, lost.Name, lost.DueAt)] = (found.Run with { StartedAt = clock.GetUtcNow(), EndedAt = null, Outcome = null }, 2);
        return true;
    }));

    /// <inheritdoc/>
    public Task<bool> MoveAsync(Schedule seen, DateTimeOffset next, CancellationToken cancellationToken) => Task.FromResult(Write(() => Move(seen, next)));

    /// <inheritdoc/>
    public Task<bool> EndAsync(TenantId tenant, ScheduleName name, DateTimeOffset due, ScheduleOutcome outcome, CancellationToken cancellationToken) => Task.FromResult(Write(() =>
    {
        if (!runs.TryGetValue((tenant, name, due), out (ScheduleRun Run, int Attempts) found) || found.Run.EndedAt is not null)
        {
            return false;
        }

        runs[(tenant, name, due)] = (found.Run with { EndedAt = clock.GetUtcNow(), Outcome = outcome }, found.Attempts);
        return true;
    }));

    private bool Move(Schedule seen, DateTimeOffset next)
    {
        if (!schedules.TryGetValue((seen.TenantId, seen.Name), out Schedule? known) || known.NextAt != seen.NextAt || known.ChangedAt != seen.ChangedAt || !known.IsEnabled)
        {
            return false;
        }

        schedules[(seen.TenantId, seen.Name)] = known with { NextAt = next };
        return true;
    }

    private bool IsOpen(TenantId tenant, ScheduleName name) => runs.Values.Any(item => item.Run.TenantId == tenant && item.Run.Name == name && item.Run.EndedAt is null);

    private bool IsLast(ScheduleRun run) => !runs.Values.Any(item => item.Run.TenantId == run.TenantId && item.Run.Name == run.Name && item.Run.DueAt > run.DueAt);

    private T Write<T>(Func<T> change) => Fault is { } fault ? throw fault : Do(change);

    private T Do<T>(Func<T> what)
    {
        lock (changing)
        {
            return what();
        }
    }
}
