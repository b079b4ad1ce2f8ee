using Reeve.Core.Calls;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Executions;
using Reeve.Governance.Audit;

namespace Reeve.Testing.Stores;

/// <content>Executions of tools.</content>
public sealed partial class MemoryStore : IExecutionStore, ISlotFreshness
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly Dictionary<(TenantId, ExecutionId), OwnedExecution> executions = [];

    /// <summary>Whether its slots were renewed lately.</summary>
    public bool IsRenewed { get; set; } = true;

    /// <inheritdoc/>
    public bool IsFresh(int slot, long n) => IsRenewed;

    /// <summary>As when a slot is taken over: what it owns is set free.</summary>
    public void FreeExecutions(int slot)
    {
        lock (changing)
        {
            foreach (((TenantId, ExecutionId) key, OwnedExecution owned) in executions.Where(item => item.Value.Slot == slot && !item.Value.Row.IsSettled).ToArray())
            {
                executions[key] = owned with { Slot = null };
            }
        }
    }

    /// <inheritdoc/>
    public Task<StoredExecution?> FindAsync(TenantId tenant, ExecutionId id, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult(executions.TryGetValue((tenant, id), out OwnedExecution? found) ? Stored(found) : null);
        }
    }

    /// <inheritdoc/>
    Task<IReadOnlyList<ToolExecution>> IExecutionStore.OfExceptionAsync(TenantId tenant, ExceptionKey exception, CancellationToken cancellationToken) =>
        RowsAsync(row => row.TenantId == tenant && row.Exception == exception, newestFirst: false, int.MaxValue);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ToolExecution>> SameContentAsync(TenantId tenant, ExceptionKey exception, CallDigest content, CancellationToken cancellationToken)
    {
        IReadOnlyList<ToolExecution> all = await ((IExecutionStore)this).OfExceptionAsync(tenant, exception, cancellationToken);
        return [.. all.Where(row => row.Content == content && row.Effect == ToolEffect.Write && (row.Status is ExecutionStatus.Succeeded or ExecutionStatus.Running || row.IsUnknown || row.ErrorCode == "TOOL-023")
            && (row.Part == StepPart.Rollback || !all.Any(undo => undo.Part == StepPart.Rollback && undo.Status == ExecutionStatus.Succeeded && undo.Pass is not null && undo.Pass == row.Pass
                && undo.Place is not null && undo.Place == row.Place && undo.RequestedAt >= row.RequestedAt)))];
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ToolExecution>> ListAsync(TenantId tenant, ExecutionFilter filter, ExecutionPlace? before, int limit, CancellationToken cancellationToken) => RowsAsync(
        row => Passes(row, tenant, filter) && (before is not { } place || Order(row).CompareTo((place.RequestedAt, Text(place.Id))) < 0), newestFirst: true, limit);

    /// <inheritdoc/>
    public async Task<int> CountAsync(TenantId tenant, ExecutionFilter filter, int atMost, CancellationToken cancellationToken) =>
        (await RowsAsync(row => Passes(row, tenant, filter), newestFirst: true, atMost)).Count;

    private static bool Passes(ToolExecution row, TenantId tenant, ExecutionFilter filter) =>
        row.TenantId == tenant && (filter.Domain is not { } domain || row.Domain == domain) && (filter.Tool is not { } tool || row.Tool == tool)
        && (filter.Exception is not { } exception || row.Exception == exception) && (filter.Status is not { } status || row.Status == status)
        && (filter.ActorKind is not { } kind || row.ActorKind == kind) && (filter.ActorId is not { } actor || row.ActorId == actor) && (!filter.IsOpen || !row.IsSettled || row.IsUnknown);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ToolExecution>> AbandonedAsync(int limit, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult<IReadOnlyList<ToolExecution>>(
                [.. executions.Values.Where(item => item.SafeAfter is not null && Stored(item).IsNobodys && item.Row.Step is null).OrderBy(item => item.SafeAfter).Select(item => item.Row).Take(limit)]);
        }
    }

    /// <inheritdoc/>
    Task<IReadOnlyList<StoredExecution>> IExecutionStore.OwnedAsync(int limit, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult<IReadOnlyList<StoredExecution>>([.. executions.Values.Where(item => item.Slot is not null && !item.Row.IsSettled).Take(limit).Select(Stored)]);
        }
    }

    private Task<IReadOnlyList<ToolExecution>> RowsAsync(Func<ToolExecution, bool> where, bool newestFirst, int limit)
    {
        lock (changing)
        {
            IEnumerable<ToolExecution> rows = executions.Values.Select(item => item.Row).Where(where);
            return Task.FromResult<IReadOnlyList<ToolExecution>>([.. (newestFirst ? rows.OrderByDescending(Order) : rows.OrderBy(Order)).Take(limit)]);
        }
    }

    private StoredExecution Stored(OwnedExecution item) => new(
        item.Row, item.Slot, item.N, !item.Row.IsSettled && item.Slot is null && item.SafeAfter is null, item.SafeAfter <= clock.GetUtcNow());

    private CommitOutcome? Refuse(ExecutionChange change)
    {
        StoredExecution? found = executions.TryGetValue((change.TenantId, change.Id), out OwnedExecution? owned) ? Stored(owned) : null;
        bool fits = change switch
        {
            ExecutionChange.Intended or ExecutionChange.Recorded => found is null,
            ExecutionChange.Claimed claimed => found is { IsNobodys: true } && found.Row.Takeovers == claimed.Row.Takeovers,
            ExecutionChange.Freed freed => IsOwned(found, freed.From),
            ExecutionChange.Settled { From: SettledFrom.Owned from } => IsOwned(found, from),
            ExecutionChange.Settled { From: SettledFrom.Abandoned } => found is { IsNobodys: true },
            _ => found is { Row.IsUnknown: true },
        };
        return fits ? null : change is ExecutionChange.Intended or ExecutionChange.Recorded ? new CommitOutcome.AlreadyThere(null) : new CommitOutcome.MovedOn();
    }

    private static bool IsOwned(StoredExecution? found, SettledFrom.Owned from) =>
        found is { Row.IsSettled: false } && found.N == from.N && (found.Slot ?? from.Slot) == from.Slot;

    private void Make(ExecutionChange change, int slot, long n)
    {
        (TenantId, ExecutionId) key = (change.TenantId, change.Id);
        DateTimeOffset now = TimeText.ToMicroseconds(clock.GetUtcNow());
        executions[key] = change switch
        {
            ExecutionChange.Intended intended => new OwnedExecution(intended.Row with { Takeovers = 0 }, slot, n, now + Lease + intended.Longest),
            ExecutionChange.Recorded recorded => new OwnedExecution(recorded.Row with { Takeovers = 0 }, null, 0, null),
            ExecutionChange.Claimed claimed => new OwnedExecution(
                executions[key].Row with { Status = ExecutionStatus.Running, Takeovers = executions[key].Row.Takeovers + (executions[key].SafeAfter is null ? 0 : 1) }, slot, n, now + Lease + claimed.Longest),
            ExecutionChange.Freed { IsUnsent: true } => executions[key] with { Slot = null, SafeAfter = null, Row = executions[key].Row with { Status = ExecutionStatus.Requested } },
            ExecutionChange.Freed => executions[key] with { Slot = null },
            ExecutionChange.Settled { Row: var row } => executions[key] with
            {
                Row = executions[key].Row with { Status = row.Status, IsUnknown = row.IsUnknown, ErrorCode = row.ErrorCode, Attempts = row.Attempts, SettledAt = row.SettledAt },
            },
            _ => throw new ArgumentOutOfRangeException(nameof(change)),
        };
    }

    private bool IsUnderWay(BodiesErasure erasure) => executions.Values.Any(item => item.Row.TenantId == erasure.Tenant && item.Row.Exception == erasure.Exception && !item.Row.IsSettled);

    private void EraseExecutions(BodiesErasure erasure)
    {
        foreach (((TenantId, ExecutionId) key, OwnedExecution item) in executions.Where(item => item.Key.Item1 == erasure.Tenant && item.Value.Row.Exception == erasure.Exception).ToArray())
        {
            executions[key] = item with { Row = item.Row with { Digest = new CallDigest(""), Content = new CallDigest("") } };
        }
    }

    private static (DateTimeOffset, string) Order(ToolExecution row) => (row.RequestedAt, Text(row.Id));

    // As the databases compare ids: by their bytes.
    private static string Text(ExecutionId id) => id.Value.ToString("N");

    private sealed record OwnedExecution(ToolExecution Row, int? Slot, long N, DateTimeOffset? SafeAfter);
}
