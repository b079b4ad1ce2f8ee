using Reeve.Governance.Retention;
using Reeve.Storage.Databases;
using Reeve.Testing;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Retention;

/// <summary>What is past its time is judged by a clock that somebody may set: one that was set ahead ends nothing.</summary>
public sealed class RetentionClockTests
{
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_clock_that_was_set_ahead_ends_nothing(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(400));
        await log.TenantAsync("NORTH", days: 30, years: 1);
        await log.AddAsync("NORTH", "old");
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);
        FakeTime process = new(log.Now - TimeSpan.FromDays(3));
        RetentionDesk desk = stores.Desk(clock: process);

        for (int hour = 0; hour < 3; hour++)
        {
            RetentionReport report = await desk.RunAsync(RetentionStores.Me, CancellationToken.None);

            report.ClockStep.ShouldNotBeNull().TotalDays.ShouldBeInRange(2.5, 3.5);
            (report.Erased, report.Dropped.Count).ShouldBe((0, 0));
            process.Advance(TimeSpan.FromHours(1));
        }

        (await stores.ExceptionsAsync()).ShouldBe(["NORTH:old"]);
        process.Advance(TimeSpan.FromDays(2));
        (await desk.RunAsync(RetentionStores.Me, CancellationToken.None)).Erased.ShouldBe(1);
    }

    [Fact]
    public async Task Time_that_passes_and_a_clock_that_is_set_back_and_right_again_are_no_step()
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(1));
        await log.TenantAsync("NORTH", days: 30);
        await log.AddAsync("NORTH", "yesterday's");
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, Dialect.Sqlite);
        FakeTime process = new(log.Now);
        RetentionDesk desk = stores.Desk(clock: process);

        process.Advance(TimeSpan.FromDays(40));
        (await desk.RunAsync(RetentionStores.Me, CancellationToken.None)).ClockStep.ShouldBeNull("it was set back by forty days, as far as anybody can see");
        stores.Clock.Advance(TimeSpan.FromDays(40));
        RetentionReport report = await desk.RunAsync(RetentionStores.Me, CancellationToken.None);

        (report.ClockStep, report.Erased).ShouldBe((null, 1));
    }
}
