using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Inbox;
using Reeve.Engine.Imports;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Recording;
using Reeve.Engine.Tools.Executions;
using Reeve.Governance.Audit;
using Reeve.Governance.Tenants;
using Reeve.Storage.Cases;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.ImportRows;
using Reeve.Storage.Ledger;
using Reeve.Storage.Settings;
using Reeve.Storage.ToolRows;
using Reeve.Testing.Databases;
using Reeve.Testing.Simulated;
using Reeve.Testing.Stores;

namespace Reeve.Testing.Recording;

/// <summary>The record over one empty place: the way to write, and everything that reads.</summary>
public sealed class RecordStores : IAsyncDisposable
{
    private readonly Func<ValueTask> close;

    private RecordStores(Func<ValueTask> close) => this.close = close;

    public required ICommitter Committer { get; init; }

    public required IEventLog Log { get; init; }

    public required IExceptionStore Exceptions { get; init; }

    public required IRunStore Runs { get; init; }

    public required IInboxStore Inbox { get; init; }

    public required IPlaybookRunStore Playbooks { get; init; }

    public required IAuditSource Audit { get; init; }

    public required IReaderStore Readers { get; init; }

    public required IImportStore Imports { get; init; }

    public required ITenantStore Tenants { get; init; }

    public required IExecutionStore Executions { get; init; }

    /// <summary>The database behind it; null in memory.</summary>
    public TestStore? Store { get; init; }

    /// <summary>In memory.</summary>
    public static RecordStores InMemory(int slots = 1) => InMemory(new MemoryStore(new FakeTime(), slots));

    /// <summary>The same over a store whose clock the test has.</summary>
    public static RecordStores InMemory(MemoryStore store)
    {
        return new RecordStores(() => ValueTask.CompletedTask)
        {
            Committer = store, Log = store, Exceptions = store, Runs = store, Inbox = store, Playbooks = store, Audit = store, Readers = store, Tenants = new MemorySettings(store), Imports = store, Executions = store,
        };
    }

    /// <summary>In a simulated database, through the writing protocol of the real ones.</summary>
    public static async Task<RecordStores> SimulatedAsync()
    {
        FakeTime clock = new();
        SimulatedDatabase database = new(clock);
        MemorySettings tenants = new(database.Tables);
        SimulatedNode node = await SimulatedNode.StartAsync(database, "node", new CommitterOptions(), clock);
        return new RecordStores(() => new ValueTask(node.StopAsync()))
        {
            Committer = node.Committer, Log = node.Reads, Exceptions = node.Reads, Runs = node.Reads, Inbox = node.Inbox, Playbooks = database.Tables, Audit = database.Tables,
            Readers = node.Reads, Tenants = tenants, Imports = database.Tables, Executions = database.Tables,
        };
    }

    /// <summary>In a database of its own, as a node; skips the test where there is no such database.</summary>
    public static async Task<RecordStores> OpenAsync(Dialect dialect, CommitterOptions? options = null)
    {
        TestStore store = await TestStore.CreateAsync(dialect);
        RecordStores opened = await OpenAsync(store, store.Database, options);
        return new RecordStores(async () =>
        {
            await opened.DisposeAsync();
            await store.DisposeAsync();
        })
        {
            Committer = opened.Committer, Log = opened.Log, Exceptions = opened.Exceptions, Runs = opened.Runs, Inbox = opened.Inbox, Playbooks = opened.Playbooks, Audit = opened.Audit,
            Readers = opened.Readers, Tenants = opened.Tenants, Imports = opened.Imports, Executions = opened.Executions, Store = store,
        };
    }

    /// <summary>One more node on a store that is there.</summary>
    /// <param name="store">The store.</param>
    /// <param name="database">As the node opens it, which may be through something that cuts; it stays open when this is closed.</param>
    /// <param name="options">How it writes.</param>
    public static async Task<RecordStores> OpenAsync(TestStore store, Database database, CommitterOptions? options = null)
    {
        SqlTenantStore tenants = new(database);
        Committer committer = await Reeve.Storage.Committing.Committer.StartAsync(
            database, [tenants, new SqlErasure()], options ?? new CommitterOptions(), new SystemEventSeeds(), TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        return new RecordStores(committer.DisposeAsync)
        {
            Committer = committer,
            Log = new SqlEventLog(database, pageSize: 7),
            Exceptions = new SqlExceptionStore(database),
            Inbox = new SqlInboxStore(database, committer, committer, TimeProvider.System),
            Playbooks = new SqlPlaybookRunStore(database, committer, committer, TimeProvider.System),
            Runs = new SqlRunStore(database),
            Audit = new SqlAuditSource(database, pageSize: 7),
            Readers = new SqlReaderStore(database, committer),
            Tenants = tenants,
            Imports = new SqlImportStore(database, (options ?? new CommitterOptions()).Lease, TimeProvider.System),
            Executions = new SqlExecutionStore(database, committer, TimeProvider.System),
            Store = store,
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => close();
}
