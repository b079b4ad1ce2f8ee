using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Ports;
using Reeve.Engine.Approvals;
using Reeve.Storage.ApprovalRows;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Ledger;
using Reeve.Testing.Databases;
using Reeve.Testing.Stores;

namespace Reeve.Testing.Approving;

/// <summary>The store of approvals as one node has it.</summary>
public sealed class ApprovalStores : IAsyncDisposable
{
    private readonly Func<ValueTask> close;

    private ApprovalStores(Func<ValueTask> close) => this.close = close;

    public required IApprovalStore Approvals { get; init; }

    public required ICommitter Committer { get; init; }

    public required IEventLog Log { get; init; }

    /// <summary>In memory, empty.</summary>
    public static ApprovalStores InMemory()
    {
        FakeTime clock = new();
        MemoryStore store = new(clock);
        return new ApprovalStores(() => ValueTask.CompletedTask) { Approvals = new MemoryApprovals(store, clock), Committer = store, Log = store };
    }

    /// <summary>In an empty database of its own, which goes with it; skips the test where there is no such database.</summary>
    public static async Task<ApprovalStores> OpenAsync(Dialect dialect)
    {
        TestStore store = await TestStore.CreateAsync(dialect);
        SqlApprovalStore approvals = new(store.Database, TimeProvider.System);
        Committer committer = await Storage.Committing.Committer.StartAsync(
            store.Database, [approvals, new SqlErasure()], new CommitterOptions(), new SystemEventSeeds(), TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        return new ApprovalStores(async () =>
        {
            await committer.DisposeAsync();
            await store.DisposeAsync();
        })
        {
            Approvals = approvals,
            Committer = committer,
            Log = new SqlEventLog(store.Database),
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => close();
}
