using System.Diagnostics;
using System.Globalization;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Recording;

/// <summary>Closing writes what was accepted, or answers it; and it has an end.</summary>
public sealed class DrainTests
{
    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task What_was_accepted_is_written_before_the_end_and_what_comes_later_is_refused(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        RecordStores node = await RecordStores.OpenAsync(store, store.Database);

        Task<CommitOutcome>[] accepted = [.. Enumerable.Range(0, 2000).Select(i => CommitAsync(node, $"e{i}"))];
        await node.DisposeAsync();

        (await Task.WhenAll(accepted).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, CancellationToken.None)).ShouldAllBe(outcome => outcome is CommitOutcome.Committed);
        (await Should.ThrowAsync<ReeveException>(() => CommitAsync(node, "late"))).Error.Kind.ShouldBe(ErrorCatalogue.Record.Stopped);
        Convert.ToInt64(await store.ScalarAsync("select count(*) from exceptions"), CultureInfo.InvariantCulture).ShouldBe(2000);
        Convert.ToInt64(await store.ScalarAsync(dialect == Dialect.Sqlite ? "select count(*) from slots where beat_at = 0" : "select count(*) from slots where beat_at = 'epoch'"), CultureInfo.InvariantCulture)
            .ShouldBe(dialect == Dialect.Sqlite ? 1 : 2);
    }

    [Fact]
    public async Task A_store_that_no_longer_answers_costs_its_time_and_leaves_nobody_waiting()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using CuttingProxy proxy = new(store.Node, seed: 1);
        await using PostgresDatabase through = new(proxy.Address);
        RecordStores node = await RecordStores.OpenAsync(store, through, new CommitterOptions { StopWithin = TimeSpan.FromSeconds(1), BatchSize = 8 });
        (await CommitAsync(node, "before")).ShouldBeOfType<CommitOutcome.Committed>();
        proxy.Freeze();

        Task<CommitOutcome>[] accepted = [.. Enumerable.Range(0, 100).Select(i => CommitAsync(node, $"e{i}"))];
        long began = Stopwatch.GetTimestamp();
        await node.DisposeAsync();
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        proxy.Thaw();

        took.ShouldBeLessThan(TimeSpan.FromSeconds(10), "one second to write, two to be cut off, two to give slots back; the rest is for a slow machine");
        await Should.ThrowAsync<ReeveException>(() => Task.WhenAll(accepted).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, CancellationToken.None));
        accepted.ShouldAllBe(commit => commit.IsFaulted);
        accepted.Select(commit => ((ReeveException)commit.Exception!.InnerException!).Error.Kind.Code).Distinct()
            .ShouldBeSubsetOf([ErrorCatalogue.Record.Stopped.Code, ErrorCatalogue.Storage.Unavailable.Code, ErrorCatalogue.Storage.Busy.Code, ErrorCatalogue.Record.OutcomeUnknown.Code]);
    }

    private static Task<CommitOutcome> CommitAsync(RecordStores node, string id)
    {
        ExceptionRow row = RecordContract.Row(id);
        return node.Committer.CommitAsync([new ExceptionChange.Add(row, []), RecordContract.Event(row)], CancellationToken.None);
    }
}
