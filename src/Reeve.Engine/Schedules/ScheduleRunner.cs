using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Engine.Schedules.Cron;

namespace Reeve.Engine.Schedules;

/// <summary>
/// Runs what is due (docs/decisions/0014). Whoever owns the process calls <see cref="TickAsync"/> once a second, one call at a time; all rules
/// of time go by the database's clock. Every node has one: the store decides which of them takes what.
/// </summary>
public sealed class ScheduleRunner(IScheduleStore store, IReadOnlyList<ScheduledAction> actions, TimeProvider clock, ILogger logger)
{
    /// <summary>How often it is to be called.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // At once on a node. What else is due is another node's, or waits.
    private const int MostRuns = 4;

    // How often it looks for what a clock that was ahead left behind, and for what dead nodes did not end.
    private static readonly TimeSpan Checks = TimeSpan.FromMinutes(1);

    // For a schedule that has no further time: it had one, or it could not have been set.
    private static readonly DateTimeOffset Never = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock changing = new();
    private readonly List<Task> running = [];
    private readonly Queue<Ended> unsaid = new();
    private readonly CancellationTokenSource stopping = new();
    private long? checkedAt;

    /// <summary>Looks for what is due, takes it and begins it; does not wait for it to end.</summary>
    /// <exception cref="ReeveException">STORE-… when the store cannot be asked; nothing is forgotten, the next call tries again.</exception>
    public async Task TickAsync(CancellationToken cancellationToken)
    {
        await SayEndsAsync(cancellationToken);
        if (checkedAt is not { } last || clock.GetElapsedTime(last) >= Checks)
        {
            long began = clock.GetTimestamp();
            await CorrectAsync(cancellationToken);
            await MakeUpAsync(cancellationToken);
            checkedAt = began;
        }

        ScheduleReading reading = await store.DueAsync(cancellationToken);
        foreach (Schedule schedule in reading.Schedules)
        {
            if (HasRoom && ActionOf(schedule.TenantId, schedule.Name) is { } action && TimesOf(schedule) is { } times)
            {
                await TakeAsync(schedule, action, times, reading.Now, cancellationToken);
            }
        }
    }

    /// <summary>Begins nothing more, has what runs stop, and waits for that; what had no time left is made up by another node.</summary>
    /// <param name="cut">Gives up waiting.</param>
    public async Task StopAsync(CancellationToken cut)
    {
        await stopping.CancelAsync();
        Task[] left;
        lock (changing)
        {
            left = [.. running];
        }

        await Task.WhenAll(left).WaitAsync(cut);
        await SayEndsAsync(cut);
    }

    private bool HasRoom
    {
        get
        {
            lock (changing)
            {
                running.RemoveAll(static task => task.IsCompleted);
                return running.Count < MostRuns && !stopping.IsCancellationRequested;
            }
        }
    }

    private async Task TakeAsync(Schedule schedule, ScheduledAction action, CronTimes times, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // All that was missed is made up by one run, for the last of it.
        DateTimeOffset due = times.Last(schedule.NextAt, now) ?? schedule.NextAt;
        DateTimeOffset next = times.Next(now) ?? Never;
        switch (await SurelyAsync(schedule.TenantId, schedule.Name, due, () => store.TakeAsync(schedule, due, next, cancellationToken)))
        {
            case ScheduleTake.Taken:
                Begin(action, schedule.TenantId, due);
                break;
            case ScheduleTake.RunBefore:
                await store.MoveAsync(schedule, next, cancellationToken);
                break;
        }
    }

    // A time later than the first after now was set when the clock was ahead.
    private async Task CorrectAsync(CancellationToken cancellationToken)
    {
        ScheduleReading reading = await store.EnabledAsync(cancellationToken);
        foreach (Schedule schedule in reading.Schedules)
        {
            if (TimesOf(schedule)?.Next(reading.Now) is { } next && schedule.NextAt > next)
            {
                await store.MoveAsync(schedule, next, cancellationToken);
            }
        }
    }

    private async Task MakeUpAsync(CancellationToken cancellationToken)
    {
        foreach (ScheduleRun lost in await store.LostAsync(cancellationToken))
        {
            if (HasRoom && ActionOf(lost.TenantId, lost.Name) is { } action
                && await SurelyAsync(lost.TenantId, lost.Name, lost.DueAt, () => store.TakeAgainAsync(lost, cancellationToken)))
            {
                Begin(action, lost.TenantId, lost.DueAt);
            }
        }
    }

    // Whether a run was taken is not known when the answer is lost: nobody began it, and while it has no end no other is. So it ends as lost.
    private async Task<T> SurelyAsync<T>(TenantId tenant, ScheduleName name, DateTimeOffset due, Func<Task<T>> take)
    {
        try
        {
            return await take();
        }
        catch (ReeveException)
        {
            lock (changing)
            {
                unsaid.Enqueue(new Ended(tenant, name, due, ScheduleOutcome.Lost));
            }

            throw;
        }
    }

    private void Begin(ScheduledAction action, TenantId tenant, DateTimeOffset due)
    {
        Log.Began(logger, action.Name.Value, tenant.Value, due);
        Task run = RunAsync(action, tenant, due);
        lock (changing)
        {
            running.Add(run);
        }
    }

    // The top of the run: however it ends, its end is said.
    private async Task RunAsync(ScheduledAction action, TenantId tenant, DateTimeOffset due)
    {
        // What the action does before it first waits is not the ticker's time.
        await Task.Yield();
        ScheduleOutcome outcome;
        try
        {
            await action.RunAsync(tenant, stopping.Token);
            outcome = ScheduleOutcome.Done;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            outcome = ScheduleOutcome.Lost;
        }
        catch (Exception fault)
        {
            Log.Failed(logger, fault, action.Name.Value, tenant.Value, due);
            outcome = ScheduleOutcome.Failed;
        }

        lock (changing)
        {
            unsaid.Enqueue(new Ended(tenant, action.Name, due, outcome));
        }

        try
        {
            await SayEndsAsync(CancellationToken.None);
        }
        catch (ReeveException)
        {
            // The next tick says it.
        }
    }

    private async Task SayEndsAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Ended ended;
            lock (changing)
            {
                if (!unsaid.TryDequeue(out ended))
                {
                    return;
                }
            }

            try
            {
                if (await store.EndAsync(ended.Tenant, ended.Name, ended.Due, ended.Outcome, cancellationToken))
                {
                    Log.Ended(logger, ended.Name.Value, ended.Tenant.Value, ended.Due, ended.Outcome);
                }
                else if (ended.Outcome != ScheduleOutcome.Lost)
                {
                    Log.TakenForDead(logger, ended.Name.Value, ended.Tenant.Value, ended.Due);
                }
            }
            catch
            {
                lock (changing)
                {
                    unsaid.Enqueue(ended);
                }

                throw;
            }
        }
    }

    // What this release does not know is left to one that does.
    private ScheduledAction? ActionOf(TenantId tenant, ScheduleName name) =>
        actions.FirstOrDefault(action => action.Name == name && action.IsPlatforms == (tenant == TenantId.Platform));

    private CronTimes? TimesOf(Schedule schedule)
    {
        try
        {
            return CronTimes.Parse(schedule.Cron, schedule.Zone);
        }
        catch (ReeveException fault)
        {
            // It could be read when it was set: this machine's zones are others.
            Log.Unreadable(logger, fault, schedule.Name.Value, schedule.TenantId.Value);
            return null;
        }
    }

    private readonly record struct Ended(TenantId Tenant, ScheduleName Name, DateTimeOffset Due, ScheduleOutcome Outcome);
}
