using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Storage.Committing;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Recording;

/// <summary>
/// Tenants share the committer fairly. Each test holds the file's write lock while it hands over, so that what waits, and so what goes
/// next, does not depend on how fast anything is; the numbers of the commits tell the order.
/// </summary>
public sealed class FairnessTests
{
    private static readonly TenantId North = new("NORTH");
    private static readonly TenantId South = new("south");
    private static readonly TenantId West = new("west");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_flood_delays_the_single_outcome_of_another_tenant_by_the_batch_in_flight_and_the_next()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        await using Committer committer = await StartAsync(file, new CommitterOptions { BatchSize = 8 });
        Task<CommitOutcome>[] flood;
        Task<CommitOutcome> single;
        await using (Hold(file))
        {
            Task<CommitOutcome> inFlight = await FlyAsync(committer);
            flood = [inFlight, .. Enumerable.Range(0, 1000).Select(_ => Add(committer, North))];
            single = Add(committer, South);
        }

        long first = await NumberAsync(flood[0]);

        (await NumberAsync(single)).ShouldBe(first + 1);
        (await NumberAsync(flood[^1])).ShouldBe(first + 126); // 1,000 and the one of the other by eight
    }

    [Fact]
    public async Task Every_tenant_has_an_equal_share_of_each_batch_and_what_one_leaves_is_the_others()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        await using Committer committer = await StartAsync(file, new CommitterOptions { BatchSize = 6 });
        Task<CommitOutcome>[] north, south, west;
        Task<CommitOutcome> inFlight;
        await using (Hold(file))
        {
            inFlight = await FlyAsync(committer);
            north = [.. Enumerable.Range(0, 10).Select(_ => Add(committer, North))];
            south = [.. Enumerable.Range(0, 10).Select(_ => Add(committer, South))];
            west = [.. Enumerable.Range(0, 3).Select(_ => Add(committer, West))];
        }

        long first = await NumberAsync(inFlight);

        // Two of each; then the last of the west, and so on where the turn was.
        (await OffsetsAsync(north, first)).ShouldBe([1, 1, 2, 2, 2, 3, 3, 3, 4, 4]);
        (await OffsetsAsync(south, first)).ShouldBe([1, 1, 2, 2, 3, 3, 3, 4, 4, 4]);
        (await OffsetsAsync(west, first)).ShouldBe([1, 1, 2]);
    }

    [Fact]
    public async Task What_goes_alone_and_what_is_grouped_take_turns()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        await using Committer committer = await StartAsync(file, new CommitterOptions { BatchSize = 5 });
        Task<CommitOutcome>[] alone, grouped;
        Task<CommitOutcome> inFlight, upkeep;
        await using (Hold(file))
        {
            inFlight = await FlyAsync(committer);
            alone = [.. Enumerable.Range(0, 20).Select(_ => committer.CommitAloneAsync(North, [RecordContract.Note(North)], Token))];
            grouped = [.. Enumerable.Range(0, 50).Select(_ => Add(committer, South))];
            upkeep = committer.MaintainAsync([], Token);
        }

        long first = await NumberAsync(inFlight);
        (await upkeep).ShouldBeOfType<CommitOutcome.Committed>();
        long last = await NumberAsync(grouped[^1]);

        // Ten batches of five, and between them one alone; upkeep, which has no number, had one of those turns.
        last.ShouldBeLessThanOrEqualTo(first + 20);
        (await NumberAsync(alone[0])).ShouldBeLessThanOrEqualTo(first + 2);
        (await NumberAsync(alone[8])).ShouldBeLessThan(last);
        (await Task.WhenAll(alone)).ShouldAllBe(outcome => outcome is CommitOutcome.Committed);
    }

    [Fact]
    public async Task A_tenant_may_have_as_many_waiting_as_are_still_free()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        await using Committer committer = await StartAsync(file, new CommitterOptions { QueueLength = 8 });
        List<Task<CommitOutcome>> taken = [];
        await using (Hold(file))
        {
            taken.Add(await FlyAsync(committer));

            await FillAsync(North, 4);
            await FillAsync(South, 2);
            await FillAsync(West, 1);
            await FillAsync(new TenantId("east"), 1);
            await FillAsync(new TenantId("late"), 0);
            committer.Waiting.Outcomes.ShouldBe(8);
            committer.WaitingOf(North).Outcomes.ShouldBe(4);
            committer.WaitingOf(new TenantId("late")).ShouldBe(default);
        }

        (await Task.WhenAll(taken)).ShouldAllBe(outcome => outcome is CommitOutcome.Committed);
        committer.Waiting.ShouldBe(default);
        (await Add(committer, new TenantId("late"))).ShouldBeOfType<CommitOutcome.Committed>();

        async Task FillAsync(TenantId tenant, int room)
        {
            for (int i = 0; i < room; i++)
            {
                taken.Add(Add(committer, tenant));
                taken[^1].IsFaulted.ShouldBeFalse();
            }

            (await Should.ThrowAsync<ReeveException>(() => Add(committer, tenant))).Error.Kind.ShouldBe(ErrorCatalogue.Storage.Busy);
        }
    }

    [Fact]
    public async Task What_waits_is_bounded_by_its_bytes_too()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        await using Committer committer = await StartAsync(file, new CommitterOptions { QueueBytes = 100_000 });
        List<Task<CommitOutcome>> taken = [];
        await using (Hold(file))
        {
            taken.Add(await FlyAsync(committer));
            taken.Add(Add(committer, North, 60_000));
            committer.Waiting.Bytes.ShouldBeInRange(60_000, 64_000);
            await Should.ThrowAsync<ReeveException>(() => Add(committer, North, 10));
            taken.Add(Add(committer, South, 10));
            committer.WaitingOf(South).Bytes.ShouldBeInRange(10, 4_000);
        }

        (await Task.WhenAll(taken)).ShouldAllBe(outcome => outcome is CommitOutcome.Committed);
        committer.Waiting.ShouldBe(default);
        (await Add(committer, North, 500_000)).ShouldBeOfType<CommitOutcome.Committed>("one larger than all room goes when there is room");
    }

    [Fact]
    public async Task A_commit_takes_no_more_when_it_holds_many_bytes()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        await using Committer committer = await StartAsync(file, new CommitterOptions { BatchBytes = 100_000 });
        Task<CommitOutcome>[] large;
        Task<CommitOutcome> inFlight;
        await using (Hold(file))
        {
            inFlight = await FlyAsync(committer);
            large = [.. Enumerable.Range(0, 6).Select(_ => Add(committer, North, 60_000))];
        }

        (await OffsetsAsync(large, await NumberAsync(inFlight))).ShouldBe([1, 1, 2, 2, 3, 3]);
    }

    [Fact]
    public async Task What_waits_for_another_of_its_tenant_lets_the_rest_pass_and_keeps_its_order()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        await using Committer committer = await StartAsync(file, new CommitterOptions { BatchSize = 4 });
        ExceptionRow row = RecordContract.Row("same");
        List<Task<CommitOutcome>> versions = [];
        Task<CommitOutcome>[] others;
        Task<CommitOutcome> inFlight;
        await using (Hold(file))
        {
            inFlight = await FlyAsync(committer);
            versions.Add(committer.CommitAsync([new ExceptionChange.Add(row, []), RecordContract.Event(row)], Token));
            for (int i = 2; i <= 4; i++)
            {
                row = row with { Version = i };
                versions.Add(committer.CommitAsync([new ExceptionChange.Update(row, i - 1), RecordContract.Event(row)], Token));
            }

            others = [.. Enumerable.Range(0, 9).Select(_ => Add(committer, North))];
        }

        // Each version the commit after the one before, first in it, though nine others were ready; they fill what is left.
        long first = await NumberAsync(inFlight);
        (await OffsetsAsync([.. versions], first)).ShouldBe([1, 2, 3, 4]);
        (await OffsetsAsync(others, first)).ShouldBe([1, 1, 1, 2, 2, 2, 3, 3, 3]);
    }

    [Fact]
    public async Task What_waits_for_what_is_in_flight_is_refused_when_the_time_is_over_and_closing_ends_well()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        Committer committer = await StartAsync(file, new CommitterOptions { StopWithin = TimeSpan.FromMilliseconds(50) });
        ExceptionRow row = RecordContract.Row("same");
        Task<CommitOutcome> inFlight;
        Task closing;
        await using (Hold(file))
        {
            inFlight = committer.CommitAsync([new ExceptionChange.Add(row, []), RecordContract.Event(row)], Token);
            await TakenAsync(committer);
            Task<CommitOutcome> waiting = committer.CommitAsync([new ExceptionChange.Update(row with { Version = 2 }, 1), RecordContract.Event(row)], Token);
            closing = committer.DisposeAsync().AsTask();

            (await Should.ThrowAsync<ReeveException>(() => waiting)).Error.Kind.ShouldBe(ErrorCatalogue.Record.Stopped);
        }

        await closing;
        (await Task.WhenAny(inFlight, Task.Delay(TimeSpan.FromSeconds(10), Token))).ShouldBe(inFlight);
        committer.Slots.ShouldHaveSingleItem().Trouble.ShouldNotBe(ErrorCatalogue.Record.Stopped.Code);
    }

    private static Task<Committer> StartAsync(SqliteFile file, CommitterOptions options) =>
        Committer.StartAsync(file.Database, [], options, new SystemEventSeeds(), TimeProvider.System, NullLogger.Instance, Token);

    // Waits until the committer has taken an outcome, which it then cannot write: what is handed over next waits.
    private static async Task<Task<CommitOutcome>> FlyAsync(Committer committer)
    {
        Task<CommitOutcome> inFlight = Add(committer, North);
        await TakenAsync(committer);
        return inFlight;
    }

    private static async Task TakenAsync(Committer committer)
    {
        while (committer.Waiting.Outcomes > 0)
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static Task<CommitOutcome> Add(Committer committer, TenantId tenant, int bytes = 10)
    {
        ExceptionRow row = RecordContract.Row(Guid.CreateVersion7().ToString(), tenant);
        return committer.CommitAsync([new ExceptionChange.Add(row, []), RecordContract.Event(row, $"\"{new string('x', bytes)}\"")], Token);
    }

    private static async Task<long> NumberAsync(Task<CommitOutcome> answer) => (await answer).ShouldBeOfType<CommitOutcome.Committed>().N;

    private static async Task<long[]> OffsetsAsync(Task<CommitOutcome>[] answers, long from) =>
        [.. (await Task.WhenAll(answers)).Select(outcome => outcome.ShouldBeOfType<CommitOutcome.Committed>().N - from)];

    private static FileHold Hold(SqliteFile file) => new(file.Path);

    // Keeps others from writing to a file; they wait for some seconds.
    private sealed class FileHold : IAsyncDisposable
    {
        private readonly SqliteConnection connection;
        private readonly SqliteTransaction transaction;

        internal FileHold(string path)
        {
            connection = new SqliteConnection($"Data Source={path};Pooling=False");
            connection.Open();
            transaction = connection.BeginTransaction();
        }

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
