using Reeve.Core.Calls;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Executions;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;
using static Reeve.Testing.Recording.ExecutionStoreContract;

namespace Reeve.IntegrationTests.Storage.Recording;

/// <summary>What becomes of executions when the slot that owns them changes hands.</summary>
public abstract class ExecutionTakeOverTests : RecordContract
{
    protected abstract Dialect Dialect { get; }

    [Fact]
    public async Task Giving_a_slot_back_sets_its_executions_free()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect);
        ToolExecution row = Execution(1);
        await using (RecordStores first = await RecordStores.OpenAsync(store, store.Database))
        {
            CommitOutcome.Committed made = await MustCommitAsync(first, new ExecutionChange.Intended(row, TimeSpan.FromHours(1)), Said(row));
            ((Committer)first.Committer).IsFresh(made.Slot, made.N).ShouldBeTrue();
            ((Committer)first.Committer).IsFresh(made.Slot, 0).ShouldBeFalse();
            ((Committer)first.Committer).IsFresh(made.Slot + 10, made.N).ShouldBeFalse();
        }

        await using RecordStores second = await RecordStores.OpenAsync(store, store.Database);
        StoredExecution found = (await second.Executions.FindAsync(North, row.Id, Token)).ShouldNotBeNull();
        (found.Slot, found.IsKeptBack, found.IsSafe, found.IsNobodys).ShouldBe((null, false, false, false));
    }

    [Fact]
    public async Task A_slot_that_is_taken_from_a_dead_process_sets_its_executions_free_and_the_dead_one_owns_nothing_by_it()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect);
        CommitterOptions options = new() { Slots = 1 };
        ToolExecution row = Execution(1);
        RecordStores dead = await RecordStores.OpenAsync(store, store.Database, options);
        CommitOutcome.Committed made = await MustCommitAsync(dead, new ExecutionChange.Intended(row, TimeSpan.FromDays(-1)), Said(row));

        await AbandonAsync(store, made.Slot);
        await using RecordStores heir = await RecordStores.OpenAsync(store, store.Database, options);

        StoredExecution found = (await heir.Executions.FindAsync(North, row.Id, Token)).ShouldNotBeNull();
        (found.Slot, found.IsNobodys).ShouldBe((null, true));
        CommitOutcome.Committed claimed = await MustCommitAsync(heir, new ExecutionChange.Claimed(found.Row, TimeSpan.FromHours(1)), Said(row));
        claimed.Slot.ShouldBe(made.Slot);
        (await heir.Committer.CommitAsync([new ExecutionChange.Settled(Ended(row), Owned(made)), Said(row)], Token)).ShouldBeOfType<CommitOutcome.MovedOn>();
        await MustCommitAsync(heir, new ExecutionChange.Settled(Ended(row), Owned(claimed)), Said(row));
        await dead.DisposeAsync();
    }

    /// <summary>Has a slot look as one whose process died a while ago.</summary>
    protected abstract Task AbandonAsync(TestStore store, int slot);

    protected override Task<RecordStores> OpenAsync() => RecordStores.OpenAsync(Dialect);
}

public sealed class SqliteExecutionTakeOverTests : ExecutionTakeOverTests
{
    protected override Dialect Dialect => Dialect.Sqlite;

    // Whoever opens the file has it.
    protected override Task AbandonAsync(TestStore store, int slot) => Task.CompletedTask;
}

public sealed class PostgresExecutionTakeOverTests : ExecutionTakeOverTests
{
    protected override Dialect Dialect => Dialect.Postgres;

    protected override Task AbandonAsync(TestStore store, int slot) => store.ExecuteAsync($"update slots set beat_at = clock_timestamp() - interval '1 hour' where slot = {slot}");
}
