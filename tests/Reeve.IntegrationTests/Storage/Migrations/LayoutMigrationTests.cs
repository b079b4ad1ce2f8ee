using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Audit;
using Reeve.Storage.Databases;
using Reeve.Storage.Migrations;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Migrations;

/// <summary>What 0007 and 0008 make of a store that is full: the same as if every commit had been written under it.</summary>
public sealed class LayoutMigrationTests
{
    private const int Layout = 7;
    private const int Passes = 8;

    private const string Columns = "alter table exceptions drop column delivery_day; alter table exceptions drop column delivery_hash;";

    // As 0001 made them.
    private const string Indexes = """
        create index events_exception on events (tenant_id, exception_key) where exception_key is not null;
        create index events_run on events (tenant_id, run_id, pass_id) where run_id is not null;
        create index deliveries_exception on deliveries (tenant_id, exception_id);
        create index exceptions_created on exceptions (tenant_id, created_at, exception_key);
        """;

    // Two rows were triaged, each 250 µs sooner after its receipt than by its key.
    private const long Counted = 1000;
    private const long CountedByKey = Counted + (2 * 250);

    private static readonly TenantId North = new("NORTH");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_full_store_is_converted_to_what_the_committer_writes(Dialect dialect)
    {
        await using RecordStores stores = await RecordStores.OpenAsync(dialect);
        TestStore store = stores.Store!;
        ExceptionRow row = await FillAsync(stores);
        const string Times = "select exception_id, created_at from exceptions order by exception_id";
        IReadOnlyList<object?[]> created = await store.QueryAsync(Times);
        await TakeBackAsync(store);
        (await store.QueryAsync(Times)).ShouldNotBe(created);

        MigrationReport report = await Migrator(dialect).MigrateAsync(store.Owner, grantTo: null, Token);

        report.OrThrow().Created.ShouldBe(["0007_layout", "0008_passes"]);
        (await Migrator(dialect).MigrateAsync(store.Owner, grantTo: null, Token)).OrThrow().Created.ShouldBeEmpty();
        (await store.QueryAsync(Times)).ShouldBe(created);
        (await store.ScalarAsync("select value from counters where name = 'triage_us'")).ShouldBe(CountedByKey);
        (await store.ScalarAsync("select value from counters where name = 'resolve_us'")).ShouldBe(Counted);
        (await new AuditVerifier(stores.Audit, TimeProvider.System).VerifyAsync(null, [], null, Token)).Findings.ShouldBeEmpty();
        await new ErasureDesk(stores.Log, stores.Committer, TimeProvider.System)
            .EraseAsync(North, row.Key, ErasureReason.Request, new Principal(PrincipalKind.Person, "local:me", "me", []), Token);
        (await store.QueryAsync("select exception_id from deliveries")).ShouldBe([["stays"]]);
    }

    // Events about no exception between those of one, two versions in two commits, a run of its own, another tenant beside it.
    private static async Task<ExceptionRow> FillAsync(RecordStores stores)
    {
        ExceptionRow row = RecordContract.Row("goes");
        row = row with { TriagedAt = row.CreatedAt.AddSeconds(1) };
        ExceptionRow next = row with { Version = 2 };
        DeliveryKey first = new(new DateOnly(2026, 3, 1), 1);
        await CommitAsync(
            stores, new ExceptionChange.Add(row, [first, first with { Day = first.Day.AddDays(1) }]), RecordContract.Event(row), RecordContract.Event(row), RecordContract.Note(North), RecordContract.Event(row));
        await CommitAsync(stores, new ExceptionChange.Update(next, 1) { Deliveries = [first with { Hash = 2 }] }, RecordContract.Event(next), RecordContract.Event(next));
        ExceptionRow other = RecordContract.Row("stays");
        other = other with { TriagedAt = other.CreatedAt.AddSeconds(2) };
        await CommitAsync(
            stores, new ExceptionChange.Add(other, [first with { Hash = 3 }]), RecordContract.Note(North, run: other.RunId), RecordContract.Event(other), RecordContract.Event(other), RecordContract.Event(other));
        await CommitAsync(stores, RecordContract.Note(new TenantId("SOUTH")));
        return row;
    }

    private static async Task CommitAsync(RecordStores stores, params Change[] changes) =>
        (await stores.Committer.CommitAsync(changes, Token)).ShouldBeOfType<CommitOutcome.Committed>();

    // To the schema before, with all that is in it.
    private static async Task TakeBackAsync(TestStore store)
    {
        await store.ExecuteAsync("drop index events_exception; drop index events_run; drop index deliveries_further;");
        await store.ExecuteAsync(store.Dialect == Dialect.Sqlite
            ? """
              create table before (tenant_id text not null, day integer not null, hash blob not null, exception_id text not null, primary key (tenant_id, day, hash));
              insert into before select tenant_id, day, hash, exception_id from deliveries;
              drop table deliveries;
              alter table before rename to deliveries;
              """
            : "alter table deliveries drop column is_further;");
        string later = store.Dialect == Dialect.Sqlite ? "created_at + 250" : "created_at + interval '250 microseconds'";
        await store.ExecuteAsync(
            $"""
            update exceptions set created_at = {later};
            delete from counters;
            insert into counters (tenant_id, slot, name, value) values ('NORTH', 3, 'triage_us', {Counted}), ('NORTH', 3, 'resolve_us', {Counted});
            """);
        await store.ExecuteAsync(Columns + Indexes + $"delete from schema_migrations where version >= {Layout}");
    }

    private static Migrator Migrator(Dialect dialect) => new("1.2.3", TimeProvider.System, _ => [.. Migration.Of(dialect).Where(one => one.Version <= Passes)]);
}
