using System.Globalization;
using System.Text;
using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Storage.Cases;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Recording;

/// <summary>Connections that break at any moment, COMMIT's among them, duplicate nothing and lose nothing.</summary>
public sealed class CutTests(ITestOutputHelper output)
{
    private const int Cuts = 200;
    private const int Producers = 12;

    [Fact]
    public async Task Two_hundred_cut_connections_duplicate_and_lose_nothing()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using CuttingProxy proxy = new(store.Node, seed);
        List<(ExceptionRow Last, List<(string Body, CommitOutcome Outcome)> Answers)> told;
        await using (PostgresDatabase through = new(proxy.Address))
        await using (RecordStores node = await RecordStores.OpenAsync(store, through, new CommitterOptions { BatchSize = 6 }))
        {
            proxy.IsCutting = true;
            told = [.. await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => ProduceAsync(node.Committer, producer, () => proxy.Cuts >= Cuts)))];
            proxy.IsCutting = false;
        }

        await using RecordStores stores = await RecordStores.OpenAsync(store, store.Database);
        IReadOnlyList<LoggedEvent> all = await Chains.ShouldHoldAsync(stores.Audit);

        proxy.Cuts.ShouldBeGreaterThanOrEqualTo(Cuts);
        Dictionary<string, LoggedEvent> byBody = all.ToDictionary(item => Encoding.UTF8.GetString(item.Body!.Value.Span)); // fails on a duplicate
        int answers = 0;
        foreach ((ExceptionRow last, List<(string Body, CommitOutcome Outcome)> mine) in told)
        {
            foreach ((string body, CommitOutcome outcome) in mine)
            {
                CommitOutcome.Committed committed = outcome.ShouldBeOfType<CommitOutcome.Committed>($"{body}, seed {seed}");
                byBody.ShouldContainKey(body, $"seed {seed}");
                (byBody[body].Position.Slot, byBody[body].Position.N).ShouldBe((committed.Slot, committed.N), $"{body}, seed {seed}");
                answers++;
            }

            (await stores.Exceptions.FindAsync(RecordContract.Row("x").Record.TenantId, last.Record.ExceptionId, CancellationToken.None)).ShouldNotBeNull().Version.ShouldBe(last.Version);
        }

        all.Count.ShouldBe(answers, $"seed {seed}");
        output.WriteLine($"{proxy.Cuts} cuts, {answers} outcomes");
        IReadOnlyDictionary<string, long> counted = await new SqlCounterStore(store.Database).SumAsync(RecordContract.Row("x").Record.TenantId, CancellationToken.None);
        counted.Where(item => item.Key.StartsWith("status:", StringComparison.Ordinal)).Sum(item => item.Value)
            .ShouldBe(Convert.ToInt64(await store.ScalarAsync("select count(*) from exceptions"), CultureInfo.InvariantCulture), $"seed {seed}");
    }

    // One exception after another, each a few versions on; every answer is noted with the body that names it.
    private static async Task<(ExceptionRow Last, List<(string Body, CommitOutcome Outcome)> Answers)> ProduceAsync(ICommitter committer, int producer, Func<bool> isOver)
    {
        List<(string, CommitOutcome)> answers = [];
        ExceptionRow row = RecordContract.Row("none");
        for (int i = 0; i == 0 || !isOver(); i++)
        {
            row = RecordContract.Row($"e{producer}-{i}");
            for (int version = 1; version <= 3; version++)
            {
                string body = $$"""{"producer":{{producer}},"i":{{i}},"version":{{version}},"pad":"{{new string('x', 500)}}"}""";
                Change change = version == 1 ? new ExceptionChange.Add(row, []) : new ExceptionChange.Update(row = row with { Version = version }, version - 1);
                answers.Add((body, await committer.CommitAsync([change, RecordContract.Event(row, body)], CancellationToken.None)));
            }
        }

        return (row, answers);
    }
}
