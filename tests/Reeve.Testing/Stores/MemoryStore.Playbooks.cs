using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Playbooks.Driving;

namespace Reeve.Testing.Stores;

/// <content>Runs of playbooks. All that use the store are one node.</content>
public sealed partial class MemoryStore : IPlaybookRunStore
{
    private readonly Dictionary<(TenantId, PassId), PlaybookRow> playbookRuns = [];
    private readonly Dictionary<(TenantId, PassId, PartKey), RecordedPart> playbookParts = [];

    /// <inheritdoc/>
    public Task<PlaybookRun?> FindAsync(TenantId tenant, PassId pass, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult(playbookRuns.GetValueOrDefault((tenant, pass))?.Run);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<RecordedPart>> PartsAsync(TenantId tenant, PassId pass, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult<IReadOnlyList<RecordedPart>>([
                .. playbookParts.Where(item => item.Key.Item1 == tenant && item.Key.Item2 == pass).Select(item => item.Value)
                    .OrderBy(part => part.Key.Place).ThenBy(part => part.Key.Part, StringComparer.Ordinal),
            ]);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PlaybookRun>> DueAsync(IReadOnlyCollection<TenantId> except, int limit, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            DateTimeOffset now = clock.GetUtcNow();
            return Task.FromResult<IReadOnlyList<PlaybookRun>>([
                .. playbookRuns.Values.Where(row => !row.IsOwned && row.Run.State is RunState.Ready or RunState.Paused && !row.IsOwned && row.WakeAt <= now && (row.Run.Ruling is not null || !except.Contains(row.Run.TenantId)))
                    .OrderBy(row => row.WakeAt).ThenBy(row => row.Run.Pass.Value).Take(limit).Select(row => row.Run),
            ]);
        }
    }

    /// <summary>The runs of the node.</summary>
    Task<IReadOnlyList<(TenantId Tenant, PassId Pass)>> IPlaybookRunStore.OwnedAsync(int limit, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult<IReadOnlyList<(TenantId Tenant, PassId Pass)>>([.. playbookRuns.Where(item => item.Value.IsOwned).Take(limit).Select(item => item.Key)]);
        }
    }

    /// <summary>Sets runs of the node free.</summary>
    Task IPlaybookRunStore.SetFreeAsync(IReadOnlyList<(TenantId Tenant, PassId Pass)> runs, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            foreach ((TenantId, PassId) run in runs)
            {
                if (playbookRuns.TryGetValue(run, out PlaybookRow? row) && row.IsOwned)
                {
                    row.Free(row.Run.Attempts - 1);
                }
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>The node stopped without giving anything back, and its slots were taken: the runs it drove are nobody's.</summary>
    public void AbandonPlaybooks()
    {
        lock (changing)
        {
            foreach (PlaybookRow row in playbookRuns.Values.Where(row => row.IsOwned))
            {
                row.Free(row.Run.Attempts);
            }
        }
    }

    private CommitOutcome? Refuse(PlaybookRunChange change)
    {
        PlaybookRun? there = playbookRuns.GetValueOrDefault((change.TenantId, change.Run.Pass))?.Run;
        return change is PlaybookRunChange.Assigned
            ? there is null ? null : new CommitOutcome.AlreadyThere(null)
            : there?.Version == change.Run.Version - 1 ? null : new CommitOutcome.MovedOn();
    }

    private void Make(PlaybookRunChange change) => playbookRuns[(change.TenantId, change.Run.Pass)] = new PlaybookRow
    {
        Run = change.Run,
        IsOwned = change is PlaybookRunChange.Moved { IsMine: true },
        WakeAt = clock.GetUtcNow() + (change is PlaybookRunChange.Moved { Wake: var wake } ? wake : TimeSpan.Zero),
    };

    private void Make(PlaybookRunsSuperseded change)
    {
        foreach (PlaybookRow row in playbookRuns.Values)
        {
            if (row.Run.TenantId == change.Tenant && row.Run.Exception == change.Exception && row.Run.Pass != change.Pass && row.Run.State != RunState.Ended)
            {
                row.IsOwned = false;
                row.Run = row.Run.In(RunState.Ready, change.Reason, change.At) with { Ruling = RunRuling.Superseded, Attempts = 0 };
                row.WakeAt = clock.GetUtcNow();
            }
        }
    }

    private void Make(PartChange change)
    {
        RecordedPart? before = playbookParts.GetValueOrDefault((change.Tenant, change.Pass, change.Part.Key));
        playbookParts[(change.Tenant, change.Pass, change.Part.Key)] = change.Part with { Step = before?.Step ?? change.Part.Step, Execution = change.Part.Execution ?? before?.Execution };
    }

    private void ErasePlaybooks(TenantId tenant, ExceptionKey exception)
    {
        foreach ((TenantId, PassId Pass) key in playbookRuns.Where(item => item.Key.Item1 == tenant && item.Value.Run.Exception == exception).Select(item => item.Key).ToArray())
        {
            playbookRuns.Remove(key);
            foreach ((TenantId, PassId, PartKey) part in playbookParts.Keys.Where(part => part.Item1 == tenant && part.Item2 == key.Pass).ToArray())
            {
                playbookParts.Remove(part);
            }
        }
    }

    private sealed class PlaybookRow
    {
        public required PlaybookRun Run { get; set; }

        public required bool IsOwned { get; set; }

        public required DateTimeOffset WakeAt { get; set; }

        public void Free(int attempts)
        {
            IsOwned = false;
            Run = Run with { Version = Run.Version + 1, Attempts = Math.Max(attempts, 0) };
        }
    }
}
