using System.Text.Json;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Recording;
using Reeve.Governance.Retention;
using Reeve.Storage.Databases;
using Reeve.Testing;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Retention;

/// <summary>Exceptions that are final and older than their tenant's dataTTL are erased, and nothing else is.</summary>
public sealed class DataRetentionTests
{
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task What_is_final_and_past_its_time_is_erased_and_everything_else_stays(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(40));
        await log.TenantAsync("NORTH", days: 30);
        for (int i = 0; i < 8; i++)
        {
            await log.AddAsync("NORTH", $"resolved {i}");
        }

        await log.AddAsync("NORTH", "escalated", ResolutionStatus.Escalated);
        await log.AddAsync("NORTH", "needs nothing", ResolutionStatus.Open, actionability: Actionability.NonActionableInfoOnly);
        await log.AddAsync("NORTH", "open", ResolutionStatus.Open);
        await log.AddAsync("NORTH", "under way", ResolutionStatus.InProgress);
        await log.AddAsync("NORTH", "to be approved", ResolutionStatus.PendingApproval);
        await log.AddAsync("NORTH", "of a domain without a policy", domain: "Letters");
        ExceptionRow reopened = await log.AddAsync("NORTH", "changed since");
        log.MoveTo(TimeSpan.FromDays(20));
        await log.AddAsync("NORTH", "younger");
        ExceptionRow next = reopened with { Version = 2, UpdatedAt = log.Clock.GetUtcNow() };
        await log.CommitAsync(new ExceptionChange.Update(next, 1), RecordContract.Event(next));
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);

        RetentionReport report = await stores.RunAsync();

        (report.Erased, report.Faults.Count).ShouldBe((10, 0));
        (await stores.ExceptionsAsync()).ShouldBe(
            ["NORTH:changed since", "NORTH:of a domain without a policy", "NORTH:open", "NORTH:to be approved", "NORTH:under way", "NORTH:younger"], ignoreOrder: true);
        (await stores.CountAsync("deliveries")).ShouldBe(6);
        (await stores.CountAsync("events where body is null and salt is null")).ShouldBe(20);
        (await stores.CountAsync("events where type = 'BodiesErased'")).ShouldBe(10);
        (await stores.VerifyAsync()).Findings.ShouldBeEmpty();
        (await stores.VerifyAsync()).Erased.ShouldBe(20);
        (await stores.RunAsync()).Erased.ShouldBe(0);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task An_erasure_says_that_it_is_retention_and_who_did_it(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(40));
        await log.TenantAsync("NORTH", days: 30);
        ExceptionRow row = await log.AddAsync("NORTH", "old");
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);

        await stores.RunAsync();

        List<LoggedEvent> events = await RecordContract.ListAsync(stores.Log.OfExceptionAsync(new TenantId("NORTH"), row.Key, CancellationToken.None));
        LoggedEvent said = events.Single(e => e.Type == EventType.BodiesErased);
        (said.ActorId, said.ExceptionKey).ShouldBe(("system:upkeep", row.Key));
        JsonElement body = JsonDocument.Parse(said.Body!.Value).RootElement;
        body.GetProperty("reason").GetString().ShouldBe("RETENTION");
        body.GetProperty("events").EnumerateArray().Select(name => name.GetProperty("position").GetString()).ShouldBe(events.Where(e => e.Body is null).Select(e => e.Position.ToString()));
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Each_tenant_has_its_own_time(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(400));
        await log.TenantAsync("NORTH", days: 30);
        await log.TenantAsync("SOUTH", days: 365);
        await log.TenantAsync("EAST");
        await log.TenantAsync("WEST", days: 30, domain: "Parcels");
        await log.TenantAsync("WEST", days: 500, domain: "Letters");
        foreach (int ago in (int[])[400, 100, 10])
        {
            log.MoveTo(TimeSpan.FromDays(ago));
            foreach (string tenant in (string[])["NORTH", "SOUTH", "EAST", "WEST"])
            {
                await log.AddAsync(tenant, $"{ago}");
            }

            await log.AddAsync("WEST", $"letter {ago}", domain: "Letters");
        }

        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);

        (await stores.RunAsync()).Erased.ShouldBe(5);

        (await stores.ExceptionsAsync()).ShouldBe(
            ["EAST:10", "EAST:100", "EAST:400", "NORTH:10", "SOUTH:10", "SOUTH:100", "WEST:10", "WEST:letter 10", "WEST:letter 100", "WEST:letter 400"], ignoreOrder: true);
        (await stores.VerifyAsync()).Findings.ShouldBeEmpty();
    }

    // A decision made for a time in the past is as young as its record.
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task What_was_recorded_lately_for_a_time_long_past_stays(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(10));
        await log.TenantAsync("NORTH", days: 30);
        await log.AddAsync("NORTH", "as of last year", asOf: log.Now.AddYears(-1));
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);

        (await stores.RunAsync()).Erased.ShouldBe(0);
        (await stores.ExceptionsAsync()).ShouldBe(["NORTH:as of last year"]);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Who_has_much_to_erase_keeps_nobody_waiting(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(40));
        await log.TenantAsync("A", days: 30);
        await log.TenantAsync("B", days: 30);
        for (int i = 0; i < 60; i++)
        {
            await log.AddAsync("A", $"a {i}", events: 1);
        }

        await log.AddAsync("B", "b", events: 1);
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);
        List<string> order = [];

        await stores.Desk(new Watched(stores.Committer, tenant => order.Add(tenant.Value))).RunAsync(RetentionStores.Me, CancellationToken.None);

        order.IndexOf("B").ShouldBe(1);
        order.Count(tenant => tenant == "A").ShouldBe(24, "12 pages of five, each in slices of three and two");
        (await stores.CountAsync("exceptions")).ShouldBe(0);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_run_that_breaks_off_leaves_nothing_half_erased_and_the_next_one_ends_it(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(40));
        await log.TenantAsync("NORTH", days: 30);
        for (int i = 0; i < 10; i++)
        {
            await log.AddAsync("NORTH", $"old {i}");
        }

        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);
        int commits = 0;
        Watched dying = new(stores.Committer, _ =>
        {
            if (++commits == 3)
            {
                throw new OperationCanceledException("the process ends here");
            }
        });

        await Should.ThrowAsync<OperationCanceledException>(() => stores.Desk(dying).RunAsync(RetentionStores.Me, CancellationToken.None));

        (await stores.CountAsync("exceptions")).ShouldBe(5);
        (await stores.CountAsync("events where body is null")).ShouldBe(10);
        (await stores.VerifyAsync()).Findings.ShouldBeEmpty();
        (await stores.RunAsync()).Erased.ShouldBe(5);
        (await stores.VerifyAsync()).Findings.ShouldBeEmpty();
    }

    // The third row of a slice cannot be removed: of the whole slice nothing is gone, and no event says that it is.
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_slice_that_fails_in_its_middle_erases_nothing_and_other_tenants_are_done(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(40));
        await log.TenantAsync("NORTH", days: 30);
        await log.TenantAsync("SOUTH", days: 30);
        foreach (string id in (string[])["one", "two", "cursed"])
        {
            await log.AddAsync("NORTH", id);
            await log.AddAsync("SOUTH", id);
        }

        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);
        await stores.Store.ExecuteAsync(dialect == Dialect.Sqlite
            ? "create trigger curse before delete on exceptions when old.exception_id = 'cursed' and old.tenant_id = 'NORTH' begin select raise(abort, 'cursed'); end"
            : """
                create function curse() returns trigger language plpgsql as $$ begin raise exception 'cursed' using errcode = '23514'; end $$;
                create trigger curse before delete on exceptions for each row when (old.exception_id = 'cursed' and old.tenant_id = 'NORTH') execute function curse()
                """);

        RetentionReport report = await stores.RunAsync();

        report.Faults.ShouldHaveSingleItem();
        report.Erased.ShouldBe(3);
        (await stores.ExceptionsAsync()).ShouldBe(["NORTH:cursed", "NORTH:one", "NORTH:two"]);
        (await stores.CountAsync("events where tenant_id = 'NORTH' and (body is null or type = 'BodiesErased')")).ShouldBe(0);
        (await stores.CountAsync("deliveries where tenant_id = 'NORTH'")).ShouldBe(3);
        (await stores.VerifyAsync()).Findings.ShouldBeEmpty();
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task What_changes_while_its_slice_is_on_its_way_stays_and_keeps_none_of_the_others(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(40));
        await log.TenantAsync("NORTH", days: 30);
        await log.AddAsync("NORTH", "one");
        ExceptionRow busy = await log.AddAsync("NORTH", "busy");
        await log.AddAsync("NORTH", "three");
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);
        bool changed = false;
        Watched committer = new(stores.Committer, _ =>
        {
            if (!changed)
            {
                changed = true;
                ExceptionRow next = busy with { Version = 2, UpdatedAt = log.Now };
                stores.Committer.CommitAsync([new ExceptionChange.Update(next, 1), RecordContract.Event(next)], CancellationToken.None).GetAwaiter().GetResult();
            }
        });

        RetentionReport report = await stores.Desk(committer).RunAsync(RetentionStores.Me, CancellationToken.None);

        report.Erased.ShouldBe(2);
        (await stores.ExceptionsAsync()).ShouldBe(["NORTH:busy"]);
        (await stores.CountAsync("events where body is null")).ShouldBe(4);
        (await stores.VerifyAsync()).Findings.ShouldBeEmpty();
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task An_exception_with_more_bodies_than_go_at_once_goes_alone_and_whole(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(40));
        await log.TenantAsync("NORTH", days: 30);
        await log.AddAsync("NORTH", "small", events: 2);
        await log.AddAsync("NORTH", "large", events: 11);
        await log.AddAsync("NORTH", "after", events: 1);
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);
        List<string> left = [];
        Watched committer = new(stores.Committer, _ => left.Add(string.Join(',', stores.ExceptionsAsync().GetAwaiter().GetResult())));

        RetentionReport report = await stores.Desk(committer, new RetentionOptions { SliceEvents = 4 }).RunAsync(RetentionStores.Me, CancellationToken.None);

        (report.Erased, report.Faults.Count).ShouldBe((3, 0));
        left.ShouldBe(["NORTH:after,NORTH:large,NORTH:small", "NORTH:after,NORTH:large", "NORTH:after"]);
        (await stores.CountAsync("exceptions")).ShouldBe(0);
        (await stores.VerifyAsync()).Findings.ShouldBeEmpty();
        (await stores.VerifyAsync()).Erased.ShouldBe(14);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_large_exception_that_is_reopened_while_it_is_on_its_way_keeps_every_body(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(40));
        await log.TenantAsync("NORTH", days: 30);
        ExceptionRow large = await log.AddAsync("NORTH", "large", events: 11);
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);
        ExceptionRow next = large with { Version = 2, UpdatedAt = log.Now, Record = large.Record with { ResolutionStatus = ResolutionStatus.Open } };
        int commits = 0;
        Watched committer = new(stores.Committer, _ =>
        {
            if (++commits == 1)
            {
                stores.Committer.CommitAsync([new ExceptionChange.Update(next, 1), RecordContract.Event(next)], CancellationToken.None).GetAwaiter().GetResult();
            }
        });

        RetentionReport report = await stores.Desk(committer, new RetentionOptions { SliceEvents = 4 }).RunAsync(RetentionStores.Me, CancellationToken.None);

        commits.ShouldBeGreaterThan(0);
        report.Erased.ShouldBe(0);
        (await stores.ExceptionsAsync()).ShouldBe(["NORTH:large"]);
        (await stores.CountAsync("events where body is null and salt is null")).ShouldBe(0);
        (await stores.VerifyAsync()).Findings.ShouldBeEmpty();
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_large_exception_whose_last_event_was_recorded_lately_for_a_time_long_past_stays(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(40));
        await log.TenantAsync("NORTH", days: 30);
        ExceptionRow large = await log.AddAsync("NORTH", "large", events: 11);
        log.MoveTo(TimeSpan.FromDays(10));
        ExceptionRow next = large with { Version = 2 };
        await log.CommitAsync(new ExceptionChange.Update(next, 1), RecordContract.Event(next));
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);

        RetentionReport report = await stores.Desk(options: new RetentionOptions { SliceEvents = 4 }).RunAsync(RetentionStores.Me, CancellationToken.None);

        report.Erased.ShouldBe(0);
        (await stores.CountAsync("events where body is null and salt is null")).ShouldBe(0);
        (await stores.CountAsync("events where type = 'BodiesErased'")).ShouldBe(0);
    }

    // The policy of one domain is taken out for an afternoon; the other one keeps a year.
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_domain_without_an_active_policy_does_not_end_by_anothers_years(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(366 * 3));
        await log.TenantAsync("NORTH", years: 1);
        await log.AddAsync("NORTH", "parcel");
        await log.AddAsync("NORTH", "letter", domain: "Letters");
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);

        (await stores.RunAsync()).Erased.ShouldBe(1);
        (await stores.ExceptionsAsync()).ShouldBe(["NORTH:letter"]);
    }

    // One is left when the time is over: it is not forgotten, so nobody takes the months for free.
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_run_whose_time_is_over_removes_no_month_while_anything_is_left(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(366 * 3));
        await log.TenantAsync("NORTH", years: 1);
        await log.CommitAsync(RecordContract.Note(new TenantId("NORTH")));
        log.MoveTo(TimeSpan.FromDays(366 * 2));
        for (int i = 0; i < 4; i++)
        {
            await log.AddAsync("NORTH", $"{i}");
        }

        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);
        FakeTime process = new(log.Now);
        Watched slow = new(stores.Committer, _ => process.Advance(TimeSpan.FromMinutes(31)));
        RetentionOptions bounds = new() { SliceSize = 3, RestPerWork = 0 };

        RetentionReport first = await stores.Desk(slow, bounds, process).RunAsync(RetentionStores.Me, CancellationToken.None);
        RetentionReport second = await stores.RunAsync();

        (first.Erased, first.Dropped.Count).ShouldBe((3, 0));
        (second.Erased, second.Dropped.Count).ShouldBe((1, 2));
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_policy_that_cannot_be_read_keeps_its_tenant_whole_and_no_other(Dialect dialect)
    {
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(3000));
        await log.TenantAsync("NORTH", days: 30, years: 1);
        await log.TenantAsync("LATER", policy: """{"retentionPolicies":{"dataTTL":"of another kind"}}""");
        await log.AddAsync("NORTH", "old");
        await log.AddAsync("LATER", "old");
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);

        RetentionReport report = await stores.RunAsync();

        report.Faults.ShouldHaveSingleItem().Error.Kind.ShouldBe(ErrorCatalogue.Audit.UnknownRetention);
        (await stores.ExceptionsAsync()).ShouldBe(["LATER:old"]);
        report.Dropped.ShouldBeEmpty("nobody knows how long the other one's log is kept");
    }

    // Cheap rows: what is shown is that nobody is forgotten and that one tenant's read sees one tenant.
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_thousand_tenants_in_one_database_are_each_served(Dialect dialect)
    {
        const int Tenants = 1_000;
        await using AgedLog log = await AgedLog.BeginAsync(TimeSpan.FromDays(40));
        await log.TenantsAsync(Enumerable.Range(0, Tenants).Select(i => ($"t{i}", i % 2 == 0 ? 30 : 365)));

        await Task.WhenAll(Enumerable.Range(0, Tenants).Select(i => log.AddAsync($"t{i}", "old", events: 1)));
        await using RetentionStores stores = await RetentionStores.OpenAsync(log, dialect);

        RetentionReport report = await stores.RunAsync();

        (report.Erased, report.Faults.Count).ShouldBe((Tenants / 2, 0));
        (await stores.ExceptionsAsync()).ShouldAllBe(row => int.Parse(row.Substring(1, row.IndexOf(':') - 1)) % 2 == 1);
        (await stores.CountAsync("exceptions")).ShouldBe(Tenants / 2);
        (await stores.VerifyAsync()).Findings.ShouldBeEmpty();
    }

    /// <summary>Tells of each commit right before it is made.</summary>
    private sealed class Watched(ICommitter committer, Action<TenantId> before) : ICommitter
    {
        public Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken) => committer.CommitAsync(changes, cancellationToken);

        public Task<CommitOutcome> CommitAloneAsync(TenantId tenant, IReadOnlyList<Change> changes, CancellationToken cancellationToken)
        {
            before(tenant);
            return committer.CommitAloneAsync(tenant, changes, cancellationToken);
        }
    }
}
