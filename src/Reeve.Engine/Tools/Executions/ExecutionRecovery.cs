using Microsoft.Extensions.Logging;
using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Executions;

/// <summary>Finds the packs of a recorded call by their content hashes; null when the store has them no more.</summary>
public delegate Task<BoundPolicy?> PacksOfCall(TenantId tenant, string domainPack, string tenantPolicy, CancellationToken cancellationToken);

/// <summary>
/// Goes on with single calls whose process is gone (docs/decisions/0019): what may be sent again goes through the gate under its own id, with the right that is on record; what may not is settled as unknown, and a person
/// is asked. Steps of plans are their driver's. One loop drives it.
/// </summary>
public sealed class ExecutionRecovery
{
    private const int FoundAtOnce = 64;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(10);

    private readonly ExecutionJournal journal;
    private readonly IExecutionStore store;
    private readonly IToolGate gate;
    private readonly PacksOfCall packs;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private IReadOnlyList<StoredExecution> suspects = [];

    /// <summary>Makes it; nothing runs yet.</summary>
    /// <param name="journal">The record.</param>
    /// <param name="store">Executions, read.</param>
    /// <param name="gate">Makes calls.</param>
    /// <param name="packs">Finds packs.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Where to tell of trouble.</param>
    public ExecutionRecovery(ExecutionJournal journal, IExecutionStore store, IToolGate gate, PacksOfCall packs, TimeProvider clock, ILogger logger)
    {
        this.journal = journal;
        this.store = store;
        this.gate = gate;
        this.packs = packs;
        this.clock = clock;
        this.logger = logger;
    }

    /// <summary>Looks once a second until it is stopped; never fails.</summary>
    /// <param name="stop">Stops it; a call that is under way is waited for by <see cref="ExecutionJournal.DrainAsync"/>.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        long swept = clock.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (clock.GetElapsedTime(swept) >= SweepEvery)
                {
                    swept = clock.GetTimestamp();
                    await SweepAsync(stop);
                }

                await LookAsync(stop);
            }
            catch (Exception fault)
            {
                // The top of a worker's loop. The store is away, mostly: it is asked again in a second.
                if (fault is not OperationCanceledException)
                {
                    Log.LookFailed(logger, fault is ReeveException known ? known.Error.Message : fault.GetType().Name);
                }
            }

            await Task.Delay(LookEvery, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sets free what this node owns and does not have in memory, at the second sight.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken) => suspects = await journal.SweepAsync(suspects, cancellationToken);

    /// <summary>Goes on with what is to be gone on with now, one after another; one that fails does not keep the others.</summary>
    /// <returns>How many are on their way, or have ended, by it.</returns>
    public async Task<int> LookAsync(CancellationToken cancellationToken)
    {
        int goneOn = 0;
        foreach (ToolExecution row in await store.AbandonedAsync(FoundAtOnce, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                goneOn += await GoOnAsync(row, cancellationToken) ? 1 : 0;
            }
            catch (ReeveException fault)
            {
                Log.NotGoneOn(logger, row.Id.ToString(), fault.Error.Message);
            }
        }

        return goneOn;
    }

    private async Task<bool> GoOnAsync(ToolExecution row, CancellationToken cancellationToken)
    {
        // By the record alone what may not be sent again is settled as unknown, and what somebody settled meanwhile is left.
        if (await journal.RecallAsync(row.TenantId, row.Id, row.Digest, cancellationToken) is { } known)
        {
            return known is Opening.Recorded;
        }

        LoggedEvent? intended = (await journal.EventsAsync(row, cancellationToken)).Intended;
        if (intended is null || ExecutionEvents.CallOf(intended) is not { } recorded)
        {
            return await GiveUpAsync(row, "Its arguments are not all on record, so that it cannot be sent again.", cancellationToken);
        }

        if (await packs(row.TenantId, recorded.DomainPack, recorded.TenantPolicy, cancellationToken) is not { } policy)
        {
            return await GiveUpAsync(row, "The packs it was made under are not in the store any more.", cancellationToken);
        }

        ToolCall call = new()
        {
            Id = row.Id,
            Policy = policy,
            Tool = row.Tool,
            Arguments = recorded.Arguments,
            Authority = recorded.Authority,
            Subject = row.Exception is { } key && recorded.ExceptionId is { } exception
                ? new CallSubject(exception, key, row.Run, row.Pass, row.Step, row.Part ?? StepPart.Step) { Place = row.Place, RowVersion = intended.RowVersion }
                : null,
            Goal = recorded.Goal,
        };

        // Asked first without a record: what a hold stops is asked again each second, and the log need not say so each time.
        if ((await gate.JudgeAsync(call, cancellationToken)).Decisive is { } refusal)
        {
            return refusal.Error is not { IsTransient: true }
                && await GiveUpAsync(row, $"The gate lets it through no more: {refusal.Error?.Message ?? refusal.Reason}", cancellationToken);
        }

        try
        {
            // Not waited for: a tool that takes its time keeps no other call.
            return (await gate.BeginAsync(call, cancellationToken)).Execution is not null;
        }
        catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Tools.OtherCall)
        {
            return await GiveUpAsync(row, "What is on record of it does not make the same call again.", cancellationToken);
        }
    }

    private async Task<bool> GiveUpAsync(ToolExecution row, string why, CancellationToken cancellationToken) => await journal.GiveUpAsync(row, why, cancellationToken) is not null;
}
