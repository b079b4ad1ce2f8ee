using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Governance.Audit;
using Reeve.Storage.Cases;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Recording;

/// <summary>Counters are what a recount of the rows gives, whatever was committed, refused, erased, and by whom.</summary>
public sealed class CountingTests(ITestOutputHelper output)
{
    private static readonly TenantId[] Tenants = [new("NORTH"), new("south"), new("west")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task Counters_equal_a_recount_after_random_commits_conflicts_erasures_and_take_overs(Dialect dialect)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        await using TestStore store = await TestStore.CreateAsync(dialect);
        Dictionary<TenantId, int> received = [];
        List<ExceptionRow> there = [];

        // A start takes the slots that the end before gave back, so what it holds in memory was written by another.
        for (int start = 0; start < 3; start++)
        {
            await using RecordStores node = await RecordStores.OpenAsync(store, store.Database, new CommitterOptions { BatchSize = 5 });
            for (int round = 0; round < 12; round++)
            {
                List<(ExceptionRow Row, Change[] Changes, bool Alone)> work = [.. Enumerable.Range(0, 14).Select(i => Next(random, there, $"{start}-{round}-{i}"))];
                CommitOutcome[] outcomes = await Task.WhenAll(work.Select(item => item.Alone
                    ? node.Committer.CommitAloneAsync(item.Row.Record.TenantId, item.Changes, Token)
                    : node.Committer.CommitAsync(item.Changes, Token)));
                for (int i = 0; i < work.Count; i++)
                {
                    Note(there, received, work[i].Row, work[i].Changes[0], outcomes[i]);
                }
            }

            foreach (TenantId tenant in Tenants)
            {
                await ShouldEqualARecountAsync(store, tenant, received.GetValueOrDefault(tenant), $"{tenant.Value}, start {start}, seed {seed}");
            }
        }

        long rows = Convert.ToInt64(await store.ScalarAsync("select count(*) from tallies"));
        rows.ShouldBeLessThanOrEqualTo(Tenants.Length * 2);
    }

    private static (ExceptionRow Row, Change[] Changes, bool Alone) Next(Random random, List<ExceptionRow> there, string id)
    {
        int what = random.Next(10);
        if (what < 5 || there.Count == 0)
        {
            // Every fifth is there already.
            ExceptionRow row = Vary(RecordContract.Row(what == 0 && there.Count > 0 ? there[random.Next(there.Count)].Record.ExceptionId.Value : id, Tenants[random.Next(Tenants.Length)]), random);
            return (row, [new ExceptionChange.Add(row, []), RecordContract.Event(row)], false);
        }

        ExceptionRow known = there[random.Next(there.Count)];
        if (what == 9)
        {
            return (known, [new BodiesErasure(known.Record.TenantId, known.Key, known.Version, []), RecordContract.Note(known.Record.TenantId)], true);
        }

        // Two of a round may change the same row: the second moved on.
        ExceptionRow next = Vary(known with { Version = known.Version + 1 }, random);
        return (next, [new ExceptionChange.Update(next, known.Version), RecordContract.Event(next)], false);
    }

    private static ExceptionRow Vary(ExceptionRow row, Random random)
    {
        ResolutionStatus status = (ResolutionStatus)random.Next(3);
        return row with
        {
            Domain = new DomainName(random.Next(2) == 0 ? "Parcels" : "Letters \"and\" ü"),
            TriagedAt = random.Next(2) == 0 ? null : row.CreatedAt.AddMicroseconds(random.Next(5_000_000)),
            ResolvedAt = random.Next(3) == 0 ? row.CreatedAt.AddMicroseconds(random.NextInt64(50_000_000)) : null,
            ResolvedAutomatically = random.Next(2) == 0,
            Record = row.Record with
            {
                ResolutionStatus = status,
                Severity = random.Next(3) == 0 ? null : (Severity)random.Next(4),
                ExceptionType = random.Next(4) == 0 ? null : new ExceptionTypeName($"TYPE_{random.Next(3)}"),
            },
        };
    }

    private static void Note(List<ExceptionRow> there, Dictionary<TenantId, int> received, ExceptionRow row, Change change, CommitOutcome outcome)
    {
        if (outcome is not CommitOutcome.Committed)
        {
            return;
        }

        there.RemoveAll(known => known.Key == row.Key && known.Record.TenantId == row.Record.TenantId);
        if (change is not BodiesErasure)
        {
            there.Add(row);
        }

        if (change is ExceptionChange.Add)
        {
            received[row.Record.TenantId] = received.GetValueOrDefault(row.Record.TenantId) + 1;
        }
    }

    private static async Task ShouldEqualARecountAsync(TestStore store, TenantId tenant, int received, string where)
    {
        // Times are a difference of microseconds on a file and of intervals on PostgreSQL.
        string took = store.Dialect == Dialect.Sqlite ? "{0} - created_at" : "(extract(epoch from {0} - created_at) * 1000000)::bigint";
        string automatic = store.Dialect == Dialect.Sqlite ? "resolved_automatically <> 0" : "resolved_automatically";
        string rows = $"from exceptions where tenant_id = '{tenant.Value}'";
        IReadOnlyList<object?[]> recount = await store.QueryAsync($"""
            select 'status:' || status, count(*) {rows} group by status
            union all select 'severity:' || coalesce(severity, 'none'), count(*) {rows} group by severity
            union all select 'actionability:' || coalesce(actionability, 'none'), count(*) {rows} group by actionability
            union all select 'domain:' || domain, count(*) {rows} group by domain
            union all select coalesce('type:' || exception_type, 'no_type'), count(*) {rows} group by exception_type
            union all select 'resolved_auto', count(*) {rows} and {automatic}
            union all select 'triage_count', count(*) {rows} and triaged_at is not null
            union all select 'triage_us', coalesce(sum({string.Format(took, "triaged_at")}), 0) {rows} and triaged_at is not null
            union all select 'resolve_count', count(*) {rows} and resolved_at is not null
            union all select 'resolve_us', coalesce(sum({string.Format(took, "resolved_at")}), 0) {rows} and resolved_at is not null
            """);
        Dictionary<string, long> expected = recount.ToDictionary(row => (string)row[0]!, row => Convert.ToInt64(row[1]));
        expected["received"] = received;

        IReadOnlyDictionary<string, long> counted = await new SqlCounterStore(store.Database).SumAsync(tenant, Token);

        counted.Where(item => item.Value != 0).ShouldBe(expected.Where(item => item.Value != 0), ignoreOrder: true, where);
    }
}
