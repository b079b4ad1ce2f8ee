using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Audit;
using Reeve.Governance.Retention;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Ledger;
using Reeve.Storage.Settings;
using Reeve.Testing;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Retention;

/// <summary>A store with a past, opened in the present, with retention on it.</summary>
internal sealed class RetentionStores : IAsyncDisposable
{
    internal static readonly Principal Me = new(PrincipalKind.Service, "system:upkeep", "Reeve", []);

    private RetentionStores(TestStore store, Committer committer, FakeTime clock)
    {
        Store = store;
        Committer = committer;
        Clock = clock;
        Retained = new SqlRetentionStore(store.Database, committer, clock, sliceSize: 7);
        Audit = new SqlAuditSource(store.Database, pageSize: 7);
        Log = new SqlEventLog(store.Database);
    }

    internal TestStore Store { get; }

    internal Committer Committer { get; }

    internal FakeTime Clock { get; }

    internal SqlRetentionStore Retained { get; }

    internal SqlAuditSource Audit { get; }

    internal SqlEventLog Log { get; }

    internal static async Task<RetentionStores> OpenAsync(AgedLog log, Dialect dialect)
    {
        TestStore store = await log.EndAsync(dialect);
        Committer committer = await Committer.StartAsync(
            store.Database, [new SqlTenantStore(store.Database), new SqlErasure()], new CommitterOptions(), new SystemEventSeeds(),
            dialect == Dialect.Sqlite ? log.Clock : TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        return new RetentionStores(store, committer, log.Clock);
    }

    /// <summary>The desk, with small slices; through another way to write, and by another clock than a file's, if they are given.</summary>
    internal RetentionDesk Desk(ICommitter? through = null, RetentionOptions? options = null, FakeTime? clock = null, IRetentionStore? retained = null) =>
        new(retained ?? Retained, new ErasureDesk(Log, through ?? Committer, Clock), clock ?? Clock, options ?? new RetentionOptions { PageSize = 5, SliceSize = 3 });

    internal Task<RetentionReport> RunAsync() => Desk().RunAsync(Me, CancellationToken.None);

    internal Task<AuditReport> VerifyAsync(params ChainHead[] heads) => new AuditVerifier(Audit, TimeProvider.System).VerifyAsync(null, heads, null, CancellationToken.None);

    internal async Task<string[]> ExceptionsAsync() => [.. (await Store.QueryAsync("select tenant_id || ':' || exception_id from exceptions order by 1")).Select(row => (string)row[0]!)];

    internal async Task<long> CountAsync(string sql) => (long)(await Store.ScalarAsync("select count(*) from " + sql))!;

    public async ValueTask DisposeAsync()
    {
        await Committer.DisposeAsync();
        await Store.DisposeAsync();
    }
}
