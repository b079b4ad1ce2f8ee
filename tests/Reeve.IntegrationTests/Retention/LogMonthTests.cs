using System.Globalization;
using Npgsql;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Recording;
using Reeve.Governance.Audit;
using Reeve.Governance.Retention;
using Reeve.Storage.Databases;
using Reeve.Storage.Ledger;
using Reeve.Testing;
using Reeve.Testing.Databases;
using Reeve.Testing.Proof;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Retention;

/// <summary>Months of the log that are past everybody's time go, and what is left says where it begins.</summary>
public sealed class LogMonthTests
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(366);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_chain_whose_beginning_went_is_reported_once_until_its_start_is_noted_and_then_clean(Dialect dialect)
    {
        await using AgedLog log = await YearsAsync(("NORTH", 1), ("SOUTH", 1));
        IReadOnlyList<ChainHead> longAgo = await log.HeadsAsync();
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);
        (await stores.VerifyAsync([.. longAgo])).Findings.ShouldBeEmpty();

        RetentionReport report = await stores.RunAsync();

        report.Faults.ShouldBeEmpty();
        report.KeptBack.ShouldBeNull();
        report.Dropped.ShouldBe([LogMonth.Of(log.Now - (3 * Year) - TimeSpan.FromHours(1)), LogMonth.Of(log.Now - (2 * Year) - TimeSpan.FromHours(1))]);
        (await stores.CountAsync($"events where {Older(dialect, log.Now.AddYears(-1).AddMonths(-1))}")).ShouldBe(0);

        AuditReport found = await stores.VerifyAsync();
        found.Findings.Select(finding => (finding.Kind, finding.Tenant!.Value.Value)).ShouldBe([(FindingKind.UnprovenStart, "NORTH"), (FindingKind.UnprovenStart, "SOUTH")]);
        string export = await TestExport.TextAsync(stores.Audit);
        ScriptVerdict script = await AuditScript.CheckAsync(export);
        (script.ExitCode, script.Findings.Count).ShouldBe((3, 2));
        script.Findings.ShouldAllBe(line => line.EndsWith("nothing signed or noted says what stood up to here", StringComparison.Ordinal));

        // An export made now is a note; with it, and with notes from before, all is well.
        IReadOnlyList<ChainHead> noted = await TestExport.HeadsAsync(stores.Audit);
        noted.Count(head => head.Events == 0).ShouldBe(2, "the starts");
        (await stores.VerifyAsync([.. noted, .. longAgo])).Findings.ShouldBeEmpty();
        (await AuditScript.CheckAsync(export, TestExport.HeadLines([.. noted, .. longAgo]))).ExitCode.ShouldBe(0);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task What_is_committed_afterwards_goes_on_from_where_the_chain_was(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(3 * Year);
        await log.TenantAsync("NORTH", years: 1);
        await log.AddAsync("NORTH", "the only one");
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);

        // Erased now, so the chain has an erasure; the second run finds the month free.
        await stores.RunAsync();
        IReadOnlyList<ChainHead> noted = await TestExport.HeadsAsync(stores.Audit);
        await stores.Committer.CommitAsync([RecordContract.Note(new TenantId("NORTH"))], Token);

        (await stores.CountAsync("chain_starts")).ShouldBe(1);
        (await stores.VerifyAsync([.. noted])).Findings.ShouldBeEmpty();
    }

    // Nothing of the chain is left: its next event is linked to what is kept of the last one, by a node that never saw it.
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_chain_of_which_nothing_is_left_goes_on_from_its_start(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(3 * Year);
        await log.TenantAsync("NORTH", years: 1);
        await log.CommitAsync(RecordContract.Note(new TenantId("NORTH")));
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);

        (await stores.RunAsync()).Dropped.Count.ShouldBe(1);
        (await stores.CountAsync("events")).ShouldBe(0);
        (await stores.VerifyAsync()).Findings.Select(finding => finding.Kind).ShouldBe([FindingKind.UnprovenStart]);
        (await AuditScript.CheckAsync(await TestExport.TextAsync(stores.Audit))).Findings.Count.ShouldBe(1);
        IReadOnlyList<ChainHead> noted = await TestExport.HeadsAsync(stores.Audit);
        await stores.Committer.CommitAsync([RecordContract.Note(new TenantId("NORTH"))], Token);

        (await stores.VerifyAsync([.. noted])).Findings.ShouldBeEmpty();
        (await AuditScript.CheckAsync(await TestExport.TextAsync(stores.Audit), TestExport.HeadLines(noted))).ExitCode.ShouldBe(0);
        (await stores.VerifyAsync(noted[0] with { Hash = new byte[32] })).Findings.Select(finding => finding.Kind).ShouldBe([FindingKind.HeadMismatch]);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_month_stays_as_long_as_one_tenant_keeps_it(Dialect dialect)
    {
        await using AgedLog log = await YearsAsync(("NORTH", 1), ("SOUTH", 3));
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);
        long before = await stores.CountAsync("events");

        RetentionReport report = await stores.RunAsync();

        report.Dropped.ShouldBeEmpty();
        (await stores.CountAsync("events where type <> 'BodiesErased'")).ShouldBe(before);
        (await stores.VerifyAsync()).Findings.ShouldBeEmpty();
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Without_a_word_of_it_a_log_is_kept_for_seven_years_and_data_as_long_as_the_log(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays((365.25 * 8) + 1));
        await log.TenantAsync("NORTH");
        await log.AddAsync("NORTH", "eight years old");
        log.MoveTo(TimeSpan.FromDays(365.25 * 6));
        await log.AddAsync("NORTH", "six years old");
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);

        RetentionReport report = await stores.RunAsync();

        report.Erased.ShouldBe(1);
        report.Dropped.ShouldBe([LogMonth.Of(log.Now - TimeSpan.FromDays((365.25 * 8) + 1))]);
        (await stores.ExceptionsAsync()).ShouldBe(["NORTH:six years old"]);
    }

    // Data that is to be kept for longer than the log keeps the log.
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_log_lasts_as_long_as_the_data_in_it(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(3 * Year);
        await log.TenantAsync("NORTH", days: 2_000, years: 1);
        await log.AddAsync("NORTH", "to be kept");
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);

        RetentionReport report = await stores.RunAsync();

        (report.Erased, report.Dropped.Count).ShouldBe((0, 0));
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task An_exception_that_is_not_final_keeps_the_months_of_its_events_and_is_named(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(3 * Year);
        await log.TenantAsync("NORTH", years: 1);
        await log.TenantAsync("SOUTH", years: 1);
        ExceptionRow open = await log.AddAsync("NORTH", "still under way", ResolutionStatus.InProgress);
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);

        RetentionReport kept = await stores.RunAsync();
        await new ErasureDesk(stores.Log, stores.Committer, stores.Clock).EraseAsync(new TenantId("NORTH"), open.Key, ErasureReason.Request, RetentionStores.Me, Token);
        RetentionReport gone = await stores.RunAsync();

        kept.Dropped.ShouldBeEmpty();
        kept.KeptBack.ShouldBe((LogMonth.Of(log.Now - (3 * Year)), new TenantId("NORTH"), open.Key));
        gone.KeptBack.ShouldBeNull();
        gone.Dropped.Count.ShouldBe(1);
    }

    // Changed lately, so it ends by itself: nobody is to hurry it. What is under way for as long is still named.
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_final_exception_whose_time_is_not_over_keeps_its_months_without_a_word(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(3 * Year);
        await log.TenantAsync("NORTH", years: 1);
        await log.TenantAsync("SOUTH", years: 1);
        ExceptionRow final = await log.AddAsync("NORTH", "reopened and resolved lately");
        ExceptionRow open = await log.AddAsync("SOUTH", "still under way", ResolutionStatus.InProgress);
        log.MoveTo(TimeSpan.FromDays(30));
        ExceptionRow next = final with { Version = 2, UpdatedAt = log.Clock.GetUtcNow() };
        await log.CommitAsync(new ExceptionChange.Update(next, 1), RecordContract.Event(next));
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);

        RetentionReport both = await stores.RunAsync();
        await new ErasureDesk(stores.Log, stores.Committer, stores.Clock).EraseAsync(new TenantId("SOUTH"), open.Key, ErasureReason.Request, RetentionStores.Me, Token);
        RetentionReport one = await stores.RunAsync();

        both.KeptBack.ShouldNotBeNull().Exception.ShouldBe(open.Key);
        (both.Dropped.Count, one.Dropped.Count, one.KeptBack).ShouldBe((0, 0, null));
    }

    [Fact]
    public async Task Between_two_slices_of_a_month_a_run_rests_and_it_ends_when_its_time_is_over()
    {
        await using AgedLog log = await AgedLog.BeginAsync(3 * Year);
        await log.TenantAsync("NORTH", years: 1);
        for (int i = 0; i < 9; i++)
        {
            await log.CommitAsync([.. Enumerable.Range(0, 5).Select(Change (_) => RecordContract.Note(new TenantId("NORTH")))]);
        }

        await using RetentionStores stores = await RetentionStores.OpenAsync(log, Dialect.Sqlite);
        FakeTime process = new(log.Now);
        using SemaphoreSlim begun = new(0);
        using SemaphoreSlim over = new(0);
        SqlRetentionStore slow = new(stores.Store.Database, new Watched(stores.Committer, () =>
        {
            begun.Release();
            return over.WaitAsync(Token);
        }), stores.Clock, sliceSize: 7);
        RetentionDesk desk = stores.Desk(clock: process, retained: slow);

        Task<RetentionReport> run = desk.RunAsync(RetentionStores.Me, Token);
        foreach (long left in (long[])[35, 25])
        {
            await begun.WaitAsync(Token);
            process.Advance(TimeSpan.FromMinutes(4));
            over.Release();
            await WaitingAsync(process, run);
            (await stores.CountAsync("events")).ShouldBe(left);
            process.Advance(TimeSpan.FromMinutes(16));
        }

        RetentionReport first = await run;

        first.Dropped.ShouldBeEmpty("twice twenty minutes are more than its time, and the month is not gone");
        (await stores.CountAsync("events")).ShouldBe(25);
        (await stores.RunAsync()).Dropped.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_fault_while_months_are_removed_is_reported_with_what_was_done_before()
    {
        await using AgedLog log = await YearsAsync(("NORTH", 1));
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, Dialect.Sqlite);
        int slices = 0;
        SqlRetentionStore failing = new(stores.Store.Database, new Watched(stores.Committer, () => ++slices == 2
            ? throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "gone", "test"))
            : Task.CompletedTask), stores.Clock, sliceSize: 7);

        RetentionReport report = await stores.Desk(retained: failing).RunAsync(RetentionStores.Me, Token);

        report.Faults.ShouldHaveSingleItem().Error.Kind.ShouldBe(ErrorCatalogue.Storage.Unavailable);
        (report.Erased, report.Dropped.Count).ShouldBe((3, 1));
    }

    // On a file the month goes in slices of a few commits: whatever is gone by then, what is left is a chain with a start.
    [Fact]
    public async Task A_file_whose_month_is_removed_in_slices_is_whole_after_each_of_them()
    {
        await using AgedLog log = await AgedLog.BeginAsync(3 * Year);
        await log.TenantAsync("NORTH", years: 1);
        for (int i = 0; i < 9; i++)
        {
            await log.AddAsync("NORTH", $"{i}", events: 5);
        }

        await using RetentionStores stores = await RetentionStores.OpenAsync(log, Dialect.Sqlite);
        List<long> left = [];
        SqlRetentionStore sliced = new(stores.Store.Database, new Watched(stores.Committer, async () =>
        {
            left.Add(await stores.CountAsync("events"));
            (await stores.VerifyAsync()).Findings.ShouldAllBe(finding => finding.Kind == FindingKind.UnprovenStart);
        }), stores.Clock, sliceSize: 7);

        while (await sliced.DropAsync(LogMonth.Of(log.Now - (3 * Year)), Token))
        {
        }

        left.ShouldBe([45, 35, 25, 15, 5], "whole commits of five, as many as seven rows reach into");
    }

    [Fact]
    public async Task A_month_that_somebody_reads_is_left_for_the_next_run()
    {
        await using AgedLog log = await YearsAsync(("NORTH", 1));
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, Dialect.Postgres);
        await using (NpgsqlConnection reader = new(((PostgresStore)stores.Store).Superuser.Target))
        {
            await reader.OpenAsync(Token);
            await using NpgsqlTransaction transaction = await reader.BeginTransactionAsync(Token);
            await using NpgsqlCommand read = new("select count(*) from events", reader, transaction);
            await read.ExecuteScalarAsync(Token);

            (await stores.RunAsync()).Dropped.ShouldBeEmpty();
            (await stores.CountAsync("chain_starts")).ShouldBe(0);
        }

        (await stores.RunAsync()).Dropped.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_database_refuses_a_month_that_is_young_or_not_the_first()
    {
        await using AgedLog log = await YearsAsync(("NORTH", 1));
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, Dialect.Postgres);
        string second = (log.Now - (2 * Year)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        (await Should.ThrowAsync<PostgresException>(() => stores.Store.ExecuteAsync($"select drop_event_month('{second}')"))).SqlState.ShouldBe("55000");
        (await Should.ThrowAsync<PostgresException>(() => stores.Store.ExecuteAsync("select drop_event_month((now() - interval '12 months')::date)"))).SqlState.ShouldBe("22023");
        foreach (string role in (string[])["reeve_app", "reeve_engine", "reeve_eraser"])
        {
            (await Should.ThrowAsync<PostgresException>(() => stores.Store.ExecuteAsync(
                $"set role {role}; insert into chain_starts values ('NORTH', 1, 1, 0, now(), sha256('x'), now())"))).SqlState.ShouldBe("42501", role);
        }
    }

    private static async Task WaitingAsync(FakeTime clock, Task run)
    {
        while (clock.NextDue is null && !run.IsCompleted)
        {
            await Task.Yield();
        }
    }

    private static async Task<AgedLog> YearsAsync(params (string Tenant, int Years)[] tenants)
    {
        AgedLog log = await AgedLog.BeginAsync(4 * Year);
        foreach ((string tenant, int years) in tenants)
        {
            await log.TenantAsync(tenant, years: years);
        }

        for (int ago = 3; ago >= 0; ago--)
        {
            log.MoveTo((ago * Year) + TimeSpan.FromHours(1));
            foreach ((string tenant, _) in tenants)
            {
                await log.AddAsync(tenant, $"{ago} years ago", events: 3);
            }
        }

        return log;
    }

    private static string Older(Dialect dialect, DateTimeOffset than) => dialect == Dialect.Sqlite
        ? $"recorded_at < {than.ToUnixTimeMilliseconds() * 1000}"
        : $"recorded_at < '{than:yyyy-MM-dd}'";

    /// <summary>Tells after each transaction that removed something.</summary>
    private sealed class Watched(Reeve.Storage.Committing.IUpkeep upkeep, Func<Task> before) : Reeve.Storage.Committing.IUpkeep
    {
        public async Task<CommitOutcome> MaintainAsync(IReadOnlyList<Reeve.Storage.Committing.StatementCall> calls, CancellationToken cancellationToken)
        {
            await before();
            return await upkeep.MaintainAsync(calls, cancellationToken);
        }
    }
}
