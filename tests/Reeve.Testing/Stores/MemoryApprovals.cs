using Reeve.Core.Calls;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Approvals;
using Reeve.Governance.Audit;

namespace Reeve.Testing.Stores;

/// <summary>Approvals in memory, set by the commits of a <see cref="MemoryStore"/>; the clock given is the database's. Thread-safe.</summary>
public sealed class MemoryApprovals : IApprovalStore
{
    private readonly TimeProvider clock;
    private readonly Lock changing = new();
    private readonly Dictionary<(TenantId, Guid), Approval> rows = [];
    private readonly Dictionary<(TenantId, Guid), List<ApprovalDecision>> said = [];

    /// <summary>Teaches a store the changes of approvals.</summary>
    public MemoryApprovals(MemoryStore store, TimeProvider clock)
    {
        this.clock = clock;
        store.Handle<ApprovalChange.Submitted>(
            change => Do(() => rows.ContainsKey((change.TenantId, change.Approval.Id)) ? new CommitOutcome.AlreadyThere(null) : null),
            change => Do(() => rows[(change.TenantId, change.Approval.Id)] = Kept(change.Approval)));
        store.Handle<ApprovalChange.Moved>(
            change => Do(() => Row(change) is { Status: ApprovalStatus.Pending } row && row.Version == change.From && (!change.InTime || row.TimeoutAt > clock.GetUtcNow()) ? null : new CommitOutcome.MovedOn()),
            change => Do(() => rows[(change.TenantId, change.Approval.Id)] = Row(change)! with
            {
                Status = change.Approval.Status, DecidedAt = change.Approval.DecidedAt, Reason = change.Approval.Reason, Version = change.From + 1,
            }));
        store.Handle<ApprovalChange.Spoken>(
            change => Do(() => Said(change.Tenant, change.Approval).Exists(one => one.Names[0] == change.Decision.Names[0]) ? new CommitOutcome.AlreadyThere(null) : null),
            change => Do(() =>
            {
                Said(change.Tenant, change.Approval).Add(change.Decision with { Bounds = ApprovalText.Write(change.Decision.Bounds) is { } bounds ? ApprovalText.ReadBounds(bounds) : [] });
                return true;
            }));
        store.OnErasure(erasure => Do(() => Erase(erasure)));
    }

    /// <inheritdoc/>
    public Task<Approval?> FindAsync(TenantId tenant, Guid approval, CancellationToken cancellationToken) =>
        Task.FromResult(Do(() => rows.TryGetValue((tenant, approval), out Approval? row) ? Whole(row) : null));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Approval>> OfExceptionAsync(TenantId tenant, ExceptionKey exception, CancellationToken cancellationToken) =>
        Select(rows => rows.Where(row => row.TenantId == tenant && row.Exception == exception).OrderBy(Order, StringComparer.Ordinal));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Approval>> OfExecutionAsync(TenantId tenant, ExecutionId execution, CancellationToken cancellationToken) =>
        Select(rows => rows.Where(row => row.TenantId == tenant && row.Execution == execution).OrderBy(Order, StringComparer.Ordinal));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Approval>> ListAsync(TenantId tenant, ApprovalStatus? status, Guid? before, int limit, CancellationToken cancellationToken) => Select(rows => rows
        .Where(row => row.TenantId == tenant && (status is null || row.Status == status) && (before is not { } place || string.CompareOrdinal(Order(row), place.ToString("N")) < 0))
        .OrderByDescending(Order, StringComparer.Ordinal).Take(limit));

    /// <inheritdoc/>
    public Task<ApprovalStatistics> StatisticsAsync(TenantId tenant, CancellationToken cancellationToken) => Task.FromResult(Do(() =>
    {
        Approval[] own = [.. rows.Values.Where(row => row.TenantId == tenant)];
        TimeSpan[] ages = [.. own.Where(row => row.Status == ApprovalStatus.Pending).Select(row => clock.GetUtcNow() - row.SubmittedAt).Select(age => age > TimeSpan.Zero ? age : TimeSpan.Zero)];
        return new ApprovalStatistics(
            own.GroupBy(row => row.Status).ToDictionary(group => group.Key, group => group.LongCount()), ages.Aggregate(TimeSpan.Zero, (sum, age) => sum + age), ages.DefaultIfEmpty(TimeSpan.Zero).Max());
    }));

    /// <inheritdoc/>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) => Task.FromResult(clock.GetUtcNow());

    /// <inheritdoc/>
    public Task<(DateTimeOffset Now, IReadOnlyList<(TenantId Tenant, Guid Approval)> Overdue)> OverdueAsync(int limit, CancellationToken cancellationToken) =>
        Task.FromResult<(DateTimeOffset, IReadOnlyList<(TenantId, Guid)>)>(Do(() => (clock.GetUtcNow(), (IReadOnlyList<(TenantId, Guid)>)
            [.. rows.Values.Where(row => row.Status == ApprovalStatus.Pending && row.TimeoutAt <= clock.GetUtcNow()).OrderBy(row => row.TimeoutAt).Take(limit).Select(row => (row.TenantId, row.Id))])));

    private Task<IReadOnlyList<Approval>> Select(Func<IEnumerable<Approval>, IEnumerable<Approval>> choose) =>
        Task.FromResult<IReadOnlyList<Approval>>(Do(() => choose(rows.Values).Select(Whole).ToArray()));

    private bool Erase(BodiesErasure erasure)
    {
        foreach (Approval row in rows.Values.Where(row => row.TenantId == erasure.Tenant && row.Exception == erasure.Exception).ToArray())
        {
            bool isPending = row.Status == ApprovalStatus.Pending;
            rows[(row.TenantId, row.Id)] = row with
            {
                Request = null,
                Version = row.Version + 1,
                DecidedAt = row.DecidedAt ?? clock.GetUtcNow(),
                Status = isPending ? ApprovalStatus.Withdrawn : row.Status,
                Reason = isPending ? "Its exception was erased." : "",
            };
            said[(row.TenantId, row.Id)] = [.. Said(row.TenantId, row.Id).Select(one => one with { Comments = "", Bounds = [] })];
        }

        return true;
    }

    // As a row of a database.
    private static Approval Kept(Approval approval) => approval with { Decisions = [], Request = approval.Request is { } request ? ApprovalText.Read(ApprovalText.Write(request)) : null };

    private Approval Whole(Approval row) => row with { Decisions = [.. Said(row.TenantId, row.Id)] };

    private Approval? Row(ApprovalChange.Moved change) => rows.GetValueOrDefault((change.TenantId, change.Approval.Id));

    private List<ApprovalDecision> Said(TenantId tenant, Guid approval) =>
        said.TryGetValue((tenant, approval), out List<ApprovalDecision>? found) ? found : said[(tenant, approval)] = [];

    // As the databases compare ids: by their bytes.
    private static string Order(Approval approval) => approval.Id.ToString("N");

    private T Do<T>(Func<T> what)
    {
        lock (changing)
        {
            return what();
        }
    }
}
