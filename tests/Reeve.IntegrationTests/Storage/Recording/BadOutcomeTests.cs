using Microsoft.Extensions.Logging;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Recording;

/// <summary>What cannot be written is refused, and nobody waits for ever.</summary>
public sealed class BadOutcomeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task An_outcome_that_writes_one_thing_twice_is_refused_before_it_is_tried(Dialect dialect)
    {
        await using RecordStores stores = await RecordStores.OpenAsync(dialect);
        ExceptionRow row = RecordContract.Row("a");
        ExceptionRow other = RecordContract.Row("b");
        DeliveryKey delivery = new(new DateOnly(2026, 3, 2), 7);
        PassId pass = new(Guid.CreateVersion7());
        ExceptionChange enqueue = new ExceptionChange.Enqueue(row.Record.TenantId, pass, row.Key, row.RunId);

        Change[][] twice = [[Add(row), Add(row)], [Add(row, delivery), Add(other, delivery)], [enqueue, enqueue]];
        foreach (Change[] changes in twice)
        {
            await Should.ThrowAsync<ArgumentException>(() => stores.Committer.CommitAsync(changes, Token));
        }

        (await stores.Committer.CommitAsync([Add(row, delivery), RecordContract.Event(row)], Token)).ShouldBeOfType<CommitOutcome.Committed>();
    }

    [Fact]
    public async Task A_writing_loop_of_a_file_that_fails_answers_everybody_and_shows_it()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        BrokenTime clock = new();
        await using Committer committer = await Committer.StartAsync(file.Database, [], new CommitterOptions(), new SystemEventSeeds(), clock, new FailingLogger(), Token);
        ExceptionRow row = RecordContract.Row("a");
        clock.BreakForOthers();

        for (int i = 0; i < 2; i++)
        {
            ReeveException refused = await Should.ThrowAsync<ReeveException>(() => committer.CommitAsync([Add(row), RecordContract.Event(row)], Token));
            refused.Error.Kind.ShouldBe(ErrorCatalogue.Record.Stopped);
        }

        committer.Slots.ShouldHaveSingleItem().Trouble.ShouldBe(ErrorCatalogue.Record.Stopped.Code);
    }

    private static ExceptionChange.Add Add(ExceptionRow row, params DeliveryKey[] deliveries) => new(row, deliveries);

    // Fails in the writing loop, which was started before and so does not know the caller's flow, whatever thread either runs on.
    private sealed class BrokenTime : TimeProvider
    {
        private readonly AsyncLocal<bool> isCaller = new();
        private volatile bool isBroken;

        internal void BreakForOthers()
        {
            isCaller.Value = true;
            isBroken = true;
        }

        public override DateTimeOffset GetUtcNow() =>
            isBroken && !isCaller.Value ? throw new InvalidOperationException("The clock is broken.") : base.GetUtcNow();
    }

    private sealed class FailingLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Critical;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("The log is broken.");
    }
}
